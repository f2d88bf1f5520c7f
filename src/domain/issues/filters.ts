// Which issues of a project or group match, as SQL: those that a user can read and that fit the filter.
import { type SQL, sql } from 'drizzle-orm'
import { canOccur, faultsOfSearch, wordsOccur } from '../lists/words.ts'
import type { Ability } from '../rules/permissions.ts'
import { allowedSql, projectInSql } from '../rules/permissions-sql.ts'
import { type FieldFault, faultsAmong } from '../rules/results.ts'
import { wordsOf } from '../rules/search-keys.ts'

/**
 * Where to look for issues: in a project, in a group with everything below it (`direct`: only in its own projects), or
 * everywhere.
 */
export type IssueScope = { projectId: number } | { groupId: number; direct?: boolean } | 'everywhere'

/** A time range; either end can be open. */
export interface Span {
  from?: Date
  to?: Date
}

/** A filter for issues; all conditions must hold. */
export interface IssueFilter {
  /** Absent: any state. */
  state?: 'opened' | 'closed'
  /** Words, each of which must occur in the title or the description. */
  search?: string | null
  /** Only these numbers; unknown ones are ignored. At most 1,000. */
  iids?: readonly number[]
  authorId?: number
  /** In any letter case. */
  authorUsername?: string
  /** The earliest and the latest moment at which they were created, and changed. */
  created?: Span
  updated?: Span
  /** Linked to this contact. */
  contactId?: number
  /** Linked to a contact of this organization. */
  organizationId?: number
}

/** Contacts, or organizations: these have the issues of their contacts. */
export interface Customers {
  noun: 'contact' | 'organization'
  ids: readonly number[]
}

/** The caller must be able to see contacts. */
export const asksForCustomers = ({ contactId, organizationId }: IssueFilter): boolean =>
  (contactId ?? organizationId) !== undefined

const mostIids = 1_000
const highestIid = 2 ** 31 - 1

/** What is wrong with a filter. */
export const faultsOfFilter = ({ search, iids = [] }: IssueFilter): FieldFault[] => [
  ...faultsOfSearch(search),
  ...faultsAmong([[iids.length > mostIids, { field: 'iids', fault: `At most ${mostIids} numbers can be given` }]]),
]

/** SQL: the projects to consider, as (id). */
export function projectsIn(scope: IssueScope, userId: number | null, filter: IssueFilter): SQL {
  const abilities = asksForCustomers(filter) ? forCustomers : (['read_issue'] as const)
  return sql`select p.id from projects p join groups g on g.id = p.group_id
    where ${isIn(scope)} and ${mayAll(abilities, userId)}`
}

/**
 * SQL: the projects among these in which a user can read issues and their contacts, as (id).
 * @param ids SQL that yields some ids of projects; no others are considered
 */
export const projectsAmong = (ids: SQL, userId: number | null): SQL =>
  sql`select p.id from (${ids}) as wanted (id)
    cross join lateral (select * from projects where id = wanted.id offset 0) p join groups g on g.id = p.group_id
    where ${mayAll(forCustomers, userId)}`

const forCustomers = ['read_issue', 'read_issue_contacts'] as const

const mayAll = (abilities: readonly Ability[], userId: number | null): SQL =>
  sql.join(
    abilities.map((ability) => allowedSql(ability, sql`${userId}::bigint`, projectInSql)),
    sql` and `,
  )

function isIn(scope: IssueScope): SQL {
  if (scope === 'everywhere') return sql`true`
  if ('projectId' in scope) return sql`p.id = ${scope.projectId}`
  return scope.direct ? sql`g.id = ${scope.groupId}` : sql`g.ancestors @> array[${scope.groupId}::bigint]`
}

/** SQL: does the issue `i` fit? Ignores its project and its state. */
export function fitsFilter(filter: IssueFilter): SQL {
  const { search, iids, authorId, authorUsername, contactId, organizationId } = filter
  const conditions = [...within(sql`i.created_at`, filter.created), ...within(sql`i.updated_at`, filter.updated)]
  if (iids) conditions.push(sql`i.iid = any(${sql.param(iids.filter(isIid))}::int[])`)
  if (authorId !== undefined) conditions.push(sql`i.author_id = ${idGiven(authorId)}`)
  if (authorUsername !== undefined)
    conditions.push(sql`i.author_id = (select id from users where username_key = ${authorUsername.toLowerCase()})`)
  if (contactId !== undefined)
    conditions.push(
      sql`exists (select from issue_contacts l where l.issue_id = i.id and l.contact_id = ${idGiven(contactId)})`,
    )
  if (organizationId !== undefined)
    conditions.push(sql`exists (select from issue_contacts l join contacts who on who.id = l.contact_id
      where l.issue_id = i.id and who.organization_id = ${idGiven(organizationId)})`)
  const words = wordsOf(search ?? '')
  if (!canOccur(words)) conditions.push(sql`false`)
  // A value, not `exists`: that would be planned as a join with all texts.
  else if (words.length > 0) conditions.push(sql`(select ${wordsOccur(words)} from issue_texts where issue_id = i.id)`)
  return sql.join([sql`true`, ...conditions], sql` and `)
}

function within(moment: SQL, { from, to }: Span = {}): SQL[] {
  const ends = [
    from && sql`${moment} >= ${from.toISOString()}::timestamptz`,
    to && sql`${moment} <= ${to.toISOString()}::timestamptz`,
  ]
  return ends.filter((end) => end !== undefined)
}

/** SQL: a given id; an impossible one is 0, which nothing has. */
export const idGiven = (id: number): SQL => sql`${Number.isSafeInteger(id) ? id : 0}::bigint`

const isIid = (iid: number): boolean => Number.isInteger(iid) && iid > 0 && iid <= highestIid
