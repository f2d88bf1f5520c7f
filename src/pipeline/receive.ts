// Receive: authenticates, authorizes, and parses a comment, then stores it. From then on it is safe.
import { issueFor } from '../domain/issues/guard.ts'
import { findUserElsewhere } from '../domain/people/users.ts'
import type { Log } from '../log.ts'
import type { Queue } from '../queue/queue.ts'
import { interpret } from '../quick-actions/interpreter.ts'
import { type Db, violated } from '../storage/db.ts'
import { type Comment, longestComment, type NewComment, type Receipt, type Receive } from './comment.ts'
import { type NewDelivery, type Written, writeAllDown, writeEdit, writeUnderKey } from './deliveries.ts'
import { blankComment, lacksText } from './entry-points.ts'
import { takeEdit, takeIssue } from './issues-and-edits.ts'
import {
  another,
  clean,
  fingerprintOf,
  isAnother,
  isDone,
  issueNotFound,
  receiptOf,
  refuse,
  refusedBy,
} from './receipts.ts'
import { together } from './rounds.ts'

const mostInRound = 50

const unknownPerson = refuse('unknown person', "I don't know who you are yet. Link your account first.")
const tooLarge = refuse('too large', `A comment can be at most ${longestComment / 1024} KiB long.`)

const authorOf = (db: Db, { via, author }: Comment): Promise<number | undefined> =>
  'userId' in author ? Promise.resolve(author.userId) : findUserElsewhere(db, via, author.account)

/**
 * Submits a comment. Whatever it returns as taken is stored and takes effect once, even if the process dies afterwards.
 */
export function openReceive({ db, queue, log }: { db: Db; queue: Queue; log: Log }): Receive {
  const write = together((wanted: readonly NewDelivery[]) => writeAllDown(db, wanted), mostInRound)
  return async (given, written) => {
    const comment = { ...given, body: clean(given.body) }
    if (Buffer.byteLength(comment.body) > longestComment) return tooLarge
    if (lacksText(comment)) return refusedBy(blankComment)
    const authorId = await authorOf(db, comment)
    if (authorId === undefined) return unknownPerson
    const receipt = await take(db, comment, { authorId, write })
    if (receipt.status === 'refused') return receipt
    written?.(receipt)
    // Not awaited: the sweep pushes what the queue did not take.
    if (!receipt.done)
      queue
        .push(receipt.deliveryId)
        .catch((fault: unknown) => log.warn({ fault, delivery: receipt.deliveryId }, 'not queued; the sweep will'))
    return receipt
  }
}

interface Writing {
  authorId: number
  /** Stores a comment, together with others that arrive at the same time. */
  write(wanted: NewDelivery): Promise<Written>
}

function take(db: Db, comment: Comment, writing: Writing): Promise<Receipt> {
  switch (comment.kind) {
    case 'comment':
      return takeComment(db, comment, writing)
    case 'issue':
      return takeIssue(db, comment, writing.authorId)
    case 'edit':
      return takeEdit(db, comment, writing.authorId)
  }
}

// The issue was deleted after it had been found.
function unlessGone(fault: unknown): undefined {
  if (violated(fault) !== 'deliveries_issue_id_issues_id_fk') throw fault
}

async function takeComment(db: Db, comment: NewComment, { authorId, write }: Writing): Promise<Receipt> {
  const { value: facts, refused } = await issueFor(db, { userId: authorId }, comment.on, 'comment')
  if (refused) return refusedBy(refused)
  const interpretation = interpret(comment.body, facts, comment.replaces?.text)
  const fingerprint = fingerprintOf(comment, facts.issueId)
  const { text } = interpretation
  const wanted = { comment, authorId, issueId: facts.issueId, text, done: isDone(interpretation), fingerprint }
  const taken = await store(db, comment, { wanted, write }).catch(unlessGone)
  if (!taken) return issueNotFound
  if (taken === 'another' || isAnother(taken, fingerprint)) return another
  return receiptOf(taken, facts, interpretation)
}

function store(
  db: Db,
  { replaces, keyed }: NewComment,
  { wanted, write }: { wanted: NewDelivery; write: Writing['write'] },
): Promise<Written | 'another'> {
  if (replaces) return writeEdit(db, wanted, replaces)
  return keyed ? writeUnderKey(db, wanted) : write(wanted)
}
