// What is submitted through the REST API, and the answer to the commands in it.
import { z } from 'zod'
import type { Receipt } from '../../pipeline/comment.ts'
import type { Submitted } from '../../pipeline/wait.ts'
import { deliveryOf } from '../idempotency.ts'
import { notFoundRefusal, RefusalError, refusalFrom } from '../refusal.ts'
import type { Call } from '../route.ts'

/** How a caller submits something: who they are, and the name of the delivery. */
export function writing({ request, user }: Call<'users'>) {
  return {
    via: 'api',
    delivery: deliveryOf(request, user.userId),
    author: { id: String(user.userId), name: user.name },
  }
}

const statuses = {
  'unknown person': 403,
  'not found': 404,
  forbidden: 403,
  'too large': 413,
  another: 422,
  invalid: 422,
} satisfies Record<Extract<Receipt, { status: 'refused' }>['why'], number>

/**
 * What was submitted.
 * @param what could not be found: `Issue`
 * @throws Refusal what was refused
 */
export function takenOf({ receipt }: Submitted, what: string): Extract<Receipt, { status: 'taken' }> {
  if (receipt.status === 'taken') return receipt
  if (receipt.refusal) throw refusalFrom(receipt.refusal)
  throw receipt.why === 'not found' ? notFoundRefusal(what) : new RefusalError(statuses[receipt.why], receipt.reason)
}

/** The outcome of commands, for their author. */
export const Summary = z.array(z.string())

const Changes = z.record(z.string(), z.array(z.string()))
export const commandFields = { commands_changes: Changes, summary: Summary.optional() }

/** The answer in words, if there were commands. */
export function summaryOf({ outcome, waiting }: Submitted): { summary?: string[] } {
  if (waiting) return { summary: ['Your commands are queued and will take effect soon.'] }
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
