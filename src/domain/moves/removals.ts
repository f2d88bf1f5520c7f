// Deleting groups and projects with everything in them. The history records that it happened, without any personal
// data.
import { type SQL, sql } from 'drizzle-orm'
import { type Db, rowsOf, type Tx } from '../../storage/db.ts'
import { leaveTraces } from '../contacts/erasure.ts'
import { groupFor, projectFor } from '../groups/guard.ts'
import { checkTwice } from '../rules/guard.ts'
import { type Actor, forgetContents, recordMany } from '../rules/history.ts'
import { allowedSql, groupInSql } from '../rules/permissions-sql.ts'
import { conflict, done, type Refusal, type Result } from '../rules/results.ts'
import { attempt } from '../rules/transaction.ts'
import { lockTreesUnmoved } from '../rules/tree-locks.ts'

/** Deletes a project with its issues and everything on them. */
export const removeProject = (db: Db, actor: Actor, id: number): Promise<Result<true>> =>
  attempt(
    db,
    async (tx) => {
      const project = await checkTwice(
        () => projectFor(tx, actor, id, 'remove_project'),
        () => lockTreesUnmoved(tx, sql`select group_id from projects where id = ${id}`, 'alone'),
      )
      if (project.refused) return project
      await removeProjects(tx, actor, sql`select ${id}::bigint`)
      return done(true)
    },
    { long: true },
  )

/**
 * Deletes a group, with the groups, projects, contacts, and organizations in it. If a group outside uses its contacts,
 * nothing is deleted: issues there would lose them.
 */
export const removeGroup = (db: Db, actor: Actor, id: number): Promise<Result<true>> =>
  attempt(
    db,
    async (tx) => {
      const group = await checkTwice(
        () => groupFor(tx, actor, id, 'remove_group'),
        () => lockTreesUnmoved(tx, sql`${id}::bigint`, 'alone'),
      )
      if (group.refused) return group
      const inTheWay = await usersOutside(tx, actor, id)
      if (inTheWay) return inTheWay
      const below = sql`select id from groups where ancestors @> array[${id}::bigint]`
      await removeCustomers(tx, actor, below)
      await removeProjects(tx, actor, sql`select id from projects where group_id in (${below})`)
      await removeGroups(tx, actor, below)
      return done(true)
    },
    { long: true },
  )

const mostNamed = 10

/** Why a group can't be deleted: groups outside use contacts in it. The message names those that the actor can see. */
async function usersOutside(tx: Tx, { userId }: Actor, id: number): Promise<{ refused: Refusal } | undefined> {
  const found = await rowsOf<{ name: string | null; total: number }>(
    tx,
    sql`select case when ${allowedSql('read_group', sql`${userId}::bigint`, groupInSql())} then g.full_path end as name,
      count(*) over ()::int as total
      from group_settings s join groups source on source.id = s.contact_source_id join groups g on g.id = s.group_id
      where source.ancestors @> array[${id}::bigint] and not g.ancestors @> array[${id}::bigint]
      order by name nulls last limit ${mostNamed}`,
  )
  const [first] = found
  if (!first) return undefined
  const named = found.flatMap(({ name }) => name ?? [])
  const others = first.total - named.length
  const unnamed =
    others === 0 ? [] : [`${others}${named.length > 0 ? ' more' : ''} ${others === 1 ? 'group' : 'groups'}`]
  return conflict(
    `The group cannot be deleted while others use its contacts: ${[...named, ...unnamed].join(', ')}. Another contact source must be chosen there first.`,
  )
}

/** Deletes the contacts and organizations of groups. Only issues in these groups are linked to them. */
async function removeCustomers(tx: Tx, actor: Actor, groupIds: SQL): Promise<void> {
  const contacts = sql`select id from contacts where group_id in (${groupIds})`
  const organizations = sql`select id from organizations where group_id in (${groupIds})`
  await leaveTraces(tx, contacts)
  await forgetContents(tx, 'contact_id', contacts)
  await forgetContents(tx, 'organization_id', organizations)
  const gone = (noun: SQL, table: SQL) =>
    sql`select group_id, null::bigint, null::bigint, ${noun}, null::jsonb from ${table} where group_id in (${groupIds})`
  await recordMany(tx, actor, 'contact_deleted', gone(sql`id, null::bigint`, sql`contacts`))
  await recordMany(tx, actor, 'organization_deleted', gone(sql`null::bigint, id`, sql`organizations`))
  await tx.execute(sql`delete from issue_contacts where contact_id in (${contacts})`)
  await tx.execute(sql`delete from contacts where group_id in (${groupIds})`)
  await tx.execute(sql`delete from organizations where group_id in (${groupIds})`)
}

/** Deletes projects with their issues. The history of contacts that stay records the unlinking. */
async function removeProjects(tx: Tx, actor: Actor, projectIds: SQL): Promise<void> {
  const issues = sql`select id from issues where project_id in (${projectIds})`
  await recordMany(
    tx,
    actor,
    'contact_unlinked',
    sql`select null::bigint, null::bigint, issue_id, contact_id, null::bigint, null::jsonb from issue_contacts
      where issue_id in (${issues})`,
  )
  await recordMany(
    tx,
    actor,
    'project_deleted',
    sql`select group_id, id, null::bigint, null::bigint, null::bigint, jsonb_build_object('fullPath', full_path, 'name',
      name)
      from projects where id in (${projectIds})`,
  )
  await tx.execute(sql`delete from issue_contacts where issue_id in (${issues})`)
  await tx.execute(sql`delete from issues where project_id in (${projectIds})`)
  await tx.execute(sql`delete from projects where id in (${projectIds})`)
}

/** Deletes groups that are empty, with their settings and members. */
async function removeGroups(tx: Tx, actor: Actor, groupIds: SQL): Promise<void> {
  await recordMany(
    tx,
    actor,
    'group_deleted',
    sql`select id, null::bigint, null::bigint, null::bigint, null::bigint, jsonb_build_object('fullPath', full_path,
      'name', name)
      from groups where id in (${groupIds})`,
  )
  await tx.execute(sql`delete from group_settings where group_id in (${groupIds})`)
  await tx.execute(sql`delete from groups where id in (${groupIds})`)
}
