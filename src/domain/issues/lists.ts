// Lists of the issues of a project, of a group with everything below it, or of everything, as one user can see them;
// and their counts.
import { sql } from 'drizzle-orm'
import type { Tx } from '../../storage/db.ts'
import { groupFor } from '../groups/guard.ts'
import type { Order } from '../lists/cursor.ts'
import {
  emptyPage,
  type Listing,
  momentOrders,
  type Page,
  type PageRequest,
  pageWith,
  readPageRequest,
  showPage,
} from '../lists/page.ts'
import { can, type Standing } from '../rules/permissions.ts'
import { done, invalid, type Result } from '../rules/results.ts'
import { type CustomerSearch, countIssuesOfEach, findIssuesOf } from './customer-scan.ts'
import { asksForCustomers, type Customers, faultsOfFilter, type IssueFilter, type IssueScope } from './filters.ts'
import { issuesFor } from './guard.ts'
import { type ListedIssue, shownIssues } from './list-rows.ts'
import { countIssues, findIssues, type IssueCounts } from './list-scan.ts'

const orders = {
  ...momentOrders(sql`i`),
  // Not by any language's alphabet, so that every database agrees.
  title: { kind: 'text', keys: [sql`lower(i.title collate "C")`] },
} satisfies Record<string, Order>

export type IssueOrder = keyof typeof orders

const listing: Listing<IssueOrder> = { name: 'issues', orders, usual: { by: 'createdAt', descending: true } }

/** The arguments of a list of issues. */
export interface WantedPage extends IssueFilter, PageRequest<IssueOrder> {}

/**
 * A page of the issues in a group or project that a user can read: the newest first unless another order is requested.
 * @param userId null for a visitor
 * @returns `not found` for a group or project that they can't see; an empty page for a user who filters by customer and
 * can't see contacts there. An invalid cursor, limit, or filter is a refusal.
 */
export async function listIssuesIn(
  tx: Tx,
  userId: number | null,
  scope: IssueScope,
  wanted: WantedPage,
): Promise<Result<Page<ListedIssue>>> {
  const { value: question, refused } = readPageRequest(listing, wanted, faultsOfFilter(wanted))
  if (refused) return { refused }
  const may = await mayAsk(tx, userId, scope, wanted)
  if (may.refused) return may
  if (!may.value) return done(emptyPage)
  const entries = await findIssues(tx, { scope, userId, filter: wanted }, question)
  return done(await showPage(question, { entries, cutOff: false }, (ids) => shownIssues(tx, userId, ids)))
}

/**
 * The same page of the issues of each of these contacts or organizations, wherever they are, in a fixed number of
 * statements.
 * @param userId null for a visitor
 * @returns by customer: issues that the user can read, in projects in which they can see contacts
 */
export async function listIssuesOf(
  tx: Tx,
  userId: number | null,
  customers: Customers,
  wanted: Omit<WantedPage, 'offset'>,
): Promise<Result<Map<number, Page<ListedIssue>>>> {
  const { value: question, refused } = readPageRequest(listing, wanted, faultsOfFilter(wanted))
  if (refused) return { refused }
  const found = await findIssuesOf(tx, { customers, userId, filter: wanted }, question)
  const ids = [...found.values()].flatMap((entries) => entries.slice(0, wanted.limit).map(({ id }) => id))
  const issues = new Map((await shownIssues(tx, userId, [...new Set(ids)])).map((issue) => [issue.id, issue]))
  const pageOfCustomer = (id: number) => pageWith(question, { entries: found.get(id) ?? [], cutOff: false }, issues)
  return done(new Map(customers.ids.map((id) => [id, pageOfCustomer(id)])))
}

/**
 * How many matching issues in a group or project a user can read, by state; the filter's own state is ignored.
 * @returns as `listIssuesIn` does
 */
export async function countIssuesIn(
  tx: Tx,
  userId: number | null,
  scope: IssueScope,
  filter: IssueFilter,
): Promise<Result<IssueCounts>> {
  const faults = faultsOfFilter(filter)
  if (faults.length > 0) return invalid(faults)
  const may = await mayAsk(tx, userId, scope, filter)
  if (may.refused) return may
  return done(may.value ? await countIssues(tx, { scope, userId, filter }) : noIssues)
}

/**
 * How many matching issues each of these contacts or organizations has, by state, in one statement; the filter's own
 * state is ignored.
 * @returns by customer, as `listIssuesOf` does; those without issues are left out
 */
export async function countIssuesOf(tx: Tx, search: CustomerSearch): Promise<Result<Map<number, IssueCounts>>> {
  const faults = faultsOfFilter(search.filter)
  if (faults.length > 0) return invalid(faults)
  return done(await countIssuesOfEach(tx, search))
}

export const noIssues: IssueCounts = { all: 0, opened: 0, closed: 0 }

/** Is this filter allowed for a user? For all issues, each project decides by itself (`projectsIn`). */
async function mayAsk(tx: Tx, userId: number | null, scope: IssueScope, filter: IssueFilter): Promise<Result<boolean>> {
  if (scope === 'everywhere') return done(true)
  const standing = await standingIn(tx, userId, scope)
  return standing.refused ? standing : done(!asksForCustomers(filter) || can(standing.value, 'read_contacts'))
}

/** What counts for a user in a project or group, if they can see it. */
async function standingIn(
  tx: Tx,
  userId: number | null,
  scope: Exclude<IssueScope, 'everywhere'>,
): Promise<Result<Standing>> {
  const { value, refused } =
    'projectId' in scope
      ? await issuesFor(tx, { userId }, scope.projectId)
      : await groupFor(tx, { userId }, scope.groupId)
  return refused ? { refused } : done(value.standing)
}
