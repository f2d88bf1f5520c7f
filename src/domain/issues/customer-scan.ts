// Finding the issues of contacts and of organizations: for many of them at once.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import { inOrder, isBeyond, type Position, writtenKeys } from '../lists/cursor.ts'
import { goesDown, type PageQuestion } from '../lists/page.ts'
import { type Customers, fitsFilter, type IssueFilter, projectsAmong } from './filters.ts'
import type { IssueCounts } from './list-scan.ts'

/** The customers whose issues are wanted, and the user who is to see them. */
export interface CustomerSearch {
  customers: Customers
  /** null for a visitor. */
  userId: number | null
  filter: IssueFilter
}

/** Where issues are in the list of each customer, along the scan. */
export async function findIssuesOf(
  tx: Tx,
  search: CustomerSearch,
  question: PageQuestion,
): Promise<Map<number, Position[]>> {
  const { filter } = search
  const { order, from, most } = question
  const down = goesDown(question)
  const [key] = order.keys as [SQL]
  const conditions = [
    ...(filter.state ? [sql`i.state = ${filter.state}`] : []),
    ...(from ? [isBeyond(order, [key, sql`i.id`], from, down)] : []),
  ]
  const rows = await rowsOf<Position & { customer: number }>(
    tx,
    sql`${namingIssues(search, key, conditions)} select customer, id, ${writtenKeys(order)} as keys from (
      select customer, fitting.id, k0,
        row_number() over (partition by customer order by ${inOrder([sql`k0`], sql`fitting.id`, down)}) as n
      from fitting join scope on scope.id = fitting.project_id
    ) listed where n <= ${most} order by customer, n`,
  )
  const found = new Map<number, Position[]>()
  for (const { customer, ...position } of rows) found.set(customer, [...(found.get(customer) ?? []), position])
  return found
}

/**
 * How many issues of each customer fit, by state; the filter's own state does not matter. Those without issues are left
 * out.
 */
export async function countIssuesOfEach(tx: Tx, search: CustomerSearch): Promise<Map<number, IssueCounts>> {
  const rows = await rowsOf<IssueCounts & { customer: number }>(
    tx,
    sql`${namingIssues(search, sql`null`, [])} select customer, count(*)::int as "all",
      count(*) filter (where state = 'opened')::int as opened, count(*) filter (where state = 'closed')::int as closed
      from fitting join scope on scope.id = fitting.project_id group by customer`,
  )
  return new Map(rows.map(({ customer, ...counts }) => [customer, counts]))
}

/** SQL: names the issues that fit as `fitting`, and those of their projects that the user can read as `scope`. */
const namingIssues = ({ customers, userId, filter }: CustomerSearch, key: SQL, conditions: readonly SQL[]): SQL =>
  sql`with fitting as materialized (
      select linked.customer, i.id, i.project_id, i.state, ${key} as k0 from (${linksOf(customers)}) linked
      cross join lateral (select * from issues where id = linked.id offset 0) i
      where ${sql.join([fitsFilter(filter), ...conditions], sql` and `)}
    ), scope as materialized (${projectsAmong(sql`select distinct project_id from fitting`, userId)})`

// `offset 0` keeps one index lookup per row: the planner doesn't know how many issues there are, and would scan a whole
// table.
const linksOf = ({ noun, ids }: Customers): SQL =>
  noun === 'contact'
    ? sql`select contact_id as customer, issue_id as id from issue_contacts
        where contact_id = any(${sql.param(ids)}::bigint[])`
    : sql`select distinct who.organization_id as customer, l.issue_id as id from contacts who
        cross join lateral (select issue_id from issue_contacts where contact_id = who.id offset 0) l
        where who.organization_id = any(${sql.param(ids)}::bigint[])`
