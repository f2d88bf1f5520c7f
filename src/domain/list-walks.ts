// Walking along a list in its order: ranges of an index, one for each state, merged; a stretch at a time.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../storage/db.ts'
import { inOrder, isBeyond, keyColumns, lacksKey, namesOf, type Order, type Place, type Position, writtenKeys } from './list-places.ts'

/** What is looked for, and from where. */
export interface Question {
  table: 'contacts' | 'organizations'
  groupId: number
  states: readonly ('active' | 'inactive')[]
  order: Order
  /** The order is the other way round; what lacks its key is last all the same. */
  descending: boolean
  /** Against the order, from its end. */
  backward: boolean
  from?: Position
  /** Each of them occurs. */
  words: readonly string[]
  ids?: readonly number[]
  /** How many are wanted. */
  most: number
}

/** SQL: the table, called `c`. */
export const tableOf = ({ table }: Question): SQL => sql`${sql.raw(table)} c`

/** Do keys and ids go down on the way? */
export const goesDown = ({ descending, backward }: Question): boolean => descending !== backward

/** What a column is like in which a word occurs. The characters of patterns are plain ones. */
export const patternOf = (word: string): string => `%${word.replace(/[\\%_]/g, '\\$&')}%`

/** SQL: do all words occur? */
export const wordsOccur = (words: readonly string[]): SQL => sql`search_text like all (${sql.param(words.map(patternOf))}::text[])`

// A list is walked in two parts where keys can be missing.
interface Part {
  lacks: boolean
  from?: Position
}

export interface Walk {
  /** What was found on the way. */
  found: readonly Place[]
  /** How many rows were looked at. */
  looked: number
  /** The last one of these. */
  last?: Position
  /** What is still ahead. */
  ahead: readonly Part[]
}

/** A walk that is about to begin. */
export function beginWalk({ order, backward, from }: Question): Walk {
  const parts = order.canLack ? [backward, !backward] : [false]
  const ahead = from ? parts.slice(parts.indexOf(lacksKey(from))) : parts
  return { found: [], looked: 0, last: from, ahead: ahead.map((lacks, at) => ({ lacks, from: at === 0 ? from : undefined })) }
}

/** Is everything found that there is, or that is wanted? */
export const isOver = ({ ahead, found }: Walk, { most }: Question): boolean => ahead.length === 0 || found.length >= most

/** The most rows of one stretch. */
export const longestStretch = 5_000

/** Walks on by so many rows, or to the end of a part. */
export async function walkOn(tx: Tx, question: Question, walk: Walk, rows: number): Promise<Walk> {
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

interface Row extends Place {
  matches: boolean
  looked: number
}

async function readStretch(tx: Tx, question: Question, part: Part, rows: number) {
  const { order, states, words } = question
  const along = inOrder(namesOf(order), sql`id`, goesDown(question))
  const branches = states.map((state) => rangeOf(question, part, state))
  const read = await rowsOf<Row>(
    tx,
    sql`select id, state, ${writtenKeys(order)} as keys, matches, looked from (
      select *, row_number() over (order by ${along}) as at, count(*) over ()::int as looked from (
        select id, state, ${sql.join(namesOf(order), sql`, `)}, ${wordsOccur(words)} as matches
        from (${sql.join(branches, sql` union all `)}) both_states order by ${along} limit ${rows}
      ) walked
    ) counted where matches or at = looked order by at`,
  )
  const found = read.filter(({ matches }) => matches).map(({ id, state, keys }): Place => ({ id, state, keys }))
  return { found, looked: read[0]?.looked ?? 0, last: read.at(-1) }
}

// One range of one index. The limit is written out, so that whoever plans it knows that only its beginning is wanted.
function rangeOf(question: Question, { lacks, from }: Part, state: string): SQL {
  const { order, groupId } = question
  const down = goesDown(question)
  const [key] = order.keys
  const conditions = [sql`c.group_id = ${groupId}`, sql`c.state = ${state}`]
  if (order.canLack) conditions.push(lacks ? sql`${key} is null` : sql`${key} is not null`)
  if (from && lacks) conditions.push(sql`c.id ${sql.raw(down ? '<' : '>')} ${from.id}`)
  if (from && !lacks) conditions.push(isBeyond(order, [...order.keys, sql`c.id`], from, down))
  return sql`(select c.id, c.state, ${keyColumns(order)}, c.search_text from ${tableOf(question)}
    where ${sql.join(conditions, sql` and `)} order by ${inOrder(order.keys, sql`c.id`, down)} limit ${sql.raw(String(longestStretch))})`
}
