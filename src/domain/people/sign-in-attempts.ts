// How often someone can try to sign in: failures are counted in the database, so that the limits hold across processes
// and restarts.
import { createHash } from 'node:crypto'
import { inArray, lt, sql } from 'drizzle-orm'
import type { Tx } from '../../storage/db.ts'
import { signInAttempts } from '../../storage/sign-in-schema.ts'

/** What attempts are counted for, and how many can fail in 15 minutes. */
export interface Limit {
  name: string
  most: number
}

/** Too much at a time, or too many attempts. */
export interface TooMany {
  why: 'too many'
  reason: string
  /** How long to wait. */
  seconds: number
}

const window = sql`interval '15 minutes'`
const keyOf = ({ name }: Limit) => createHash('sha256').update(name).digest('base64url')

/** Too many hashes are being computed. */
export const tooBusy: TooMany = {
  why: 'too many',
  reason: 'Too many people are signing in right now. Try again in a moment.',
  seconds: 5,
}

/**
 * Counts an attempt before it is made, so that no crowd of attempts gets past a limit. Nothing that comes after a limit
 * is counted, and a limit ends 15 minutes after the first failure, however many attempts follow.
 * @returns why it can't be made; undefined if it can
 */
export async function countAttempt(tx: Tx, limits: readonly Limit[]): Promise<TooMany | undefined> {
  for (const [at, limit] of limits.entries()) {
    const { attempts, seconds } = await addOne(tx, limit)
    if (attempts <= limit.most) continue
    await takeBack(tx, limits.slice(0, at))
    const minutes = Math.ceil(seconds / 60)
    return {
      why: 'too many',
      reason: `Too many attempts. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
      seconds,
    }
  }
  return undefined
}

async function addOne(tx: Tx, limit: Limit): Promise<{ attempts: number; seconds: number }> {
  const { attempts, since } = signInAttempts
  const isOver = sql`${since} <= now() - ${window}`
  const [counted] = await tx
    .insert(signInAttempts)
    .values({ key: keyOf(limit), attempts: 1, since: sql`now()` })
    .onConflictDoUpdate({
      target: signInAttempts.key,
      set: {
        attempts: sql`case when ${isOver} then 1 else least(${attempts}, ${limit.most}) + 1 end`,
        since: sql`case when ${isOver} then now() else ${since} end`,
      },
    })
    .returning({
      attempts,
      seconds: sql<number>`greatest(ceil(extract(epoch from ${since} + ${window} - now())), 1)::int`,
    })
  return counted as { attempts: number; seconds: number }
}

/** An attempt that didn't fail, or wasn't made, doesn't count. */
export async function takeBack(tx: Tx, limits: readonly Limit[]): Promise<void> {
  if (limits.length === 0) return
  const lessOne = sql`greatest(${signInAttempts.attempts} - 1, 0)`
  await tx
    .update(signInAttempts)
    .set({ attempts: lessOne })
    .where(inArray(signInAttempts.key, limits.map(keyOf)))
}

/** Deletes counts that no longer matter. */
export const forgetAttempts = async (tx: Tx): Promise<void> =>
  void (await tx.delete(signInAttempts).where(lt(signInAttempts.since, sql`now() - ${window}`)))
