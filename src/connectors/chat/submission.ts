// A request about an issue, from anywhere in a chat: identifies the user, finds the issue, and submits the comment.

import { issueFor } from '../../domain/issues/guard.ts'
import { type IssueFacts, type IssueName, parseReference, referenceOf } from '../../domain/issues/issues.ts'
import { findBinding } from '../../domain/people/bindings.ts'
import type { NewComment } from '../../pipeline/comment.ts'
import { type ChatHouse, type Said, whoAreYou } from './chat.ts'
import { externalId, type Person } from './names.ts'
import type { Named } from './references.ts'

/** A comment to submit. */
export interface Submission extends Pick<NewComment, 'body' | 'delivery'> {
  person: Person
  on: IssueName
  /** The issue was not named: the answer names it. */
  unnamed?: boolean
  /** Where the connector answers: stored as JSON, together with the `Origin`. */
  replyTo: object
  /** What was taken before an edit, and on which issue. */
  replaces?: { delivery: string; text: string; issueId: number }
  /** How long, in milliseconds, the user can be made to wait for the outcome. */
  patience?: number
}

/**
 * Who wrote, and since when they wait (epoch, milliseconds); on which issue, and its name if the author left it out.
 */
export interface Origin {
  person: Person
  since: number
  issue?: number
  about?: string
}

export const noSuchIssue = "This issue doesn't exist, or you don't have access to it."

/** The facts of an issue for a user who can read it. */
const factsFor = async (
  { db }: Pick<ChatHouse, 'db'>,
  on: IssueName,
  userId: number,
): Promise<IssueFacts | undefined> => (await issueFor(db, { userId }, on)).value

/** Submits a comment. The result is the immediate answer; the outcome is sent later. */
export async function submit(house: ChatHouse, submission: Submission): Promise<Said> {
  const userId = await house.people.find(submission.person)
  if (userId === undefined) return whoAreYou(house)
  const facts = await factsFor(house, submission.on, userId)
  if (!facts) return { text: noSuchIssue, state: 'lacking' }
  // What was taken on another issue stays there, and is not part of this.
  const replaces = submission.replaces?.issueId === facts.issueId ? submission.replaces : undefined
  return take(house, { ...submission, replaces }, facts)
}

async function take(
  { chat, receive, submit: submitAndWait }: ChatHouse,
  submission: Submission,
  facts: IssueFacts,
): Promise<Said> {
  const { person, body, delivery, replaces, patience, unnamed } = submission
  const origin: Origin = {
    person,
    since: Date.now(),
    issue: facts.issueId,
    ...(unnamed && { about: referenceOf(facts) }),
  }
  const replyTo = JSON.stringify({ ...submission.replyTo, ...origin })
  const author = { account: externalId(person) }
  const on = { id: facts.issueId }
  const comment: NewComment = { kind: 'comment', via: chat.via, delivery, replaces, on, replyTo, author, body }
  const { receipt, outcome } = patience
    ? await submitAndWait(comment, patience)
    : { receipt: await receive(comment), outcome: undefined }
  if (receipt.status === 'refused') return { text: receipt.reason, state: 'lacking' }
  const { again } = receipt
  const taken = { issueId: facts.issueId, again, outcome: outcome?.answer }
  if (again || outcome || !receipt.done) return { text: '', taken }
  return { text: receipt.shown ? 'Commented.' : 'This message contains no commands.', state: 'done', taken }
}

/**
 * The issue that is meant: the one that is named, by its number alone if the channel or thread is bound to a project,
 * or the one that it is bound to. If it can't be determined, the answer says why.
 * @param places the thread, if it is one, and the channel
 */
export async function issueMeant(
  { db, chat }: Pick<ChatHouse, 'db' | 'chat'>,
  named: Named | undefined,
  places: readonly string[],
): Promise<{ on: IssueName; unnamed: boolean } | { lacks: string }> {
  if (named && 'reference' in named) {
    const name = parseReference(named.reference)
    return name ? { on: name, unnamed: false } : { lacks: noSuchIssue }
  }
  const binding = await findBinding(db, chat.via, places)
  if (named)
    return binding ? { on: { project: binding.projectId, iid: named.iid }, unnamed: false } : { lacks: whichIssue }
  return binding?.issue ? { on: { id: binding.issue.id }, unnamed: true } : { lacks: whichIssue }
}

/** The answer if the issue can't be determined; it reveals nothing to users without a linked account. */
export const tellLack = async (house: ChatHouse, person: Person, lacks: string): Promise<Said> =>
  (await house.people.find(person)) === undefined ? whoAreYou(house) : { text: lacks, state: 'lacking' }

const whichIssue =
  'Which issue? Name it first, like `acme/shop#12 ann@example.com`, or bind this channel to one: `/rolobot bind acme/shop#12`.'
