// Requests that take effect once, however often they are sent: each is remembered by its name until it can't be
// repeated any more.
import { createHash } from 'node:crypto'
import { lt, sql } from 'drizzle-orm'
import { type Db, rowsOf, type Tx } from '../../storage/db.ts'
import { onlyOnce } from '../../storage/elsewhere-schema.ts'
import { conflict, done, type Result } from './results.ts'
import { attempt } from './transaction.ts'

/** Why a key is refused that came with something else before. */
export const usedForAnother = 'This key was already used for a different request.'

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url')

const inTwoDays = sql`now() + interval '2 days'`

/** Is this the first time? If two ask at once, only one is told so; a rollback undoes it. */
export async function isFirstTime(tx: Tx, name: string): Promise<boolean> {
  const made = await tx
    .insert(onlyOnce)
    .values({ key: hashOf(name), expiresAt: inTwoDays })
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

/**
 * Makes others that use a name wait until the transaction ends.
 * @returns whether it is free: no operation was done once under it
 */
export const lockName = async (tx: Tx, name: string): Promise<boolean> =>
  (await lockAndFind<unknown>(tx, name)) === undefined

interface DoneBefore<Value> {
  fingerprint: string | null
  result: Value
}

// Two statements: the second sees what others committed while the first one waited.
async function lockAndFind<Value>(tx: Tx, name: string): Promise<DoneBefore<Value> | undefined> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`)
  const [before] = await rowsOf<DoneBefore<Value>>(
    tx,
    sql`select fingerprint, result from only_once where key = ${hashOf(name)}`,
  )
  return before
}

const isDelivered = async (tx: Tx, name: string): Promise<boolean> =>
  (await rowsOf(tx, sql`select from deliveries where via = 'api' and delivery = ${name}`)).length > 0

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
    // As deliveries are named: they share these names.
    const known = `api ${name}`
    const fingerprint = hashOf(JSON.stringify(content))
    const before = await lockAndFind<Value>(tx, known)
    if (before) return before.fingerprint === fingerprint ? done(before.result) : conflict(usedForAnother)
    if (await isDelivered(tx, name)) return conflict(usedForAnother)
    const made = await work(tx)
    if (!made.refused)
      await tx.insert(onlyOnce).values({ key: hashOf(known), expiresAt: inTwoDays, fingerprint, result: made.value })
    return made
  })

/** Deletes what can't be repeated any more. */
export const forgetOld = async (tx: Tx): Promise<void> =>
  void (await tx.delete(onlyOnce).where(lt(onlyOnce.expiresAt, sql`now()`)))
