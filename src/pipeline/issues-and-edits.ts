// Submitting a comment that opens an issue, or one that edits what an issue shows.
import { lockComment, rewriteLocked } from '../domain/issues/comment-edits.ts'
import { changeIssue, type IssueFields, lockForEdit, readIssueFields } from '../domain/issues/edits.ts'
import { issueFor, issuesFor } from '../domain/issues/guard.ts'
import { type IssueFacts, type IssueName, insertIssueAs } from '../domain/issues/issues.ts'
import type { Actor } from '../domain/rules/history.ts'
import { conflict, done, invalid, type Result } from '../domain/rules/results.ts'
import { attempt } from '../domain/rules/transaction.ts'
import { interpret } from '../quick-actions/interpreter.ts'
import type { Db, Tx } from '../storage/db.ts'
import type { CommentEdit, NewIssue, Receipt } from './comment.ts'
import { findTaken, lastText, lockDelivery, writeDown } from './deliveries.ts'
import { another, fingerprintOf, isAnother, isDone, receiptOf, refuse, refusedBy } from './receipts.ts'

const mayNotOpen = refuse('forbidden', "You don't have permission to open issues in this project.")

/** A new issue: its description is its first comment. */
export async function takeIssue(db: Db, comment: NewIssue, authorId: number): Promise<Receipt> {
  const { project, title } = comment
  const { value: facts, refused } = await issuesFor(db, { userId: authorId }, project, 'comment')
  if (refused) return refused.why === 'forbidden' ? mayNotOpen : refusedBy(refused)
  const { texts, faults } = readIssueFields({ title }, { whole: true })
  if (faults.length > 0) return refusedBy(invalid(faults).refused)
  const interpretation = interpret(comment.body, facts)
  const fingerprint = fingerprintOf(comment, facts.projectId)
  const { value } = await attempt(db, async (tx): Promise<Result<Receipt>> => {
    if (!(await lockDelivery(tx, comment))) return done(another)
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

/** What is being edited, locked. */
interface Edited {
  facts: IssueFacts
  /** The text before the edit, as its author wrote it. */
  before: string
  /** The comment; undefined for a description. */
  comment?: number
  /** Makes the issue show the new text. */
  rewrite(text: string): Promise<Result<unknown>>
}

/** An edit of a comment or a description: the issue shows the new text, and only commands that are new will run. */
export async function takeEdit(db: Db, comment: CommentEdit, authorId: number): Promise<Receipt> {
  const actor = { userId: authorId, via: comment.via }
  const { value, refused } = await attempt(db, async (tx): Promise<Result<Receipt>> => {
    if (!(await lockDelivery(tx, comment))) return done(another)
    const before = await takenBefore(tx, comment, authorId)
    if (before) return before
    const edited = await lockEdited(tx, actor, comment)
    return edited.refused ? edited : takeLocked(tx, comment, authorId, edited.value)
  })
  return refused ? refusedBy(refused) : value
}

// An edit that left only commands deleted its comment: what is repeated is answered without it.
async function takenBefore(tx: Tx, comment: CommentEdit, userId: number): Promise<Result<Receipt> | undefined> {
  const before = comment.keyed ? await findTaken(tx, comment) : undefined
  if (!before) return undefined
  const { value: facts, refused } = await issueFor(tx, { userId }, comment.on, 'comment')
  if (refused) return { refused }
  if (isAnother(before, fingerprintOf(comment, facts.issueId))) return done(another)
  return done(receiptOf(before, facts, interpret(comment.body, facts)))
}

const lockEdited = (tx: Tx, actor: Actor, { on, edits }: CommentEdit): Promise<Result<Edited>> =>
  'comment' in edits
    ? lockEditedComment(tx, actor, on, edits.comment)
    : lockEditedDescription(tx, actor, on, edits.description)

async function lockEditedComment(tx: Tx, actor: Actor, on: IssueName, id: number): Promise<Result<Edited>> {
  const { value, refused } = await lockComment(tx, actor, on, id)
  if (refused) return { refused }
  const before = (await lastText(tx, { comment: id })) ?? value.comment.body
  const rewrite = (text: string) => rewriteLocked(tx, actor, value, text)
  return done({ facts: value.facts, before, comment: id, rewrite })
}

async function lockEditedDescription(
  tx: Tx,
  actor: Actor,
  on: IssueName,
  fields: IssueFields,
): Promise<Result<Edited>> {
  const { value, refused } = await lockForEdit(tx, actor, on)
  if (refused) return { refused }
  const before = (await lastText(tx, { descriptionOf: value.issue.id })) ?? value.issue.description
  const rewrite = (description: string) => changeIssue(tx, actor, value, { ...fields, description })
  return done({ facts: value.facts, before, rewrite })
}

async function takeLocked(
  tx: Tx,
  comment: CommentEdit,
  authorId: number,
  { facts, before, comment: edits, rewrite }: Edited,
): Promise<Result<Receipt>> {
  const interpretation = interpret(comment.body, facts, before)
  const { text } = interpretation
  const fingerprint = fingerprintOf(comment, facts.issueId)
  const how = { text, done: isDone(interpretation), before, edits, describes: edits === undefined, fingerprint }
  const written = await writeDown(tx, { comment, authorId, issueId: facts.issueId, ...how })
  if (written.again) return done(isAnother(written, fingerprint) ? another : receiptOf(written, facts, interpretation))
  const { refused } = await rewrite(text)
  if (refused) return { refused }
  return done(receiptOf(text === '' ? { ...written, commentId: null } : written, facts, interpretation))
}
