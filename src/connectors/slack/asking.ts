// Somebody asks for something on an issue, wherever in Slack: who is it, which issue, which names; then the comment goes its way.
import type { KnownBlock } from '@slack/types'
import { findBinding } from '../../domain/bindings.ts'
import { type IssueFacts, type IssueName, parseReference, readFacts } from '../../domain/issues.ts'
import { can } from '../../domain/permissions.ts'
import type { Comment } from '../../pipeline/comment.ts'
import type { House } from '../connector.ts'
import { section } from './blocks.ts'
import { externalId, type Named, type Person } from './inbound.ts'
import { spellOut } from './names.ts'
import type { Place } from './outbound.ts'
import type { People } from './people.ts'

/** What is told at once. */
export interface Said {
  /** '' where there is nothing to tell besides the outcome. */
  text: string
  blocks?: KnownBlock[]
  /** A comment was taken: the outcome comes by itself, and is under way if it is known already. */
  taken?: { outcome?: readonly string[] }
  /** All that was asked is done. */
  done?: true
}

export interface Asking extends House {
  people: People
}

/** A place to answer at, but for whom and when. */
type PlaceOf<At> = At extends Place ? Omit<At, 'person' | 'since'> : never

export interface Asked extends Pick<Comment, 'body' | 'delivery' | 'replaces'> {
  person: Person
  on: IssueName
  place: PlaceOf<Place>
  /** So long, in milliseconds, whoever asks can be made to wait for what comes of it. */
  patience?: number
}

export const via = 'slack'
export const noSuchIssue = 'There is no such issue, or you may not see it.'

/** One sentence for somebody whom we do not know: how to change that, and nothing else. */
export const whoAreYou = ({ publicUrl }: Pick<House, 'publicUrl'>): Said => ({
  text: `I do not know who you are here: get a link code from <${publicUrl}/-/profile|your profile> and type \`/rolobot link\` with it.`,
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
  if (!facts) return { text: noSuchIssue }
  if (!can(facts.standing, 'set_issue_contacts')) return take(house, asked, facts)
  const { body, before, unclear, unknown } = await spellOut(house.db, facts, asked.body, asked.replaces?.text)
  const replaces = asked.replaces && { ...asked.replaces, text: before }
  const taken = body.trim() === '' ? undefined : await take(house, { ...asked, body, replaces }, facts)
  return together(taken, unclear, unknown)
}

async function take({ receive, hear }: House, asked: Asked, { issueId }: IssueFacts): Promise<Said> {
  const { person, place, body, delivery, replaces, patience } = asked
  const comment: Comment = {
    via,
    delivery,
    replaces,
    on: { id: issueId },
    place: JSON.stringify({ ...place, person, since: Date.now() } satisfies Place),
    author: { id: externalId(person), name: person.id },
    body,
  }
  const { receipt, outcome } = patience ? await hear(comment, patience) : { receipt: await receive(comment), outcome: undefined }
  if (receipt.status === 'refused') return { text: receipt.reason }
  if (receipt.done && !outcome) return { text: receipt.shown ? 'Commented.' : 'There is no command in this.', done: true }
  return { text: '', taken: { outcome: outcome?.answer } }
}

function together(taken: Said | undefined, unclear: readonly KnownBlock[], unknown: readonly string[]): Said {
  const nobody = unknown.map((name) => `I know nobody called “${name}” who could be meant.`)
  const text = [taken?.text ?? '', ...nobody].filter((one) => one !== '')
  if (unclear.length === 0) return { ...taken, text: text.join('\n') }
  return {
    ...taken,
    text: [...text, 'More than one could be meant: please choose.'].join('\n'),
    blocks: [...text.map(section), ...unclear],
  }
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
): Promise<{ on: IssueName } | { lacks: string }> {
  if (named && 'reference' in named) {
    const name = parseReference(named.reference)
    return name ? { on: name } : { lacks: noSuchIssue }
  }
  const binding = await findBinding(db, via, places)
  if (named) return binding ? { on: { project: binding.projectId, iid: named.iid } } : { lacks: whichIssue }
  return binding?.issue ? { on: { id: binding.issue.id } } : { lacks: whichIssue }
}

const whichIssue =
  'Which issue? Name it first, like `acme/shop#12 ann@example.com`, or bind this channel to one: `/rolobot bind acme/shop#12`.'
