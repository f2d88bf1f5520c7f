// Submitting a comment that opens an issue, or one that edits what an issue shows.
import { sql } from 'drizzle-orm'
import { type LockedComment, lockComment, rewriteLocked } from '../domain/issues/comment-edits.ts'
import { changeIssue, type LockedIssue, lockForEdit, readIssueFields } from '../domain/issues/edits.ts'
import { issuesFor } from '../domain/issues/guard.ts'
import { insertIssueAs } from '../domain/issues/issues.ts'
import type { Actor } from '../domain/rules/history.ts'
import { conflict, done, invalid, type Result } from '../domain/rules/results.ts'
import { attempt } from '../domain/rules/transaction.ts'
import { interpret } from '../quick-actions/interpreter.ts'
import type { Db, Tx } from '../storage/db.ts'
import type { Comment, Receipt } from './comment.ts'
import { findTaken, lastText, writeDown } from './deliveries.ts'
import {
  another,
  fingerprintOf,
  isAnother,
  isDone,
  issueName,
  issueNotFound,
  receiptOf,
  refuse,
  refusedBy,
} from './receipts.ts'

const mayNotOpen = refuse('forbidden', "You don't have permission to open issues in this project.")

/** Makes others that submit the same new issue wait until the transaction ends. */
const lockDelivery = (tx: Tx, { via, delivery }: Comment): Promise<unknown> =>
  tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`${via} ${delivery}`}, 0))`)

/** A new issue: its description is its first comment. */
export async function takeIssue(db: Db, comment: Comment, title: string, authorId: number): Promise<Receipt> {
  if (typeof comment.on !== 'string') return issueNotFound
  const { value: facts, refused } = await issuesFor(db, { userId: authorId }, comment.on, 'comment')
  if (refused) return refused.why === 'forbidden' ? mayNotOpen : refusedBy(refused)
  const { texts, faults } = readIssueFields({ title }, { whole: true })
  if (faults.length > 0) return refusedBy(invalid(faults).refused)
  const interpretation = interpret(comment.body, facts)
  const fingerprint = fingerprintOf(comment, facts.projectId)
  const { value } = await attempt(db, async (tx): Promise<Result<Receipt>> => {
    await lockDelivery(tx, comment)
    const before = await findTaken(tx, comment)
    if (before)
      return done(isAnother(before, fingerprint) ? another : receiptOf(before, { ...facts, ...before }, interpretation))
    const wanted = { projectId: facts.projectId, title: texts.title ?? '', description: interpretation.text, authorId }
    const { id: issueId, iid } = await insertIssueAs(tx, wanted)
    const how = { text: '', describes: true, done: isDone(interpretation), fingerprint }
    const taken = await writeDown(tx, { comment, authorId, issueId, ...how })
    // Meanwhile a comment on an issue was submitted with the same name: the new issue is rolled back.
    if (taken.again) return conflict(another.reason)
    return done(receiptOf(taken, { ...facts, issueId, iid }, interpretation))
  })
  return value ?? another
}

type Edits = NonNullable<Comment['edits']>

/** What is being edited, locked, and how it gets its new text. */
type Edited =
  | { value: LockedComment; change: 'comment' }
  | { value: LockedIssue; change: Extract<Edits, { description: unknown }>['description'] }

/** An edit of a comment or a description: the issue shows the new text, and only commands that are new will run. */
export async function takeEdit(db: Db, comment: Comment, edits: Edits, authorId: number): Promise<Receipt> {
  const name = issueName(comment.on)
  if (!name) return issueNotFound
  const actor = { userId: authorId, via: comment.via }
  const { value, refused } = await attempt(db, async (tx): Promise<Result<Receipt>> => {
    const held =
      'comment' in edits ? await lockComment(tx, actor, name, edits.comment) : await lockForEdit(tx, actor, name)
    if (held.refused) return held
    const edited = (
      'comment' in edits ? { value: held.value, change: 'comment' } : { value: held.value, change: edits.description }
    ) as Edited
    return takeHeld(tx, comment, actor, edited)
  })
  return refused ? refusedBy(refused) : value
}

async function takeHeld(tx: Tx, comment: Comment, actor: Actor, edited: Edited): Promise<Result<Receipt>> {
  const { facts } = edited.value
  const before = await textBefore(tx, edited)
  const interpretation = interpret(comment.body, facts, before)
  const { text } = interpretation
  const edits = edited.change === 'comment' ? edited.value.comment.id : undefined
  const fingerprint = fingerprintOf(comment, facts.issueId)
  const how = {
    issueId: facts.issueId,
    text,
    done: isDone(interpretation),
    before,
    edits,
    describes: edits === undefined,
    fingerprint,
  }
  const written = await writeDown(tx, { comment, authorId: actor.userId, ...how })
  if (written.again) return done(isAnother(written, fingerprint) ? another : receiptOf(written, facts, interpretation))
  const changed =
    edited.change === 'comment'
      ? await rewriteLocked(tx, actor, edited.value, text)
      : await changeIssue(tx, actor, edited.value, { ...edited.change, description: text })
  if (changed.refused) return changed
  return done(receiptOf(text === '' ? { ...written, commentId: null } : written, facts, interpretation))
}

async function textBefore(tx: Tx, { value, change }: Edited): Promise<string> {
  if (change === 'comment') return (await lastText(tx, { comment: value.comment.id })) ?? value.comment.body
  return (await lastText(tx, { descriptionOf: value.issue.id })) ?? value.issue.description
}
