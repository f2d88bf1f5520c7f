// The logger: one line of JSON an event, on standard error, so that standard output stays for people.
import { type Logger, pino } from 'pino'

export type Log = Logger

/** What is logged of an error: the innermost reason and where it happened. The message of a failed statement lists its values, which may be personal. */
function describeFault(fault: unknown): unknown {
  if (!(fault instanceof Error)) return fault
  let reason = fault
  while (reason.cause instanceof Error) reason = reason.cause
  const frames = fault.stack?.split('\n').filter((line) => line.startsWith('    at '))
  return { reason: reason.message, code: (reason as { code?: string }).code, at: frames?.slice(0, 12).map((line) => line.trim()) }
}

/** A logger of the given level. Pass an error as `fault`. Secrets that travel in headers never reach it. */
export const openLog = (level: string): Log =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { fault: describeFault },
      redact: ['req.headers.authorization', 'req.headers.cookie', 'req.headers["private-token"]'],
    },
    pino.destination({ dest: 2, sync: false }),
  )
