// Direct and inherited roles; the highest wins.
import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../storage/db.ts'
import { type Group, members, type Project } from '../storage/schema.ts'
import { type Role, roles } from './permissions.ts'

type Place = { group: Pick<Group, 'id'> } | { project: Pick<Project, 'id'> }

/** Gives a user a role in a group or project; one that was held there is replaced. */
export async function setRole(tx: Tx, userId: number, place: Place, role: Role): Promise<void> {
  const groupId = 'group' in place ? place.group.id : null
  const projectId = 'project' in place ? place.project.id : null
  const target = 'group' in place ? [members.userId, members.groupId] : [members.userId, members.projectId]
  await tx
    .insert(members)
    .values({ userId, groupId, projectId, level: roles[role] })
    .onConflictDoUpdate({ target, set: { level: roles[role] } })
}

/** Takes a user's own role in a group or project away; what is inherited stays. */
export async function removeRole(tx: Tx, userId: number, place: Place): Promise<void> {
  const here = 'group' in place ? eq(members.groupId, place.group.id) : eq(members.projectId, place.project.id)
  await tx.delete(members).where(and(eq(members.userId, userId), here))
}

/** SQL: the level that a user holds in a group, whose `ancestors` are given; 0 for none. */
export const levelInGroup = (user: SQL, ancestors: SQL): SQL =>
  sql`coalesce((select max(m.level) from members m where m.user_id = ${user} and m.group_id = any(${ancestors})), 0)`

/** SQL: the level that a user holds in a project, directly or through the group that holds it. */
export const levelInProject = (user: SQL, project: SQL, ancestors: SQL): SQL =>
  sql`greatest(${levelInGroup(user, ancestors)}, (select m.level from members m where m.user_id = ${user} and m.project_id = ${project}))`
