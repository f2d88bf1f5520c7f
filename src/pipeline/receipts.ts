// The answers to a submission, and what all ways to submit have in common.
import { createHash } from 'node:crypto'
import type { IssueFacts } from '../domain/issues/issues.ts'
import { usedForAnother } from '../domain/rules/only-once.ts'
import { notFound as absent, type Refusal } from '../domain/rules/results.ts'
import type { Interpretation } from '../quick-actions/interpreter.ts'
import type { Comment, Receipt, RefusedReceipt } from './comment.ts'
import type { Written } from './deliveries.ts'
import { ownEntryPoints } from './entry-points.ts'

export const refuse = (why: RefusedReceipt['why'], reason: string): RefusedReceipt => ({
  status: 'refused',
  why,
  reason,
})

export const another = refuse('another', usedForAnother)

/** A refusal of the domain. */
export function refusedBy(refusal: Refusal): RefusedReceipt {
  const { why, reason } = refusal
  return { ...refuse(why === 'not found' || why === 'forbidden' ? why : 'invalid', reason), refusal }
}

/** The same answer for an issue that doesn't exist and one that the author can't see. */
export const issueNotFound = refusedBy(absent('issue').refused)

/**
 * A text that can be stored: Postgres can't store a NUL or half of a surrogate pair; CommonMark reads a NUL as U+FFFD
 * as well.
 */
export const clean = (text: string) => text.toWellFormed().replaceAll('\0', '\uFFFD')

/**
 * Distinguishes a request from another one with the same name; null for connectors, whose services name deliveries
 * themselves.
 * @param target the id of the issue, or of the project for a new one
 */
export function fingerprintOf(comment: Comment, target: number): string | null {
  if (!ownEntryPoints.has(comment.via)) return null
  const opens = comment.kind === 'issue' ? { title: comment.title } : undefined
  const edits = comment.kind === 'edit' ? comment.edits : undefined
  return createHash('sha256')
    .update(JSON.stringify([target, comment.body, opens, edits]))
    .digest('base64url')
}

/** Was something else submitted with the same name? */
export const isAnother = (taken: Pick<Written, 'again' | 'fingerprint'>, fingerprint: string | null): boolean =>
  taken.again && taken.fingerprint !== fingerprint

/** There are no commands to run. */
export const isDone = ({ commands, hints }: Interpretation) => commands.length === 0 && hints.length === 0

export function receiptOf(
  { id, commentId, receivedAt, done, again }: Written,
  issue: IssueFacts,
  { text, accepted, refused }: Interpretation,
): Receipt {
  const { issueId, iid, projectId, projectPath } = issue
  const shown = commentId === null ? null : { id: commentId, body: text, createdAt: receivedAt }
  return {
    status: 'taken',
    deliveryId: id,
    issue: { issueId, iid, projectId, projectPath },
    shown,
    done,
    again,
    accepted,
    refused,
  }
}
