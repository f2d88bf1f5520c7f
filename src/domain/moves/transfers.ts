// Moving a project or a group with everything in it, and what happens to its contacts.
import { and, eq, sql } from 'drizzle-orm'
import { Again, type Db, type Tx, violated } from '../../storage/db.ts'
import { groups, members, type Project, projects } from '../../storage/schema.ts'
import { repath } from '../groups/edits.ts'
import { type GroupFacts, type ProjectFacts, readGroupFacts } from '../groups/facts.ts'
import { readNamespaceFields } from '../groups/fields.ts'
import { faultsOfFullPath, lockGroup, pathBelow } from '../groups/groups.ts'
import { groupFor, guardOwner, projectFor } from '../groups/guard.ts'
import { cutLinks } from '../issues/unlinking.ts'
import { contactSourceOf } from '../rules/contact-source.ts'
import { checkTwice, permitMove } from '../rules/guard.ts'
import { type Actor, record } from '../rules/history.ts'
import { setRole } from '../rules/members.ts'
import { roles } from '../rules/permissions.ts'
import { conflict, done, type FieldFault, invalid, type Result } from '../rules/results.ts'
import { attempt } from '../rules/transaction.ts'
import { lockTreesUnmoved } from '../rules/tree-locks.ts'
import { type Going, goAlong, isAnythingGoing, whatGoes } from './carried-contacts.ts'

/**
 * Moves a project to another group. If its contact source changes, its issues lose their contacts, with a note on each.
 */
export const transferProject = (db: Db, actor: Actor, id: number, toGroupId: number): Promise<Result<Project>> =>
  attempt(
    db,
    async (tx) => {
      const both = await checkTwice(
        () => projectToTransfer(tx, actor, id, toGroupId),
        async () => {
          await lockTreesUnmoved(
            tx,
            sql`select group_id from projects where id = ${id} union select ${toGroupId}::bigint`,
            'alone',
          )
          await lockGroup(tx, toGroupId)
        },
      )
      if (both.refused) return both
      const { moving: project, to: parent } = both.value
      if (project.groupId === toGroupId) return conflict('The project is in this group already.')
      const fullPath = pathBelow(parent, project.path)
      const faults = await faultsOfFullPath(tx, fullPath)
      if (faults.length > 0) return invalid(faults)
      const ofProject = sql`l.issue_id in (select i.id from issues i where i.project_id = ${id})`
      if (project.sourceId !== parent.sourceId) await cutLinks(tx, actor, ofProject)
      const moved = { groupId: toGroupId, fullPath, pathKey: fullPath.toLowerCase() }
      const [saved] = await tx.update(projects).set(moved).where(eq(projects.id, id)).returning()
      const change = { before: { fullPath: project.fullPath }, after: { fullPath } }
      await record(tx, actor, [{ action: 'project_transferred', projectId: id, ...change }])
      return done(saved as Project)
    },
    { long: true },
  )

/** A project and the group that it goes to, if the actor can move it there. */
const projectToTransfer = async (
  tx: Tx,
  actor: Actor,
  id: number,
  toGroupId: number,
): Promise<Result<{ moving: ProjectFacts; to: GroupFacts }>> =>
  permitMove(
    'transfer_project',
    await projectFor(tx, actor, id),
    () => groupFor(tx, actor, toGroupId),
    ({ standing }) => standing.group,
  )

/**
 * Moves a group, with everything below it, into another one, or to the top level. If its issues get another contact
 * source, linked contacts move along (carried-contacts.ts); a user who can't create contacts there can't move the
 * group.
 * @param toGroupId null: it becomes a top-level group
 */
export const transferGroup = (
  db: Db,
  actor: Actor,
  id: number,
  toGroupId: number | null,
): Promise<Result<GroupFacts>> =>
  attempt(
    db,
    async (tx) => {
      const both = await checkTwice(
        () => groupToTransfer(tx, actor, id, toGroupId),
        async () => {
          await lockTreesUnmoved(tx, withSources([id, toGroupId ?? id]), 'alone')
          if (toGroupId !== null) await lockGroup(tx, toGroupId)
        },
      )
      if (both.refused) return both
      const { moving: group, to: parent } = both.value
      if (group.parentId === toGroupId)
        return conflict(parent ? 'The group is in this group already.' : 'The group is a top-level group already.')
      const faults = await move(tx, group, parent)
      if (faults.length > 0) return invalid(faults)
      if (!parent) await keepOwned(tx, actor, id)
      const after = (await readGroupFacts(tx, id, actor.userId)) as GroupFacts
      const refused = await takeAlong(tx, actor, group, after)
      if (refused) return refused
      const change = { before: { fullPath: group.fullPath }, after: { fullPath: after.fullPath } }
      await record(tx, actor, [{ action: 'group_transferred', groupId: id, ...change }])
      return done(after)
    },
    { long: true },
  )

/** Groups, and those whose contacts they use. */
const withSources = (ids: readonly number[]) => {
  const concerned = sql`select id, ancestors from groups where id = any(${sql.param(ids)}::bigint[])`
  return sql`select unnest(array[g.id, ${contactSourceOf(sql`g.ancestors`)}]) from (${concerned}) g`
}

/** A group and the one that it goes to, if the actor can move it there. */
const groupToTransfer = async (
  tx: Tx,
  actor: Actor,
  id: number,
  toGroupId: number | null,
): Promise<Result<{ moving: GroupFacts; to: GroupFacts | undefined }>> =>
  permitMove(
    'transfer_group',
    await groupFor(tx, actor, id),
    async () => (toGroupId === null ? done(undefined) : parentFor(tx, actor, id, toGroupId)),
    // Everyone can create a top-level group.
    (parent) => (parent ? parent.standing.group : roles.owner),
  )

async function parentFor(tx: Tx, actor: Actor, id: number, toGroupId: number): Promise<Result<GroupFacts>> {
  const parent = await groupFor(tx, actor, toGroupId)
  return parent.value?.ancestors.includes(id)
    ? invalid([{ field: 'parent', fault: 'A group cannot be moved into itself or below itself' }])
    : parent
}

/** Moves a group, and everything below it, in the tree. */
async function move(tx: Tx, group: GroupFacts, parent: GroupFacts | undefined): Promise<FieldFault[]> {
  const fullPath = pathBelow(parent, group.path)
  const { faults } = readNamespaceFields(
    { path: group.path },
    { whole: false, of: parent ? 'group' : 'top-level group' },
  )
  faults.push(...(await faultsOfFullPath(tx, fullPath)))
  if (faults.length === 0) faults.push(...(await repath(tx, group, fullPath)))
  if (faults.length > 0) return faults
  await tx.execute(sql`update groups set ancestors = ${sql.param(parent?.ancestors ?? [])}::bigint[] ||
    ancestors[array_position(ancestors, ${group.id}::bigint):]
    where ancestors @> array[${group.id}::bigint]`)
  await tx
    .update(groups)
    .set({ parentId: parent?.id ?? null })
    .where(eq(groups.id, group.id))
  return []
}

/** A top-level group must have an owner: if all owners were inherited, the actor becomes its owner. */
async function keepOwned(tx: Tx, actor: Actor, id: number): Promise<void> {
  const owners = await tx.$count(members, and(eq(members.groupId, id), eq(members.level, roles.owner)))
  if (owners > 0) return
  await setRole(tx, actor.userId, { group: { id } }, 'owner')
  await record(tx, actor, [{ action: 'role_given', groupId: id, after: { userId: actor.userId, role: 'owner' } }])
}

const mayNot = conflict(
  "Transfer failed: Group contains contacts/organizations and you don't have enough permissions to move them to the new root group.",
)

/** Moves contacts and organizations along if the move changed the contact source; returns why that is impossible. */
async function takeAlong(tx: Tx, actor: Actor, before: GroupFacts, after: GroupFacts) {
  if (before.sourceId === after.sourceId) return undefined
  const going: Going = await whatGoes(tx, {
    groupId: before.id,
    oldSourceId: before.sourceId,
    newSourceId: after.sourceId,
  })
  if (!(await isAnythingGoing(tx, going))) return undefined
  const source = await readGroupFacts(tx, after.sourceId, actor.userId)
  if (guardOwner(source, 'group', 'admin_contacts').refused) return mayNot
  // Someone is creating the same contact at the new source right now: on the next attempt it exists.
  await goAlong(tx, actor, going).catch((fault: unknown) => {
    throw violated(fault) ? new Again('it is there already', { cause: fault }) : fault
  })
  return undefined
}
