// Deliveries that fail or get stuck: attempts are counted, what is given up is listed, and operators retry it.
import { and, eq, inArray, sql } from 'drizzle-orm'
import { type Db, rowsOf, type Tx } from '../storage/db.ts'
import { type Delivery, deliveries } from '../storage/schema.ts'
import type { Outcome } from './comment.ts'

/**
 * Counts a failed attempt; the fault is for the operator. Returns the number of attempts, 0 if nothing is waiting any
 * more.
 */
export async function countFault(tx: Tx, id: number, fault: string): Promise<number> {
  const [counted] = await tx
    .update(deliveries)
    .set({ attempts: sql`${deliveries.attempts} + 1`, fault })
    .where(and(eq(deliveries.id, id), inArray(deliveries.status, ['queued', 'applied'])))
    .returning({ attempts: deliveries.attempts })
  return counted?.attempts ?? 0
}

/**
 * Gives a delivery up; the operator can retry it. An existing outcome is kept. Returns undefined if nothing is waiting
 * any more.
 */
export async function markFailed(
  tx: Tx,
  id: number,
  outcome: Outcome,
): Promise<Pick<Delivery, 'issueId' | 'via' | 'replyTo' | 'appliedAt'> | undefined> {
  const { issueId, via, replyTo, appliedAt } = deliveries
  const [failed] = await tx
    .update(deliveries)
    .set({ status: 'failed', outcome: sql`coalesce(${deliveries.outcome}, ${JSON.stringify(outcome)}::jsonb)` })
    .where(and(eq(deliveries.id, id), inArray(deliveries.status, ['queued', 'applied'])))
    .returning({ issueId, via, replyTo, appliedAt })
  return failed
}

/** Unfinished deliveries that were submitted more than `seconds` ago, oldest first. */
export function stuck(db: Db, seconds: number, after: number, limit: number): Promise<{ id: number }[]> {
  return rowsOf(
    db,
    sql`select id from deliveries where status <> 'replied' and status in ('queued', 'applied') and id > ${after}
      and received_at <= now() - make_interval(secs => ${seconds}) order by id limit ${limit}`,
  )
}

export interface FailedDelivery {
  id: number
  issue: string
  author: string
  attempts: number
  fault: string | null
  receivedAt: string
}

/** Failed deliveries, oldest first, at most a thousand. */
export const failedDeliveries = (db: Db): Promise<FailedDelivery[]> =>
  rowsOf(
    db,
    sql`select d.id, p.full_path || '#' || i.iid as issue, u.username as author, d.attempts, d.fault,
      d.received_at as "receivedAt"
      from deliveries d join issues i on i.id = d.issue_id join projects p on p.id = i.project_id
      join users u on u.id = d.author_id
      where d.status <> 'replied' and d.status = 'failed' order by d.id limit 1000`,
  )

/** Retries failed deliveries: from where they stopped, before the change or before the answer. Returns their ids. */
export async function restart(db: Db, ids: readonly number[] | 'all'): Promise<number[]> {
  const which = ids === 'all' ? undefined : inArray(deliveries.id, [...ids])
  const restarted = await db
    .update(deliveries)
    .set({
      status: sql`case when ${deliveries.appliedAt} is null then 'queued' else 'applied' end`,
      outcome: sql`case when ${deliveries.appliedAt} is null then null else ${deliveries.outcome} end`,
      attempts: 0,
      fault: null,
    })
    .where(and(eq(deliveries.status, 'failed'), which))
    .returning({ id: deliveries.id })
  return restarted.map(({ id }) => id)
}
