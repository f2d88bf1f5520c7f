// What proves who is asking: API tokens, browser sessions, sign-in links. Secrets are shown once and kept as hashes.
import { createHash, randomBytes } from 'node:crypto'
import { and, eq, gt, isNull, lt, or, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../storage/db.ts'
import { accessTokens, users } from '../storage/schema.ts'

export type TokenKind = 'api' | 'session' | 'sign_in'

/** Who is asking, and with what right. */
export interface Asker {
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
const lifetime: Record<TokenKind, string | null> = { api: null, session: '30 days', sign_in: '10 minutes' }
const prefix: Record<TokenKind, string> = { api: 'rbat-', session: '', sign_in: '' }

interface TokenOptions {
  name?: string
  scopes?: string[]
  /** One that the operator has chosen; else 256 random bits. */
  secret?: string
  /** Else what is usual for its kind. */
  expiresAt?: Date | null
  /** The same, as an interval: `1 hour`. */
  lasts?: string
}

/** Makes a token and returns its secret, which is kept nowhere. */
export const createToken = async (tx: Tx, userId: number, kind: TokenKind, options: TokenOptions = {}): Promise<string> =>
  (await insertToken(tx, userId, kind, options)).secret

/** The same, with the token's id. */
export async function insertToken(tx: Tx, userId: number, kind: TokenKind, options: TokenOptions): Promise<{ id: number; secret: string }> {
  const { name = kind, scopes = ['api'], secret = prefix[kind] + randomBytes(32).toString('base64url'), expiresAt, lasts } = options
  const life = lasts ?? lifetime[kind]
  const end = expiresAt ?? (life === null ? null : sql`now() + ${life}::interval`)
  const row = { userId, kind, name, scopes, hash: hashOf(secret), expiresAt: end }
  const [made] = (await tx.insert(accessTokens).values(row).returning({ id: accessTokens.id })) as [{ id: number }]
  return { id: made.id, secret }
}

const stillGood = and(
  isNull(accessTokens.revokedAt),
  or(isNull(accessTokens.expiresAt), gt(accessTokens.expiresAt, sql`now()`)),
  eq(users.blocked, false),
)

/** Who holds this secret of one of these kinds; undefined if it is unknown, expired, revoked, or its user blocked. */
export async function whoHolds(tx: Tx, secret: string, kind: TokenKind): Promise<Asker | undefined> {
  const [asker] = await rowsOf<Omit<Asker, 'lastUsedAt'> & { lastUsedAt: string | null }>(
    tx,
    sql`select u.id as "userId", u.username, u.name, u.administrator, t.scopes, t.id as "tokenId", t.last_used_at as "lastUsedAt"
      from access_tokens t join users u on u.id = t.user_id
      where t.hash = ${hashOf(secret)} and t.kind = ${kind} and t.revoked_at is null and (t.expires_at is null or t.expires_at > now()) and not u.blocked`,
  )
  return asker && { ...asker, lastUsedAt: asker.lastUsedAt === null ? null : new Date(asker.lastUsedAt) }
}

/** Writes down that a token was used; at most once a minute, so that a busy token is not a busy row. */
export async function markUsed(tx: Tx, { tokenId, lastUsedAt }: Asker): Promise<void> {
  if (lastUsedAt !== null && lastUsedAt.getTime() > Date.now() - aMinute) return
  const longAgo = or(isNull(accessTokens.lastUsedAt), lt(accessTokens.lastUsedAt, sql`now() - interval '1 minute'`))
  await tx
    .update(accessTokens)
    .set({ lastUsedAt: sql`now()` })
    .where(and(eq(accessTokens.id, tokenId), longAgo))
}

/** Creates the secret of a link that signs a user in once; it replaces earlier ones. @param lasts an interval, otherwise ten minutes */
export const createSignInLink = (tx: Tx, userId: number, lasts?: string): Promise<string> =>
  tx.transaction(async (tx) => {
    // Of two created at once, the later one replaces the earlier.
    await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('no key update')
    const earlier = and(eq(accessTokens.userId, userId), eq(accessTokens.kind, 'sign_in'), isNull(accessTokens.revokedAt))
    await tx.update(accessTokens).set({ revokedAt: sql`now()` }).where(earlier)
    return createToken(tx, userId, 'sign_in', { lasts })
  })

/** Uses up a sign-in link: of two people who follow it at once, one gets in. */
export async function useSignInLink(tx: Tx, secret: string): Promise<number | undefined> {
  const [used] = await tx
    .update(accessTokens)
    .set({ revokedAt: sql`now()` })
    .from(users)
    .where(and(eq(users.id, accessTokens.userId), eq(accessTokens.hash, hashOf(secret)), eq(accessTokens.kind, 'sign_in'), stillGood))
    .returning({ userId: accessTokens.userId })
  return used?.userId
}

/** Is a token neither expired nor revoked, and its user not blocked? */
export async function isStillGood(tx: Tx, tokenId: number): Promise<boolean> {
  const found = await tx
    .select({ id: accessTokens.id })
    .from(accessTokens)
    .innerJoin(users, eq(users.id, accessTokens.userId))
    .where(and(eq(accessTokens.id, tokenId), stillGood))
  return found.length > 0
}

/** Ends a browser's session at once; a token that a program uses is left alone. */
export async function endSession(tx: Tx, tokenId: number): Promise<void> {
  await tx
    .update(accessTokens)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(accessTokens.id, tokenId), eq(accessTokens.kind, 'session'), isNull(accessTokens.revokedAt)))
}

/** Ends a token at once. */
export async function revokeToken(tx: Tx, tokenId: number): Promise<void> {
  await tx
    .update(accessTokens)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(accessTokens.id, tokenId), isNull(accessTokens.revokedAt)))
}
