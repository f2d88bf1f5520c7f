// A user's browser sessions, listing and ending them; and how long a stream can stay open in a user's name.
import { and, desc, eq } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { Db, Tx } from '../../storage/db.ts'
import type { Newsroom } from '../../storage/notify.ts'
import { accessTokens } from '../../storage/schema.ts'
import { done, notFound, type Result } from '../rules/results.ts'
import { attempt } from '../rules/transaction.ts'
import { endSession, isActive, isStillGood, type SignedInUser } from './access-tokens.ts'

export interface ShownSession {
  id: number
  createdAt: Date
  lastUsedAt: Date | null
  expiresAt: Date | null
  /** The browser, as it calls itself. */
  userAgent: string | null
  /** The name of the token that opened it. */
  token: string | null
}

const parent = alias(accessTokens, 'opened_by')

const ofUser = (userId: number) => and(eq(accessTokens.userId, userId), eq(accessTokens.kind, 'session'), isActive)

/** A page of a user's sessions, the latest first, and the total. */
export async function listSessions(
  tx: Tx,
  userId: number,
  page: { limit: number; offset: number },
): Promise<{ total: number; rows: ShownSession[] }> {
  const { id, createdAt, lastUsedAt, expiresAt, userAgent } = accessTokens
  const found = tx
    .select({ id, createdAt, lastUsedAt, expiresAt, userAgent, token: parent.name })
    .from(accessTokens)
    .leftJoin(parent, eq(parent.id, accessTokens.parentId))
    .where(ofUser(userId))
    .orderBy(desc(id))
    .limit(page.limit)
    .offset(page.offset)
  const [total, rows] = await Promise.all([tx.$count(accessTokens, ofUser(userId)), found])
  return { total, rows }
}

/** Ends one of the caller's own sessions at once; `not found` for any other. */
export const endOwnSession = (db: Db, userId: number, id: number): Promise<Result<true>> =>
  attempt(db, async (tx) => {
    if ((await tx.$count(accessTokens, and(ofUser(userId), eq(accessTokens.id, id)))) === 0) return notFound('session')
    await endSession(tx, id)
    return done(true)
  })

// How soon, in milliseconds, an expiry is noticed.
const lookAgain = 60_000

/**
 * Calls `end` when the caller's token or session ends: revoked, signed out, expired, or its user blocked, in any
 * process.
 * @returns a function that stops watching
 */
export function watchForEnd(
  { db, newsroom }: { db: Db; newsroom: Newsroom },
  user: SignedInUser | null,
  end: () => void,
): () => void {
  if (!user) return () => {}
  const look = async () => {
    if (!(await isStillGood(db, user.tokenId).catch(() => false))) end()
  }
  const unfollow = newsroom.followEnds(user.userId, look)
  const timer = setInterval(look, lookAgain).unref()
  // It can have ended while the stream was being opened.
  void look()
  return () => {
    unfollow()
    clearInterval(timer)
  }
}
