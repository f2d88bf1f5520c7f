// Users, and their linked accounts.
import { and, eq, sql } from 'drizzle-orm'
import type { Db, Tx } from '../../storage/db.ts'
import { userNames } from '../../storage/elsewhere-schema.ts'
import { type User, users } from '../../storage/schema.ts'
import { addressKey } from '../rules/change.ts'
import { type Actor, type Operator, record } from '../rules/history.ts'
import { conflict, done, invalid, notFound, type Result } from '../rules/results.ts'
import { attempt } from '../rules/transaction.ts'
import { signOutEverywhere } from './access-tokens.ts'
import { readUserFields, type UserFields } from './user-fields.ts'

export interface NewUser {
  username: string
  name?: string
  email?: string | null
  administrator?: boolean
}

/** Creates a user. Usernames and email addresses are unique in any letter case: the database rejects duplicates. */
export async function createUser(
  tx: Tx,
  { username, name = username, email, administrator = false }: NewUser,
): Promise<User> {
  const [user] = await tx
    .insert(users)
    .values({
      username,
      usernameKey: username.toLowerCase(),
      name,
      email,
      emailKey: email ? addressKey(email) : null,
      administrator,
    })
    .returning()
  return user as User
}

const onlyAdministrators = (what: string): Result<User> => ({
  refused: { why: 'forbidden', reason: `Only administrators may ${what} users.` },
})

type NewUserFields = UserFields & { administrator?: boolean }

/**
 * Creates a user from input that is checked first.
 * @returns the user, or all faults of the input, by field
 * @throws if the username or the email address is taken
 */
export async function insertUser(tx: Tx, given: NewUserFields, how: { whole: boolean }): Promise<Result<User>> {
  const { texts, faults } = readUserFields(given, how)
  return faults.length > 0
    ? invalid(faults)
    : done(await createUser(tx, { ...texts, administrator: given.administrator }))
}

/** Creates a user, for administrators. @returns the user, or all faults of the input, by field */
export const addUser = (db: Db, actor: Actor, given: NewUserFields): Promise<Result<User>> =>
  attempt(db, async (tx) =>
    (await isAdministrator(tx, actor.userId)) ? insertUser(tx, given, { whole: true }) : onlyAdministrators('create'),
  )

/**
 * Blocks a user, for administrators: sessions, sign-in links, and the user's open streams end at once; tokens can't be
 * used until the user is unblocked.
 */
export const blockUser = (db: Db, actor: Actor, id: number): Promise<Result<User>> =>
  changeBlocked(db, actor, { id, blocked: true })

/** Unblocks a user, for administrators. */
export const unblockUser = (db: Db, actor: Actor, id: number): Promise<Result<User>> =>
  changeBlocked(db, actor, { id, blocked: false })

const changeBlocked = (
  db: Db,
  actor: Actor,
  { id, blocked }: { id: number; blocked: boolean },
): Promise<Result<User>> =>
  attempt(db, async (tx) => {
    if (!(await isAdministrator(tx, actor.userId))) return onlyAdministrators(blocked ? 'block' : 'unblock')
    if (blocked && id === actor.userId) return conflict("You can't block yourself.")
    const user = await setBlocked(tx, actor, { id, blocked })
    return user ? done(user) : notFound('user')
  })

/** Blocks or unblocks a user, without checking permissions; undefined if there is none. */
export async function setBlocked(
  tx: Tx,
  actor: Actor | Operator,
  { id, blocked }: { id: number; blocked: boolean },
): Promise<User | undefined> {
  const [user] = await tx.update(users).set({ blocked }).where(eq(users.id, id)).returning()
  if (!user) return undefined
  if (blocked) await signOutEverywhere(tx, id)
  await record(tx, actor, [{ action: blocked ? 'user_blocked' : 'user_unblocked', after: { userId: id } }])
  return user
}

/** The user of that username, in any letter case, unless blocked. */
export async function findUser(tx: Tx, username: string): Promise<User | undefined> {
  const [user] = await tx
    .select()
    .from(users)
    .where(and(eq(users.usernameKey, username.toLowerCase()), eq(users.blocked, false)))
  return user
}

/** Is this an active user, and not a visitor? */
export async function isUser(tx: Tx, id: number): Promise<boolean> {
  const found = await tx
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, id), eq(users.blocked, false)))
  return found.length > 0
}

/** Is this an administrator, and not blocked? */
export const isAdministrator = async (tx: Tx, id: number): Promise<boolean> =>
  (await tx.$count(users, and(eq(users.id, id), eq(users.administrator, true), eq(users.blocked, false)))) > 0

/** Our user with that linked account on another service (`via`), unless blocked. */
export async function findUserElsewhere(tx: Tx, via: string, externalId: string): Promise<number | undefined> {
  const [found] = await tx
    .select({ id: users.id })
    .from(userNames)
    .innerJoin(users, eq(users.id, userNames.userId))
    .where(and(eq(userNames.via, via), eq(userNames.externalId, externalId), eq(users.blocked, false)))
  return found?.id
}

/** An account on another service. */
export interface Elsewhere {
  /** The service: `slack`. */
  via: string
  /** Its id there. */
  externalId: string
  /** Its name there. */
  name?: string | null
}

/** Links an account on another service, with its name there; the latest name counts. */
export async function nameUserElsewhere(
  tx: Tx,
  userId: number,
  { via, externalId, name = null }: Elsewhere,
): Promise<void> {
  const since = sql`case when ${userNames.userId} = ${userId} then ${userNames.createdAt} else now() end`
  await tx
    .insert(userNames)
    .values({ via, externalId, userId, name })
    .onConflictDoUpdate({ target: [userNames.via, userNames.externalId], set: { userId, name, createdAt: since } })
}

/** A user's linked accounts, and since when: by service, then by name. */
export const namesElsewhere = (tx: Tx, userId: number): Promise<(Required<Elsewhere> & { createdAt: Date })[]> =>
  tx
    .select({
      via: userNames.via,
      externalId: userNames.externalId,
      name: userNames.name,
      createdAt: userNames.createdAt,
    })
    .from(userNames)
    .where(eq(userNames.userId, userId))
    .orderBy(...[userNames.via, userNames.name, userNames.externalId].map((text) => sql`${text} collate "C"`))

/** Unlinks the actor's account on another service (`via`); `not found` for an account that isn't theirs. */
export const forgetNameElsewhere = (db: Db, actor: Actor, via: string, externalId: string): Promise<Result<true>> =>
  attempt(db, async (tx) => {
    // Postgres can't store a NUL.
    if (`${via}${externalId}`.includes('\0')) return notFound('linked account')
    const own = and(eq(userNames.userId, actor.userId), eq(userNames.via, via), eq(userNames.externalId, externalId))
    const [gone] = await tx.delete(userNames).where(own).returning({ via: userNames.via, name: userNames.name })
    if (!gone) return notFound('linked account')
    await record(tx, actor, [{ action: 'account_unlinked', after: gone }])
    return done(true)
  })

/** Are there no users yet? */
export async function nobodyYet(tx: Tx): Promise<boolean> {
  const found = await tx.select({ one: sql`1` }).from(users).limit(1)
  return found.length === 0
}

/**
 * The user with that email address, in any letter case, unless blocked; never an administrator, as an address alone
 * isn't enough proof.
 */
export async function findUserByAddress(tx: Tx, address: string): Promise<number | undefined> {
  const which = and(eq(users.emailKey, addressKey(address)), eq(users.blocked, false), eq(users.administrator, false))
  const [found] = await tx.select({ id: users.id }).from(users).where(which)
  return found?.id
}
