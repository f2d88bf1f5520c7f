// Takes what somebody asks for on an issue, wherever in Slack: authenticates, finds the issue, and submits the comment.
import type { KnownBlock } from '@slack/types'
import { findBinding } from '../../domain/bindings.ts'
import { type IssueFacts, type IssueName, parseReference, readFacts, referenceOf } from '../../domain/issues.ts'
import { can } from '../../domain/permissions.ts'
import type { Comment } from '../../pipeline/comment.ts'
import type { House } from '../connector.ts'
import { externalId, type Named, type Person, via } from './inbound.ts'
import type { Place } from './outbound.ts'
import type { People } from './people.ts'
import type { Respond } from './respond.ts'

/** What is told at once. */
export interface Said {
  /** '' where there is nothing to tell besides the outcome. */
  text: string
  blocks?: KnownBlock[]
  /** A comment was taken: the outcome comes by itself, and is under way if it is known already. `again`: it had been taken before. */
  taken?: { issueId: number; again: boolean; outcome?: readonly string[] }
  /** All that was asked is done; or something of it is not. */
  state?: 'done' | 'lacking'
}

export interface Asking extends House {
  people: People
  respond: Respond
}

/** A place to answer at, without what is known of every one. */
type PlaceOf<At> = At extends Place ? Omit<At, 'person' | 'since' | 'about' | 'issue'> : never

export interface Asked extends Pick<Comment, 'body' | 'delivery'> {
  person: Person
  on: IssueName
  /** The issue was not named: the answer names it. */
  unnamed?: boolean
  place: PlaceOf<Place>
  /** What was taken before an edit, and on which issue. */
  replaces?: { delivery: string; text: string; issueId: number }
  /** So long, in milliseconds, whoever asks can be made to wait for what comes of it. */
  patience?: number
}

export const noSuchIssue = 'There is no such issue, or you may not see it.'

/** One sentence for somebody whom we do not know: how to change that, and nothing else. */
export const whoAreYou = ({ publicUrl }: Pick<House, 'publicUrl'>): Said => ({
  text: `I don't know who you are yet. Get a link code from <${publicUrl}/-/profile|your profile> and enter it here: \`/rolobot link 4F7K-9QXM\`.`,
  state: 'lacking',
})

/** The facts of an issue for somebody who may read it. */
export async function factsFor({ db }: Pick<House, 'db'>, on: IssueName, userId: number): Promise<IssueFacts | undefined> {
  const facts = await readFacts(db, on, userId)
  return facts && can(facts.standing, 'read_issue') ? facts : undefined
}

/** Takes what somebody asks. What is returned is told at once; the outcome follows to the place. */
export async function ask(house: Asking, asked: Asked): Promise<Said> {
  const userId = await house.people.find(asked.person)
  if (userId === undefined) return whoAreYou(house)
  const facts = await factsFor(house, asked.on, userId)
  if (!facts) return { text: noSuchIssue, state: 'lacking' }
  // What was taken on another issue stays there, and is no part of this.
  return take(house, { ...asked, replaces: asked.replaces?.issueId === facts.issueId ? asked.replaces : undefined }, facts)
}

async function take({ receive, hear }: House, asked: Asked, facts: IssueFacts): Promise<Said> {
  const { person, body, delivery, replaces, patience, unnamed } = asked
  const about = unnamed && { about: referenceOf(facts) }
  const place = { ...asked.place, person, since: Date.now(), issue: facts.issueId, ...about } satisfies Place
  const author = { id: externalId(person), name: person.id }
  const comment: Comment = { via, delivery, replaces, on: { id: facts.issueId }, place: JSON.stringify(place), author, body }
  const { receipt, outcome } = patience ? await hear(comment, patience) : { receipt: await receive(comment), outcome: undefined }
  if (receipt.status === 'refused') return { text: receipt.reason, state: 'lacking' }
  const { again } = receipt
  const taken = { issueId: facts.issueId, again, outcome: outcome?.answer }
  if (again || outcome || !receipt.done) return { text: '', taken }
  return { text: receipt.shown ? 'Commented.' : 'There is no command in this.', state: 'done', taken }
}

/**
 * The issue that is meant at a place: the one that is named, by its number alone where the place belongs to a project, or the one that the place
 * belongs to. What cannot be known is said.
 * @param places the thread, if it is one, and the channel
 */
export async function issueMeant(
  { db }: Pick<House, 'db'>,
  named: Named | undefined,
  places: readonly string[],
): Promise<{ on: IssueName; unnamed: boolean } | { lacks: string }> {
  if (named && 'reference' in named) {
    const name = parseReference(named.reference)
    return name ? { on: name, unnamed: false } : { lacks: noSuchIssue }
  }
  const binding = await findBinding(db, via, places)
  if (named) return binding ? { on: { project: binding.projectId, iid: named.iid }, unnamed: false } : { lacks: whichIssue }
  return binding?.issue ? { on: { id: binding.issue.id }, unnamed: true } : { lacks: whichIssue }
}

/** What is said where the issue cannot be known; to somebody whom we do not know nothing of that. */
export const tellLack = async (house: Asking, person: Person, lacks: string): Promise<Said> =>
  (await house.people.find(person)) === undefined ? whoAreYou(house) : { text: lacks, state: 'lacking' }

const whichIssue =
  'Which issue? Name it first, like `acme/shop#12 ann@example.com`, or bind this channel to one: `/rolobot bind acme/shop#12`.'
