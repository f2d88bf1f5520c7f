// Searching a list in time: frequent matches are found by scanning, rare ones by their trigrams.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import { withinTime } from '../../storage/time-limit.ts'
import { inOrder, isBeyond, keyColumns, keyNamesOf, type ListEntry, lacksKey, writtenKeys } from './cursor.ts'
import { beginWalk, isOver, longestStretch, type ScanQuestion, tableOf, type Walk, walkOn } from './index-scan.ts'
import { type Found, goesDown } from './page.ts'
import { canOccur, trigramsOccur, wordsOccur } from './words.ts'

/** The limits of a search. */
export interface Effort {
  /** Rows of the first stretch, which is scanned however long it takes. */
  stretch: number
  /** Rows that are scanned before trigrams are used. */
  glance: number
  /** A list of up to this many rows is scanned completely; trigrams are not used. */
  whole: number
  /** The most rows to scan. */
  rows: number
  /** The most candidates from trigrams. */
  candidates: number
  /** For everything together. */
  milliseconds: number
  /** Of this time, the part reserved for scanning on if trigrams don't find everything. */
  rest: number
}

export const usualEffort: Effort = {
  stretch: 250,
  glance: 1_500,
  whole: 20_000,
  rows: 200_000,
  candidates: 5_000,
  milliseconds: 85,
  rest: 20,
}

type FoundEntries = Found<ListEntry>

/** Runs a query. Only searches can be cut off. */
export async function find(tx: Tx, question: ScanQuestion, effort: Effort): Promise<FoundEntries> {
  if (!canOccur(question.words)) return { entries: [], cutOff: false }
  if (question.ids)
    return findAmong(tx, question, {
      where: sql`c.id = any(${sql.param(question.ids)}::bigint[])`,
      most: question.ids.length,
    })
  return question.words.length > 0 ? search(tx, question, effort) : exactly(await walkToEnd(tx, question))
}

const exactly = (walk: Walk): FoundEntries => ({ entries: walk.found, cutOff: false })

async function walkToEnd(tx: Tx, question: ScanQuestion): Promise<Walk> {
  let walk = beginWalk(question)
  while (!isOver(walk, question)) walk = await walkOn(tx, question, walk, question.most - walk.found.length)
  return walk
}

async function search(tx: Tx, question: ScanQuestion, effort: Effort): Promise<FoundEntries> {
  const start = performance.now()
  const left = () => effort.milliseconds - (performance.now() - start)
  const glanced = await walkFor(tx, question, beginWalk(question), { effort, left, most: effort.glance })
  if (isOver(glanced, question)) return exactly(glanced)
  const some = await findByTrigrams(tx, { ...question, from: glanced.last }, effort, left() - effort.rest)
  if (some && !some.cutOff)
    return { entries: [...glanced.found, ...some.entries].slice(0, question.most), cutOff: false }
  const walk = await walkFor(tx, question, glanced, { effort, left, most: effort.rows })
  return isOver(walk, question) ? exactly(walk) : unfinished(walk, some?.entries ?? [], question)
}

/** As far as the scan got, the result is exact; matches from trigrams beyond that fill the page. */
function unfinished({ found, last }: Walk, some: readonly ListEntry[], { most }: ScanQuestion): FoundEntries {
  const met = new Set(found.map(({ id }) => id))
  const entries = [...found, ...some.filter(({ id }) => !met.has(id))].slice(0, most)
  const reached = entries.length > found.length ? entries.at(-1) : last
  return { entries, cutOff: true, reached: entries.length < most ? reached : undefined }
}

interface Limits {
  effort: Effort
  /** Milliseconds left. */
  left: () => number
  /** The most rows to look at. */
  most: number
}

// Stretches grow, and none is started that won't finish in time.
async function walkFor(tx: Tx, question: ScanQuestion, begun: Walk, { effort, left, most }: Limits): Promise<Walk> {
  const start = performance.now()
  let walk = begun
  while (!isOver(walk, question) && walk.looked < most) {
    const rows = Math.min(Math.max(walk.looked, effort.stretch), longestStretch)
    const each = (performance.now() - start) / Math.max(walk.looked - begun.looked, 1)
    if (walk.looked >= effort.stretch && each * rows > left()) break
    walk = await walkOn(tx, question, walk, rows)
  }
  return walk
}

/**
 * The matches of trigrams; undefined if they are of no use, or take too long. Rows of other groups, in any order, are
 * included.
 */
async function findByTrigrams(
  tx: Tx,
  question: ScanQuestion,
  effort: Effort,
  milliseconds: number,
): Promise<FoundEntries | undefined> {
  const where = trigramsOccur(question.words)
  if (!where || milliseconds < 1 || (await sizeOf(tx, question)) <= effort.whole) return undefined
  return withinTime(tx, milliseconds, (inner) => findAmong(inner, question, { where, most: effort.candidates }))
}

async function sizeOf(tx: Tx, { table, groupId, states }: ScanQuestion): Promise<number> {
  const [counted] = await rowsOf<{ n: number }>(
    tx,
    sql`select coalesce(sum(n), 0)::float8 as n from state_counts
      where noun = ${table} and group_id = ${groupId} and state = any(${sql.param(states)}::text[])`,
  )
  return counted?.n ?? 0
}

/**
 * Filters rows that are fetched first, in any order; of more than `most`, only some.
 * The group is no reason to choose an index here: average group size says nothing about this group.
 */
async function findAmong(
  tx: Tx,
  question: ScanQuestion,
  { where, most }: { where: SQL; most: number },
): Promise<FoundEntries> {
  const { order, groupId, states, words } = question
  const read = await rowsOf<{ n: number } & (ListEntry | { id: null })>(
    tx,
    sql`with fetched as materialized (
      select c.id, c.state, ${keyColumns(order)} from ${tableOf(question)}
      where ${where} and c.group_id + 0 = ${groupId} and c.state = any(${sql.param(states)}::text[])
      and ${wordsOccur(words)}
      limit ${most + 1}::bigint
    ), page as (
      select id, state, ${writtenKeys(order)} as keys, row_number() over (order by ${sorted(question)}) as at
      from fetched where ${ahead(question)}
      order by at limit ${question.most}
    )
    select n, id, state, keys from (select count(*)::int as n from fetched) counted left join page on true order by at`,
  )
  const entries = read.flatMap(({ n: _, ...row }) => (row.id === null ? [] : [row]))
  return { entries, cutOff: (read[0]?.n ?? 0) > most }
}

function sorted(question: ScanQuestion): SQL {
  const { order, backward } = question
  const along = inOrder(keyNamesOf(order), sql`id`, goesDown(question))
  // Without a key is last, or first against the order.
  return order.canLack ? sql`k0 is null ${sql.raw(backward ? 'desc' : 'asc')}, ${along}` : along
}

function ahead(question: ScanQuestion): SQL {
  const { order, backward, from } = question
  if (!from) return sql`true`
  const down = goesDown(question)
  if (lacksKey(from)) {
    const here = sql`k0 is null and id ${sql.raw(down ? '<' : '>')} ${from.id}`
    return backward ? sql`(k0 is not null or ${here})` : here
  }
  const here = isBeyond(order, [...keyNamesOf(order), sql`id`], from, down)
  return order.canLack && !backward ? sql`(k0 is null or ${here})` : here
}
