// Scanning a list in its order: index ranges, one for each state, merged; a stretch at a time.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import {
  inOrder,
  isBeyond,
  keyColumns,
  keyNamesOf,
  type ListEntry,
  lacksKey,
  type Position,
  writtenKeys,
} from './cursor.ts'
import { goesDown, type PageQuestion } from './page.ts'
import { wordsOccur } from './words.ts'

/** What to find of what a group owns, and from where. */
export interface ScanQuestion extends PageQuestion {
  table: 'contacts' | 'organizations'
  groupId: number
  states: readonly ('active' | 'inactive')[]
  /** All of them must occur. */
  words: readonly string[]
  ids?: readonly number[]
}

/** SQL: the table, called `c`. */
export const tableOf = ({ table }: ScanQuestion): SQL => sql`${sql.raw(table)} c`

// A list is scanned in two parts if keys can be missing.
interface Part {
  lacks: boolean
  from?: Position
}

export interface Walk {
  /** What the scan found. */
  found: readonly ListEntry[]
  /** How many rows were looked at. */
  looked: number
  /** The last of these rows. */
  last?: Position
  /** What is left to scan. */
  ahead: readonly Part[]
}

/** A scan about to start. */
export function beginWalk({ order, backward, from }: ScanQuestion): Walk {
  const parts = order.canLack ? [backward, !backward] : [false]
  const ahead = from ? parts.slice(parts.indexOf(lacksKey(from))) : parts
  return {
    found: [],
    looked: 0,
    last: from,
    ahead: ahead.map((lacks, at) => ({ lacks, from: at === 0 ? from : undefined })),
  }
}

/** Is everything found, or as much as requested? */
export const isOver = ({ ahead, found }: Walk, { most }: ScanQuestion): boolean =>
  ahead.length === 0 || found.length >= most

/** The most rows of one stretch. */
export const longestStretch = 5_000

/** Scans that many more rows, or to the end of a part. */
export async function walkOn(tx: Tx, question: ScanQuestion, walk: Walk, rows: number): Promise<Walk> {
  const [part, ...rest] = walk.ahead
  if (!part) return walk
  const { found, looked, last } = await readStretch(tx, question, part, rows)
  return {
    found: [...walk.found, ...found],
    looked: walk.looked + looked,
    last: last ?? walk.last,
    ahead: looked < rows ? rest : [{ ...part, from: last }, ...rest],
  }
}

interface Row extends ListEntry {
  matches: boolean
  looked: number
}

async function readStretch(tx: Tx, question: ScanQuestion, part: Part, rows: number) {
  const { order, states, words } = question
  const along = inOrder(keyNamesOf(order), sql`id`, goesDown(question))
  const branches = states.map((state) => rangeOf(question, part, state))
  const read = await rowsOf<Row>(
    tx,
    sql`select id, state, ${writtenKeys(order)} as keys, matches, looked from (
      select *, row_number() over (order by ${along}) as at, count(*) over ()::int as looked from (
        select id, state, ${sql.join(keyNamesOf(order), sql`, `)}, ${wordsOccur(words)} as matches
        from (${sql.join(branches, sql` union all `)}) both_states order by ${along} limit ${rows}
      ) walked
    ) counted where matches or at = looked order by at`,
  )
  const found = read.filter(({ matches }) => matches).map(({ id, state, keys }): ListEntry => ({ id, state, keys }))
  return { found, looked: read[0]?.looked ?? 0, last: read.at(-1) }
}

// One range of one index. The limit is inlined, so that the planner knows that only a prefix is needed.
function rangeOf(question: ScanQuestion, { lacks, from }: Part, state: string): SQL {
  const { order, groupId } = question
  const down = goesDown(question)
  const [key] = order.keys
  const conditions = [sql`c.group_id = ${groupId}`, sql`c.state = ${state}`]
  if (order.canLack) conditions.push(lacks ? sql`${key} is null` : sql`${key} is not null`)
  if (from && lacks) conditions.push(sql`c.id ${sql.raw(down ? '<' : '>')} ${from.id}`)
  if (from && !lacks) conditions.push(isBeyond(order, [...order.keys, sql`c.id`], from, down))
  return sql`(select c.id, c.state, ${keyColumns(order)}, c.search_text from ${tableOf(question)}
    where ${sql.join(conditions, sql` and `)} order by ${inOrder(order.keys, sql`c.id`, down)}
    limit ${sql.raw(String(longestStretch))})`
}
