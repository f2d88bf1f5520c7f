// Links to our issues: title and state, and the contacts if everyone present can see them.
import type { KnownBlock } from '@slack/types'
import type { WebClient } from '@slack/web-api'
import { contactsOfIssues } from '../../domain/contacts/contacts-of-issues.ts'
import { parseReference, readFacts, readFactsOfMany } from '../../domain/issues/issues.ts'
import { showIssues } from '../../domain/issues/list-rows.ts'
import { findUserElsewhere } from '../../domain/people/users.ts'
import { can } from '../../domain/rules/permissions.ts'
import { fits, list } from '../../quick-actions/phrases.ts'
import { externalId, type Person } from '../chat/names.ts'
import { issueAt } from '../chat/references.ts'
import type { Asking } from './asking.ts'
import { context, escaped, section } from './blocks.ts'
import { call } from './calls.ts'
import { via } from './inbound.ts'

/** Links that a user shared. docs.slack.dev/reference/events/link_shared */
export interface Shared {
  person: Person
  channel: string
  ts: string
  /** Absent in old workspaces. */
  unfurlId?: string
  source?: 'composer' | 'conversations_history'
  links: readonly { url: string }[]
  /** Our bot user there. */
  us?: string
}

/** Who sees the preview. */
interface Audience {
  /** The user who shared it; null if users of other companies are present, or if that is unknown. */
  viewer: number | null
  /** Everyone in a private channel, if we know all of them. */
  members?: readonly number[]
}

/** How many links in a message are processed. */
const mostLinks = 10
const mostContacts = 21
/** A private channel with more members than this is treated as public. */
const mostMembers = 100

/** Previews links: what the sharing user can see, and nothing that anyone present can't. */
export async function unfurl(house: Asking, client: WebClient, shared: Shared): Promise<void> {
  const audience = await audienceOf(house, client, shared)
  const unfurls: Record<string, { blocks: KnownBlock[] }> = {}
  for (const { url } of shared.links.slice(0, mostLinks)) {
    const blocks = await show(house, url, audience)
    if (blocks) unfurls[url] = { blocks }
  }
  if (Object.keys(unfurls).length === 0) return
  const { channel, ts, unfurlId, source } = shared
  const where = unfurlId && source ? { unfurl_id: unfurlId, source } : { channel, ts }
  await call(() => client.chat.unfurl({ ...where, unfurls }))
}

async function audienceOf(house: Asking, client: WebClient, { person, channel, source, us }: Shared): Promise<Audience> {
  const nobody: Audience = { viewer: null }
  if (source === 'composer') return nobody
  let audience = nobody
  await call(async () => {
    const { channel: known } = await client.conversations.info({ channel })
    if (!known || known.is_ext_shared) return
    const viewer = (await house.people.find(person)) ?? null
    const isPrivate = known.is_private || known.is_im || known.is_mpim
    audience = { viewer, ...(isPrivate && { members: await membersOf(house, client, { person, channel, us }) }) }
  })
  return audience
}

/** Our users for everyone in a channel; undefined if anyone is unknown. */
async function membersOf(
  { db }: Asking,
  client: WebClient,
  { person, channel, us }: Pick<Shared, 'person' | 'channel' | 'us'>,
): Promise<number[] | undefined> {
  const { members = [], response_metadata } = await client.conversations.members({ channel, limit: mostMembers })
  if (response_metadata?.next_cursor) return undefined
  const people = members.filter((id) => id !== us)
  const users = await Promise.all(people.map((id) => findUserElsewhere(db, via, externalId({ team: person.at, id }))))
  return users.includes(undefined) ? undefined : (users as number[])
}

async function show({ db, publicUrl }: Asking, url: string, { viewer, members }: Audience): Promise<KnownBlock[] | undefined> {
  const name = parseReference(issueAt(url, publicUrl) ?? '')
  const facts = name && (await readFacts(db, name, viewer))
  if (!facts || !can(facts.standing, 'read_issue')) return undefined
  const [issue] = await showIssues(db, viewer, [facts.issueId])
  if (!issue) return undefined
  const state = issue.state === 'opened' ? 'open' : 'closed'
  const blocks = [section(`*<${url}|${escaped(issue.title)}>*`), context(`${escaped(`${issue.projectPath}#${issue.iid}`)} · ${state}`)]
  if (viewer === null || !members) return blocks
  const all = await readFactsOfMany(
    db,
    [...new Set([viewer, ...members])].map((userId) => ({ issueId: facts.issueId, userId })),
  )
  if (!all.every(({ standing }) => can(standing, 'read_issue_contacts'))) return blocks
  const { value } = await contactsOfIssues(db, viewer, [issue.id], { limit: mostContacts })
  const names = value?.get(issue.id)?.rows.map(({ firstName, lastName }) => escaped(`${firstName} ${lastName}`)) ?? []
  return names.length > 0 ? [...blocks, context(`${fits(names.length, 'Contact', 'Contacts')}: ${list(names)}`)] : blocks
}
