// Handles requests about an issue from anywhere in Slack: authenticates, finds the issue, and submits the comment.
import type { KnownBlock } from '@slack/types'
import { type IssueFacts, type IssueName, parseReference, readFacts, referenceOf } from '../../domain/issues/issues.ts'
import { findBinding } from '../../domain/people/bindings.ts'
import { can } from '../../domain/rules/permissions.ts'
import type { Comment } from '../../pipeline/comment.ts'
import { externalId, type Person } from '../chat/names.ts'
import type { Named } from '../chat/references.ts'
import type { House } from '../connector.ts'
import { via } from './inbound.ts'
import type { Place } from './outbound.ts'
import type { People } from './people.ts'
import type { Respond } from './respond.ts'

/** The immediate answer. */
export interface Said {
  /** '' if there is nothing to say besides the outcome. */
  text: string
  blocks?: KnownBlock[]
  /** A comment was taken: the outcome is sent separately, and is on its way if it is known already. `again`: it had been taken before. */
  taken?: { issueId: number; again: boolean; outcome?: readonly string[] }
  /** Everything was done; or something was not. */
  state?: 'done' | 'lacking'
}

export interface Asking extends House {
  people: People
  respond: Respond
}

/** Where to answer, without the fields that every request has. */
type PlaceOf<At> = At extends Place ? Omit<At, 'person' | 'since' | 'about' | 'issue'> : never

export interface Asked extends Pick<Comment, 'body' | 'delivery'> {
  person: Person
  on: IssueName
  /** The issue was not named: the answer names it. */
  unnamed?: boolean
  place: PlaceOf<Place>
  /** What was taken before an edit, and on which issue. */
  replaces?: { delivery: string; text: string; issueId: number }
  /** How long, in milliseconds, the user can be made to wait for the outcome. */
  patience?: number
}

export const noSuchIssue = "This issue doesn't exist, or you don't have access to it."

/** One sentence for users without a linked account: how to link it, and nothing else. */
export const whoAreYou = ({ publicUrl }: Pick<House, 'publicUrl'>): Said => ({
  text: `I don't know who you are yet. Get a link code from <${publicUrl}/-/profile|your profile> and enter it here: \`/rolobot link 4F7K-9QXM\`.`,
  state: 'lacking',
})

/** The facts of an issue for a user who can read it. */
export async function factsFor({ db }: Pick<House, 'db'>, on: IssueName, userId: number): Promise<IssueFacts | undefined> {
  const facts = await readFacts(db, on, userId)
  return facts && can(facts.standing, 'read_issue') ? facts : undefined
}

/** Handles a request. The result is the immediate answer; the outcome is sent later. */
export async function ask(house: Asking, asked: Asked): Promise<Said> {
  const userId = await house.people.find(asked.person)
  if (userId === undefined) return whoAreYou(house)
  const facts = await factsFor(house, asked.on, userId)
  if (!facts) return { text: noSuchIssue, state: 'lacking' }
  // What was taken on another issue stays there, and is not part of this.
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
  return { text: receipt.shown ? 'Commented.' : 'This message contains no commands.', state: 'done', taken }
}

/**
 * The issue that is meant: the one that is named, by its number alone if the channel or thread is bound to a project, or the one that it is
 * bound to. If it can't be determined, the answer says why.
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

/** The answer if the issue can't be determined; it reveals nothing to users without a linked account. */
export const tellLack = async (house: Asking, person: Person, lacks: string): Promise<Said> =>
  (await house.people.find(person)) === undefined ? whoAreYou(house) : { text: lacks, state: 'lacking' }

const whichIssue =
  'Which issue? Name it first, like `acme/shop#12 ann@example.com`, or bind this channel to one: `/rolobot bind acme/shop#12`.'
