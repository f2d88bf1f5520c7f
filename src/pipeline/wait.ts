// Submit and wait a while: for entry points whose users see the answer right where they typed.
import type { Db } from '../storage/db.ts'
import type { News, Newsroom } from '../storage/notify.ts'
import type { Comment, Outcome, Receipt, Receive } from './comment.ts'
import { findOutcome } from './waiting.ts'

export interface Submitted {
  receipt: Receipt
  /** The outcome; undefined if there was nothing to do, or if it is still waiting. */
  outcome?: Outcome
  /** It is stored and will take effect, but not within the time. */
  waiting: boolean
}

/** Submits a comment and waits for its outcome, at most `patience` milliseconds. */
export type Submit = (comment: Comment, patience?: number) => Promise<Submitted>

// Notifications can be lost with a connection; then one of these checks finds the outcome.
const looks = [1_000, 2_500]

/** How to submit; the default patience is five seconds. */
export function openSubmit(
  { db, receive, newsroom }: { db: Db; receive: Receive; newsroom: Newsroom },
  usual = 5_000,
): Submit {
  return async (comment, patience = usual) => {
    let waitFor = (): Promise<Outcome | undefined> => Promise.resolve(undefined)
    // Followed before the queue knows of it, so that the notification can't come first.
    const receipt = await receive(comment, (taken) => {
      if (!taken.done)
        waitFor = followOutcome(
          { db, newsroom, patience },
          { issueId: taken.issue.issueId, deliveryId: taken.deliveryId },
        )
    })
    const isRepeated = receipt.status === 'taken' && receipt.again && receipt.done
    const outcome = isRepeated ? await findOutcome(db, receipt.deliveryId) : await waitFor()
    return { receipt, outcome, waiting: receipt.status === 'taken' && !receipt.done && !outcome }
  }
}

interface Taken {
  issueId: number
  deliveryId: number
}

function followOutcome(
  { db, newsroom, patience }: { db: Db; newsroom: Newsroom; patience: number },
  { issueId, deliveryId }: Taken,
): () => Promise<Outcome | undefined> {
  const timers: NodeJS.Timeout[] = []
  let stop = () => {}
  const outcome = new Promise<Outcome | undefined>((resolve) => {
    const look = async () => {
      const found = await findOutcome(db, deliveryId).catch(() => undefined)
      if (found) resolve(found)
    }
    const notice = ({ delivery, outcome }: News) => {
      if (delivery === deliveryId) outcome ? resolve(outcome as Outcome) : void look()
    }
    stop = newsroom.follow(issueId, notice, look)
    timers.push(
      ...looks.filter((ms) => ms < patience).map((ms) => setTimeout(look, ms)),
      setTimeout(resolve, patience, undefined),
    )
  })
  return () =>
    outcome.finally(() => {
      stop()
      for (const timer of timers) clearTimeout(timer)
    })
}
