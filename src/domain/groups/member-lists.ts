// Members of a group or project: direct, or inherited too.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import type { GroupOrProject } from '../rules/members.ts'
import { allowedSql, groupInSql } from '../rules/permissions-sql.ts'
import { isPartOf } from '../rules/text-search.ts'

export interface ListedMember {
  id: number
  username: string
  name: string
  blocked: boolean
  level: number
  createdAt: string
}

export interface MembersWanted {
  /** Includes inherited roles; if a user has several, the highest. */
  inherited: boolean
  /**
   * The caller: inherited roles are for users who have a role here themselves, or can see the group above. null for a
   * visitor.
   */
  reader: number | null
  /** Part of a name or username. */
  search?: string
}

/** A user's role, and where. */
export interface Membership {
  kind: 'group' | 'project'
  id: number
  name: string
  level: number
}

/** A page of a user's roles, without inherited ones, and the total. */
export async function listMemberships(
  tx: Tx,
  userId: number,
  { kind, limit, offset }: { kind?: Membership['kind']; limit: number; offset: number },
): Promise<{ total: number; rows: Membership[] }> {
  const ofKind =
    kind === undefined ? sql`` : kind === 'group' ? sql`and m.group_id is not null` : sql`and m.project_id is not null`
  const from = sql`from members m left join groups g on g.id = m.group_id left join projects p on p.id = m.project_id
    where m.user_id = ${userId} ${ofKind}`
  const shown = sql`case when m.group_id is null then 'project' else 'group' end as kind, coalesce(g.id, p.id) as id,
    coalesce(g.name, p.name) as name, m.level`
  const [[counted], rows] = await Promise.all([
    rowsOf<{ total: number }>(tx, sql`select count(*)::int as total ${from}`),
    rowsOf<Membership>(tx, sql`select ${shown} ${from} order by m.id limit ${limit} offset ${offset}`),
  ])
  return { total: counted?.total ?? 0, rows }
}

const ancestorsOf = (namespace: GroupOrProject): SQL =>
  'group' in namespace
    ? sql`(select ancestors from groups where id = ${namespace.group.id})`
    : sql`(select g.ancestors from groups g join projects p on p.group_id = g.id where p.id = ${namespace.project.id})`

function heldIn(namespace: GroupOrProject, { inherited, reader }: MembersWanted): SQL {
  const own = 'group' in namespace ? sql`group_id = ${namespace.group.id}` : sql`project_id = ${namespace.project.id}`
  if (!inherited) return sql`m.${own}`
  const [user, ancestors] = [sql`${reader}::bigint`, sql`any(${ancestorsOf(namespace)}::bigint[])`]
  const holdsRole = sql`exists (select from members mine where mine.user_id = ${user} and (mine.${own}
    or mine.group_id = ${ancestors}))`
  const maySee = allowedSql('read_group', user, groupInSql())
  return sql`(m.${own} or m.group_id in (select g.id from groups g where g.id = ${ancestors} and (${maySee}
    or ${holdsRole})))`
}

const membersOf = (namespace: GroupOrProject, wanted: MembersWanted): SQL =>
  sql`(select distinct on (m.user_id) m.user_id, m.level, m.created_at from members m where ${heldIn(namespace, wanted)}
    order by m.user_id, m.level desc, m.id) held join users u on u.id = held.user_id`

const shown = sql`u.id, u.username, u.name, u.blocked, held.level, held.created_at as "createdAt"`

/** A page of members, by id, and the total. */
export async function listMembers(
  tx: Tx,
  namespace: GroupOrProject,
  wanted: MembersWanted,
  { limit, offset }: { limit: number; offset: number },
): Promise<{ total: number; rows: ListedMember[] }> {
  const { search } = wanted
  const found = search ? isPartOf(search, sql`u.name`, sql`u.username`) : sql`true`
  const from = sql`from ${membersOf(namespace, wanted)} where ${found}`
  const [[counted], rows] = await Promise.all([
    rowsOf<{ total: number }>(tx, sql`select count(*)::int as total ${from}`),
    rowsOf<ListedMember>(tx, sql`select ${shown} ${from} order by u.id limit ${limit} offset ${offset}`),
  ])
  return { total: counted?.total ?? 0, rows }
}

/** One member. */
export async function findMember(
  tx: Tx,
  namespace: GroupOrProject,
  userId: number,
  wanted: MembersWanted,
): Promise<ListedMember | undefined> {
  const [member] = await rowsOf<ListedMember>(
    tx,
    sql`select ${shown} from ${membersOf(namespace, wanted)} where u.id = ${userId}`,
  )
  return member
}
