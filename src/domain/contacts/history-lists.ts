// Reading the history, for maintainers: of a group, a project, an issue, a contact, an organization.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import { groupFor, projectFor } from '../groups/guard.ts'
import { issueFor } from '../issues/guard.ts'
import type { HistoryAction } from '../rules/history.ts'
import { can } from '../rules/permissions.ts'
import { allowedSql, projectInSql } from '../rules/permissions-sql.ts'
import { done, type Result } from '../rules/results.ts'
import { type Noun, ownerFor } from './owner-group.ts'

/** An entry as shown. */
export interface Fact {
  id: number
  at: string
  actor: { id: number; username: string; name: string } | null
  via: string
  action: HistoryAction
  /** The issue it is about, for users who can see it. */
  issue: string | null
  contactId: number | null
  organizationId: number | null
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
}

export type Subject =
  | { groupId: number }
  | { projectId: number }
  | { issueId: number }
  | { contactId: number }
  | { organizationId: number }

/**
 * The history of something, latest first.
 * @param page at most `limit` entries that come before the entry `before`
 * @returns the entries; `not found` for a user who can't see the subject, `forbidden` for one who can, but is no maintainer
 */
export async function listHistory(
  tx: Tx,
  userId: number | null,
  subject: Subject,
  page: { before?: number; limit: number },
): Promise<Result<Fact[]>> {
  const which = await whichFacts(tx, userId, subject)
  if (which.refused) return which
  const contents = (kept: SQL) => ('groupId' in subject ? ifHere(kept) : kept)
  const facts = await rowsOf<Fact>(
    tx,
    sql`select h.id, h.at, case when actor.id is not null then json_build_object('id', actor.id, 'username', actor.username, 'name', actor.name) end as actor,
      h.via, h.action,
      case when ${allowedSql('read_issue', sql`${userId}::bigint`, projectInSql)} then p.full_path || '#' || i.iid end as issue,
      h.contact_id as "contactId", h.organization_id as "organizationId", ${contents(sql`h.before`)} as before, ${contents(sql`h.after`)} as after
    from history h left join users actor on actor.id = h.actor_id left join issues i on i.id = h.issue_id
    left join projects p on p.id = i.project_id left join groups g on g.id = p.group_id
    where ${which.value} and h.id < ${page.before ?? Number.MAX_SAFE_INTEGER} order by h.id desc limit ${page.limit}`,
  )
  return done(facts)
}

// The old values of a contact are for its current owner group, not for earlier ones.
const ifHere = (contents: SQL): SQL =>
  sql`case when h.group_id is null or coalesce(
    (select c.group_id from contacts c where c.id = h.contact_id), (select o.group_id from organizations o where o.id = h.organization_id), h.group_id
  ) = h.group_id then ${contents} end`

async function whichFacts(tx: Tx, userId: number | null, subject: Subject): Promise<Result<SQL>> {
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
  const links = can(facts.standing, 'read_issue_contacts') ? sql`true` : sql`h.contact_id is null`
  return done(sql`h.issue_id = ${issueId} and ${links}`)
}

async function ofCustomer(tx: Tx, userId: number | null, one: { noun: Noun; id: number }): Promise<Result<SQL>> {
  const { refused } = await ownerFor(tx, { userId }, one, 'read_group_history')
  if (refused) return { refused }
  return done(one.noun === 'contact' ? sql`h.contact_id = ${one.id}` : sql`h.organization_id = ${one.id}`)
}
