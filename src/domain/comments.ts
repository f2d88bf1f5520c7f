// What an issue shows: what people wrote, less its commands, and the system's notes.
import { and, asc, desc, eq, type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../storage/db.ts'
import { comments, users } from '../storage/schema.ts'

/** A comment as it is shown. */
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
export const insertComments = (rows: SQL): SQL => sql`insert into comments (id, issue_id, author_id, body) overriding system value ${rows}`

/** SQL: inserts a note of the system's on an issue, in the name of whoever acted. */
export const insertNote = (issueId: number, authorId: number, body: string): SQL =>
  sql`insert into comments (issue_id, author_id, body, system) values (${issueId}, ${authorId}, ${body}, true)`

/** Gives a comment a new text; one with no text left is taken away. */
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

/** The comments of an issue, a page at a time. */
export function listComments(
  tx: Tx,
  issueId: number,
  page: { limit: number; offset: number; newestFirst?: boolean },
): Promise<ShownComment[]> {
  const order = page.newestFirst ? desc(comments.id) : asc(comments.id)
  const query = tx.select(shown).from(comments).leftJoin(users, eq(users.id, comments.authorId))
  return query.where(eq(comments.issueId, issueId)).orderBy(order).limit(page.limit).offset(page.offset)
}

/** How many comments an issue has. */
export const countComments = (tx: Tx, issueId: number): Promise<number> => tx.$count(comments, eq(comments.issueId, issueId))

/** One comment of an issue. */
export async function findComment(tx: Tx, issueId: number, id: number): Promise<ShownComment | undefined> {
  const query = tx.select(shown).from(comments).leftJoin(users, eq(users.id, comments.authorId))
  const [found] = await query.where(and(eq(comments.issueId, issueId), eq(comments.id, id)))
  return found
}
