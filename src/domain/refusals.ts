// What is not done, and why: values that people are shown. Pure.
import { type Ability, refusalOf } from './permissions.ts'

/** What is wrong with one field of what was given. */
export interface Fault {
  field: string
  /** A sentence without its full stop: `First name can't be blank`. */
  fault: string
}

export type Refusal =
  /** It does not exist, or may not be seen: the same words for both. */
  | { why: 'not found'; what: string; reason: string }
  /** It may be seen, and no more. */
  | { why: 'forbidden'; reason: string }
  /** What was given breaks rules: all of them are listed. */
  | { why: 'invalid'; reason: string; faults: readonly Fault[] }
  /** It is all right in itself, but not as things stand. */
  | { why: 'conflict'; reason: string }
  /** The same is there already. */
  | { why: 'exists'; reason: string }

/** What a deed comes to. Only a bug or a broken database is thrown. */
export type Result<Value> = { value: Value; refused?: undefined } | { refused: Refusal; value?: undefined }

export const done = <Value>(value: Value): Result<Value> => ({ value })

export const notFound = (what: string): { refused: Refusal } => ({
  refused: { why: 'not found', what, reason: `There is no such ${what}, or you may not see it.` },
})

export const forbidden = (ability: Ability): { refused: Refusal } => ({ refused: { why: 'forbidden', reason: refusalOf(ability) } })

export const conflict = (reason: string): { refused: Refusal } => ({ refused: { why: 'conflict', reason } })

export const exists = (reason: string): { refused: Refusal } => ({ refused: { why: 'exists', reason } })

export const invalid = (faults: readonly Fault[]): { refused: Refusal } => ({
  refused: { why: 'invalid', reason: `${faults.map(({ fault }) => fault).join('. ')}.`, faults },
})
