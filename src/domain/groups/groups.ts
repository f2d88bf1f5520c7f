// The tree: groups and projects, each with its path from the top-level group down.
import { eq, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import { type Group, groups, type Project, projects } from '../../storage/schema.ts'
import { allowedSql, projectInSql } from '../rules/permissions-sql.ts'
import type { FieldFault } from '../rules/results.ts'
import { longestPath } from './fields.ts'

export type Visibility = 'public' | 'private'

interface NewNamespace {
  path: string
  name: string
  visibility?: Visibility
  description?: string
}

/** The parent of a new group. */
export type Parent = Pick<Group, 'id' | 'fullPath' | 'ancestors'>

/**
 * Inserts a group, top-level or below a parent, without checking permissions. The database rejects a path that is
 * taken, in any letter case.
 */
export async function insertGroup(
  tx: Tx,
  { path, name, parent, visibility, description }: NewNamespace & { parent?: Parent },
): Promise<Group> {
  const fullPath = pathBelow(parent, path)
  const nextId = sql`nextval(pg_get_serial_sequence('groups', 'id'))`
  const [{ id }] = (await tx.select({ id: nextId.mapWith(Number) }).from(sql`(values (1)) as one`)) as [{ id: number }]
  const [group] = await tx
    .insert(groups)
    .overridingSystemValue()
    .values({
      id,
      parentId: parent?.id,
      path,
      name,
      fullPath,
      pathKey: fullPath.toLowerCase(),
      ancestors: [...(parent?.ancestors ?? []), id],
      visibility,
      description,
    })
    .returning()
  return group as Group
}

/** Inserts a project into a group, without checking permissions. */
export async function insertProject(
  tx: Tx,
  { path, name, group, visibility, description }: NewNamespace & { group: Pick<Group, 'id' | 'fullPath'> },
): Promise<Project> {
  const fullPath = pathBelow(group, path)
  const [project] = await tx
    .insert(projects)
    .values({ groupId: group.id, path, name, fullPath, pathKey: fullPath.toLowerCase(), visibility, description })
    .returning()
  return project as Project
}

/** The full path of something in a group, or at the top level. */
export const pathBelow = (parent: Pick<Group, 'fullPath'> | undefined, path: string): string =>
  parent ? `${parent.fullPath}/${path}` : path

/**
 * What is wrong with a full path: it is too long, or another group or project has it. If two are created in one group
 * at once, the caller's lock on that group decides (`holdGroup`); at the top level, the database does.
 */
export async function faultsOfFullPath(tx: Tx, fullPath: string): Promise<FieldFault[]> {
  if (fullPath.length > longestPath)
    return [{ field: 'path', fault: `Path is too long in all (maximum is ${longestPath} characters)` }]
  const key = fullPath.toLowerCase()
  const found = await rowsOf(
    tx,
    sql`select from groups where path_key = ${key} union all select from projects where path_key = ${key} limit 1`,
  )
  return found.length > 0 ? [{ field: 'path', fault: 'Path has already been taken' }] : []
}

/** Locks a group, so that nobody else can add to it, rename it, or change its members before the transaction ends. */
export const lockGroup = (tx: Tx, id: number): Promise<unknown> =>
  tx.select({ id: groups.id }).from(groups).where(eq(groups.id, id)).for('no key update')

/** The group at a full path, in any letter case. */
export async function findGroup(tx: Tx, fullPath: string): Promise<Group | undefined> {
  const [group] = await tx.select().from(groups).where(eq(groups.pathKey, fullPath.toLowerCase()))
  return group
}

/** The project at a full path, in any letter case. */
export async function findProject(tx: Tx, fullPath: string): Promise<Project | undefined> {
  const [project] = await tx.select().from(projects).where(eq(projects.pathKey, fullPath.toLowerCase()))
  return project
}

/**
 * The projects that a user can see, by path: public ones, and those where they have a role; all of them for an
 * administrator.
 */
export function visibleProjects(
  tx: Tx,
  userId: number | null,
  limit: number,
): Promise<{ fullPath: string; name: string }[]> {
  return rowsOf(
    tx,
    sql`select p.full_path as "fullPath", p.name from projects p join groups g on g.id = p.group_id
      where ${allowedSql('read_issue', sql`${userId}`, projectInSql)} order by p.path_key limit ${limit}`,
  )
}
