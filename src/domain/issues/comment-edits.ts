// Editing and deleting comments, for their authors and maintainers. System notes can't be changed.
import { sql } from 'drizzle-orm'
import type { Db, Tx } from '../../storage/db.ts'
import { tell } from '../../storage/notify.ts'
import { checkTwice, permit } from '../rules/guard.ts'
import { type Actor, record } from '../rules/history.ts'
import { done, notFound, type Refusal, type Result } from '../rules/results.ts'
import { attempt } from '../rules/transaction.ts'
import { findComment, rewriteComment, type ShownComment } from './comments.ts'
import { issueFor } from './guard.ts'
import { type IssueFacts, type IssueName, lockIssuesInTrees } from './issues.ts'

/** A comment that a user can edit or delete, with its issue locked. */
export interface LockedComment {
  facts: IssueFacts
  comment: ShownComment
}

const ofSystem: { refused: Refusal } = { refused: { why: 'forbidden', reason: "System notes can't be changed." } }

/** A comment that the actor can edit and delete. */
async function commentToEdit(tx: Tx, actor: Actor, name: IssueName, id: number): Promise<Result<LockedComment>> {
  const { value: facts, refused } = await issueFor(tx, actor, name)
  if (refused) return { refused }
  const comment = await findComment(tx, facts.issueId, facts.userId, id)
  if (!comment) return notFound('note')
  if (comment.system) return ofSystem
  const isOwn = facts.userId !== null && comment.author?.id === facts.userId
  return permit({ facts, comment }, facts.standing, isOwn ? 'comment' : 'admin_comments')
}

/** The same, with its issue locked. */
export const lockComment = (tx: Tx, actor: Actor, name: IssueName, id: number): Promise<Result<LockedComment>> =>
  checkTwice(
    (found) => commentToEdit(tx, actor, found ? { id: found.facts.issueId } : name, id),
    ({ facts }) => lockIssuesInTrees(tx, sql`${facts.issueId}::bigint`),
  )

/** Replaces the text of a comment; deletes it if no text is left. */
export async function rewriteLocked(
  tx: Tx,
  actor: Actor,
  { facts, comment }: LockedComment,
  body: string,
): Promise<Result<void>> {
  await rewriteComment(tx, comment.id, body)
  const action = body === '' ? 'note_deleted' : 'note_edited'
  await record(tx, actor, [{ action, issueId: facts.issueId, projectId: facts.projectId, after: { note: comment.id } }])
  await tell(tx, { issue: facts.issueId })
  return done(undefined)
}

/** Deletes a comment. The effects of its commands remain. */
export const deleteComment = (db: Db, actor: Actor, name: IssueName, id: number): Promise<Result<void>> =>
  attempt(db, async (tx) => {
    const held = await lockComment(tx, actor, name, id)
    return held.refused ? held : rewriteLocked(tx, actor, held.value, '')
  })
