// Lists of what a group owns: by state and ids, searched, in any order, a page at a time; and their counts.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import { can, type Standing } from '../rules/permissions.ts'
import { done, type FieldFault, faultsAmong, type Result } from '../rules/results.ts'
import { wordsOf } from '../rules/search-keys.ts'
import type { ScanQuestion } from './index-scan.ts'
import { emptyPage, type Listing, type Page, type PageRequest, readPageRequest, showPage } from './page.ts'
import { type Effort, find, usualEffort } from './search.ts'
import { faultsOfSearch } from './words.ts'

export type State = 'active' | 'inactive'
const states: readonly State[] = ['active', 'inactive']

/** The arguments of a list. */
export interface ListRequest<By extends string> extends Omit<PageRequest<By>, 'offset'> {
  /** Absent: any state. */
  state?: State
  /** Only these; unknown ids are ignored. At most 1,000. */
  ids?: readonly number[]
  /** Words, all of which must occur somewhere in a row. */
  search?: string | null
}

export interface Counts {
  all: number
  active: number
  inactive: number
  /** There are at least this many. */
  cutOff: boolean
}

/** A table that has lists. */
export interface OwnedListing<By extends string> extends Listing<By> {
  name: ScanQuestion['table']
}

/** Who reads, and the group whose rows these are. */
export interface Reader {
  standing: Standing
  sourceId: number
}

const mostIds = 1_000
const mostCounted = 1_000

const faultsOf = ({ ids = [], search }: Pick<ListRequest<never>, 'ids' | 'search'>): FieldFault[] => [
  ...faultsAmong([[ids.length > mostIds, { field: 'ids', fault: `At most ${mostIds} ids can be given` }]]),
  ...faultsOfSearch(search),
]

function readListRequest<By extends string>(
  listing: OwnedListing<By>,
  groupId: number,
  { state, ids, search, ...page }: ListRequest<By>,
): Result<ScanQuestion> {
  const { value: part, refused } = readPageRequest(listing, page, faultsOf({ ids, search }))
  if (refused) return { refused }
  return done({
    ...part,
    table: listing.name,
    groupId,
    states: state ? [state] : states,
    words: wordsOf(search ?? ''),
    ids: ids?.filter((id) => Number.isSafeInteger(id)),
  })
}

/**
 * A page of a list.
 * @param show what is shown of rows, by id
 * @returns an empty page if the caller can't see contacts here. An invalid cursor, limit, or ids are a refusal.
 */
export async function listPage<By extends string, Row extends { id: number }>(
  tx: Tx,
  reader: Reader,
  { listing, wanted, effort = usualEffort }: { listing: OwnedListing<By>; wanted: ListRequest<By>; effort?: Effort },
  show: (tx: Tx, ids: readonly number[]) => Promise<Row[]>,
): Promise<Result<Page<Row>>> {
  if (!can(reader.standing, 'read_contacts')) return done(emptyPage)
  const { value: question, refused } = readListRequest(listing, reader.sourceId, wanted)
  if (refused) return { refused }
  const found = await find(tx, question, effort)
  return done(await showPage(question, found, (ids) => show(tx, ids)))
}

/**
 * How many there are, by state.
 * @param search counts what matches, up to a thousand
 * @returns null if the caller can't see contacts here
 */
export async function countStates<By extends string>(
  tx: Tx,
  reader: Reader,
  { listing, search, effort = usualEffort }: { listing: OwnedListing<By>; search?: string | null; effort?: Effort },
): Promise<Result<Counts | null>> {
  if (!can(reader.standing, 'read_contacts')) return done(null)
  const { value: question, refused } = readListRequest(listing, reader.sourceId, { search, limit: 1 })
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
    sql`select ${sumOf(sql`'{active,inactive}'`)} as "all", ${sumOf(sql`'{active}'`)} as active,
      ${sumOf(sql`'{inactive}'`)} as inactive
      from state_counts where noun = ${table} and group_id = ${groupId}`,
  )
  return counts as Omit<Counts, 'cutOff'>
}
