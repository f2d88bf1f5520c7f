// Direct and inherited roles; the highest wins.
import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../../storage/db.ts'
import { type Group, members, type Project } from '../../storage/schema.ts'
import { type Role, roles } from './permissions.ts'

/** Where a user has a role. */
export type GroupOrProject = { group: Pick<Group, 'id'> } | { project: Pick<Project, 'id'> }

/** Sets a user's role in a group or project, without checking permissions; it replaces an earlier one. */
export async function setRole(tx: Tx, userId: number, namespace: GroupOrProject, role: Role): Promise<void> {
  const groupId = 'group' in namespace ? namespace.group.id : null
  const projectId = 'project' in namespace ? namespace.project.id : null
  const target = 'group' in namespace ? [members.userId, members.groupId] : [members.userId, members.projectId]
  await tx
    .insert(members)
    .values({ userId, groupId, projectId, level: roles[role] })
    .onConflictDoUpdate({ target, set: { level: roles[role] } })
}

/** Removes a user's direct role in a group or project, without checking permissions; inherited roles stay. */
export async function removeRole(tx: Tx, userId: number, namespace: GroupOrProject): Promise<void> {
  await tx.delete(members).where(and(eq(members.userId, userId), heldIn(namespace)))
}

/** The level of a user's direct role in a group or project; 0 for none. */
export async function ownLevel(tx: Tx, userId: number, namespace: GroupOrProject): Promise<number> {
  const [found] = await tx
    .select({ level: members.level })
    .from(members)
    .where(and(eq(members.userId, userId), heldIn(namespace)))
  return found?.level ?? 0
}

const heldIn = (namespace: GroupOrProject): SQL =>
  'group' in namespace ? eq(members.groupId, namespace.group.id) : eq(members.projectId, namespace.project.id)

/** SQL: a user's level in a group with the given `ancestors`; 0 for none. */
export const levelInGroup = (user: SQL, ancestors: SQL): SQL =>
  sql`coalesce((select max(m.level) from members m where m.user_id = ${user} and m.group_id = any(${ancestors})), 0)`

/** SQL: a user's level in a project, directly or through its group. */
export const levelInProject = (user: SQL, project: SQL, ancestors: SQL): SQL =>
  sql`greatest(${levelInGroup(user, ancestors)}, (select m.level from members m where m.user_id = ${user}
    and m.project_id = ${project}))`
