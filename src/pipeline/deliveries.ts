// The table of deliveries: storing comments and edits, once. How they go on is in waiting.ts and failures.ts.
import { and, desc, eq, type SQL, sql } from 'drizzle-orm'
import { insertComments, nextCommentId, rewriteComment } from '../domain/issues/comments.ts'
import { lockName } from '../domain/rules/only-once.ts'
import { type Db, rowsOf, type Tx } from '../storage/db.ts'
import { tell, telling } from '../storage/notify.ts'
import { deliveries, issues } from '../storage/schema.ts'
import type { Comment, NewComment } from './comment.ts'

/** A comment about to be stored. */
export interface NewDelivery {
  comment: Comment
  authorId: number
  issueId: number
  /** What the issue will show of it; '' for nothing. */
  text: string
  /** There are no commands to run. */
  done: boolean
  /** The comment on the issue that this edits. */
  edits?: number
  /** It is the issue's description, which the issue shows separately. */
  describes?: boolean
  /** Distinguishes this request from another one with the same name. */
  fingerprint: string | null
  /** The text before the edit, if it is one. */
  before?: string
}

export interface Written {
  id: number
  commentId: number | null
  receivedAt: Date
  done: boolean
  /** It was submitted before; nothing was stored. */
  again: boolean
  /** The earlier submission's, in that case. */
  fingerprint?: string | null
}

/** The earlier delivery with the same name, if there is one, and its issue. */
export async function findTaken(
  tx: Tx,
  { via, delivery }: Pick<Comment, 'via' | 'delivery'>,
): Promise<(Written & { issueId: number; iid: number }) | undefined> {
  const [found] = await tx
    .select({
      id: deliveries.id,
      issueId: deliveries.issueId,
      iid: issues.iid,
      commentId: deliveries.commentId,
      fingerprint: deliveries.fingerprint,
      receivedAt: deliveries.receivedAt,
      status: deliveries.status,
    })
    .from(deliveries)
    .innerJoin(issues, eq(issues.id, deliveries.issueId))
    .where(and(eq(deliveries.via, via), eq(deliveries.delivery, delivery)))
  return found && { ...found, done: found.status !== 'queued', again: true }
}

/** Stores one comment; see `writeAllDown`. */
export const writeDown = async (tx: Tx, wanted: NewDelivery): Promise<Written> =>
  (await writeAllDown(tx, [wanted]))[0] as Written

interface WrittenRow {
  id: number
  commentId: number | null
  receivedAt: string
  via: string
  delivery: string
}

/**
 * Stores comments in one statement: the deliveries, what issues show of them, and the notifications. A delivery that
 * was submitted before, or is repeated among these, is not stored again, but found.
 */
export async function writeAllDown(tx: Tx, wanted: readonly NewDelivery[]): Promise<Written[]> {
  const fresh = new Map(wanted.toReversed().map((one) => [nameOf(one.comment), one]))
  const rows = await rowsOf<WrittenRow>(
    tx,
    insertDeliveries(wanted.filter((one) => fresh.get(nameOf(one.comment)) === one)),
  )
  const written = new Map(rows.map((row) => [nameOf(row), row]))
  return Promise.all(
    wanted.map(async (one) => {
      const row = written.get(nameOf(one.comment))
      if (row && fresh.get(nameOf(one.comment)) === one)
        return {
          id: row.id,
          commentId: row.commentId,
          receivedAt: new Date(row.receivedAt),
          done: one.done,
          again: false,
        }
      const before = await findTaken(tx, one.comment)
      if (!before) throw new Error(`delivery ${nameOf(one.comment)} was neither written nor found`)
      return before
    }),
  )
}

const nameOf = ({ via, delivery }: Pick<Comment, 'via' | 'delivery'>) => `${via} ${delivery}`

function insertDeliveries(wanted: readonly NewDelivery[]): SQL {
  const of = (column: (one: NewDelivery) => number | string | null) => sql.param(wanted.map(column))
  const shown = sql`select w.comment_id, w.issue_id, w.author_id, g.text from written w
    join given g using (via, delivery) where w.comment_id is not null and g.edits is null order by g.at`
  return sql`with given as (
      select * from unnest(${of(({ comment }) => comment.via)}::text[],
      ${of(({ comment }) => comment.delivery)}::text[], ${of((one) => one.issueId)}::bigint[],
        ${of((one) => one.authorId)}::bigint[], ${of(({ comment }) => comment.replyTo ?? '')}::text[],
        ${of(({ comment }) => comment.body)}::text[],
        ${of(({ before }) => before ?? null)}::text[], ${of(({ done }) => (done ? 'replied' : 'queued'))}::text[],
        ${of(({ text }) => text)}::text[], ${of(({ edits }) => edits ?? null)}::bigint[],
        ${of(({ describes }) => String(describes ?? false))}::boolean[],
        ${of(({ fingerprint }) => fingerprint)}::text[])
      with ordinality as given (via, delivery, issue_id, author_id, place, body, replaces, status, text, edits,
      describes, fingerprint, at)
    ), written as (
      insert into deliveries (via, delivery, issue_id, comment_id, author_id, place, body, replaces, status, describes,
      fingerprint)
      select via, delivery, issue_id, case when edits is not null then edits when text <> ''
      and not describes then ${nextCommentId} end,
        author_id, place, body, replaces, status, describes, fingerprint from given order by at
      on conflict (via, delivery) do nothing returning id, via, delivery, comment_id, issue_id, author_id, received_at
    ), said as (${insertComments(shown)} returning issue_id)
    select id, via, delivery, comment_id as "commentId", received_at as "receivedAt",
      (select string_agg(${telling(sql`json_build_object('issue', issue_id)::text`)}::text, '') from said) from written`
}

/**
 * Makes others that use the name of a delivery wait until the transaction ends.
 * @returns whether it is free for comments: no operation that posts nothing was done under it
 */
export const lockDelivery = (tx: Tx, { via, delivery }: Comment): Promise<boolean> => lockName(tx, `${via} ${delivery}`)

/** Stores a comment under an Idempotency-Key. */
export const writeUnderKey = (db: Db, wanted: NewDelivery): Promise<Written | 'another'> =>
  db.transaction(async (tx) => ((await lockDelivery(tx, wanted.comment)) ? writeDown(tx, wanted) : 'another'))

/** Stores an edit that was made at the source: the issue shows the new text in place of the old one. */
export const writeEdit = (
  db: Db,
  unedited: NewDelivery,
  replaces: NonNullable<NewComment['replaces']>,
): Promise<Written> =>
  db.transaction(async (tx) => {
    const wanted = { ...unedited, before: replaces.text }
    const before = await findTaken(tx, { via: wanted.comment.via, delivery: replaces.delivery })
    const shown = before?.issueId === wanted.issueId ? before.commentId : null
    if (shown === null) return writeDown(tx, wanted)
    const written = await writeDown(tx, { ...wanted, edits: shown })
    if (written.again) return written
    await rewriteComment(tx, shown, wanted.text)
    await tell(tx, { issue: wanted.issueId })
    return wanted.text === '' ? { ...written, commentId: null } : written
  })

/**
 * The latest text that a user wrote for a comment or a description, with its commands; undefined if there is no
 * delivery for it.
 */
export async function lastText(
  tx: Tx,
  of: { comment: number } | { descriptionOf: number },
): Promise<string | undefined> {
  const which =
    'comment' in of
      ? eq(deliveries.commentId, of.comment)
      : and(eq(deliveries.issueId, of.descriptionOf), deliveries.describes)
  const [last] = await tx
    .select({ body: deliveries.body })
    .from(deliveries)
    .where(which)
    .orderBy(desc(deliveries.id))
    .limit(1)
  return last?.body
}
