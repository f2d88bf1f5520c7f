// Requests that take effect once, however often they are sent: each is remembered by its name until it can't be repeated any more.
import { createHash } from 'node:crypto'
import { lt, sql } from 'drizzle-orm'
import type { Tx } from '../../storage/db.ts'
import { onlyOnce } from '../../storage/elsewhere-schema.ts'

/** Is this the first time? If two ask at once, only one is told so; a rollback undoes it. */
export async function isFirstTime(tx: Tx, name: string): Promise<boolean> {
  const key = createHash('sha256').update(name).digest('base64url')
  const made = await tx
    .insert(onlyOnce)
    .values({ key, expiresAt: sql`now() + interval '2 days'` })
    .onConflictDoNothing()
    .returning({ key: onlyOnce.key })
  return made.length > 0
}

/** Deletes what can't be repeated any more. */
export const forgetOld = async (tx: Tx): Promise<void> => void (await tx.delete(onlyOnce).where(lt(onlyOnce.expiresAt, sql`now()`)))
