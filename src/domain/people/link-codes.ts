// Link codes: how users link an account on another service. A code works once, expires in ten minutes, and is stored as
// a hash.
import { createHash, randomBytes } from 'node:crypto'
import { and, eq, gt, isNull, type SQL, sql } from 'drizzle-orm'
import type { Db, Tx } from '../../storage/db.ts'
import { linkCodes, userNames } from '../../storage/elsewhere-schema.ts'
import { users } from '../../storage/schema.ts'
import { record } from '../rules/history.ts'
import { done, type Refusal, type Result } from '../rules/results.ts'
import { attempt } from '../rules/transaction.ts'
import { type Elsewhere, findUserByAddress, nameUserElsewhere } from './users.ts'

// Douglas Crockford's: no I, L, O, which look like digits, and no U. crockford.com/base32.html
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const length = 8
const lifetime = '10 minutes'

const hashOf = (code: string) => createHash('sha256').update(code).digest('base64url')
const drawCode = (): string => Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join('')

/**
 * A code as it is hashed, however it was typed: in any letter case, with any dashes and spaces, with letters that look
 * like digits.
 */
const plain = (typed: string): string =>
  typed
    .toUpperCase()
    .replace(/[\s\p{Pd}]/gu, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1')

/**
 * Creates a code for a user; it replaces their unused ones.
 * @returns the code as shown, like `4F7K-9QXM`, and when it expires
 */
export const createLinkCode = (tx: Tx, userId: number): Promise<{ code: string; expiresAt: Date }> =>
  tx.transaction(async (tx) => {
    // If two are created at once, the later one replaces the earlier.
    await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('no key update')
    await tx.delete(linkCodes).where(and(eq(linkCodes.userId, userId), isNull(linkCodes.usedBy)))
    await forgetOld(tx)
    const code = drawCode()
    const row = { hash: hashOf(code), userId, expiresAt: sql`now() + ${lifetime}::interval` }
    const [made] = await tx.insert(linkCodes).values(row).returning({ expiresAt: linkCodes.expiresAt })
    return { code: `${code.slice(0, length / 2)}-${code.slice(length / 2)}`, ...(made as { expiresAt: Date }) }
  })

const forgetOld = (tx: Tx) =>
  tx.execute(sql`delete from link_codes where hash in (
    select hash from link_codes where expires_at < now() - interval '1 day' order by expires_at
    limit 1000 for update skip locked)`)

const noGood: { refused: Refusal } = {
  refused: {
    why: 'conflict',
    reason: "This code isn't valid: it has been used, replaced by a newer one, or has expired.",
  },
}

interface CodeOwner {
  userId: number
  username: string
}

/**
 * Uses up a code on another service: if two accounts do at once, one is linked. Repeated from where it was used, it
 * gets the same answer.
 * @param code as it was typed
 * @returns whose code it was; or the same refusal, whatever is wrong with it
 */
export const useLinkCode = (db: Db, code: string, account: Elsewhere & { name: string }): Promise<Result<CodeOwner>> =>
  attempt(db, async (tx) => {
    const hash = hashOf(plain(code))
    const owner = await takeCode(tx, hash, account)
    if (!owner) return linkedBy(tx, hash, account)
    const { via, name } = account
    await nameUserElsewhere(tx, owner.userId, account)
    await record(tx, { userId: owner.userId, via }, [{ action: 'account_linked', after: { via, name } }])
    return done(owner)
  })

const isGood = (hash: string): SQL | undefined =>
  and(
    eq(linkCodes.hash, hash),
    gt(linkCodes.expiresAt, sql`now()`),
    eq(users.id, linkCodes.userId),
    eq(users.blocked, false),
  )

const shown = { userId: users.id, username: users.username }

async function takeCode(tx: Tx, hash: string, { via, externalId }: Elsewhere): Promise<CodeOwner | undefined> {
  const [owner] = await tx
    .update(linkCodes)
    .set({ usedVia: via, usedBy: externalId })
    .from(users)
    .where(and(isGood(hash), isNull(linkCodes.usedBy)))
    .returning(shown)
  return owner
}

/** The answer if a code is repeated from where it was used, as long as the link still exists. */
async function linkedBy(tx: Tx, hash: string, { via, externalId }: Elsewhere): Promise<Result<CodeOwner>> {
  const [owner] = await tx
    .select(shown)
    .from(linkCodes)
    .innerJoin(users, isGood(hash))
    .innerJoin(userNames, and(eq(userNames.via, linkCodes.usedVia), eq(userNames.externalId, linkCodes.usedBy)))
    .where(and(eq(linkCodes.usedVia, via), eq(linkCodes.usedBy, externalId), eq(userNames.userId, users.id)))
  return owner ? done(owner) : noGood
}

/**
 * Links the user with this email address to an account on a service that has confirmed the address.
 * @returns the user; undefined if the address is unknown, or an administrator's
 */
export const linkByAddress = async (
  db: Db,
  address: string,
  account: Elsewhere & { name: string },
): Promise<number | undefined> => {
  const userId = await findUserByAddress(db, address)
  if (userId === undefined) return undefined
  const { via, name } = account
  await db.transaction(async (tx) => {
    await nameUserElsewhere(tx, userId, account)
    await record(tx, { userId, via }, [{ action: 'account_linked', after: { via, name, by: 'address' } }])
  })
  return userId
}
