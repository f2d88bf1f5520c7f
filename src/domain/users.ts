// People, and the names they have elsewhere.
import { and, eq, sql } from 'drizzle-orm'
import type { Tx } from '../storage/db.ts'
import { type User, userNames, users } from '../storage/schema.ts'
import { addressKey } from './change.ts'

export interface NewUser {
  username: string
  name?: string
  email?: string
  administrator?: boolean
}

/** Creates a user. Usernames and addresses are unique whatever the letter case: the database refuses a second one. */
export async function createUser(tx: Tx, { username, name = username, email, administrator = false }: NewUser): Promise<User> {
  const [user] = await tx
    .insert(users)
    .values({ username, usernameKey: username.toLowerCase(), name, email, emailKey: email ? addressKey(email) : null, administrator })
    .returning()
  return user as User
}

/** The user of that username, in any letter case, unless blocked. */
export async function findUser(tx: Tx, username: string): Promise<User | undefined> {
  const [user] = await tx
    .select()
    .from(users)
    .where(and(eq(users.usernameKey, username.toLowerCase()), eq(users.blocked, false)))
  return user
}

/** Is this a user who may do anything at all, and no visitor? */
export async function isUser(tx: Tx, id: number): Promise<boolean> {
  const found = await tx
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, id), eq(users.blocked, false)))
  return found.length > 0
}

/** Our user who is known elsewhere (`via`) under that id, unless blocked. */
export async function findUserElsewhere(tx: Tx, via: string, externalId: string): Promise<number | undefined> {
  const [found] = await tx
    .select({ id: users.id })
    .from(userNames)
    .innerJoin(users, eq(users.id, userNames.userId))
    .where(and(eq(userNames.via, via), eq(userNames.externalId, externalId), eq(users.blocked, false)))
  return found?.id
}

/** Remembers that a user is known elsewhere (`via`) under that id; the latest word counts. */
export async function nameUserElsewhere(tx: Tx, userId: number, via: string, externalId: string): Promise<void> {
  await tx
    .insert(userNames)
    .values({ via, externalId, userId })
    .onConflictDoUpdate({ target: [userNames.via, userNames.externalId], set: { userId } })
}

/** Is there nobody yet? */
export async function nobodyYet(tx: Tx): Promise<boolean> {
  const found = await tx.select({ one: sql`1` }).from(users).limit(1)
  return found.length === 0
}
