// Sweep: re-queues deliveries whose job was lost, and runs pending erasures.
import { forgetEndedSessions } from '../domain/people/access-tokens.ts'
import { forgetAttempts } from '../domain/people/sign-in-attempts.ts'
import { forgetOld } from '../domain/rules/only-once.ts'
import type { Log } from '../log.ts'
import type { Queue } from '../queue/queue.ts'
import type { Db } from '../storage/db.ts'
import { stuck } from './failures.ts'
import { forget } from './forget.ts'

const atOnce = 1_000

/**
 * Pushes unfinished deliveries from more than `olderThan` seconds ago. Pushing what is still in the queue changes
 * nothing.
 * @returns how many were pushed
 */
export async function sweep(db: Db, queue: Queue, olderThan: number): Promise<number> {
  let pushed = 0
  for (let after = 0; ; ) {
    const ids = (await stuck(db, olderThan, after, atOnce)).map(({ id }) => id)
    await Promise.all(ids.map((id) => queue.push(id)))
    pushed += ids.length
    if (ids.length < atOnce) return pushed
    after = ids.at(-1) as number
  }
}

/**
 * Sweeps everything once and runs erasures, then repeats every `seconds` for what is older than that. Returns a
 * function that stops it.
 */
export function keepSweeping(
  { db, queue, log }: { db: Db; queue: Queue; log: Log },
  seconds: number,
): () => Promise<void> {
  let current = Promise.resolve()
  const run = (olderThan: number) => {
    const all = async () => {
      const [pushed, erased, ended] = [
        await sweep(db, queue, olderThan),
        await forget(db),
        await forgetEndedSessions(db),
      ]
      await forgetOld(db)
      await forgetAttempts(db)
      return { pushed, erased, ended }
    }
    current = all().then(
      (counts) => void (counts.pushed + counts.erased + counts.ended > 0 && log.info(counts, 'swept')),
      (fault: unknown) => log.warn({ fault }, 'could not sweep; will try again'),
    )
  }
  run(0)
  const timer = setInterval(run, seconds * 1000, seconds)
  return () => {
    clearInterval(timer)
    return current
  }
}
