// What a worker does with an id: apply, reply, and count failed attempts until it is given up.
import { reasonOf } from '../faults.ts'
import type { Log } from '../log.ts'
import { tell } from '../storage/notify.ts'
import { type Apply, applyRound, EarlierFault } from './apply.ts'
import type { Reply } from './comment.ts'
import { ownEntryPoints } from './entry-points.ts'
import { countFault, markFailed } from './failures.ts'
import { Crowded, openReply } from './reply.ts'
import { untilFinished } from './rounds.ts'

export interface Work extends Omit<Apply, 'wantsReply'> {
  replies: ReadonlyMap<string, Reply>
  /** After this many attempts, a delivery is marked as failed. */
  attempts: number
  /** How many answers are sent at the same time. */
  mostReplies: number
  log: Log
}

const mostInRound = 50
const sorry = [
  'Something went wrong on our side, and your commands could not be run. The operator can see the error and retry them.',
]

/** The handler for the queue. It throws if the queue should retry the id. */
export function openWork(work: Work): (deliveryId: number) => Promise<void> {
  const how: Apply = { db: work.db, mostAtOnce: work.mostAtOnce, wantsReply: (via) => !ownEntryPoints.has(via) }
  const reply = openReply(work.db, work.replies, work.mostReplies)
  const apply = untilFinished((ids) => applyRound(how, ids), mostInRound)
  return async (deliveryId) => {
    try {
      await apply(deliveryId)
      await reply(deliveryId)
    } catch (fault) {
      if (!(fault instanceof EarlierFault || fault instanceof Crowded)) await count(work, deliveryId, fault as Error)
      throw fault
    }
  }
}

// If the database itself is unavailable, nothing can be counted: the queue retries, and the sweep after it.
async function count(work: Work, deliveryId: number, fault: Error): Promise<void> {
  work.log.error({ delivery: deliveryId, fault }, 'a delivery could not be worked on')
  const attempts = await countFault(work.db, deliveryId, reasonOf(fault).slice(0, 2_000)).catch(() => 0)
  if (attempts >= work.attempts) await giveUp(work, deliveryId)
}

/** Marks a delivery as failed and tells the author. An answer that can't be sent is given up too. */
async function giveUp({ db, replies, log }: Work, deliveryId: number): Promise<void> {
  const outcome = { result: { outcomes: [] }, answer: sorry, publicAnswer: sorry, lacking: true }
  const failed = await markFailed(db, deliveryId, outcome)
  if (!failed) return
  await tell(db, { issue: failed.issueId, delivery: deliveryId })
  const say = failed.appliedAt === null ? replies.get(failed.via) : undefined
  await say?.(failed.replyTo, { toAuthor: sorry, inPublic: sorry, choices: [], done: false, changed: false }).catch(
    (fault: unknown) => log.warn({ delivery: deliveryId, fault }, 'could not tell that it failed'),
  )
}
