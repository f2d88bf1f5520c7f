// Lists of what a group owns: by state and ids, searched, in any order, a page at a time; and their counts.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import { can, type Standing } from '../rules/permissions.ts'
import { done, type FieldFault, invalid, type Result } from '../rules/results.ts'
import { wordsOf } from '../rules/search-keys.ts'
import { cursorOf, type ListEntry, type Order, type Position, positionOf } from './cursor.ts'
import type { ScanQuestion } from './index-scan.ts'
import { type Effort, type Found, find, usualEffort } from './search.ts'

export type State = 'active' | 'inactive'
const states: readonly State[] = ['active', 'inactive']

/** The arguments of a list. */
export interface ListRequest<By extends string> {
  /** Absent: any state. */
  state?: State
  /** Only these; unknown ids are ignored. At most 1,000. */
  ids?: readonly number[]
  /** Words, all of which must occur somewhere in a row. */
  search?: string | null
  sort?: { by: By; descending?: boolean }
  /** A cursor: rows after it, nearest first. */
  after?: string | null
  /** A cursor: rows before it, nearest last. */
  before?: string | null
  /** Without a cursor: the last page instead of the first. */
  fromEnd?: boolean
  /** The size of a page, 1 to 100. */
  limit: number
}

export interface Page<Row> {
  rows: Row[]
  /** The cursor of each row. */
  cursors: string[]
  hasNext: boolean
  hasPrevious: boolean
  /** Where the previous page ends; null if there are no rows. */
  startCursor: string | null
  /** Where the next page begins: the last row; for a search that was cut off, as far as it got. */
  endCursor: string | null
  /** The search would have taken too long, so more rows may match. Even without rows, `endCursor` leads on. */
  cutOff: boolean
}

export interface Counts {
  all: number
  active: number
  inactive: number
  /** There are at least this many. */
  cutOff: boolean
}

/** A table that has lists, and their possible orders. */
export interface Listing<By extends string> {
  table: ScanQuestion['table']
  orders: Readonly<Record<By, Order>>
  usual: By
}

/** Who reads, and the group whose rows these are. */
export interface Reader {
  standing: Standing
  sourceId: number
}

const mostRows = 100
const mostIds = 1_000
const mostCounted = 1_000
const longestSearch = 1_000

/** What the orders need that tables have in common. */
export const moments = {
  createdAt: { kind: 'moment', keys: [sql`c.created_at`] },
  updatedAt: { kind: 'moment', keys: [sql`c.updated_at`] },
} satisfies Record<string, Order>

function faultsOf<By extends string>({ ids = [], search, after, before, limit }: ListRequest<By>): FieldFault[] {
  const rules: [boolean, FieldFault][] = [
    [
      !Number.isInteger(limit) || limit < 1 || limit > mostRows,
      { field: 'limit', fault: `Limit must be between 1 and ${mostRows}` },
    ],
    [ids.length > mostIds, { field: 'ids', fault: `At most ${mostIds} ids can be given` }],
    [
      (search ?? '').length > longestSearch,
      { field: 'search', fault: `Search is too long (maximum is ${longestSearch} characters)` },
    ],
    [Boolean(after && before), { field: 'before', fault: 'Please provide either before or after' }],
  ]
  return rules.flatMap(([isWrong, fault]) => (isWrong ? [fault] : []))
}

// The name of a list in its cursors, which are valid only for the same list and order.
const tagOf = <By extends string>({ table, usual }: Listing<By>, { sort }: ListRequest<By>): string =>
  `${table} ${sort?.by ?? usual} ${sort?.descending ? 'descending' : 'ascending'}`

function readWanted<By extends string>(
  listing: Listing<By>,
  groupId: number,
  wanted: ListRequest<By>,
): Result<ScanQuestion> {
  const { state, ids, search, sort, after, before, fromEnd, limit } = wanted
  const faults = faultsOf(wanted)
  const order = listing.orders[sort?.by ?? listing.usual]
  const from = [after ?? before].flatMap((cursor) =>
    cursor ? (positionOf(tagOf(listing, wanted), order, cursor) ?? []) : [],
  )[0]
  if ((after || before) && !from)
    faults.push({ field: after ? 'after' : 'before', fault: 'Please provide a valid cursor' })
  if (faults.length > 0) return invalid(faults)
  return done({
    table: listing.table,
    groupId,
    states: state ? [state] : states,
    order,
    descending: sort?.descending ?? false,
    backward: !after && Boolean(before || fromEnd),
    from,
    words: wordsOf(search ?? ''),
    ids: ids?.filter((id) => Number.isSafeInteger(id)),
    most: limit + 1,
  })
}

/** An empty page. */
export const emptyPage: Page<never> = {
  rows: [],
  cursors: [],
  hasNext: false,
  hasPrevious: false,
  startCursor: null,
  endCursor: null,
  cutOff: false,
}

/**
 * A page of a list.
 * @param show what is shown of rows, by id
 * @returns an empty page if the caller can't see contacts here. An invalid cursor, limit, or ids are a refusal.
 */
export async function listPage<By extends string, Row extends { id: number }>(
  tx: Tx,
  reader: Reader,
  { listing, wanted, effort = usualEffort }: { listing: Listing<By>; wanted: ListRequest<By>; effort?: Effort },
  show: (tx: Tx, ids: readonly number[]) => Promise<Row[]>,
): Promise<Result<Page<Row>>> {
  if (!can(reader.standing, 'read_contacts')) return done(emptyPage)
  const { value: question, refused } = readWanted(listing, reader.sourceId, wanted)
  if (refused) return { refused }
  const found = await find(tx, question, effort)
  const entries = found.entries.slice(0, wanted.limit)
  const rows = new Map(
    (
      await show(
        tx,
        entries.map(({ id }) => id),
      )
    ).map((row) => [row.id, row]),
  )
  // Rows that were deleted meanwhile are left out.
  const there = (question.backward ? entries.reverse() : entries).filter(({ id }) => rows.has(id))
  return done({
    rows: there.map(({ id }) => rows.get(id) as Row),
    ...edgesOf(question, found, (position) => cursorOf(tagOf(listing, wanted), position), there),
  })
}

function edgesOf(
  { backward, from, most }: ScanQuestion,
  found: Found,
  write: (position: Position) => string,
  there: readonly ListEntry[],
) {
  const isMore = found.entries.length >= most || found.reached !== undefined
  const reached = found.entries.length >= most ? undefined : found.reached
  const start = (backward && reached) || there[0]
  const end = (!backward && reached) || there.at(-1)
  return {
    cursors: there.map(write),
    hasNext: backward ? from !== undefined : isMore,
    hasPrevious: backward ? isMore : from !== undefined,
    startCursor: start ? write(start) : null,
    endCursor: end ? write(end) : null,
    cutOff: found.cutOff,
  }
}

/**
 * How many there are, by state.
 * @param search counts what matches, up to a thousand
 * @returns null if the caller can't see contacts here
 */
export async function countStates<By extends string>(
  tx: Tx,
  reader: Reader,
  { listing, search, effort = usualEffort }: { listing: Listing<By>; search?: string | null; effort?: Effort },
): Promise<Result<Counts | null>> {
  if (!can(reader.standing, 'read_contacts')) return done(null)
  const { value: question, refused } = readWanted(listing, reader.sourceId, { search, limit: 1 })
  if (refused) return { refused }
  if (question.words.length === 0) return done({ ...(await readCounts(tx, question)), cutOff: false })
  const { entries, cutOff } = await find(tx, { ...question, most: mostCounted + 1 }, effort)
  const counted = entries.slice(0, mostCounted)
  const active = counted.filter(({ state }) => state === 'active').length
  const all = counted.length
  return done({ all, active, inactive: all - active, cutOff: cutOff || entries.length > all })
}

const sumOf = (state: SQL): SQL => sql`coalesce(sum(n) filter (where state = any(${state})), 0)::float8`

async function readCounts(tx: Tx, { table, groupId }: ScanQuestion): Promise<Omit<Counts, 'cutOff'>> {
  const [counts] = await rowsOf<Omit<Counts, 'cutOff'>>(
    tx,
    sql`select ${sumOf(sql`'{active,inactive}'`)} as "all", ${sumOf(sql`'{active}'`)} as active, ${sumOf(sql`'{inactive}'`)} as inactive
      from state_counts where noun = ${table} and group_id = ${groupId}`,
  )
  return counts as Omit<Counts, 'cutOff'>
}
