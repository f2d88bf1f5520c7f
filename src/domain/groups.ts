// The tree: groups and projects, each with the way from the top down to it.
import { eq, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../storage/db.ts'
import { type Group, groups, type Project, projects } from '../storage/schema.ts'

export type Visibility = 'public' | 'private'

/** Creates a group, top-level or below a parent. The database refuses a path that is taken in any letter case. */
export async function createGroup(
  tx: Tx,
  { path, name, parent, visibility }: { path: string; name: string; parent?: Group; visibility?: Visibility },
): Promise<Group> {
  const fullPath = parent ? `${parent.fullPath}/${path}` : path
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
    })
    .returning()
  return group as Group
}

/** Creates a project in a group. */
export async function createProject(
  tx: Tx,
  { path, name, group, visibility }: { path: string; name: string; group: Group; visibility?: Visibility },
): Promise<Project> {
  const fullPath = `${group.fullPath}/${path}`
  const [project] = await tx
    .insert(projects)
    .values({ groupId: group.id, path, name, fullPath, pathKey: fullPath.toLowerCase(), visibility })
    .returning()
  return project as Project
}

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

/** The projects that somebody may see, by path: public ones, and those where they hold a role; all of them for an administrator. */
export function visibleProjects(tx: Tx, userId: number | null, limit: number): Promise<{ fullPath: string; name: string }[]> {
  return rowsOf(
    tx,
    sql`select p.full_path as "fullPath", p.name from projects p join groups g on g.id = p.group_id
      where p.visibility = 'public' or exists (select from users u where u.id = ${userId} and u.administrator)
        or exists (select from members m where m.user_id = ${userId} and (m.project_id = p.id or m.group_id = any(g.ancestors)))
      order by p.path_key limit ${limit}`,
  )
}
