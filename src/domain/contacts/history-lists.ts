// Reading the history, for maintainers: of a group, a project, an issue, a contact, an organization.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import { groupFor, projectFor } from '../groups/guard.ts'
import type { Span } from '../issues/filters.ts'
import { issueFor } from '../issues/guard.ts'
import { inOrder, isBeyond, type Order, type Position, writtenKeys } from '../lists/cursor.ts'
import {
  firstRows,
  goesDown,
  type Listing,
  type Page,
  type PageQuestion,
  type PageRequest,
  pageWith,
  readPageRequest,
} from '../lists/page.ts'
import type { HistoryAction } from '../rules/history.ts'
import { can } from '../rules/permissions.ts'
import { allowedSql, groupInSql, projectInSql } from '../rules/permissions-sql.ts'
import { done, notFound, type Result } from '../rules/results.ts'
import { type Noun, ownerFor } from './owner-group.ts'

/** An entry as shown. */
export interface ShownEvent {
  id: number
  at: Date
  /** null: the operator at the command line, or a deleted user. */
  actor: { id: number; username: string; name: string } | null
  via: string
  action: HistoryAction
  issueId: number | null
  /** The reference of the issue, for users who can see it. */
  issue: string | null
  contactId: number | null
  organizationId: number | null
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
}

/** What the history is about. */
export type HistorySubject =
  | { groupId: number }
  | { projectId: number }
  | { issueId: number }
  | { contactId: number }
  | { organizationId: number }

/** A page of a history, newest first. */
export interface WantedHistory extends Omit<PageRequest<'createdAt'>, 'sort'> {
  /** Only entries of this time range. */
  created?: Span
}

const order: Order = { kind: 'moment', keys: [sql`h.at`] }
const listing: Listing<'createdAt'> = {
  name: 'history',
  orders: { createdAt: order },
  usual: { by: 'createdAt', descending: true },
}

/**
 * A page of the history of something.
 * @param userId null for a visitor
 * @returns `not found` for a user who can't see the subject, `forbidden` for one who can, but is no maintainer; an
 * invalid cursor or limit is a refusal
 */
export async function listHistory(
  tx: Tx,
  userId: number | null,
  subject: HistorySubject,
  { created, ...wanted }: WantedHistory,
): Promise<Result<Page<ShownEvent>>> {
  const { value: question, refused } = readPageRequest(listing, wanted)
  if (refused) return { refused }
  const which = await whichEvents(tx, userId, subject)
  if (which.refused) return which
  const entries = await readEvents(tx, { userId, subject, where: sql`${which.value} and ${within(created)}` }, question)
  const events = new Map(entries.map(({ keys: _, ...event }) => [event.id, event]))
  return done(pageWith(question, { entries, cutOff: false }, events))
}

/** One entry of it. @returns as `listHistory` does; `not found` too if there is no such entry */
export async function findEvent(
  tx: Tx,
  userId: number | null,
  subject: HistorySubject,
  id: number,
): Promise<Result<ShownEvent>> {
  const which = await whichEvents(tx, userId, subject)
  if (which.refused) return which
  const one = { descending: true, backward: false, offset: 0, most: 1 }
  const [event] = await readEvents(tx, { userId, subject, where: sql`${which.value} and h.id = ${id}` }, one)
  return event ? done(event) : notFound('audit event')
}

/** How many entries it has; if there are more than `most`, one more than that. @returns as `listHistory` does */
export async function countHistory(
  tx: Tx,
  userId: number | null,
  subject: HistorySubject,
  { created, most }: { created?: Span; most: number },
): Promise<Result<number>> {
  const which = await whichEvents(tx, userId, subject)
  if (which.refused) return which
  const [counted] = await rowsOf<{ n: number }>(
    tx,
    sql`select count(*)::int as n from (
      select from history h where ${which.value} and ${within(created)} limit ${most + 1}) counted`,
  )
  return done(counted?.n ?? 0)
}

const within = ({ from, to }: Span = {}): SQL =>
  sql.join(
    [
      sql`true`,
      ...(from ? [sql`h.at >= ${from.toISOString()}::timestamptz`] : []),
      ...(to ? [sql`h.at <= ${to.toISOString()}::timestamptz`] : []),
    ],
    sql` and `,
  )

interface Reading {
  userId: number | null
  subject: HistorySubject
  where: SQL
}

async function readEvents(
  tx: Tx,
  { userId, subject, where }: Reading,
  question: Omit<PageQuestion, 'list' | 'order'>,
): Promise<(ShownEvent & Position)[]> {
  const { from, offset, most } = question
  const down = goesDown(question)
  const beyond = from ? isBeyond(order, [sql`h.at`, sql`h.id`], from, down) : sql`true`
  const first = sql`select h.*, h.at as k0 from history h where ${where} and ${beyond}
    order by ${inOrder([sql`h.at`], sql`h.id`, down)} ${firstRows(offset + most)}`
  const page = sql`select * from (${first}) first
    order by ${inOrder([sql`k0`], sql`id`, down)} limit ${most}::bigint offset ${offset}::bigint`
  const contents = (kept: SQL) => ('groupId' in subject ? ifHere(kept) : kept)
  const rows = await rowsOf<Omit<ShownEvent, 'at'> & Position & { at: string }>(
    tx,
    sql`select h.id, h.at, ${writtenKeys(order)} as keys, h.via, h.action,
      case when actor.id is not null
        then json_build_object('id', actor.id, 'username', actor.username, 'name', actor.name) end as actor,
      h.issue_id as "issueId", case when ${mayRead(userId)} then p.full_path || '#' || i.iid end as issue,
      h.contact_id as "contactId", h.organization_id as "organizationId",
      ${ifNameVisible(userId, sql`h.before`, contents)} as before,
      ${ifNameVisible(userId, sql`h.after`, contents)} as after
    from (${page}) h
    left join users actor on actor.id = h.actor_id left join issues i on i.id = h.issue_id
    left join projects p on p.id = i.project_id left join groups g on g.id = p.group_id
    order by ${inOrder([sql`h.k0`], sql`h.id`, down)}`,
  )
  return rows.map(({ at, ...row }) => ({ ...row, at: new Date(at) }))
}

const mayRead = (userId: number | null): SQL => allowedSql('read_issue', sql`${userId}::bigint`, projectInSql)

// Where an issue came from, or went in the meantime, is not for users who can't see that project; nor where a project
// or group was for those who can't see the group there.
const ifNameVisible = (userId: number | null, kept: SQL, contents: (kept: SQL) => SQL): SQL =>
  sql`case when case
      when h.action in ('issue_moved', 'issue_cloned') then exists (
        select from projects p join groups g on g.id = p.group_id
        where p.path_key = lower(split_part(${kept} ->> 'reference', '#', 1)) and ${mayRead(userId)})
      when h.action in ('project_transferred', 'group_transferred') and ${kept} ->> 'fullPath' like '%/%' then exists (
        select from groups g where g.path_key = lower(regexp_replace(${kept} ->> 'fullPath', '/[^/]*$', ''))
        and ${allowedSql('read_group', sql`${userId}::bigint`, groupInSql())})
      else true
    end then ${contents(kept)} end`

// The old values of a contact are for its current owner group, not for earlier ones.
const ifHere = (contents: SQL): SQL =>
  sql`case when h.group_id is null or coalesce(
    (select c.group_id from contacts c where c.id = h.contact_id),
    (select o.group_id from organizations o where o.id = h.organization_id), h.group_id
  ) = h.group_id then ${contents} end`

async function whichEvents(tx: Tx, userId: number | null, subject: HistorySubject): Promise<Result<SQL>> {
  if ('groupId' in subject) return ofGroup(tx, userId, subject.groupId)
  if ('projectId' in subject) return ofProject(tx, userId, subject.projectId)
  if ('issueId' in subject) return ofIssue(tx, userId, subject.issueId)
  return 'contactId' in subject
    ? ofCustomer(tx, userId, { noun: 'contact', id: subject.contactId })
    : ofCustomer(tx, userId, { noun: 'organization', id: subject.organizationId })
}

async function ofGroup(tx: Tx, userId: number | null, groupId: number): Promise<Result<SQL>> {
  const { value: group, refused } = await groupFor(tx, { userId }, groupId, 'read_group_history')
  if (refused) return { refused }
  const customers = can(group.asOwnerGroup, 'read_contacts')
    ? sql`true`
    : sql`num_nonnulls(h.contact_id, h.organization_id) = 0`
  return done(sql`h.group_id = ${groupId} and ${customers}`)
}

async function ofProject(tx: Tx, userId: number | null, projectId: number): Promise<Result<SQL>> {
  const { refused } = await projectFor(tx, { userId }, projectId, 'read_project_history')
  return refused ? { refused } : done(sql`h.project_id = ${projectId}`)
}

async function ofIssue(tx: Tx, userId: number | null, issueId: number): Promise<Result<SQL>> {
  const { value: facts, refused } = await issueFor(tx, { userId }, { id: issueId }, 'read_project_history')
  if (refused) return { refused }
  // Contacts of an earlier contact source are for those who can see them there.
  const links = can(facts.standing, 'read_issue_contacts')
    ? sql`not exists (select from contacts c where c.id = h.contact_id and c.group_id <> ${facts.sourceId})`
    : sql`h.contact_id is null`
  return done(sql`h.issue_id = ${issueId} and ${links}`)
}

async function ofCustomer(tx: Tx, userId: number | null, one: { noun: Noun; id: number }): Promise<Result<SQL>> {
  const { refused } = await ownerFor(tx, { userId }, one, 'read_group_history')
  if (refused) return { refused }
  return done(one.noun === 'contact' ? sql`h.contact_id = ${one.id}` : sql`h.organization_id = ${one.id}`)
}
