// The reply: the outcome of a comment, in words.
import type { IssueResult } from '../domain/rules/change.ts'
import type { Audience } from './action.ts'
import { findAction } from './index.ts'
import type { Interpretation } from './interpreter.ts'
import { count } from './phrases.ts'

/** What the reply needs of an interpretation; it can be stored with a comment and reported later. */
export type Reported = Pick<Interpretation, 'accepted' | 'refused' | 'faults' | 'hints'>

/**
 * Reports the outcome of a comment; for a preview, what would happen.
 * @param result the outcome of its change
 * @param told what was accepted and refused, and what could not be parsed
 * @param audience in public no addresses, no names, and nothing that was typed in their place
 * @returns the sentences of each action, then refusals, faults, and hints, in parts
 */
export function reportLines(result: IssueResult, told: Reported, audience: Audience): string[] {
  const done = [...new Set(told.accepted)].map((name) => findAction(name)?.report(result, audience) ?? '')
  const parts = [
    result.refused ?? '',
    ...done,
    ...told.refused.map(({ reason }) => reason),
    ...faults(told, audience),
    ...told.hints,
  ]
  return [...new Set(parts)].filter((part) => part !== '')
}

function faults({ faults }: Reported, audience: Audience): string[] {
  if (audience !== 'public' || faults.length === 0) return faults
  return [`${count(faults.length, 'argument')} could not be understood.`]
}
