// Creating and renaming groups and projects, with permission checks.
import { eq, type SQL, sql } from 'drizzle-orm'
import { type Db, rowsOf, type Tx } from '../../storage/db.ts'
import { type Group, groups, type Project, projects } from '../../storage/schema.ts'
import { isUser } from '../people/users.ts'
import { checkTwice } from '../rules/guard.ts'
import { type Actor, difference, record } from '../rules/history.ts'
import { setRole } from '../rules/members.ts'
import { done, type FieldFault, invalid, type Result } from '../rules/results.ts'
import { attempt } from '../rules/transaction.ts'
import { lockTreesUnmoved } from '../rules/tree-locks.ts'
import { type GroupFacts, readGroupFacts } from './facts.ts'
import {
  longestPath,
  type NamespaceFields,
  type NamespaceTexts,
  pathFrom,
  type Reading,
  readNamespaceFields,
} from './fields.ts'
import { faultsOfFullPath, insertGroup, insertProject, lockGroup, type Parent, pathBelow } from './groups.ts'
import { groupFor, projectFor } from './guard.ts'

const onlyUsers: Result<undefined> = { refused: { why: 'forbidden', reason: 'Sign in to create groups.' } }

type New = Required<Pick<NamespaceTexts, 'name' | 'path'>> & NamespaceTexts

async function readNew(
  tx: Tx,
  parent: Parent | undefined,
  given: NamespaceFields,
  of: Reading['of'],
): Promise<Result<New>> {
  const { texts, faults } = readNamespaceFields(given, { whole: true, of })
  if (texts.path) faults.push(...(await faultsOfFullPath(tx, pathBelow(parent, texts.path))))
  return faults.length > 0 ? invalid(faults) : done(texts as New)
}

export type NewGroup = NamespaceFields & { parentId?: number | null }

/** The parent group, if the actor can create a group there; undefined for the top level. */
export async function parentFor(
  tx: Tx,
  actor: Actor,
  { parentId }: Pick<NewGroup, 'parentId'>,
): Promise<Result<GroupFacts | undefined>> {
  if (typeof parentId === 'number') return groupFor(tx, actor, parentId, 'create_subgroup')
  return (await isUser(tx, actor.userId)) ? done(undefined) : onlyUsers
}

/**
 * Creates a group within a transaction that has the parent's tree locked.
 * @returns the group, or all faults of the input, by field
 */
export async function createGroupHere(tx: Tx, actor: Actor, given: NewGroup): Promise<Result<Group>> {
  if (typeof given.parentId === 'number') await lockGroup(tx, given.parentId)
  const { value: parent, refused } = await parentFor(tx, actor, given)
  if (refused) return { refused }
  const read = await readNew(tx, parent, given, parent ? 'group' : 'top-level group')
  if (read.refused) return read
  const group = await insertGroup(tx, { ...read.value, parent })
  if (!parent) await setRole(tx, actor.userId, { group }, 'owner')
  await record(tx, actor, [{ action: 'group_created', groupId: group.id, after: contentsOf(group) }])
  return done(group)
}

// A project can be given by its name or its path alone.
const named = ({ path, name, ...rest }: NamespaceFields): NamespaceFields => ({
  ...rest,
  path: path === undefined && name ? pathFrom(name) : path,
  name: name === undefined ? path : name,
})

/** Creates a project in a group. */
export const createProject = (
  db: Db,
  actor: Actor,
  given: NamespaceFields & { groupId: number },
): Promise<Result<Project>> =>
  attempt(db, async (tx) => {
    const parent = await checkTwice(
      () => groupFor(tx, actor, given.groupId, 'create_project'),
      async ({ id }) => {
        await lockTreesUnmoved(tx, sql`${id}::bigint`, 'together')
        await lockGroup(tx, id)
      },
    )
    if (parent.refused) return parent
    const read = await readNew(tx, parent.value, named(given), 'project')
    if (read.refused) return read
    const project = await insertProject(tx, { ...read.value, group: parent.value })
    await record(tx, actor, [{ action: 'project_created', projectId: project.id, after: contentsOf(project) }])
    return done(project)
  })

const contentsOf = ({ path, name, visibility, description }: Omit<NamespaceRow, 'fullPath'>) => ({
  path,
  name,
  visibility,
  description,
})

/**
 * Renames a group, or changes its description or visibility, within a transaction that has its tree locked exclusively.
 * A new path applies to everything below.
 */
export async function editGroupHere(
  tx: Tx,
  actor: Actor,
  id: number,
  given: NamespaceFields,
): Promise<Result<GroupFacts>> {
  const { value: before, refused } = await groupFor(tx, actor, id, 'admin_group')
  if (refused) return { refused }
  if (before.parentId !== null) await lockGroup(tx, before.parentId)
  const changed = await readEdit(tx, before, { given, of: before.parentId === null ? 'top-level group' : 'group' })
  if (changed.refused) return changed
  if (!changed.value) return done(before)
  if (changed.value.after.path) {
    const faults = await repath(tx, before, newPathOf(before, changed.value.after.path))
    if (faults.length > 0) return invalid(faults)
  }
  await tx.update(groups).set(changed.value.after).where(eq(groups.id, id))
  await record(tx, actor, [{ action: 'group_edited', groupId: id, ...changed.value }])
  return done((await readGroupFacts(tx, id, actor.userId)) as GroupFacts)
}

/** Renames a project, or changes its description or visibility. */
export const editProject = (db: Db, actor: Actor, id: number, given: NamespaceFields): Promise<Result<Project>> =>
  attempt(db, async (tx) => {
    const { value: before, refused } = await checkTwice(
      () => projectFor(tx, actor, id, 'admin_project'),
      () => lockTreesUnmoved(tx, sql`select group_id from projects where id = ${id}`, 'alone'),
    )
    if (refused) return { refused }
    await lockGroup(tx, before.groupId)
    const changed = await readEdit(tx, before, { given, of: 'project' })
    if (changed.refused) return changed
    const fullPath = newPathOf(before, changed.value?.after.path ?? before.path)
    const [project] = await tx
      .update(projects)
      .set({ ...changed.value?.after, fullPath, pathKey: fullPath.toLowerCase() })
      .where(eq(projects.id, id))
      .returning()
    if (changed.value) await record(tx, actor, [{ action: 'project_edited', projectId: id, ...changed.value }])
    return done(project as Project)
  })

type NamespaceRow = Pick<Group, 'path' | 'fullPath' | 'name' | 'visibility' | 'description'>

const newPathOf = ({ fullPath, path }: Pick<Group, 'path' | 'fullPath'>, now: string): string =>
  fullPath.slice(0, fullPath.length - path.length) + now

/** What an edit changes; undefined: nothing. */
async function readEdit(tx: Tx, before: NamespaceRow, { given, of }: { given: NamespaceFields; of: Reading['of'] }) {
  const { texts, faults } = readNamespaceFields(given, { whole: false, of })
  const isNew = texts.path && texts.path.toLowerCase() !== before.path.toLowerCase()
  if (texts.path && isNew) faults.push(...(await faultsOfFullPath(tx, newPathOf(before, texts.path))))
  return faults.length > 0 ? invalid(faults) : done(difference(contentsOf(before), texts))
}

/**
 * Changes the full path of a group and everything below it, in two statements however much that is. Its tree is locked
 * exclusively.
 * @returns what is wrong: a path below would become too long
 */
export async function repath(tx: Tx, group: { id: number; fullPath: string }, fullPath: string): Promise<FieldFault[]> {
  const longer = fullPath.length - group.fullPath.length
  const tooLong = await rowsOf(
    tx,
    sql`select from groups g left join projects p on p.group_id = g.id
      where g.ancestors @> array[${group.id}::bigint]
      and greatest(length(g.full_path), length(p.full_path)) + ${longer} > ${longestPath} limit 1`,
  )
  if (tooLong.length > 0)
    return [
      { field: 'path', fault: `Path is too long for what is below (maximum is ${longestPath} characters in all)` },
    ]
  const renamed = (
    what: SQL,
  ): SQL => sql`full_path = ${fullPath} || substr(${what}.full_path, ${group.fullPath.length + 1}),
    path_key = ${fullPath.toLowerCase()} || substr(${what}.path_key, ${group.fullPath.length + 1})`
  await tx.execute(sql`update groups below set ${renamed(sql`below`)} where ancestors @> array[${group.id}::bigint]`)
  await tx.execute(
    sql`update projects p set ${renamed(sql`p`)} from groups g where g.id = p.group_id
      and g.ancestors @> array[${group.id}::bigint]`,
  )
  return []
}
