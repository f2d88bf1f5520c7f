// How an API refuses: thrown, and turned into a document by the shell.
import type { Refusal as DomainRefusal, Result } from '../domain/rules/results.ts'

/** A fault of one field of what was sent. */
export interface FieldFault {
  field: string
  message: string
}

/** A refusal with an HTTP status, in words for the caller. */
export class Refusal extends Error {
  readonly statusCode: number
  readonly fields: readonly FieldFault[]
  /** What `message` is to clients made for GitLab, if not the same words: faults by field. */
  readonly byField?: Readonly<Record<string, readonly string[]>>
  constructor(statusCode: number, message: string, fields: readonly FieldFault[] = [], byField?: Record<string, string[]>) {
    super(message)
    this.statusCode = statusCode
    this.fields = fields
    this.byField = byField
  }
}

export const signInFirst = () => new Refusal(401, '401 Unauthorized: send a token in PRIVATE-TOKEN or Authorization: Bearer.')
/** @param what `Project`: a visitor, who might see it after signing in, gets the same answer */
export const notFound = (what: string) => new Refusal(404, `404 ${what} Not Found`)

const statuses = { conflict: 400, exists: 409 } as const

/**
 * A refusal of the domain, as GitLab would put it: faults by field, under the API's names.
 * @param names the API's names of fields that are called otherwise in the domain
 */
export function refusalFrom(refused: DomainRefusal, names: Readonly<Record<string, string>> = {}): Refusal {
  if (refused.why === 'not found') return notFound(capital(refused.what))
  if (refused.why === 'forbidden') return new Refusal(403, `403 Forbidden: ${refused.reason}`)
  if (refused.why !== 'invalid') return new Refusal(statuses[refused.why], refused.reason)
  const fields = refused.faults.map(({ field, fault }) => ({ field: names[field] ?? field, message: fault }))
  const byField: Record<string, string[]> = {}
  for (const { field, message } of fields) byField[field] = [...(byField[field] ?? []), message]
  return new Refusal(400, refused.reason, fields, byField)
}

/** The result of an operation. @throws Refusal if it was refused */
export function unlessRefused<Value>({ value, refused }: Result<Value>, names?: Readonly<Record<string, string>>): Value {
  if (refused) throw refusalFrom(refused, names)
  return value
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
