// What is known about a group or a project for one user: roles, settings, contact source.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import { contactSourceOf, mayHoldContacts } from '../rules/contact-source.ts'
import { levelInGroup, levelInProject } from '../rules/members.ts'
import type { Standing } from '../rules/permissions.ts'

/** How a group or project is referred to: by its id, or by its full path in any letter case. */
export type NamespaceName = number | string

export interface GroupFacts {
  id: number
  parentId: number | null
  path: string
  fullPath: string
  name: string
  /** From the top-level group down to this one, itself included. */
  ancestors: number[]
  visibility: 'public' | 'private'
  description: string
  /** The group's own setting. */
  customerRelations: boolean
  /** The source that the group itself names. */
  namedSourceId: number | null
  /** The contact source that applies. */
  sourceId: number
  /** It is top-level and names no other source, or some group names it as source. */
  mayHoldContacts: boolean
  /** The caller; null for a visitor. */
  userId: number | null
  /** What counts for the group and the contacts that it uses. */
  standing: Standing
  /** What counts for the contacts that the group owns. */
  asOwnerGroup: Standing
}

interface GroupRow extends Omit<GroupFacts, 'standing' | 'asOwnerGroup'> {
  administrator: boolean
  group: number
  source: number
  sourceIsOn: boolean
}

const named = (table: SQL, name: NamespaceName): SQL =>
  typeof name === 'number' ? sql`${table}.id = ${name}` : sql`${table}.path_key = ${name.toLowerCase()}`

/**
 * Reads in one statement what is known about a group for one user.
 * @param userId null for a visitor; a blocked user counts as one
 * @returns undefined if there is no such group. Doesn't check whether the user can see it.
 */
export async function readGroupFacts(
  tx: Tx,
  name: NamespaceName,
  userId: number | null,
): Promise<GroupFacts | undefined> {
  return (await groupsWhere(tx, userId, named(sql`g`, name)))[0]
}

/** The same for the group whose id a query yields, if it yields one. */
export const readFactsOfGroup = async (tx: Tx, id: SQL, userId: number | null): Promise<GroupFacts | undefined> =>
  (await groupsWhere(tx, userId, sql`g.id = (${id})`))[0]

/** The same for many groups at once, in no order. */
export const readFactsOfGroups = (tx: Tx, ids: readonly number[], userId: number | null): Promise<GroupFacts[]> =>
  groupsWhere(tx, userId, sql`g.id = any(${sql.param(ids)}::bigint[])`)

async function groupsWhere(tx: Tx, userId: number | null, where: SQL): Promise<GroupFacts[]> {
  const rows = await rowsOf<GroupRow>(
    tx,
    sql`select g.id, g.parent_id as "parentId", g.path, g.full_path as "fullPath", g.name, g.ancestors, g.visibility,
      g.description,
      coalesce(here.customer_relations, true) as "customerRelations", here.contact_source_id as "namedSourceId",
      source.id as "sourceId",
      ${mayHoldContacts} as "mayHoldContacts", u.id as "userId", coalesce(u.administrator, false) as administrator,
      ${levelInGroup(sql`u.id`, sql`g.ancestors`)} as group, ${levelInGroup(sql`u.id`, sql`source.ancestors`)} as
      source,
      coalesce(there.customer_relations, true) as "sourceIsOn"
    from groups g join groups source on source.id = ${contactSourceOf(sql`g.ancestors`)}
    left join group_settings here on here.group_id = g.id
    left join group_settings there on there.group_id = source.id
    left join users u on u.id = ${userId} and not u.blocked
    where ${where}`,
  )
  return rows.map(factsOf)
}

function factsOf({ administrator, group, source, sourceIsOn, ...rest }: GroupRow): GroupFacts {
  const open = rest.visibility === 'public'
  return {
    ...rest,
    ancestors: rest.ancestors.map(Number),
    standing: { administrator, open, group, source, customerRelations: rest.customerRelations && sourceIsOn },
    asOwnerGroup: { administrator, open, group, source: group, customerRelations: rest.customerRelations },
  }
}

export interface ProjectFacts {
  id: number
  groupId: number
  path: string
  fullPath: string
  name: string
  visibility: 'public' | 'private'
  description: string
  /** The contact source of its group. */
  sourceId: number
  userId: number | null
  standing: Standing
}

/** The same for a project: its ancestors, and what counts in it. */
export async function readProject(
  tx: Tx,
  name: NamespaceName,
  userId: number | null,
): Promise<ProjectFacts | undefined> {
  return (await projectsWhere(tx, userId, named(sql`p`, name)))[0]
}

/** The same for many projects at once, in no order. */
export const readManyProjects = (tx: Tx, ids: readonly number[], userId: number | null): Promise<ProjectFacts[]> =>
  projectsWhere(tx, userId, sql`p.id = any(${sql.param(ids)}::bigint[])`)

async function projectsWhere(tx: Tx, userId: number | null, where: SQL): Promise<ProjectFacts[]> {
  const rows = await rowsOf<Omit<ProjectFacts, 'standing'> & { administrator: boolean; project: number }>(
    tx,
    sql`select p.id, p.group_id as "groupId", p.path, p.full_path as "fullPath", p.name, p.visibility, p.description,
      ${contactSourceOf(sql`g.ancestors`)} as "sourceId",
      u.id as "userId", coalesce(u.administrator, false) as administrator,
      ${levelInProject(sql`u.id`, sql`p.id`, sql`g.ancestors`)} as project
    from projects p join groups g on g.id = p.group_id left join users u on u.id = ${userId} and not u.blocked
    where ${where}`,
  )
  return rows.map(({ administrator, project, ...rest }) => ({
    ...rest,
    standing: { administrator, project, open: rest.visibility === 'public' },
  }))
}
