// Out: the outcome goes where the comment came from.
import type { Db } from '../storage/db.ts'
import type { Reply } from './comment.ts'
import { findDelivery, markReplied } from './deliveries.ts'

/** Answers a delivery that was applied; does nothing for one that was not, or that is answered. Throws when the place cannot be reached. */
export async function reply(db: Db, replies: ReadonlyMap<string, Reply>, deliveryId: number): Promise<void> {
  const delivery = await findDelivery(db, deliveryId)
  const say = delivery && replies.get(delivery.via)
  if (delivery?.status !== 'applied') return
  if (say && delivery.outcome) await say(delivery.place, { toAsker: delivery.outcome.answer, inPublic: delivery.outcome.publicAnswer })
  await markReplied(db, deliveryId)
}
