// How an API refuses: thrown, and turned into a document by the shell.
import type { Refusal as DomainRefusal, Result } from '../domain/rules/results.ts'

/** A fault of one field of what was sent. */
export interface ProblemField {
  field: string
  message: string
}

/** A refusal with an HTTP status, in words for the caller. */
export class RefusalError extends Error {
  readonly statusCode: number
  readonly fields: readonly ProblemField[]
  /** What `message` is to clients made for GitLab, if not the same words: faults by field. */
  readonly byField?: Readonly<Record<string, readonly string[]>>
  constructor(
    statusCode: number,
    message: string,
    fields: readonly ProblemField[] = [],
    byField?: Record<string, string[]>,
  ) {
    super(message)
    this.statusCode = statusCode
    this.fields = fields
    this.byField = byField
  }
}

export const signInFirst = () =>
  new RefusalError(401, '401 Unauthorized: send a token in PRIVATE-TOKEN or Authorization: Bearer.')
/** @param what `Project`: a visitor, who might see it after signing in, gets the same answer */
export const notFoundRefusal = (what: string) => new RefusalError(404, `404 ${what} Not Found`)

const statuses = { conflict: 400, exists: 409 } as const

/**
 * A refusal of the domain, as GitLab would put it: faults by field, under the API's names.
 * @param names the API's names of fields that are called otherwise in the domain
 */
export function refusalFrom(refused: DomainRefusal, names: Readonly<Record<string, string>> = {}): RefusalError {
  if (refused.why === 'not found') return notFoundRefusal(capital(refused.what))
  if (refused.why === 'forbidden') return new RefusalError(403, `403 Forbidden: ${refused.reason}`)
  if (refused.why !== 'invalid') return new RefusalError(statuses[refused.why], refused.reason)
  const fields = refused.faults.map(({ field, fault }) => ({ field: names[field] ?? field, message: fault }))
  const byField: Record<string, string[]> = {}
  for (const { field, message } of fields) byField[field] = [...(byField[field] ?? []), message]
  return new RefusalError(400, refused.reason, fields, byField)
}

/** The result of an operation. @throws Refusal if it was refused */
export function unlessRefused<Value>(
  { value, refused }: Result<Value>,
  names?: Readonly<Record<string, string>>,
): Value {
  if (refused) throw refusalFrom(refused, names)
  return value
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
