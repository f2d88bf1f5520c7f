// Signing in with a password, or with a one-time link.
import { and, eq } from 'drizzle-orm'
import { type Db, type Tx, transact } from '../../storage/db.ts'
import { users } from '../../storage/schema.ts'
import { passwords } from '../../storage/sign-in-schema.ts'
import { addressKey } from '../rules/change.ts'
import { conflict, done } from '../rules/results.ts'
import { attempt } from '../rules/transaction.ts'
import { createToken, lockUser, type SignedInUser, useLink, userOfToken } from './access-tokens.ts'
import {
  type Entered,
  enterSession,
  isTooLong,
  normalized,
  type PasswordResult,
  renewHash,
  type SignInContext,
} from './passwords.ts'
import { countAttempt, type Limit, takeBack, tooBusy } from './sign-in-attempts.ts'

/** What someone signs in with, and from where. */
export interface Entering {
  /** Username or email address. */
  login: string
  password: string
  /** The network address. */
  address: string
  /** The secret of a known browser. */
  browser: string | undefined
}

// Fewer fit no purpose of users; of an address, many users can share one.
const most = { name: 10, address: 100 } as const
const longestLogin = 255

const wrong = conflict('Incorrect username or password.')

/**
 * Signs a user in. An unknown user, one without a password, a blocked one and a wrong password take the same time and
 * get the same answer. Strangers' attempts are limited per name and per address; those of a browser in which the user
 * has signed in before are counted apart, so that no stranger can lock a user out.
 * owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
 */
export async function signInWithPassword(
  { db, hasher, userAgent }: SignInContext,
  given: Entering,
): Promise<PasswordResult<Entered>> {
  const { password } = given
  const found = await findByLogin(db, given.login.trim())
  const holder = given.browser === undefined ? undefined : await userOfToken(db, given.browser, 'browser')
  const browser = holder?.userId === found?.userId ? holder : undefined
  const limits = limitsOf(given, browser)
  const tooMany = await countAttempt(db, limits)
  if (tooMany) return { refused: tooMany }
  const matches = isTooLong(password) ? false : await hasher.matches(normalized(password), found?.hash)
  if (matches !== false) await takeBack(db, limits)
  if (matches === undefined) return { refused: tooBusy }
  if (!matches || !found) return wrong
  const { userId, hash } = found
  const newer = hasher.isOutdated(hash) ? await hasher.hash(normalized(password)) : undefined
  return attempt(db, async (tx) => {
    // In the meantime, the user may have been blocked, or have got another password.
    const still = tx.select({ id: users.id }).from(users).innerJoin(passwords, eq(passwords.userId, users.id))
    const current = await still
      .where(and(eq(users.id, userId), eq(users.blocked, false), eq(passwords.hash, hash)))
      .for('no key update')
    if (current.length === 0) return wrong
    if (newer) await renewHash(tx, userId, newer)
    return done(await enterSession(tx, userId, { userAgent, known: browser !== undefined }))
  })
}

/**
 * Signs a user in with a one-time link. The link is used up only if the session is opened.
 * @returns the secret of the session; undefined if the link is invalid
 */
export async function signInByLink(db: Db, link: string, userAgent?: string): Promise<string | undefined> {
  const holder = await userOfToken(db, link, 'sign_in')
  if (!holder) return undefined
  return transact(db, async (tx) => {
    // A block that comes first ends the link; one that comes later ends the session.
    await lockUser(tx, holder.userId)
    const userId = await useLink(tx, link, 'sign_in')
    return userId === undefined ? undefined : createToken(tx, userId, 'session', { userAgent })
  })
}

/** The user's password, unless blocked. */
async function findByLogin(tx: Tx, login: string): Promise<{ userId: number; hash: string } | undefined> {
  // Postgres can't store a NUL.
  if (login.length > longestLogin || login.includes('\0')) return undefined
  const named = login.includes('@') ? eq(users.emailKey, addressKey(login)) : eq(users.usernameKey, login.toLowerCase())
  const [found] = await tx
    .select({ userId: users.id, hash: passwords.hash })
    .from(users)
    .innerJoin(passwords, eq(passwords.userId, users.id))
    .where(and(named, eq(users.blocked, false)))
  return found
}

const limitsOf = ({ login, address }: Entering, known: SignedInUser | undefined): Limit[] =>
  known
    ? [{ name: `browser ${known.tokenId}`, most: most.name }]
    : [
        { name: `address ${networkOf(address)}`, most: most.address },
        { name: `login ${addressKey(login.trim())}`, most: most.name },
      ]

/** An IPv6 client has a whole /64 to itself: its addresses are counted together. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address.replace(/^::ffff:/i, '')
  const [head = '', tail] = address.split('%', 1)[0]?.toLowerCase().split('::') ?? []
  const groups = head.split(':').filter(Boolean)
  const rest = tail?.split(':').filter(Boolean) ?? []
  const zeros = tail === undefined ? [] : Array<string>(Math.max(8 - groups.length - rest.length, 0)).fill('0')
  return [...groups, ...zeros, ...rest]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16))
    .join(':')
}
