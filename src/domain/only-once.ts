// What may take effect once, however often it is sent: each is remembered by its name until it could not come again.
import { createHash } from 'node:crypto'
import { lt, sql } from 'drizzle-orm'
import type { Tx } from '../storage/db.ts'
import { onlyOnce } from '../storage/elsewhere-schema.ts'

/** Is this the first time? Of two that ask at once, one is told so; with a transaction that is undone, it is as if nobody had asked. */
export async function isFirstTime(tx: Tx, name: string): Promise<boolean> {
  const key = createHash('sha256').update(name).digest('base64url')
  const made = await tx
    .insert(onlyOnce)
    .values({ key, expiresAt: sql`now() + interval '2 days'` })
    .onConflictDoNothing()
    .returning({ key: onlyOnce.key })
  return made.length > 0
}

/** Deletes what cannot come again. */
export const forgetOld = async (tx: Tx): Promise<void> => void (await tx.delete(onlyOnce).where(lt(onlyOnce.expiresAt, sql`now()`)))
