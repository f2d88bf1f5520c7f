// How GraphQL says no: as an error of its own, or in the `errors` of a payload.
import { GraphQLError } from 'graphql'
import type { Refusal, Result } from '../../domain/rules/results.ts'

/** The same message for what doesn't exist and what the caller can't see or do. */
export const noSuch =
  "The resource that you are attempting to access does not exist or you don't have permission to perform this action"

/** @throws what clients are told when something doesn't exist for them */
export function missing(): never {
  throw new GraphQLError(noSuch)
}

/** The refusals, one sentence each. */
export const errorsOf = (refused: Refusal): string[] =>
  refused.why === 'invalid' ? refused.faults.map(({ fault }) => fault) : [refused.reason]

/**
 * The result of an operation, as payloads have it.
 * @throws if there is nothing that the caller can change
 */
export function payloadOf<Value>({ value, refused }: Result<Value>): { value: Value | null; errors: string[] } {
  if (!refused) return { value: value as Value, errors: [] }
  if (refused.why === 'not found' || refused.why === 'forbidden') return missing()
  return { value: null, errors: errorsOf(refused) }
}

/** The value. @throws the refusal in its own words */
export function granted<Value>({ value, refused }: Result<Value>): Value {
  if (refused) throw new GraphQLError(errorsOf(refused).join('. '))
  return value as Value
}
