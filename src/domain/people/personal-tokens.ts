// API tokens, as users manage their own and administrators all of them. Sessions and sign-in links are not included.
import { and, asc, desc, eq, isNotNull, isNull, lte, or, sql } from 'drizzle-orm'
import type { Db, Tx } from '../../storage/db.ts'
import { accessTokens, users } from '../../storage/schema.ts'
import { conflict, done, type FieldFault, invalid, notFound, type Result } from '../rules/results.ts'
import { readText } from '../rules/text-fields.ts'
import { isPartOf } from '../rules/text-search.ts'
import { attempt } from '../rules/transaction.ts'
import { insertToken, isActive, revokeToken, type SignedInUser } from './access-tokens.ts'
import { isAdministrator } from './users.ts'

type Keeper = Pick<SignedInUser, 'userId' | 'administrator'>

/** A token as shown: never with its secret. */
export interface ShownToken {
  id: number
  userId: number
  name: string
  scopes: string[]
  createdAt: Date
  lastUsedAt: Date | null
  expiresAt: Date | null
  revokedAt: Date | null
  active: boolean
}

export interface TokensWanted {
  /** The owner; without one, all tokens (for administrators). */
  userId?: number
  active?: boolean
  revoked?: boolean
  /** Part of its name. */
  search?: string
  descending: boolean
}

const isOver = or(isNotNull(accessTokens.revokedAt), lte(accessTokens.expiresAt, sql`now()`))
const columns = {
  id: accessTokens.id,
  userId: accessTokens.userId,
  name: accessTokens.name,
  scopes: accessTokens.scopes,
  createdAt: accessTokens.createdAt,
  lastUsedAt: accessTokens.lastUsedAt,
  expiresAt: accessTokens.expiresAt,
  revokedAt: accessTokens.revokedAt,
  active: sql<boolean>`${isActive}`,
}

const seenBy = ({ userId, administrator }: Keeper) =>
  and(eq(accessTokens.kind, 'api'), administrator ? undefined : eq(accessTokens.userId, userId))

function wantedOf({ userId, active, revoked, search }: TokensWanted) {
  return and(
    userId === undefined ? undefined : eq(accessTokens.userId, userId),
    active === undefined ? undefined : active ? isActive : isOver,
    revoked === undefined ? undefined : revoked ? isNotNull(accessTokens.revokedAt) : isNull(accessTokens.revokedAt),
    search ? isPartOf(search, accessTokens.name) : undefined,
  )
}

/** A page of the tokens that a user can see, and the total. */
export async function listTokens(
  tx: Tx,
  keeper: Keeper,
  wanted: TokensWanted,
  page: { limit: number; offset: number },
): Promise<{ total: number; rows: ShownToken[] }> {
  const which = and(seenBy(keeper), wantedOf(wanted))
  const order = wanted.descending ? desc(accessTokens.id) : asc(accessTokens.id)
  const found = tx.select(columns).from(accessTokens).where(which).orderBy(order).limit(page.limit).offset(page.offset)
  const [total, rows] = await Promise.all([tx.$count(accessTokens, which), found])
  return { total, rows }
}

/** A token that a user can see. */
export async function findToken(tx: Tx, keeper: Keeper, id: number): Promise<ShownToken | undefined> {
  const [token] = await tx
    .select(columns)
    .from(accessTokens)
    .where(and(seenBy(keeper), eq(accessTokens.id, id)))
  return token
}

/** Revokes a token at once; revoking it again does nothing. */
export const revokePersonalToken = (db: Db, keeper: Keeper, id: number): Promise<Result<true>> =>
  attempt(db, async (tx) => {
    if (!(await findToken(tx, keeper, id))) return notFound('token')
    await revokeToken(tx, id)
    return done(true)
  })

/** A token, and its secret, which is not stored. */
interface Issued {
  token: ShownToken
  secret: string
}

// docs.gitlab.com/api/personal_access_tokens/#rotate-a-personal-access-token
const aWeek = 7 * 24 * 60 * 60 * 1_000

/** Revokes a token and creates another with its name and scopes. @param day when that expires; by default in a week */
export const rotateToken = (db: Db, keeper: Keeper, id: number, day?: string | null): Promise<Result<Issued>> =>
  attempt(db, async (tx) => {
    await tx.select({ id: accessTokens.id }).from(accessTokens).where(eq(accessTokens.id, id)).for('no key update')
    const token = await findToken(tx, keeper, id)
    if (!token) return notFound('token')
    if (!token.active) return conflict('This token has expired or been revoked.')
    const { end, faults } = day ? readDay(day) : { end: new Date(Date.now() + aWeek), faults: [] }
    if (faults.length > 0) return invalid(faults)
    await revokeToken(tx, id)
    const made = await insertToken(tx, token.userId, 'api', { name: token.name, scopes: token.scopes, expiresAt: end })
    return done({ token: (await findToken(tx, keeper, made.id)) as ShownToken, secret: made.secret })
  })

const scopes = ['api', 'read_api']

interface TokenFields {
  name?: string | null
  scopes?: readonly string[]
  /** The day on which it is no longer valid. */
  expiresAt?: string | null
}

function readDay(day: string): { end: Date; faults: FieldFault[] } {
  const end = new Date(`${day}T00:00:00Z`)
  const isDay = /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(end.getTime()) && end.toISOString().startsWith(day)
  if (!isDay) return { end, faults: [{ field: 'expiresAt', fault: 'Expires at must be a day: YYYY-MM-DD' }] }
  return {
    end,
    faults: end.getTime() > Date.now() ? [] : [{ field: 'expiresAt', fault: 'Expires at must be in the future' }],
  }
}

function readFields(given: TokenFields) {
  const { text: name, faults } = readText('name', { label: 'Name', most: 255, required: true }, given.name)
  const wanted = [...new Set(given.scopes)]
  if (wanted.length === 0) faults.push({ field: 'scopes', fault: "Scopes can't be blank" })
  else if (!wanted.every((scope) => scopes.includes(scope)))
    faults.push({ field: 'scopes', fault: `Scopes can only be ${scopes.join(' and ')}` })
  const day = given.expiresAt ? readDay(given.expiresAt) : undefined
  return {
    name: name ?? undefined,
    scopes: wanted,
    expiresAt: day?.end ?? null,
    faults: [...faults, ...(day?.faults ?? [])],
  }
}

/** Creates a token for a user, for administrators. */
export const issueToken = (db: Db, keeper: Keeper, userId: number, given: TokenFields): Promise<Result<Issued>> =>
  attempt(db, async (tx) => {
    if (!(await isAdministrator(tx, keeper.userId)))
      return { refused: { why: 'forbidden', reason: 'Only administrators can create tokens for users.' } }
    if ((await tx.$count(users, eq(users.id, userId))) === 0) return notFound('user')
    const { faults, ...fields } = readFields(given)
    if (faults.length > 0) return invalid(faults)
    const { id, secret } = await insertToken(tx, userId, 'api', fields)
    return done({ token: (await findToken(tx, keeper, id)) as ShownToken, secret })
  })
