// Passwords: which are valid, setting one with a link, and changing one's own.
import { and, eq, sql } from 'drizzle-orm'
import type { Db, Tx } from '../../storage/db.ts'
import { accessTokens } from '../../storage/schema.ts'
import { passwords } from '../../storage/sign-in-schema.ts'
import { addressKey } from '../rules/change.ts'
import { type Actor, type HistoryAction, type Operator, record } from '../rules/history.ts'
import { conflict, done, type FieldFault, invalid, notFound, type Refusal } from '../rules/results.ts'
import { attempt } from '../rules/transaction.ts'
import {
  createLink,
  createToken,
  lockUser,
  type SignedInUser,
  signOutEverywhere,
  useLink,
  userOfToken,
} from './access-tokens.ts'
import type { Hasher } from './password-hashes.ts'
import { countAttempt, type TooMany, takeBack, tooBusy } from './sign-in-attempts.ts'
import { lookUpUser } from './user-lists.ts'

/** In characters. */
export const passwordLength = { least: 12, most: 128 } as const

/** What an operation on passwords comes to. */
export type PasswordResult<Value> =
  | { value: Value; refused?: undefined }
  | { refused: Refusal | TooMany; value?: undefined }

/** A password as typed, twice. */
export interface NewPassword {
  password: string
  again: string
}

/** What the operations need, and where the session is opened. */
export interface SignInContext {
  db: Db
  hasher: Hasher
  userAgent?: string
}

/** The same password however a keyboard composes its characters. pages.nist.gov/800-63-3/sp800-63b.html#memsecretver */
export const normalized = (password: string): string => password.normalize('NFKC')

// In UTF-16 units, of which a normalized character can have replaced several.
const longestTyped = 1_024

/** Such a password is never valid: it isn't even normalized. */
export const isTooLong = (password: string): boolean => password.length > longestTyped

/** What is wrong with a new password of this user. */
export function faultsOfPassword(
  { password, again }: NewPassword,
  user: { username: string; email: string | null },
): FieldFault[] {
  const { least, most } = passwordLength
  const fault = (what: string, field = 'password'): FieldFault[] => [{ field, fault: what }]
  if (password === '') return fault("Password can't be blank")
  if (isTooLong(password) || [...normalized(password)].length > most)
    return fault(`Password is too long (maximum is ${most} characters)`)
  if ([...normalized(password)].length < least) return fault(`Password is too short (minimum is ${least} characters)`)
  const names = [user.username, user.email ?? ''].map(addressKey)
  if (names.includes(addressKey(normalized(password)))) return fault("Password can't be your username or email address")
  return password === again ? [] : fault("The two passwords don't match", 'again')
}

/** When a user's password was set; undefined if there is none. */
export async function passwordSetAt(tx: Tx, userId: number): Promise<Date | undefined> {
  const [found] = await tx
    .select({ changedAt: passwords.changedAt })
    .from(passwords)
    .where(eq(passwords.userId, userId))
  return found?.changedAt
}

/** Replaces the hash of the same password. */
export const renewHash = async (tx: Tx, userId: number, hash: string): Promise<void> =>
  void (await tx.update(passwords).set({ hash }).where(eq(passwords.userId, userId)))

/** The secrets that a browser gets. */
export interface Entered {
  session: string
  /** By this the browser is known later; undefined if it is known already. */
  browser?: string
}

/** Opens a session. */
export async function enterSession(
  tx: Tx,
  userId: number,
  how: { userAgent?: string; known: boolean },
): Promise<Entered> {
  const session = await createToken(tx, userId, 'session', { userAgent: how.userAgent })
  return { session, browser: how.known ? undefined : await createToken(tx, userId, 'browser') }
}

/** Stores a new hash, and ends whatever else lets the user in through a browser: sessions, but for one, and links. */
async function replaceHash(
  tx: Tx,
  who: { userId: number; action: HistoryAction; keep?: number },
  hash: string,
): Promise<void> {
  const { userId, action, keep } = who
  const changedAt = sql`now()`
  await tx
    .insert(passwords)
    .values({ userId, hash, changedAt })
    .onConflictDoUpdate({ target: passwords.userId, set: { hash, changedAt } })
  await signOutEverywhere(tx, userId, keep)
  await record(tx, { userId, via: 'web' }, [{ action, after: { userId } }])
}

/**
 * Creates the secret of a one-time link that sets a password, without checking permissions. It replaces earlier links.
 */
export const insertPasswordLink = (tx: Tx, actor: Actor | Operator, userId: number): Promise<string> =>
  tx.transaction(async (tx) => {
    const secret = await createLink(tx, userId, 'reset')
    await record(tx, actor, [{ action: 'password_link_created', after: { userId } }])
    return secret
  })

/** Why a link no longer works, the same for every reason. */
export const invalidResetLink = conflict(
  "This link isn't valid: it has been used, replaced by a newer one, or has expired.",
)

/** Sets a password with a one-time link, which is used up only then, and signs the user in. */
export async function setPasswordByLink(
  { db, hasher, userAgent }: SignInContext,
  link: string,
  given: NewPassword,
): Promise<PasswordResult<Entered>> {
  const owner = await userOfToken(db, link, 'reset')
  const user = owner && (await lookUpUser(db, { id: owner.userId }))
  if (!user) return invalidResetLink
  const faults = faultsOfPassword(given, user)
  if (faults.length > 0) return invalid(faults)
  const hash = await hasher.hash(normalized(given.password))
  if (hash === undefined) return { refused: tooBusy }
  return attempt(db, async (tx) => {
    await lockUser(tx, user.id)
    if ((await useLink(tx, link, 'reset')) === undefined) return invalidResetLink
    await replaceHash(tx, { userId: user.id, action: 'password_set' }, hash)
    return done(await enterSession(tx, user.id, { userAgent, known: false }))
  })
}

const wrongCurrent = invalid([{ field: 'current', fault: 'The current password is incorrect' }])

const noFirstPassword = conflict(
  'You signed in with an access token. To set a password, ask an administrator for a link.',
)

/**
 * Changes the caller's own password, and ends their other sessions.
 * @param given with the `current` one, if there is one
 * @returns the secret by which this browser is known from now on
 */
export async function changePassword(
  { db, hasher }: SignInContext,
  caller: SignedInUser,
  given: NewPassword & { current: string },
): Promise<PasswordResult<{ browser: string }>> {
  const { userId, tokenId } = caller
  const user = await lookUpUser(db, { id: userId })
  if (!user) return notFound('user')
  const stored = await storedHash(db, userId)
  if (stored === undefined && !(await isOwnSession(db, tokenId))) return noFirstPassword
  const faults = faultsOfPassword(given, user)
  if (stored !== undefined && given.current === '')
    faults.unshift({ field: 'current', fault: "The current password can't be blank" })
  if (faults.length > 0) return invalid(faults)
  const wrong =
    stored === undefined ? undefined : await checkCurrent({ db, hasher }, userId, { stored, current: given.current })
  if (wrong) return { refused: wrong }
  const hash = await hasher.hash(normalized(given.password))
  if (hash === undefined) return { refused: tooBusy }
  return attempt(db, async (tx) => {
    await lockUser(tx, userId)
    // Another one may have been set since.
    if ((await storedHash(tx, userId)) !== stored) return wrongCurrent
    await replaceHash(tx, { userId, action: 'password_changed', keep: tokenId }, hash)
    return done({ browser: await createToken(tx, userId, 'browser') })
  })
}

async function checkCurrent(
  { db, hasher }: SignInContext,
  userId: number,
  { stored, current }: { stored: string; current: string },
): Promise<Refusal | TooMany | undefined> {
  // Someone at an unattended browser can't guess without limit, and strangers can't use up these attempts.
  const limits = [{ name: `password of ${userId}`, most: 10 }]
  const tooMany = await countAttempt(db, limits)
  if (tooMany) return tooMany
  const matches = isTooLong(current) ? false : await hasher.matches(normalized(current), stored)
  if (matches !== false) await takeBack(db, limits)
  return matches === undefined ? tooBusy : matches ? undefined : wrongCurrent.refused
}

async function storedHash(tx: Tx, userId: number): Promise<string | undefined> {
  const [found] = await tx.select({ hash: passwords.hash }).from(passwords).where(eq(passwords.userId, userId))
  return found?.hash
}

/** A session that wasn't opened with a token: the powers of a token end with it. */
const isOwnSession = async (tx: Tx, tokenId: number): Promise<boolean> =>
  (await tx.$count(
    accessTokens,
    and(eq(accessTokens.id, tokenId), eq(accessTokens.kind, 'session'), sql`${accessTokens.parentId} is null`),
  )) > 0
