// What of an error can be logged and shown: the reason and where it happened, never the values of a statement, which
// may be personal.

interface Postgres extends Error {
  code: string
  severity: string
  constraint?: string
  table?: string
}

// Both drivers, the embedded database's too, set these. postgresql.org/docs/current/protocol-error-fields.html
const isPostgres = (fault: Error): fault is Postgres =>
  'severity' in fault && /^[0-9A-Z]{5}$/.test(String((fault as { code?: unknown }).code))

// Classes whose messages name our tables and constraints, or the state of the server. Those of the others quote values,
// and a trigger's may hold anything. postgresql.org/docs/current/errcodes-appendix.html
const speakOfUs = /^(?:08|23|25|26|40|42|53|55|57|58)/

/** The error behind its wrappers: GraphQL and Drizzle repeat it in their own words, which list the values. */
function innermost(fault: Error): Error {
  let inner = fault
  for (let depth = 0; depth < 10; depth++) {
    const { originalError, cause } = inner as { originalError?: unknown; cause?: unknown }
    const next = originalError instanceof Error ? originalError : cause
    if (!(next instanceof Error)) break
    inner = next
  }
  return inner
}

const untilValues = (message: string): string => message.replace(/["':(\n].*/s, '…')

/** Why something failed, in one sentence without values. */
export function reasonOf(fault: unknown): string {
  if (!(fault instanceof Error)) return typeof fault === 'string' ? fault : `not an error but ${typeof fault}`
  const inner = innermost(fault)
  const { code = '', message, name } = inner as Error & { code?: string }
  if (isPostgres(inner))
    return speakOfUs.test(code) ? message : code.startsWith('P0') ? 'raised by a trigger' : untilValues(message)
  if ('params' in inner) return 'a statement failed'
  // `JSON.parse` quotes its input.
  if (inner instanceof SyntaxError) return untilValues(message)
  return message || code || name
}

/** What is logged of an error. */
export function describeFault(fault: unknown): { reason: string; code?: string; constraint?: string; at?: string[] } {
  const reason = reasonOf(fault)
  if (!(fault instanceof Error)) return { reason }
  const { code, constraint } = innermost(fault) as Partial<Postgres>
  return { reason, code, constraint, at: framesOf(fault) }
}

/** The same as text for a terminal. */
export function faultAsText(fault: unknown): string {
  const { reason, at = [] } = describeFault(fault)
  return [reason, ...at].join('\n    ')
}

// The stack begins with the message, a line of which may look like a frame.
function framesOf({ stack = '', message }: Error): string[] | undefined {
  const begins = stack.indexOf(message)
  if (begins < 0) return undefined
  const lines = stack.slice(begins + message.length).split('\n')
  return lines.flatMap((line) => (line.startsWith('    at ') ? [line.trim()] : [])).slice(0, 12)
}
