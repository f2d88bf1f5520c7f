// What an issue shows: what users wrote, without commands, and system notes.
import { and, asc, desc, eq, lt, type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../../storage/db.ts'
import { comments, users } from '../../storage/schema.ts'
import { withoutHiddenReferences } from './note-references.ts'

/** A comment as shown. */
export interface ShownComment {
  id: number
  body: string
  system: boolean
  createdAt: Date
  updatedAt: Date
  author: { id: number; username: string; name: string } | null
}

/** SQL: a new comment's id. */
export const nextCommentId = sql`nextval(pg_get_serial_sequence('comments', 'id'))`

/** SQL: inserts the comments that a query yields as (id, issue_id, author_id, body). */
export const insertComments = (rows: SQL): SQL =>
  sql`insert into comments (id, issue_id, author_id, body) overriding system value ${rows}`

/** SQL: inserts the system notes that a query yields as (issue_id, author_id, body). */
export const insertNotes = (rows: SQL): SQL =>
  sql`insert into comments (issue_id, author_id, body, system) select *, true from (${rows}) notes`

/** Replaces the text of a comment; deletes it if no text is left. */
export async function rewriteComment(tx: Tx, id: number, body: string): Promise<void> {
  if (body === '') await tx.delete(comments).where(eq(comments.id, id))
  else await tx.update(comments).set({ body, updatedAt: sql`now()` }).where(eq(comments.id, id))
}

const shown = {
  id: comments.id,
  body: comments.body,
  system: comments.system,
  createdAt: comments.createdAt,
  updatedAt: comments.updatedAt,
  author: { id: users.id, username: users.username, name: users.name },
}

/** The comments of an issue, a page at a time, as a user or a visitor (null) may see them. */
export async function listComments(
  tx: Tx,
  issueId: number,
  userId: number | null,
  page: { limit: number; offset: number; newestFirst?: boolean },
): Promise<ShownComment[]> {
  const order = page.newestFirst ? desc(comments.id) : asc(comments.id)
  const query = tx.select(shown).from(comments).leftJoin(users, eq(users.id, comments.authorId))
  const listed = await query.where(eq(comments.issueId, issueId)).orderBy(order).limit(page.limit).offset(page.offset)
  return withoutHiddenReferences(tx, userId, listed)
}

/** The latest comments of an issue, oldest first; with `before` the latest that come before that one. */
export async function latestComments(
  tx: Tx,
  issueId: number,
  userId: number | null,
  { before, limit }: { before?: number; limit: number },
): Promise<ShownComment[]> {
  const query = tx.select(shown).from(comments).leftJoin(users, eq(users.id, comments.authorId))
  const earlier = before === undefined ? undefined : lt(comments.id, before)
  const latest = await query
    .where(and(eq(comments.issueId, issueId), earlier))
    .orderBy(desc(comments.id))
    .limit(limit)
  return withoutHiddenReferences(tx, userId, latest.reverse())
}

/** How many comments an issue has. */
export const countComments = (tx: Tx, issueId: number): Promise<number> =>
  tx.$count(comments, eq(comments.issueId, issueId))

/** One comment of an issue, as a user or a visitor (null) may see it. */
export async function findComment(
  tx: Tx,
  issueId: number,
  userId: number | null,
  id: number,
): Promise<ShownComment | undefined> {
  const query = tx.select(shown).from(comments).leftJoin(users, eq(users.id, comments.authorId))
  const found = await query.where(and(eq(comments.issueId, issueId), eq(comments.id, id)))
  return (await withoutHiddenReferences(tx, userId, found))[0]
}
