// Requests that take effect once, however often they are sent: each is remembered by its name until it can't be repeated any more.
import { createHash } from 'node:crypto'
import { eq, lt, sql } from 'drizzle-orm'
import { Again, type Db, rowsOf, type Tx } from '../../storage/db.ts'
import { onlyOnce } from '../../storage/elsewhere-schema.ts'
import { conflict, done, type Result } from './results.ts'
import { attempt } from './transaction.ts'

/** Why a key is refused that came with something else before. */
export const usedForAnother = 'This key was already used for a different request.'

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url')

/** Is this the first time? If two ask at once, only one is told so; a rollback undoes it. */
export async function isFirstTime(tx: Tx, name: string, fingerprint?: string): Promise<boolean> {
  const made = await tx
    .insert(onlyOnce)
    .values({ key: hashOf(name), expiresAt: sql`now() + interval '2 days'`, fingerprint })
    .onConflictDoNothing()
    .returning({ key: onlyOnce.key })
  return made.length > 0
}

/** A request of an API under an Idempotency-Key. */
export interface KeyedRequest {
  /** The key and its user; the name of the delivery if it posted something. */
  name: string
  /** What is requested, as JSON: distinguishes it from another request with the same name. */
  content: unknown
}

const rowNameOf = (name: string): string => `api ${name}`

/** Was the name used by an operation that posts nothing? */
export async function isNameTaken(tx: Tx, name: string): Promise<boolean> {
  return (await rowsOf(tx, sql`select from only_once where key = ${hashOf(rowNameOf(name))}`)).length > 0
}

/**
 * Runs an operation once for each name; repeated, it has the same result. A refusal leaves the name free.
 * @param work gets the transaction, which nothing else waits for; its value is kept as JSON for two days
 * @returns the result of the first time, or a refusal if the name was used for another request
 */
export const doOnce = <Value>(
  db: Db,
  { name, content }: KeyedRequest,
  work: (tx: Db) => Promise<Result<Value>>,
): Promise<Result<Value>> =>
  attempt(db, async (tx) => {
    const fingerprint = hashOf(JSON.stringify(content))
    if (!(await isFirstTime(tx, rowNameOf(name), fingerprint))) return repeated<Value>(tx, name, fingerprint)
    if ((await rowsOf(tx, sql`select from deliveries where via = 'api' and delivery = ${name}`)).length > 0)
      return conflict(usedForAnother)
    const made = await work(tx)
    if (!made.refused)
      await tx
        .update(onlyOnce)
        .set({ result: made.value })
        .where(eq(onlyOnce.key, hashOf(rowNameOf(name))))
    return made
  })

async function repeated<Value>(tx: Tx, name: string, fingerprint: string): Promise<Result<Value>> {
  const [before] = await rowsOf<{ fingerprint: string; result: Value }>(
    tx,
    sql`select fingerprint, result from only_once where key = ${hashOf(rowNameOf(name))}`,
  )
  if (!before) throw new Again('the name expired meanwhile')
  return before.fingerprint === fingerprint ? done(before.result) : conflict(usedForAnother)
}

/** Deletes what can't be repeated any more. */
export const forgetOld = async (tx: Tx): Promise<void> =>
  void (await tx.delete(onlyOnce).where(lt(onlyOnce.expiresAt, sql`now()`)))
