// What is refused, and why: values that are shown to users. Pure.
import { type Ability, refusalOf } from './permissions.ts'

/** What is wrong with one field of the input. */
export interface FieldFault {
  field: string
  /** A sentence without its full stop: `First name can't be blank`. */
  fault: string
}

/** What is wrong: the faults of the rules that are broken. */
export const faultsAmong = (rules: readonly (readonly [isBroken: boolean, fault: FieldFault])[]): FieldFault[] =>
  rules.flatMap(([isBroken, fault]) => (isBroken ? [fault] : []))

export type Refusal =
  /** It doesn't exist, or the user can't see it: the same message for both. */
  | { why: 'not found'; what: string; reason: string }
  /** The user can see it, but not do this. */
  | { why: 'forbidden'; reason: string }
  /** The input breaks rules: all of them are listed. */
  | { why: 'invalid'; reason: string; faults: readonly FieldFault[] }
  /** The request is valid, but conflicts with the current state. */
  | { why: 'conflict'; reason: string }
  /** It exists already. */
  | { why: 'exists'; reason: string }

/** The result of an operation. Only bugs and database failures are thrown. */
export type Result<Value> = { value: Value; refused?: undefined } | { refused: Refusal; value?: undefined }

export const done = <Value>(value: Value): Result<Value> => ({ value })

export const notFound = (what: string): { refused: Refusal } => ({
  refused: { why: 'not found', what, reason: `This ${what} doesn't exist, or you don't have access to it.` },
})

export const forbidden = (ability: Ability): { refused: Refusal } => ({
  refused: { why: 'forbidden', reason: refusalOf(ability) },
})

export const conflict = (reason: string): { refused: Refusal } => ({ refused: { why: 'conflict', reason } })

export const exists = (reason: string): { refused: Refusal } => ({ refused: { why: 'exists', reason } })

export const invalid = (faults: readonly FieldFault[]): { refused: Refusal } => ({
  refused: { why: 'invalid', reason: `${faults.map(({ fault }) => fault).join('. ')}.`, faults },
})
