// Erases what was deleted: addresses and names of deleted contacts are removed from past deliveries and answers.
import { sql } from 'drizzle-orm'
import { type Erasure, erasuresAsked, finishErasures } from '../domain/contacts/erasure.ts'
import { type Db, rowsOf } from '../storage/db.ts'

const tracesAtOnce = 100
const rowsAtOnce = 20_000

// As a regular expression of Postgres: postgresql.org/docs/current/functions-matching.html#POSIX-ESCAPE-SEQUENCES
const literally = (text: string) => text.replace(/[!-/:-@[-`{-~]/g, '\\$&')
// As escaped in JSON.
const inJson = (text: string) => JSON.stringify(text).slice(1, -1)

interface Traces {
  inText: string
  inOutcome: string
}

// Whole words: ann@x.io is not part of joann@x.io, nor of ann@x.io.example.
const anyOf = (texts: readonly string[]) =>
  `(?<![[:alnum:]_.+-])(?:${texts.map(literally).join('|')})(?![[:alnum:]_-]|\\.[[:alnum:]])`

const tracesOf = (asked: readonly Erasure[]): Traces => ({
  inText: anyOf(asked.map(({ trace }) => trace)),
  inOutcome: anyOf(asked.map(({ trace }) => inJson(trace))),
})

/**
 * Removes pending erasures from all finished deliveries, in steps, and completes those that no unfinished delivery
 * contains.
 * @returns how many deliveries were changed
 */
export async function forget(db: Db): Promise<number> {
  const asked = await erasuresAsked(db, tracesAtOnce)
  if (asked.length === 0) return 0
  const [{ last } = { last: 0 }] = await rowsOf<{ last: number }>(
    db,
    sql`select coalesce(max(id), 0) as last from deliveries`,
  )
  let changed = 0
  for (let from = 0; from <= last; from += rowsAtOnce) changed += await forgetIn(db, tracesOf(asked), from)
  await finishErasures(
    db,
    (await unnamed(db, asked)).map(({ id }) => id),
  )
  return changed
}

async function forgetIn(db: Db, { inText, inOutcome }: Traces, from: number): Promise<number> {
  const without = (column: string, traces: string) =>
    sql`regexp_replace(${sql.identifier(column)}, ${traces}, 'deleted', 'gi')`
  const changed = await rowsOf(
    db,
    sql`update deliveries set body = ${without('body', inText)}, replaces = ${without('replaces', inText)},
        outcome = regexp_replace(outcome::text, ${inOutcome}, 'deleted', 'gi')::jsonb
      where id >= ${from} and id < ${from + rowsAtOnce} and status in ('replied', 'failed')
        and (body ~* ${inText} or replaces ~* ${inText} or outcome::text ~* ${inOutcome}) returning id`,
  )
  return changed.length
}

/** Those that no unfinished delivery contains; the others are checked again later. */
async function unnamed(db: Db, asked: readonly Erasure[]): Promise<Erasure[]> {
  const open = await rowsOf<{ said: string }>(
    db,
    sql`select lower(concat_ws(' ', body, replaces, outcome::text)) as said from deliveries
    where status in ('queued', 'applied') limit 1000`,
  )
  return asked.filter(({ trace }) => open.length < 1_000 && !open.some(({ said }) => said.includes(trace)))
}
