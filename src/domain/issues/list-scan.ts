// Finding the issues of a list: by scanning its order, project by project; or from the candidates, if these are few.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import { inOrder, isBeyond, type Position, writtenKeys } from '../lists/cursor.ts'
import { firstRows, goesDown, type PageQuestion } from '../lists/page.ts'
import { wordsOf } from '../rules/search-keys.ts'
import { asksForCustomers, fitsFilter, type IssueFilter, type IssueScope, idGiven, projectsIn } from './filters.ts'
import { foundOrWalked, textsWith } from './search-texts.ts'

/** Whose issues to find, and where. */
export interface Search {
  scope: IssueScope
  /** null for a visitor. */
  userId: number | null
  filter: IssueFilter
}

export interface IssueCounts {
  all: number
  opened: number
  closed: number
}

/** Where issues are in a list, along the scan. */
export function findIssues(tx: Tx, search: Search, question: PageQuestion): Promise<Position[]> {
  const { filter } = search
  const { order, from, offset, most } = question
  const down = goesDown(question)
  const [key] = order.keys as [SQL]
  const states = sql`${sql.param(filter.state ? [filter.state] : ['opened', 'closed'])}::text[]`
  const fit = from
    ? sql`${fitsFilter(filter)} and ${isBeyond(order, [key, sql`i.id`], from, down)}`
    : fitsFilter(filter)
  const walked = sql`select near.id, near.k0 from scope cross join unnest(${states}) as wanted (state) cross
    join lateral (
    select i.id, ${key} as k0 from issues i where i.project_id = scope.id and i.state = wanted.state and ${fit}
    order by ${inOrder([key], sql`i.id`, down)} ${firstRows(offset + most)}) near`
  const columns = sql`i.id, ${key} as k0`
  const rows = eitherWay(filter, walked, { columns, where: sql`i.state = any(${states}) and ${fit}` })
  return rowsOf(
    tx,
    sql`${namingProjects(search)} select id, ${writtenKeys(order)} as keys from (${rows}) page
      order by ${inOrder([sql`k0`], sql`id`, down)} limit ${most}::bigint offset ${offset}::bigint`,
  )
}

/** How many issues fit, by state; the filter's own state does not matter. */
export async function countIssues(tx: Tx, search: Search): Promise<IssueCounts> {
  const { filter } = search
  const walked = sql`select i.state from scope join issues i on i.project_id = scope.id where ${fitsFilter(filter)}`
  const rows = eitherWay(filter, walked, { columns: sql`i.state`, where: fitsFilter(filter) })
  const [counts] = await rowsOf<IssueCounts>(
    tx,
    sql`${namingProjects(search)} select count(*)::int as "all",
      count(*) filter (where state = 'opened')::int as opened,
      count(*) filter (where state = 'closed')::int as closed from (${rows}) counted`,
  )
  return counts as IssueCounts
}

// How many matches of words are considered, anywhere; if there are more, the list is scanned in its order.
const mostFound = 5_000

/** SQL: the ids of the issues that can match, each once; undefined if scanning finds them sooner. */
function candidates({ search, contactId, organizationId }: IssueFilter): SQL | undefined {
  if (contactId !== undefined)
    return sql`select issue_id as id from issue_contacts where contact_id = ${idGiven(contactId)}`
  if (organizationId !== undefined)
    return sql`select distinct l.issue_id as id from contacts who
      cross join lateral (select issue_id from issue_contacts where contact_id = who.id offset 0) l
      where who.organization_id = ${idGiven(organizationId)}`
  return textsWith(wordsOf(search ?? ''), mostFound)
}

/** SQL: names what the rest is about: the projects as \`scope\`, the candidates as \`found\`. */
function namingProjects({ scope, userId, filter }: Search): SQL {
  const ids = candidates(filter)
  return sql`with scope as materialized (${projectsIn(scope, userId, filter)})${
    ids
      ? sql`,
    found as materialized (${ids})`
      : sql``
  }`
}

/** SQL: what is met on the way; or, where there are candidates and not too many, the same columns of those that fit. */
function eitherWay(filter: IssueFilter, walked: SQL, { columns, where }: { columns: SQL; where: SQL }): SQL {
  if (!candidates(filter)) return walked
  const fetched = sql`select ${columns} from found cross join lateral (select * from issues
    where id = found.id offset 0) i
    join scope on scope.id = i.project_id where ${where}`
  if (asksForCustomers(filter)) return fetched
  return foundOrWalked(mostFound, fetched, walked)
}
