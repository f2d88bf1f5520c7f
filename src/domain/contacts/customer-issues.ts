// The issues of a contact, and of an organization through its contacts: those that the caller can read.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import { allowedSql, projectInSql } from '../rules/permissions-sql.ts'
import { ownerFor } from './owner-group.ts'

/** Whose issues. */
export type Customer = { contactId: number } | { organizationId: number }

export interface CustomerIssue {
  id: number
  iid: number
  title: string
  state: 'opened' | 'closed'
  createdAt: Date
  updatedAt: Date
  closedAt: Date | null
  projectId: number
  /** The full path of the project. */
  projectPath: string
}

export interface WantedIssues {
  /** Absent: any state. */
  state?: CustomerIssue['state']
  /** An id: only older issues, the newest first. */
  below?: number
  /** An id: only newer issues, those nearest to it. */
  above?: number
  limit: number
}

export interface CustomerIssues {
  /** Newest first. */
  issues: CustomerIssue[]
  hasNext: boolean
  hasPrevious: boolean
}

// `offset 0` keeps one index lookup per row: the planner doesn't know how many issues there are, and would scan a whole table.
const issueIdsOf = (customer: Customer): SQL =>
  'contactId' in customer
    ? sql`select issue_id as id from issue_contacts where contact_id = ${customer.contactId}`
    : sql`select l.issue_id as id from contacts c
        cross join lateral (select issue_id from issue_contacts where contact_id = c.id offset 0) l where c.organization_id = ${customer.organizationId}`

/** Can the caller see the contact or the organization? */
async function isVisible(tx: Tx, customer: Customer, userId: number | null): Promise<boolean> {
  const one =
    'contactId' in customer
      ? ({ noun: 'contact', id: customer.contactId } as const)
      : ({ noun: 'organization', id: customer.organizationId } as const)
  return (await ownerFor(tx, { userId }, one)).value !== undefined
}

/** SQL: the project of an id, if the user can read its issues. */
const readableProject = (userId: number | null, projectId: SQL): SQL => sql`(
  select p.id, p.full_path from projects p join groups g on g.id = p.group_id where p.id = ${projectId}
    and ${allowedSql('read_issue', sql`${userId}::bigint`, projectInSql)} offset 0)`

const whereAll = (conditions: readonly SQL[]): SQL =>
  conditions.length > 0 ? sql`where ${sql.join([...conditions], sql` and `)}` : sql``

const nothing: CustomerIssues = { issues: [], hasNext: false, hasPrevious: false }

/**
 * The issues of a customer that a user can read, newest first, a page at a time.
 * @param userId null for a visitor
 * @returns an empty page if the user can't see the contact or organization in its owner group, as for one that doesn't exist
 */
export async function listCustomerIssues(
  tx: Tx,
  customer: Customer,
  userId: number | null,
  { state, below, above, limit }: WantedIssues,
): Promise<CustomerIssues> {
  if (!(await isVisible(tx, customer, userId))) return nothing
  const backward = above !== undefined
  const direction = sql.raw(backward ? 'asc' : 'desc')
  const bounds = [
    ...(below === undefined ? [] : [sql`id < ${below}`]),
    ...(above === undefined ? [] : [sql`id > ${above}`]),
  ]
  // Each issue once, however many of the contacts are linked to it.
  const rows = await rowsOf<StoredIssue>(
    tx,
    sql`select i.id, i.iid, i.title, i.state, i.created_at as "createdAt", i.updated_at as "updatedAt", i.closed_at as "closedAt",
        i.project_id as "projectId", p.full_path as "projectPath"
      from (select distinct id from (${issueIdsOf(customer)}) any_contact ${whereAll(bounds)} order by id ${direction}) linked
      cross join lateral (select * from issues where id = linked.id offset 0) i
      cross join lateral ${readableProject(userId, sql`i.project_id`)} p
      ${whereAll(state === undefined ? [] : [sql`i.state = ${state}`])}
      order by linked.id ${direction} limit ${limit + 1}`,
  )
  const issues = rows.slice(0, limit).map(issueFrom)
  const isMore = rows.length > limit
  return backward
    ? { issues: issues.reverse(), hasNext: true, hasPrevious: isMore }
    : { issues, hasNext: isMore, hasPrevious: below !== undefined }
}

type Moments = 'createdAt' | 'updatedAt' | 'closedAt'
type StoredIssue = Omit<CustomerIssue, Moments> &
  Record<Exclude<Moments, 'closedAt'>, string> & { closedAt: string | null }

const issueFrom = ({ createdAt, updatedAt, closedAt, ...rest }: StoredIssue): CustomerIssue => ({
  ...rest,
  createdAt: new Date(createdAt),
  updatedAt: new Date(updatedAt),
  closedAt: closedAt === null ? null : new Date(closedAt),
})

/**
 * How many issues of a customer a user can read, by state.
 * @param userId null for a visitor
 * @returns null if the user can't see the contact or organization in its owner group, as for one that doesn't exist
 */
export async function countCustomerIssues(
  tx: Tx,
  customer: Customer,
  userId: number | null,
): Promise<{ opened: number; closed: number } | null> {
  if (!(await isVisible(tx, customer, userId))) return null
  const [counts] = await rowsOf<{ opened: number; closed: number }>(
    tx,
    sql`select coalesce(sum(n) filter (where state = 'opened'), 0)::int as opened, coalesce(sum(n) filter (where state = 'closed'), 0)::int as closed
      from (
        select i.project_id, i.state, count(*) as n from (select distinct id from (${issueIdsOf(customer)}) any_contact) linked
        cross join lateral (select project_id, state from issues where id = linked.id offset 0) i group by i.project_id, i.state
      ) counted cross join lateral ${readableProject(userId, sql`counted.project_id`)} p`,
  )
  return counts ?? null
}
