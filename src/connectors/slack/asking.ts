// Somebody asks for something on an issue, wherever in Slack: who is it, which issue, which names; then the comment goes its way.
import type { KnownBlock } from '@slack/types'
import { findBinding } from '../../domain/bindings.ts'
import { type IssueFacts, type IssueName, parseReference, readFacts, referenceOf } from '../../domain/issues.ts'
import { can } from '../../domain/permissions.ts'
import type { Comment } from '../../pipeline/comment.ts'
import type { House } from '../connector.ts'
import { escaped, section } from './blocks.ts'
import { externalId, type Named, type Person, via } from './inbound.ts'
import { type SpeltOut, spellOut } from './names.ts'
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
  /** All that was asked is done; something of it is not; or it waits for a choice. */
  state?: 'done' | 'lacking' | 'asking'
}

export interface Asking extends House {
  people: People
  respond: Respond
}

/** A place to answer at, without what is known of every one. */
type PlaceOf<At> = At extends Place ? Omit<At, 'person' | 'since' | 'about' | 'lacking'> : never

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

/** Takes what somebody asks, names in plain words looked up. What is returned is told at once; the outcome follows to the place. */
export async function ask(house: Asking, asked: Asked): Promise<Said> {
  const userId = await house.people.find(asked.person)
  if (userId === undefined) return whoAreYou(house)
  const facts = await factsFor(house, asked.on, userId)
  if (!facts) return { text: noSuchIssue, state: 'lacking' }
  // What was taken on another issue stays there, and is no part of this.
  const replaces = asked.replaces?.issueId === facts.issueId ? asked.replaces : undefined
  const mayLook = can(facts.standing, 'set_issue_contacts')
  const spelt = mayLook ? await spellOut(house.db, facts, asked.body, replaces?.text) : asTheyAre(asked.body, replaces?.text)
  const whole = { ...asked, body: spelt.body, replaces: replaces && { ...replaces, text: spelt.before } }
  const lacking = spelt.unclear.length + spelt.unknown.length > 0
  const taken = spelt.body.trim() === '' ? undefined : await take(house, whole, { facts, lacking })
  return together(taken, spelt)
}

const asTheyAre = (body: string, before = ''): SpeltOut => ({ body, before, unclear: [], unknown: [] })

async function take({ receive, hear }: House, asked: Asked, { facts, lacking }: { facts: IssueFacts; lacking: boolean }): Promise<Said> {
  const { person, body, delivery, replaces, patience, unnamed } = asked
  const place = {
    ...asked.place,
    person,
    since: Date.now(),
    ...(unnamed && { about: referenceOf(facts) }),
    ...(lacking && { lacking }),
  } satisfies Place
  const author = { id: externalId(person), name: person.id }
  const comment: Comment = { via, delivery, replaces, on: { id: facts.issueId }, place: JSON.stringify(place), author, body }
  const { receipt, outcome } = patience ? await hear(comment, patience) : { receipt: await receive(comment), outcome: undefined }
  if (receipt.status === 'refused') return { text: receipt.reason, state: 'lacking' }
  const { again } = receipt
  const taken = { issueId: facts.issueId, again, outcome: outcome?.answer }
  if (again || outcome || !receipt.done) return { text: '', taken }
  return { text: receipt.shown ? 'Commented.' : 'There is no command in this.', state: 'done', taken }
}

function together(taken: Said | undefined, { unclear, unknown }: SpeltOut): Said {
  const nobody = unknown.map((name) => `I know nobody called “${escaped(name)}” who could be meant.`)
  const text = [taken?.text ?? '', ...nobody].filter((one) => one !== '')
  if (unclear.length === 0) return { ...taken, text: text.join('\n'), ...(unknown.length > 0 && { state: 'lacking' }) }
  const blocks = [...text.map(section), ...unclear]
  return { ...taken, text: [...text, 'More than one could be meant: please choose.'].join('\n'), blocks, state: 'asking' }
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
