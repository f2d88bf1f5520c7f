// Apply: under the issues' locks, reads the facts again, interprets again, makes the changes, stores the outcomes. One
// transaction per round.

import { type IssueFacts, lockIssues, lockTreesOfIssues, readFactsOfMany } from '../domain/issues/issues.ts'
import { makeChanges, type WantedChange } from '../domain/issues/linking.ts'
import type { IssueResult } from '../domain/rules/change.ts'
import { can } from '../domain/rules/permissions.ts'
import { offered } from '../quick-actions/help.ts'
import { actions } from '../quick-actions/index.ts'
import { type Interpretation, interpret } from '../quick-actions/interpreter.ts'
import { isLacking, leftOf } from '../quick-actions/left.ts'
import { reportLines } from '../quick-actions/report.ts'
import { Again, type Db, type Tx, transact } from '../storage/db.ts'
import type { Outcome } from './comment.ts'
import { issuesOf, markApplied, nextWaiting, type Waiting } from './waiting.ts'

export interface Apply {
  db: Db
  /** How many contacts one comment can add. */
  mostAtOnce: number
  /** Does this entry point need a reply? Otherwise the stored outcome is the answer. */
  wantsReply(via: string): boolean
}

/** The fault belongs to an earlier comment on the same issue: that one's own attempts count. */
export class EarlierFault extends Error {}

/**
 * Applies for each issue of these deliveries the oldest waiting one, up to the latest of these: whichever job comes
 * first, comments take effect in order of arrival.
 * @returns those of the deliveries that are no longer waiting; for the others an earlier one had to go first, so call
 * again
 * @throws on a database failure or a bug; then nothing has changed
 */
export async function applyRound(how: Apply, ids: readonly number[]): Promise<number[]> {
  let waiting: Waiting[] = []
  try {
    await transact(how.db, async (tx) => {
      waiting = []
      const trees = await lockTreesOfIssues(tx, issuesOf(ids))
      await lockIssues(tx, issuesOf(ids))
      // A statement of its own, after the lock: it sees what others committed while this one waited.
      waiting = await nextWaiting(tx, ids)
      if (waiting.length > 0) await applyAll(tx, how, { waiting, trees })
    })
  } catch (fault) {
    const [only] = waiting
    if (ids.length === 1 && only && only.id !== ids[0])
      throw new EarlierFault(`delivery ${only.id} stands in the way`, { cause: fault })
    throw fault
  }
  const later = new Set(waiting.flatMap(({ id, asked }) => asked.filter((one) => one > id)))
  return ids.filter((id) => !later.has(id))
}

/** Each on an issue of its own. */
async function applyAll(
  tx: Tx,
  how: Apply,
  { waiting, trees }: { waiting: readonly Waiting[]; trees: readonly number[] },
): Promise<void> {
  const facts = await readFactsOfMany(
    tx,
    waiting.map(({ issueId, authorId: userId }) => ({ issueId, userId })),
  )
  if (facts.some(({ rootId }) => !trees.includes(rootId))) throw new Again('an issue went to another tree')
  const pieces = waiting.map((one, at) => understandAgain(one, facts[at] as IssueFacts))
  const permitted = pieces.filter((piece): piece is Permitted => piece.interpretation !== undefined)
  const results = await makeChanges(tx, permitted.map(wantedChange), how.mostAtOnce)
  const outcomes = new Map(
    permitted.map(({ waiting: { id }, interpretation, facts }, at) => [
      id,
      outcomeOf(results[at] as IssueResult, interpretation, facts),
    ]),
  )
  const applied = waiting.map((one) => ({
    waiting: one,
    outcome: outcomes.get(one.id) ?? noLongerAllowed,
    status: how.wantsReply(one.via) ? ('applied' as const) : ('replied' as const),
  }))
  await markApplied(tx, applied)
}

interface Piece {
  waiting: Waiting
  facts: IssueFacts
  /** undefined: the author can no longer comment here. */
  interpretation: Interpretation | undefined
}

type Permitted = Piece & { interpretation: Interpretation }

function understandAgain(waiting: Waiting, facts: IssueFacts): Piece {
  const mayComment = facts.userId !== null && can(facts.standing, 'comment')
  return {
    waiting,
    facts,
    interpretation: mayComment ? interpret(waiting.body, facts, waiting.replaces ?? undefined) : undefined,
  }
}

const wantedChange = ({ waiting, facts, interpretation }: Permitted): WantedChange => ({
  facts,
  change: interpretation.change,
  actor: { userId: waiting.authorId, via: waiting.via },
})

const words = ['Your commands were not run: you no longer have permission to comment on this issue.']
const noLongerAllowed: Outcome = { result: { outcomes: [] }, answer: words, publicAnswer: words, lacking: true }

/** What is stored and answered for a change. */
export function outcomeOf(result: IssueResult, interpretation: Interpretation, facts: IssueFacts): Outcome {
  const asked = interpretation.change.questions.includes('help')
  const whole = asked ? { ...result, offered: offered(actions, facts).map(({ name }) => name) } : result
  const [answer, publicAnswer] = [
    reportLines(whole, interpretation, 'author'),
    reportLines(whole, interpretation, 'public'),
  ]
  const left = leftOf(interpretation.asked, result)
  return {
    result: whole,
    answer,
    publicAnswer,
    lacking: isLacking(result, interpretation),
    ...(left !== '' && { left }),
  }
}
