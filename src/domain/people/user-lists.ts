// Lists and lookups of users, including blocked ones.
import { and, asc, desc, eq, or, type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../../storage/db.ts'
import { type User, users } from '../../storage/schema.ts'
import { addressKey } from '../rules/change.ts'
import { isPartOf } from '../rules/text-search.ts'

export interface UsersWanted {
  username?: string
  /** Part of a name or username. */
  search?: string
  /** A complete email address is also matched. */
  byAddress: boolean
  blocked?: boolean
  order: 'id' | 'name' | 'username' | 'created_at'
  descending: boolean
}

const orders = {
  id: users.id,
  name: sql`lower(${users.name}) collate "C"`,
  username: users.usernameKey,
  created_at: users.createdAt,
}

function searched({ search, byAddress }: UsersWanted): SQL | undefined {
  if (!search) return undefined
  const address = byAddress ? eq(users.emailKey, addressKey(search)) : undefined
  return or(isPartOf(search, users.name, users.username), address)
}

/** A page of users, and the total. */
export async function listUsers(
  tx: Tx,
  wanted: UsersWanted,
  page: { limit: number; offset: number },
): Promise<{ total: number; rows: User[] }> {
  const { username, blocked, order, descending } = wanted
  const named = username === undefined ? undefined : eq(users.usernameKey, username.toLowerCase())
  const which = and(named, blocked === undefined ? undefined : eq(users.blocked, blocked), searched(wanted))
  const direction = descending ? desc : asc
  const found = tx.select().from(users).where(which).orderBy(direction(orders[order]), direction(users.id))
  const [total, rows] = await Promise.all([tx.$count(users, which), found.limit(page.limit).offset(page.offset)])
  return { total, rows }
}

/** A user by id, or by username in any letter case. */
export async function lookUpUser(tx: Tx, name: { id: number } | { username: string }): Promise<User | undefined> {
  const which = 'id' in name ? eq(users.id, name.id) : eq(users.usernameKey, name.username.toLowerCase())
  const [user] = await tx.select().from(users).where(which)
  return user
}
