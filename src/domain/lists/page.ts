// Pages of any list: what is requested; and of what was found, the rows, the cursors, and what lies around them.
import { type SQL, sql } from 'drizzle-orm'
import { done, type FieldFault, faultsAmong, invalid, type Result } from '../rules/results.ts'
import { cursorOf, type Order, type Position, positionOf } from './cursor.ts'

/** The arguments of every list. */
export interface PageRequest<By extends string> {
  /** Absent: the usual order of the list. */
  sort?: { by: By; descending?: boolean }
  /** A cursor: rows after it, nearest first. */
  after?: string | null
  /** A cursor: rows before it, nearest last. */
  before?: string | null
  /** Without a cursor: the last page instead of the first. */
  fromEnd?: boolean
  /** Without a cursor: how many rows to skip at the beginning, in lists that can. */
  offset?: number
  /** The size of a page, 1 to 100. */
  limit: number
}

/** What a list is: its name in cursors, and its possible orders. */
export interface Listing<By extends string> {
  name: string
  orders: Readonly<Record<By, Order>>
  usual: { by: By; descending?: boolean }
}

/** Which part of a list to find. */
export interface PageQuestion {
  /** The list and its order, as named in cursors, which are valid only there. */
  list: string
  order: Order
  /** The order is reversed; rows without the key are still last. */
  descending: boolean
  /** Against the order, from its end. */
  backward: boolean
  /** Only what follows this. */
  from?: Position
  /** How many rows to skip. */
  offset: number
  /** How many to return: one more than there are on the page, which tells whether there are more. */
  most: number
}

/** What was found of it. */
export interface Found<Entry extends Position = Position> {
  /** At most as many as requested, in the direction of the search. */
  entries: readonly Entry[]
  /** Not everything was considered. All rows match, but some before or between them may be missing. */
  cutOff: boolean
  /** Cut off before enough was found: where to continue. */
  reached?: Position
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

/** The orders that tables have in common. @param row the name of the table in the statement */
export const momentOrders = (row: SQL) =>
  ({
    createdAt: { kind: 'moment', keys: [sql`${row}.created_at`] },
    updatedAt: { kind: 'moment', keys: [sql`${row}.updated_at`] },
  }) satisfies Record<string, Order>

const mostRows = 100

/**
 * Reads what is requested.
 * @param faults what is wrong with the other arguments of the list
 * @returns a refusal for those, and for an invalid cursor or limit
 */
export function readPageRequest<By extends string>(
  { name, orders, usual }: Listing<By>,
  { sort = usual, after, before, fromEnd, offset = 0, limit }: PageRequest<By>,
  faults: readonly FieldFault[] = [],
): Result<PageQuestion> {
  const descending = sort.descending ?? false
  const order = orders[sort.by]
  const list = `${name} ${sort.by} ${descending ? 'descending' : 'ascending'}`
  const cursor = after || before
  const from = cursor ? positionOf(list, order, cursor) : undefined
  const all = [
    ...faults,
    ...faultsAmong([
      [
        !Number.isInteger(limit) || limit < 1 || limit > mostRows,
        { field: 'limit', fault: `Limit must be between 1 and ${mostRows}` },
      ],
      [Boolean(after && before), { field: 'before', fault: 'Please provide either before or after' }],
      [Boolean(cursor) && !from, { field: after ? 'after' : 'before', fault: 'Please provide a valid cursor' }],
    ]),
  ]
  if (all.length > 0) return invalid(all)
  const backward = !after && Boolean(before || fromEnd)
  return done({ list, order, descending, backward, from, offset: from ? 0 : offset, most: limit + 1 })
}

/** Are keys and ids descending along the search? */
export const goesDown = ({ descending, backward }: Pick<PageQuestion, 'descending' | 'backward'>): boolean =>
  descending !== backward

/**
 * SQL: a limit of at least this many rows. It is inlined, so that the planner knows that only a prefix is needed;
 * rounded, because each statement is prepared and kept.
 */
export const firstRows = (rows: number): SQL => sql.raw(`limit ${2 ** Math.ceil(Math.log2(Math.max(rows, 32)))}`)

/** The page of what was found. @param show what is shown of rows, by id */
export async function showPage<Row extends { id: number }>(
  question: PageQuestion,
  found: Found,
  show: (ids: readonly number[]) => Promise<Row[]>,
): Promise<Page<Row>> {
  const rows = await show(entriesOn(question, found).map(({ id }) => id))
  return pageWith(question, found, new Map(rows.map((row) => [row.id, row])))
}

const entriesOn = ({ most }: PageQuestion, { entries }: Found): readonly Position[] => entries.slice(0, most - 1)

/** The same with rows by id; those that were deleted meanwhile are left out. */
export function pageWith<Row>(question: PageQuestion, found: Found, rows: ReadonlyMap<number, Row>): Page<Row> {
  const there = entriesOn(question, found).filter(({ id }) => rows.has(id))
  const inOrder = question.backward ? there.toReversed() : there
  return { rows: inOrder.map(({ id }) => rows.get(id) as Row), ...edgesOf(question, found, inOrder) }
}

function edgesOf(
  { list, backward, from, offset, most }: PageQuestion,
  { entries, cutOff, reached }: Found,
  there: readonly Position[],
): Omit<Page<never>, 'rows'> {
  const isFull = entries.length >= most
  const isMore = isFull || reached !== undefined
  const isEarlier = from !== undefined || offset > 0
  const stopped = isFull ? undefined : reached
  const [start, end] = [(backward && stopped) || there[0], (!backward && stopped) || there.at(-1)]
  return {
    cursors: there.map((position) => cursorOf(list, position)),
    hasNext: backward ? isEarlier : isMore,
    hasPrevious: backward ? isMore : isEarlier,
    startCursor: start ? cursorOf(list, start) : null,
    endCursor: end ? cursorOf(list, end) : null,
    cutOff,
  }
}
