// Lists of the issues of a project, of a group with everything below it, or of everything, as one user can see them; and their counts.
import { sql } from 'drizzle-orm'
import type { Tx } from '../../storage/db.ts'
import { groupFor } from '../groups/guard.ts'
import { cursorOf, type Order, type Position, positionOf } from '../lists/cursor.ts'
import { emptyPage, type Page } from '../lists/page.ts'
import { can, type Standing } from '../rules/permissions.ts'
import { done, type FieldFault, invalid, type Result } from '../rules/results.ts'
import { type CustomerSearch, countIssuesOfEach, findIssuesOf } from './customer-scan.ts'
import { asksForCustomers, type Customers, faultsOfFilter, type IssueFilter, type IssueScope } from './filters.ts'
import { issuesFor } from './guard.ts'
import { type ListedIssue, shownIssues } from './list-rows.ts'
import { countIssues, findIssues, type IssueCounts, type Stretch } from './list-scan.ts'

/** The arguments of a list of issues. */
export interface WantedPage extends IssueFilter {
  /** Absent: newest first. */
  sort?: { by: IssueOrder; descending?: boolean }
  /** A cursor: rows after it, nearest first. */
  after?: string | null
  /** A cursor: rows before it, nearest last. */
  before?: string | null
  /** Without a cursor: the last page instead of the first. */
  fromEnd?: boolean
  /** Without a cursor: how many rows to skip at the beginning. */
  offset?: number
  /** The size of a page, 1 to 100. */
  limit: number
}

const orders = {
  createdAt: { kind: 'moment', keys: [sql`i.created_at`] },
  updatedAt: { kind: 'moment', keys: [sql`i.updated_at`] },
  // Not by any language's alphabet, so that every database agrees.
  title: { kind: 'text', keys: [sql`lower(i.title collate "C")`] },
} satisfies Record<string, Order>

export type IssueOrder = keyof typeof orders

const latestFirst = { by: 'createdAt', descending: true } as const
const mostRows = 100

interface Question extends Stretch {
  /** The name of the list in its cursors. */
  tag: string
  /** Against the order, from its end. */
  backward: boolean
}

function readWanted({
  sort = latestFirst,
  after,
  before,
  fromEnd,
  offset = 0,
  limit,
  ...filter
}: WantedPage): Result<Question> {
  const descending = sort.descending ?? false
  const order = orders[sort.by]
  const tag = `issues ${sort.by} ${descending ? 'descending' : 'ascending'}`
  const cursor = after ?? before
  const from = cursor ? positionOf(tag, order, cursor) : undefined
  const rules: [boolean, FieldFault][] = [
    [
      !Number.isInteger(limit) || limit < 1 || limit > mostRows,
      { field: 'limit', fault: `Limit must be between 1 and ${mostRows}` },
    ],
    [Boolean(after && before), { field: 'before', fault: 'Please provide either before or after' }],
    [Boolean(cursor) && !from, { field: after ? 'after' : 'before', fault: 'Please provide a valid cursor' }],
  ]
  const faults = [...faultsOfFilter(filter), ...rules.flatMap(([isWrong, fault]) => (isWrong ? [fault] : []))]
  if (faults.length > 0) return invalid(faults)
  const backward = !after && Boolean(before || fromEnd)
  return done({ tag, order, backward, down: descending !== backward, from, offset: from ? 0 : offset, most: limit + 1 })
}

/**
 * A page of the issues in a group or project that a user can read.
 * @param userId null for a visitor
 * @returns `not found` for a group or project that they can't see; an empty page for a user who filters by customer and can't see
 * contacts there. An invalid cursor, limit, or filter is a refusal.
 */
export async function listIssuesIn(
  tx: Tx,
  userId: number | null,
  scope: IssueScope,
  wanted: WantedPage,
): Promise<Result<Page<ListedIssue>>> {
  const { value: question, refused } = readWanted(wanted)
  if (refused) return { refused }
  const may = await mayAsk(tx, userId, scope, wanted)
  if (may.refused) return may
  if (!may.value) return done(emptyPage)
  const entries = await findIssues(tx, { scope, userId, filter: wanted }, question)
  return done(pageFrom(entries, await issuesAt(tx, userId, entries.slice(0, wanted.limit)), question))
}

/** What a user is shown of the issues at these positions, by id. */
async function issuesAt(
  tx: Tx,
  userId: number | null,
  positions: readonly Position[],
): Promise<Map<number, ListedIssue>> {
  const shown = await shownIssues(tx, userId, [...new Set(positions.map(({ id }) => id))])
  return new Map(shown.map((issue) => [issue.id, issue]))
}

/**
 * The same page of the issues of each of these contacts or organizations, wherever they are, in a fixed number of statements.
 * @param userId null for a visitor
 * @returns by customer: issues that the user can read, in projects in which they can see contacts
 */
export async function listIssuesOf(
  tx: Tx,
  userId: number | null,
  customers: Customers,
  wanted: Omit<WantedPage, 'offset'>,
): Promise<Result<Map<number, Page<ListedIssue>>>> {
  const { value: question, refused } = readWanted(wanted)
  if (refused) return { refused }
  const found = await findIssuesOf(tx, { customers, userId, filter: wanted }, question)
  const positions = [...found.values()].flatMap((entries) => entries.slice(0, wanted.limit))
  const issues = await issuesAt(tx, userId, positions)
  return done(new Map(customers.ids.map((id) => [id, pageFrom(found.get(id) ?? [], issues, question)])))
}

function pageFrom(
  found: readonly Position[],
  issues: ReadonlyMap<number, ListedIssue>,
  question: Question,
): Page<ListedIssue> {
  const { backward, from, offset, most, tag } = question
  // Rows that were deleted meanwhile are left out.
  const there = found.slice(0, most - 1).flatMap((position) => {
    const issue = issues.get(position.id)
    return issue ? [{ issue, cursor: cursorOf(tag, position) }] : []
  })
  if (backward) there.reverse()
  const isMore = found.length >= most
  const wasEarlier = from !== undefined || offset > 0
  return {
    rows: there.map(({ issue }) => issue),
    cursors: there.map(({ cursor }) => cursor),
    hasNext: backward ? wasEarlier : isMore,
    hasPrevious: backward ? isMore : wasEarlier,
    startCursor: there[0]?.cursor ?? null,
    endCursor: there.at(-1)?.cursor ?? null,
    cutOff: false,
  }
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
 * How many matching issues each of these contacts or organizations has, by state, in one statement; the filter's own state
 * is ignored.
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
