// Who has a role in a group or project: their own there, or inherited too.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../storage/db.ts'
import type { RolePlace } from './members.ts'

export interface ListedMember {
  id: number
  username: string
  name: string
  blocked: boolean
  level: number
  createdAt: string
}

export interface MembersWanted {
  /** With those who have their role from above; of several roles the highest. */
  inherited: boolean
  /** Part of a name or username. */
  search?: string
}

/** A role that a user holds, and where. */
export interface Membership {
  kind: 'group' | 'project'
  id: number
  name: string
  level: number
}

/** A page of the roles that a user holds, without inherited ones, and how many there are in all. */
export async function listMemberships(
  tx: Tx,
  userId: number,
  { kind, limit, offset }: { kind?: Membership['kind']; limit: number; offset: number },
): Promise<{ total: number; rows: Membership[] }> {
  const ofKind = kind === undefined ? sql`` : kind === 'group' ? sql`and m.group_id is not null` : sql`and m.project_id is not null`
  const from = sql`from members m left join groups g on g.id = m.group_id left join projects p on p.id = m.project_id where m.user_id = ${userId} ${ofKind}`
  const shown = sql`case when m.group_id is null then 'project' else 'group' end as kind, coalesce(g.id, p.id) as id, coalesce(g.name, p.name) as name, m.level`
  const [[counted], rows] = await Promise.all([
    rowsOf<{ total: number }>(tx, sql`select count(*)::int as total ${from}`),
    rowsOf<Membership>(tx, sql`select ${shown} ${from} order by m.id limit ${limit} offset ${offset}`),
  ])
  return { total: counted?.total ?? 0, rows }
}

const ancestorsOf = (place: RolePlace): SQL =>
  'group' in place
    ? sql`(select ancestors from groups where id = ${place.group.id})`
    : sql`(select g.ancestors from groups g join projects p on p.group_id = g.id where p.id = ${place.project.id})`

function heldIn(place: RolePlace, inherited: boolean): SQL {
  const own = 'group' in place ? sql`m.group_id = ${place.group.id}` : sql`m.project_id = ${place.project.id}`
  return inherited ? sql`(${own} or m.group_id = any(${ancestorsOf(place)}::bigint[]))` : own
}

const membersOf = (place: RolePlace, inherited: boolean): SQL =>
  sql`(select distinct on (m.user_id) m.user_id, m.level, m.created_at from members m where ${heldIn(place, inherited)}
    order by m.user_id, m.level desc, m.id) held join users u on u.id = held.user_id`

const shown = sql`u.id, u.username, u.name, u.blocked, held.level, held.created_at as "createdAt"`

/** A page of members, by id, and how many there are in all. */
export async function listMembers(
  tx: Tx,
  place: RolePlace,
  { inherited, search }: MembersWanted,
  { limit, offset }: { limit: number; offset: number },
): Promise<{ total: number; members: ListedMember[] }> {
  const found = search ? sql`(strpos(lower(u.name), lower(${search})) > 0 or strpos(lower(u.username), lower(${search})) > 0)` : sql`true`
  const from = sql`from ${membersOf(place, inherited)} where ${found}`
  const [[counted], members] = await Promise.all([
    rowsOf<{ total: number }>(tx, sql`select count(*)::int as total ${from}`),
    rowsOf<ListedMember>(tx, sql`select ${shown} ${from} order by u.id limit ${limit} offset ${offset}`),
  ])
  return { total: counted?.total ?? 0, members }
}

/** One member. */
export async function findMember(tx: Tx, place: RolePlace, userId: number, inherited: boolean): Promise<ListedMember | undefined> {
  const [member] = await rowsOf<ListedMember>(tx, sql`select ${shown} from ${membersOf(place, inherited)} where u.id = ${userId}`)
  return member
}
