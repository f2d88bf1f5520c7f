// Through: under the issue's lock, read the facts again, interpret again, make the change, keep the outcome. One transaction a comment.
import { makeChange } from '../domain/issue-contacts.ts'
import { type IssueFacts, lockIssue, readFacts } from '../domain/issues.ts'
import { can } from '../domain/permissions.ts'
import { offered } from '../quick-actions/help.ts'
import { actions } from '../quick-actions/index.ts'
import { type Interpretation, interpret } from '../quick-actions/interpreter.ts'
import { reportLines } from '../quick-actions/report.ts'
import type { Db, Tx } from '../storage/db.ts'
import type { Outcome } from './comment.ts'
import { issueOf, markApplied, nextWaiting, type Waiting } from './deliveries.ts'

export interface Apply {
  db: Db
  /** How many contacts one comment may add. */
  mostAtOnce: number
  /** Does this door want to be answered by us? Else the stored outcome is the answer. */
  wantsReply(via: string): boolean
}

/**
 * Applies every comment of the same issue that waits, in order of arrival, up to this one. Does nothing if none waits.
 * @throws when the database or a bug is in the way; then what this comment asked for has not happened
 */
export async function apply(how: Apply, deliveryId: number): Promise<void> {
  while ((await how.db.transaction((tx) => applyNext(tx, how, deliveryId))) !== deliveryId);
}

/** What is in the way is in the way of an earlier comment on the same issue: that one's own tries count. */
export class EarlierFault extends Error {}

/** Returns the id of the delivery that was applied, or `upTo` when nothing waits any more. */
async function applyNext(tx: Tx, how: Apply, upTo: number): Promise<number> {
  await lockIssue(tx, issueOf(upTo))
  // A statement of its own, after the lock: it sees what others committed while this one waited.
  const waiting = await nextWaiting(tx, upTo)
  if (!waiting) return upTo
  try {
    await applyOne(tx, how, waiting)
  } catch (fault) {
    if (waiting.id === upTo) throw fault
    throw new EarlierFault(`delivery ${waiting.id} stands in the way`, { cause: fault })
  }
  return waiting.id
}

async function applyOne(tx: Tx, how: Apply, waiting: Waiting): Promise<void> {
  const facts = await readFacts(tx, { id: waiting.issueId }, waiting.authorId)
  if (!facts) throw new Error(`issue ${waiting.issueId} is gone`)
  const outcome = await carryOut(tx, how, { waiting, facts })
  const status = how.wantsReply(waiting.via) ? 'applied' : 'replied'
  await markApplied(tx, waiting, outcome, status)
}

async function carryOut(tx: Tx, how: Apply, { waiting, facts }: { waiting: Waiting; facts: IssueFacts }): Promise<Outcome> {
  const interpretation = mayStillComment(facts) ? interpret(waiting.body, facts, waiting.replaces ?? undefined) : undefined
  if (!interpretation) return { result: { outcomes: [] }, answer: noLongerAllowed, publicAnswer: noLongerAllowed }
  const actor = { userId: waiting.authorId, via: waiting.via }
  const result = await makeChange(tx, facts, interpretation.change, { actor, mostAtOnce: how.mostAtOnce })
  return outcomeOf(result, interpretation, facts)
}

const noLongerAllowed = ['Your commands were not run: you may no longer comment on this issue.']
const mayStillComment = (facts: IssueFacts) => facts.userId !== null && can(facts.standing, 'comment')

/** What is kept and answered of a change. */
export function outcomeOf(result: Outcome['result'], interpretation: Interpretation, facts: IssueFacts): Outcome {
  const asked = interpretation.change.questions.includes('help')
  const whole = asked ? { ...result, offered: offered(actions, facts).map(({ name }) => name) } : result
  return { result: whole, answer: reportLines(whole, interpretation, 'asker'), publicAnswer: reportLines(whole, interpretation, 'public') }
}
