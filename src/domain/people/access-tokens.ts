// API tokens, browser sessions, known browsers, and one-time links. Secrets are shown once and stored as hashes.
import { createHash, randomBytes } from 'node:crypto'
import { and, eq, isNull, lt, ne, or, type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../../storage/db.ts'
import { tellEnd } from '../../storage/notify.ts'
import { accessTokens, users } from '../../storage/schema.ts'

/** `sign_in` and `reset` are one-time links; `browser` is a browser in which its user has signed in before. */
export type TokenKind = 'api' | 'session' | 'sign_in' | 'reset' | 'browser'

type LinkKind = 'sign_in' | 'reset'

/** The caller, and what they can do. */
export interface SignedInUser {
  userId: number
  username: string
  name: string
  administrator: boolean
  scopes: readonly string[]
  tokenId: number
  lastUsedAt: Date | null
}

const aMinute = 60_000
const hashOf = (secret: string) => createHash('sha256').update(secret).digest('base64url')
const lifetime: Record<TokenKind, string | null> = {
  api: null,
  session: '90 days',
  sign_in: '10 minutes',
  reset: '1 hour',
  browser: '1 year',
}
const longestIdle = '14 days'
const longestUserAgent = 500
const prefix: Record<TokenKind, string> = { api: 'rbat-', session: '', sign_in: '', reset: '', browser: '' }

interface TokenOptions {
  name?: string
  scopes?: readonly string[]
  /** A secret chosen by the operator; otherwise 256 random bits. */
  secret?: string
  /** Otherwise the default for its kind. */
  expiresAt?: Date | null
  /** The same, as an interval: `1 hour`. */
  lasts?: string
  /** The token that opens a session. */
  parentId?: number
  userAgent?: string
}

/** Creates a token and returns its secret, which is not stored. */
export const createToken = async (
  tx: Tx,
  userId: number,
  kind: TokenKind,
  options: TokenOptions = {},
): Promise<string> => (await insertToken(tx, userId, kind, options)).secret

/** The same, with the token's id. */
export async function insertToken(
  tx: Tx,
  userId: number,
  kind: TokenKind,
  options: TokenOptions,
): Promise<{ id: number; secret: string }> {
  const {
    name = kind,
    secret = prefix[kind] + randomBytes(32).toString('base64url'),
    expiresAt,
    lasts,
    parentId,
  } = options
  const life = lasts ?? lifetime[kind]
  const end = expiresAt ?? (life === null ? null : sql`now() + ${life}::interval`)
  const [scopes, userAgent] = [[...(options.scopes ?? ['api'])], options.userAgent?.slice(0, longestUserAgent)]
  const row = { userId, kind, name, scopes, hash: hashOf(secret), expiresAt: end, parentId, userAgent }
  const [made] = (await tx.insert(accessTokens).values(row).returning({ id: accessTokens.id })) as [{ id: number }]
  return { id: made.id, secret }
}

/**
 * SQL: is a token neither revoked, expired, nor (a session) idle for long, and the same of the token that opened it?
 */
export const isActive: SQL = sql`(${accessTokens.revokedAt} is null and (${accessTokens.expiresAt} is null
  or ${accessTokens.expiresAt} > now())
  and (${accessTokens.kind} <> 'session' or coalesce(${accessTokens.lastUsedAt},
  ${accessTokens.createdAt}) > now() - ${longestIdle}::interval)
  and not exists (select from access_tokens parent
    where parent.id = ${accessTokens.parentId} and (parent.revoked_at is not null or parent.expires_at <= now())))`

const isValid = and(isActive, eq(users.blocked, false))

/**
 * The user that this secret belongs to, if it is of one of these kinds; undefined if it is unknown, expired, revoked,
 * or its user is blocked.
 */
export async function userOfToken(tx: Tx, secret: string, kind: TokenKind): Promise<SignedInUser | undefined> {
  const [user] = await tx
    .select({
      userId: users.id,
      username: users.username,
      name: users.name,
      administrator: users.administrator,
      scopes: accessTokens.scopes,
      tokenId: accessTokens.id,
      lastUsedAt: accessTokens.lastUsedAt,
    })
    .from(accessTokens)
    .innerJoin(users, eq(users.id, accessTokens.userId))
    .where(and(eq(accessTokens.hash, hashOf(secret)), eq(accessTokens.kind, kind), isValid))
  return user
}

/** Records that a token was used; at most once a minute, so that a busy token is not a busy row. */
export async function markUsed(tx: Tx, { tokenId, lastUsedAt }: SignedInUser): Promise<void> {
  if (lastUsedAt !== null && lastUsedAt.getTime() > Date.now() - aMinute) return
  const longAgo = or(isNull(accessTokens.lastUsedAt), lt(accessTokens.lastUsedAt, sql`now() - interval '1 minute'`))
  await tx
    .update(accessTokens)
    .set({ lastUsedAt: sql`now()` })
    .where(and(eq(accessTokens.id, tokenId), longAgo))
}

/** Locks a user: of a block and whatever lets the user in, one comes first. */
export const lockUser = async (tx: Tx, userId: number): Promise<void> =>
  void (await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('no key update'))

/**
 * Creates the secret of a link that works once; it replaces earlier ones of its kind.
 * @param lasts an interval, otherwise that of its kind
 */
export const createLink = (tx: Tx, userId: number, kind: LinkKind, lasts?: string): Promise<string> =>
  tx.transaction(async (tx) => {
    // Of two created at once, the later one replaces the earlier.
    await lockUser(tx, userId)
    await revoke(tx, and(eq(accessTokens.userId, userId), eq(accessTokens.kind, kind)))
    return createToken(tx, userId, kind, { lasts })
  })

/** Uses up a link: if it is followed twice at once, it works for one of them. @returns whose it was */
export async function useLink(tx: Tx, secret: string, kind: LinkKind): Promise<number | undefined> {
  const [used] = await tx
    .update(accessTokens)
    .set({ revokedAt: sql`now()` })
    .from(users)
    .where(
      and(
        eq(users.id, accessTokens.userId),
        eq(accessTokens.hash, hashOf(secret)),
        eq(accessTokens.kind, kind),
        isValid,
      ),
    )
    .returning({ userId: accessTokens.userId })
  return used?.userId
}

/** Does a token or session still let its user in? */
export async function isStillGood(tx: Tx, tokenId: number): Promise<boolean> {
  const found = await tx
    .select({ id: accessTokens.id })
    .from(accessTokens)
    .innerJoin(users, eq(users.id, accessTokens.userId))
    .where(and(eq(accessTokens.id, tokenId), isValid))
  return found.length > 0
}

async function revoke(tx: Tx, which: SQL | undefined): Promise<{ userId: number }[]> {
  return tx
    .update(accessTokens)
    .set({ revokedAt: sql`now()` })
    .where(and(which, isNull(accessTokens.revokedAt)))
    .returning({ userId: accessTokens.userId })
}

/** The same, and closes the users' open streams. @returns how many ended */
const end = (tx: Tx, which: SQL | undefined): Promise<number> =>
  tx.transaction(async (tx) => {
    const ended = await revoke(tx, which)
    for (const userId of new Set(ended.map((one) => one.userId))) await tellEnd(tx, userId)
    return ended.length
  })

/** Ends a token at once, and with it the sessions that it opened. */
export const revokeToken = (tx: Tx, tokenId: number): Promise<number> => end(tx, eq(accessTokens.id, tokenId))

const isSession = eq(accessTokens.kind, 'session')

/** Ends a browser's session at once; a token that a program uses is left alone. */
export const endSession = (tx: Tx, tokenId: number): Promise<number> =>
  end(tx, and(isSession, eq(accessTokens.id, tokenId)))

/** Ends the sessions of a user, all but one. @returns how many */
export const endSessionsExcept = (tx: Tx, userId: number, tokenId: number): Promise<number> =>
  end(tx, and(isSession, isActive, eq(accessTokens.userId, userId), ne(accessTokens.id, tokenId)))

/**
 * Ends a user's sessions, but for one, and links; no browser is known any more. Tokens stay: they can't be used while
 * the user is blocked.
 */
export async function signOutEverywhere(tx: Tx, userId: number, but?: number): Promise<void> {
  const others = but === undefined ? undefined : ne(accessTokens.id, but)
  await revoke(tx, and(eq(accessTokens.userId, userId), ne(accessTokens.kind, 'api'), others))
  await tellEnd(tx, userId)
}

/** Deletes expired sessions and links. @returns how many */
export async function forgetEndedSessions(tx: Tx): Promise<number> {
  const gone = await tx
    .delete(accessTokens)
    .where(and(ne(accessTokens.kind, 'api'), sql`not ${isActive}`))
    .returning({ id: accessTokens.id })
  return gone.length
}
