// In: who is it, may they, what do they ask; then the comment is written down, and from then on it is safe.
import type { IssueFacts, IssueName } from '../domain/issues.ts'
import { openIssue, parseReference, readFacts, readProjectFacts } from '../domain/issues.ts'
import { can } from '../domain/permissions.ts'
import { findUserElsewhere } from '../domain/users.ts'
import type { Log } from '../log.ts'
import type { Queue } from '../queue/queue.ts'
import { type Interpretation, interpret } from '../quick-actions/interpreter.ts'
import type { Db } from '../storage/db.ts'
import { type Comment, longestComment, ownDoors, type Receipt, type Receive } from './comment.ts'
import { findTaken, type NewDelivery, type Written, writeAllDown, writeDown, writeEdit } from './deliveries.ts'
import { together } from './rounds.ts'

type Refused = Extract<Receipt, { status: 'refused' }>
const mostInRound = 50

const refused = (why: Refused['why'], reason: string): Refused => ({ status: 'refused', why, reason })

const unknownPerson = refused('unknown person', 'I do not know who you are here. Link your account first.')
// The same words for what does not exist and what may not be seen.
const notFound = refused('not found', 'There is no such issue, or you may not see it.')
const another = refused('another', 'Another comment was sent under the same key.')
const forbidden = refused('forbidden', 'You may not comment on this issue.')
const tooLarge = refused('too large', `A comment can be at most ${longestComment / 1024} KiB long.`)

// Postgres holds no NUL and no half of a surrogate pair; CommonMark reads a NUL as U+FFFD as well.
const clean = (text: string) => text.toWellFormed().replaceAll('\0', '\uFFFD')

function issueName(on: Comment['on']): IssueName | undefined {
  return typeof on === 'string' ? parseReference(on) : on
}

const authorOf = (db: Db, { via, author }: Comment): Promise<number | undefined> =>
  ownDoors.has(via) ? Promise.resolve(Number(author.id)) : findUserElsewhere(db, via, author.id)

/** The one way in. What it returns as taken is written down and will have its effect once, whatever dies after that. */
export function openReceive({ db, queue, log }: { db: Db; queue: Queue; log: Log }): Receive {
  const write = together((wanted: readonly NewDelivery[]) => writeAllDown(db, wanted), mostInRound)
  return async (heard, written) => {
    const comment = { ...heard, body: clean(heard.body) }
    if (Buffer.byteLength(comment.body) > longestComment) return tooLarge
    const authorId = await authorOf(db, comment)
    if (authorId === undefined) return unknownPerson
    const receipt = comment.opens ? await takeIssue(db, comment, authorId) : await takeComment(db, comment, { authorId, write })
    if (receipt.status === 'refused') return receipt
    written?.(receipt)
    // Not waited for: the sweep brings what the queue did not take.
    if (!receipt.done)
      queue
        .push(receipt.deliveryId)
        .catch((fault: unknown) => log.warn({ fault, delivery: receipt.deliveryId }, 'not queued; the sweep will'))
    return receipt
  }
}

interface Writing {
  authorId: number
  /** Writes a comment down, together with others that come at the same time. */
  write(wanted: NewDelivery): Promise<Written>
}

async function takeComment(db: Db, comment: Comment, { authorId, write }: Writing): Promise<Receipt> {
  const name = issueName(comment.on)
  const facts = name && (await readFacts(db, name, authorId))
  if (!facts || !can(facts.standing, 'read_issue')) return notFound
  if (facts.userId === null || !can(facts.standing, 'comment')) return forbidden
  const interpretation = interpret(comment.body, facts, comment.replaces?.text)
  const wanted = { comment, authorId, issueId: facts.issueId, text: interpretation.text, done: isDone(interpretation) }
  const taken = comment.replaces ? await writeEdit(db, wanted, comment.replaces.delivery) : await write(wanted)
  if (taken.before && ownDoors.has(comment.via) && !isSame(taken.before, wanted)) return another
  return receiptOf(taken, facts, interpretation)
}

const isSame = (before: { issueId: number; body: string }, { issueId, comment }: { issueId: number; comment: Comment }) =>
  before.issueId === issueId && before.body === comment.body

const isDone = ({ commands, hints }: Interpretation) => commands.length === 0 && hints.length === 0

function receiptOf(
  { id, commentId, receivedAt, done, again }: Written,
  issue: IssueFacts,
  { text, accepted, refused }: Interpretation,
): Receipt {
  const { issueId, iid, projectId, projectPath } = issue
  const shown = commentId === null ? null : { id: commentId, body: text, createdAt: receivedAt }
  return { status: 'taken', deliveryId: id, issue: { issueId, iid, projectId, projectPath }, shown, done, again, accepted, refused }
}

/** A new issue: its description is its first comment. */
async function takeIssue(db: Db, comment: Comment, authorId: number): Promise<Receipt> {
  const facts = typeof comment.on === 'string' ? await readProjectFacts(db, comment.on, authorId) : undefined
  if (!facts || !can(facts.standing, 'read_issue')) return notFound
  if (facts.userId === null || !can(facts.standing, 'comment')) return forbidden
  const interpretation = interpret(comment.body, facts)
  const before = await findTaken(db, comment)
  if (before) return receiptOf(before, { ...facts, issueId: before.issueId, iid: before.iid }, interpretation)
  return db.transaction(async (tx) => {
    const title = clean(comment.opens?.title ?? '')
    const issue = await openIssue(tx, { projectId: facts.projectId, title, description: interpretation.text, authorId })
    const taken = await writeDown(tx, { comment, authorId, issueId: issue.id, text: '', done: isDone(interpretation) })
    if (taken.again) tx.rollback()
    return receiptOf(taken, { ...facts, issueId: issue.id, iid: issue.iid }, interpretation)
  })
}
