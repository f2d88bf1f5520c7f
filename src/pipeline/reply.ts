// Reply: the outcome goes where the comment came from.
import { choicesOf } from '../quick-actions/choices.ts'
import type { Db } from '../storage/db.ts'
import type { Answer, Outcome, Reply } from './comment.ts'
import { findUnanswered, markReplied } from './waiting.ts'

/** Enough answers are being sent: a slow service must not block the others. Retry later. */
export class Crowded extends Error {
  readonly retryAfter = 1_000
}

/**
 * How to answer applied deliveries.
 * @param most how many answers are sent at the same time
 * @returns a function that answers one; does nothing if it isn't applied or is answered already, gives up one that can
 * never be answered, throws if the service is unreachable, or `Crowded`
 */
export function openReply(
  db: Db,
  replies: ReadonlyMap<string, Reply>,
  most: number,
): (deliveryId: number) => Promise<void> {
  let under = 0
  return async (deliveryId) => {
    const delivery = await findUnanswered(db, deliveryId)
    if (!delivery) return
    if (under >= most) throw new Crowded(`${most} answers are being given`)
    const say = replies.get(delivery.via)
    if (!say)
      throw new Error(
        `${delivery.via} is not switched on here, so this cannot be answered: give this process its settings`,
      )
    under += 1
    try {
      const given = delivery.outcome ? await say(delivery.replyTo, answerOf(delivery.outcome)) : undefined
      await markReplied(db, deliveryId, given?.givenUp)
    } finally {
      under -= 1
    }
  }
}

const answerOf = ({ answer, publicAnswer, lacking, result }: Outcome): Answer => ({
  toAuthor: answer,
  inPublic: publicAnswer,
  choices: choicesOf(result),
  done: !lacking,
  changed: result.outcomes.some(({ outcome }) => outcome === 'added' || outcome === 'removed'),
})
