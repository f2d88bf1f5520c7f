// What failed of a comment: how much, and the commands that are left to correct.
import { type ContactOutcome, type ContactRef, type IssueResult, refKey } from '../domain/rules/change.ts'
import type { CommandRequest, Interpretation } from './interpreter.ts'

/** Everything was done, part of it, or nothing. */
export type LineState = 'done' | 'partly' | 'refused'

const asWanted: ReadonlySet<ContactOutcome> = new Set(['added', 'already there', 'removed', 'was not there'])

/** Did any part of the request fail? */
export const isLacking = (
  { refused, outcomes, unclear = [] }: IssueResult,
  told: Pick<Interpretation, 'refused' | 'faults' | 'hints'>,
): boolean =>
  refused !== undefined ||
  told.refused.length + told.faults.length + told.hints.length + unclear.length > 0 ||
  outcomes.some(({ outcome }) => !asWanted.has(outcome))

/** How much of the request was done, from a stored outcome. */
export function lineStateOf({ lacking, result }: { lacking?: boolean; result: IssueResult }): LineState {
  if (!lacking) return 'done'
  const isSomeDone =
    result.outcomes.some(({ outcome }) => asWanted.has(outcome)) || (result.contacts ?? result.offered) !== undefined
  return isSomeDone ? 'partly' : 'refused'
}

/**
 * The commands of which something failed, reduced to that: what stays in the box to be corrected.
 * @returns lines; '' if nothing failed
 */
export function leftOf(asked: readonly CommandRequest[], result: IssueResult): string {
  const failed = failedIn(result)
  return asked.flatMap((one) => lineLeft(one, result, failed)).join('\n')
}

function lineLeft(
  { name, arguments: words, wish, permitted, refs, faults }: CommandRequest,
  result: IssueResult,
  failed: ReadonlySet<string>,
): string[] {
  if (!permitted || (result.refused !== undefined && wish)) return [`/${name} ${words}`.trimEnd()]
  const left = [...refs.filter((ref) => failed.has(`${wish} ${refKey(ref)}`)), ...faults].sort(
    (one, other) => one.column - other.column,
  )
  return left.length > 0 ? [`/${name} ${left.map(({ written }) => written).join(', ')}`.trimEnd()] : []
}

function failedIn({ outcomes, unclear = [] }: IssueResult): Set<string> {
  const refOf = (address: string): ContactRef => ({ by: address.startsWith('#') ? 'number' : 'address', text: address })
  return new Set([
    ...outcomes
      .filter(({ outcome }) => !asWanted.has(outcome))
      .map(({ wish, address }) => `${wish} ${refKey(refOf(address))}`),
    ...unclear.map(({ wish, name }) => `${wish} ${refKey({ by: 'name', text: name })}`),
  ])
}
