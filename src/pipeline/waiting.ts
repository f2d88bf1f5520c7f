// Deliveries that wait to be applied, then to be answered, and are marked when that is done.
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../storage/db.ts'
import { telling } from '../storage/notify.ts'
import { type Delivery, deliveries } from '../storage/schema.ts'
import type { Outcome } from './comment.ts'

/** What is needed to process a delivery; `asked` are the requested ones of its issue. */
export type Waiting = Pick<Delivery, 'id' | 'via' | 'issueId' | 'authorId' | 'body' | 'replaces'> & { asked: number[] }

/** SQL: the issues of deliveries. */
export const issuesOf = (ids: readonly number[]): SQL =>
  sql`select issue_id from deliveries where id = any(${sql.param(ids)}::bigint[])`

/** For each issue of these deliveries, the oldest waiting one, up to the latest of these. */
export const nextWaiting = (tx: Tx, ids: readonly number[]): Promise<Waiting[]> =>
  rowsOf(
    tx,
    sql`select next.*, asked.ids as asked from (
        select issue_id, max(id) as up_to, json_agg(id) as ids from deliveries
        where id = any(${sql.param(ids)}::bigint[]) group by issue_id
      ) asked cross join lateral (
        select id, via, issue_id as "issueId", author_id as "authorId", body, replaces from deliveries
        where issue_id = asked.issue_id and status = 'queued' and id <= asked.up_to order by id limit 1
      ) next`,
  )

export interface Applied {
  waiting: Waiting
  outcome: Outcome
  status: 'applied' | 'replied'
}

/** Stores the outcomes of deliveries together with their changes, and sends a notification of both. */
export async function markApplied(tx: Tx, applied: readonly Applied[]): Promise<void> {
  const rows = applied.map(({ waiting, outcome, status }) => {
    const stored = JSON.stringify(outcome)
    const news = {
      issue: waiting.issueId,
      delivery: waiting.id,
      outcome: stored.length < longestNews ? outcome : undefined,
    }
    return { id: waiting.id, stored, status, news: JSON.stringify(news) }
  })
  const of = (column: (row: (typeof rows)[number]) => number | string) => sql.param(rows.map(column))
  await tx.execute(sql`with done (id, outcome, status, news) as (
      select * from unnest(${of(({ id }) => id)}::bigint[], ${of(({ stored }) => stored)}::text[],
      ${of(({ status }) => status)}::text[], ${of(({ news }) => news)}::text[])
    ), kept as (
      update deliveries set outcome = done.outcome::jsonb, status = done.status, applied_at = now(), fault = null
      from done where deliveries.id = done.id
    ) select ${telling(sql`news`)} from done`)
}

// A notification can have 8,000 bytes, and a character three. A longer outcome is read from its row.
const longestNews = 2_000

const outcomeColumn = sql<Outcome | null>`${deliveries.outcome}`

/** The outcome of a delivery, once there is one. */
export async function findOutcome(tx: Tx, id: number): Promise<Outcome | undefined> {
  const [found] = await tx.select({ outcome: outcomeColumn }).from(deliveries).where(eq(deliveries.id, id))
  return found?.outcome ?? undefined
}

/** What is needed to answer a delivery. */
export interface Unanswered {
  via: string
  replyTo: string
  outcome: Outcome | null
}

/** A delivery that has to be answered; undefined if it isn't applied, or is answered already. */
export async function findUnanswered(tx: Tx, id: number): Promise<Unanswered | undefined> {
  const [found] = await tx
    .select({ via: deliveries.via, replyTo: deliveries.replyTo, outcome: outcomeColumn })
    .from(deliveries)
    .where(and(eq(deliveries.id, id), eq(deliveries.status, 'applied')))
  return found
}

/** The answer has been sent; or never will be, for this reason. */
export async function markReplied(tx: Tx, id: number, givenUp?: string): Promise<void> {
  await tx
    .update(deliveries)
    .set({ status: givenUp === undefined ? 'replied' : 'failed', fault: givenUp ?? null })
    .where(and(eq(deliveries.id, id), eq(deliveries.status, 'applied')))
}
