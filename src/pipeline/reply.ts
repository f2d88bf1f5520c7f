// Out: the outcome goes where the comment came from.
import type { Db } from '../storage/db.ts'
import type { Answer, Outcome, Reply } from './comment.ts'
import { findDelivery, markReplied } from './deliveries.ts'

/**
 * Answers a delivery that was applied; does nothing for one that was not, or that is answered. One that can never be answered is given up.
 * @throws when the place cannot be reached
 */
export async function reply(db: Db, replies: ReadonlyMap<string, Reply>, deliveryId: number): Promise<void> {
  const delivery = await findDelivery(db, deliveryId)
  const say = delivery && replies.get(delivery.via)
  if (delivery?.status !== 'applied') return
  const given = say && delivery.outcome ? await say(delivery.place, answerOf(delivery.outcome)) : undefined
  await markReplied(db, deliveryId, given?.givenUp)
}

const answerOf = ({ answer, publicAnswer, lacking }: Outcome): Answer => ({ toAsker: answer, inPublic: publicAnswer, done: !lacking })
