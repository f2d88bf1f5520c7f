// What is submitted through the REST API, and the answer to the commands in it.
import { z } from 'zod'
import type { TakenReceipt } from '../../pipeline/comment.ts'
import { refusalStatus, stillQueued, submittedBy } from '../../pipeline/entry-points.ts'
import type { Submitted } from '../../pipeline/wait.ts'
import { keyOf } from '../idempotency.ts'
import { notFoundRefusal, RefusalError, refusalFrom } from '../refusal.ts'
import type { Call } from '../route.ts'

/** Who submits, and under which name. @throws Refusal 422 for an invalid key */
export const writing = ({ request, actor }: Call<'users'>) => submittedBy(actor, keyOf(request, actor.userId))

/**
 * What was submitted.
 * @param what could not be found: `Issue`
 * @throws Refusal what was refused
 */
export function takenOf({ receipt }: Submitted, what: string): TakenReceipt {
  if (receipt.status === 'taken') return receipt
  if (receipt.refusal) throw refusalFrom(receipt.refusal)
  throw receipt.why === 'not found'
    ? notFoundRefusal(what)
    : new RefusalError(refusalStatus[receipt.why], receipt.reason)
}

/** The outcome of commands, for their author. */
export const Summary = z.array(z.string())

const Changes = z.record(z.string(), z.array(z.string()))
export const commandFields = { commands_changes: Changes, summary: Summary.optional() }

/** The answer in words, if there were commands. */
export function summaryOf({ outcome, waiting }: Submitted): { summary?: string[] } {
  if (waiting) return { summary: [stillQueued] }
  return outcome ? { summary: [...outcome.answer] } : {}
}

/** What the commands changed, by command and address, and the answer in words. */
export function commandsOf(submitted: Submitted): { commands_changes: Record<string, string[]>; summary?: string[] } {
  const done = { added: 'add_contacts', removed: 'remove_contacts' } as const
  const changes: Record<string, string[]> = {}
  for (const { address, outcome: what } of submitted.outcome?.result.outcomes ?? []) {
    if (what === 'added' || what === 'removed') changes[done[what]] = [...(changes[done[what]] ?? []), address]
  }
  return { commands_changes: changes, ...summaryOf(submitted) }
}
