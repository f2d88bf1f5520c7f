// Lists of the groups and projects that a user can see, with the total: two statements, however many.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import { levelInGroup } from '../rules/members.ts'
import { roles } from '../rules/permissions.ts'
import { allowedSql, groupInSql, hasRole, projectInSql } from '../rules/permissions-sql.ts'
import { isPartOf } from '../rules/text-search.ts'

/** A group as listed. */
export interface ListedGroup {
  id: number
  parentId: number | null
  path: string
  name: string
  fullPath: string
  /** The names of its ancestors that the caller can see. */
  fullName: string
  visibility: 'public' | 'private'
  description: string
  createdAt: string
}

/** A project as listed, with its group. */
export interface ListedProject extends Omit<ListedGroup, 'parentId' | 'fullName'> {
  /** null, if the caller can't see it. */
  group: Pick<ListedGroup, 'id' | 'parentId' | 'path' | 'name' | 'fullPath'> | null
  /** The names of the ancestors that the caller can see, and its own. */
  fullName: string
  /** The caller's levels in the project itself, and in the groups above; null for none. */
  ownLevel: number | null
  groupLevel: number | null
}

interface NamespacesWanted {
  /** Part of a name or path, in any letter case. */
  search?: string
  /** Where the caller has at least this level. */
  least?: number
  visibility?: 'public' | 'private'
  descending?: boolean
}

export interface GroupsWanted extends NamespacesWanted {
  /** Right below this one; null: top-level ones. */
  parentId?: number | null
  /** Anywhere below this one. */
  belowId?: number
  /** Part of the full path is enough. */
  byFullPath?: boolean
  order?: 'id' | 'name' | 'path'
}

export interface ProjectsWanted extends NamespacesWanted {
  /** In this group; `below`: in those below it too. */
  groupId?: number
  below?: boolean
  /** Part of the full path is enough. */
  byFullPath?: boolean
  order?: 'id' | 'name' | 'path' | 'created_at'
}

interface Page {
  limit: number
  offset: number
}

const allOf = (conditions: readonly (SQL | undefined)[]): SQL =>
  sql.join(
    conditions.filter((one) => one !== undefined),
    sql` and `,
  )

const orderOf = (key: SQL, id: SQL, descending = false): SQL =>
  descending ? sql`${key} desc, ${id} desc` : sql`${key}, ${id}`

interface Listing {
  from: SQL
  shown: SQL
  order: SQL
}

async function countAndList<Row>(
  tx: Tx,
  { from, shown, order }: Listing,
  { limit, offset }: Page,
): Promise<{ total: number; rows: Row[] }> {
  const [[counted], rows] = await Promise.all([
    rowsOf<{ total: number }>(tx, sql`select count(*)::int as total ${from}`),
    rowsOf<Row>(tx, sql`select ${shown} ${from} order by ${order} limit ${limit} offset ${offset}`),
  ])
  return { total: counted?.total ?? 0, rows }
}

const maySee = (user: SQL, group?: SQL): SQL => allowedSql('read_group', user, groupInSql(group))

// A role lets its holder see all ancestors; everyone else sees the names of groups that are visible to them.
const hasAnyRole = (user: SQL, projectId?: SQL): SQL =>
  hasRole(user, { groupIds: sql`g.ancestors`, projectId }, roles.guest)
const fullName = (user: SQL, projectId?: SQL): SQL =>
  sql`(select string_agg(a.name, ' / ' order by array_position(g.ancestors, a.id)) from groups a
    where a.id = any(g.ancestors) and (${maySee(user, sql`a`)} or ${hasAnyRole(user, projectId)}))`
const parentId = (user: SQL, projectId?: SQL): SQL =>
  sql`(select a.id from groups a where a.id = g.parent_id and (${maySee(user, sql`a`)}
    or ${hasAnyRole(user, projectId)}))`
const shownGroup = (user: SQL): SQL =>
  sql`g.id, ${parentId(user)} as "parentId", g.path, g.name, g.full_path as "fullPath", ${fullName(user)} as "fullName",
    g.visibility, g.description, g.created_at as "createdAt"`
const groupOrders = { id: sql`g.id`, name: sql`lower(g.name) collate "C"`, path: sql`g.path_key` }

/** A page of the groups that a user can see; null is a visitor. */
export function listGroups(
  tx: Tx,
  userId: number | null,
  wanted: GroupsWanted,
  page: Page,
): Promise<{ total: number; rows: ListedGroup[] }> {
  const { search, byFullPath, least, visibility, parentId, belowId, order = 'name', descending } = wanted
  const user = sql`${userId}::bigint`
  const where = allOf([
    maySee(user),
    parentId === undefined ? undefined : parentId === null ? sql`g.parent_id is null` : sql`g.parent_id = ${parentId}`,
    belowId === undefined ? undefined : sql`g.ancestors @> array[${belowId}::bigint] and g.id <> ${belowId}`,
    search ? isPartOf(search, sql`g.name`, byFullPath ? sql`g.full_path` : sql`g.path`) : undefined,
    least === undefined ? undefined : hasRole(user, { groupIds: sql`g.ancestors` }, least),
    visibility && sql`g.visibility = ${visibility}`,
  ])
  const listing = {
    from: sql`from groups g where ${where}`,
    shown: shownGroup(user),
    order: orderOf(groupOrders[order], sql`g.id`, descending),
  }
  return countAndList(tx, listing, page)
}

/** One group as listed for a user or a visitor (null), whether they can see it or not. */
export async function showGroup(tx: Tx, id: number, userId: number | null): Promise<ListedGroup | undefined> {
  const [group] = await rowsOf<ListedGroup>(
    tx,
    sql`select ${shownGroup(sql`${userId}::bigint`)} from groups g where g.id = ${id}`,
  )
  return group
}

const projectOrders = {
  id: sql`p.id`,
  name: sql`lower(p.name) collate "C"`,
  path: sql`lower(p.path) collate "C"`,
  created_at: sql`p.created_at`,
}

const shownProject = (
  user: SQL,
): SQL => sql`p.id, p.path, p.name, p.full_path as "fullPath", p.visibility, p.description, p.created_at as "createdAt",
  concat_ws(' / ', ${fullName(user, sql`p.id`)}, p.name) as "fullName",
  case when ${maySee(user)} or ${hasAnyRole(user, sql`p.id`)} then json_build_object('id', g.id, 'parentId',
  ${parentId(user, sql`p.id`)}, 'path', g.path, 'name', g.name, 'fullPath', g.full_path) end as "group",
  (select m.level from members m where m.user_id = ${user} and m.project_id = p.id) as "ownLevel",
  nullif(${levelInGroup(user, sql`g.ancestors`)}, 0) as "groupLevel"`

const inGroup = ({ groupId, below }: ProjectsWanted): SQL | undefined => {
  if (groupId === undefined) return undefined
  return below ? sql`g.ancestors @> array[${groupId}::bigint]` : sql`p.group_id = ${groupId}`
}

/** A page of the projects that a user can see; null is a visitor. */
export function listProjects(
  tx: Tx,
  userId: number | null,
  wanted: ProjectsWanted,
  page: Page,
): Promise<{ total: number; rows: ListedProject[] }> {
  const { search, byFullPath, least, visibility, order = 'created_at', descending } = wanted
  const user = sql`${userId}::bigint`
  const path = byFullPath ? sql`p.full_path` : sql`p.path`
  const where = allOf([
    allowedSql('read_issue', user, projectInSql),
    inGroup(wanted),
    search ? isPartOf(search, sql`p.name`, path) : undefined,
    least === undefined ? undefined : hasRole(user, { groupIds: sql`g.ancestors`, projectId: sql`p.id` }, least),
    visibility && sql`p.visibility = ${visibility}`,
  ])
  const from = sql`from projects p join groups g on g.id = p.group_id where ${where}`
  return countAndList(
    tx,
    { from, shown: shownProject(user), order: orderOf(projectOrders[order], sql`p.id`, descending) },
    page,
  )
}

/** One project as listed, without checking permissions. */
export async function showProject(tx: Tx, id: number, userId: number | null): Promise<ListedProject | undefined> {
  const shown = shownProject(sql`${userId}::bigint`)
  const [project] = await rowsOf<ListedProject>(
    tx,
    sql`select ${shown} from projects p join groups g on g.id = p.group_id where p.id = ${id}`,
  )
  return project
}
