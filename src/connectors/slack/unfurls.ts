// Links to our issues: title and state, and among people who all may see them the contacts.
import type { KnownBlock } from '@slack/types'
import type { WebClient } from '@slack/web-api'
import { contactsOfIssues } from '../../domain/contacts-of-issues.ts'
import { showIssues } from '../../domain/issue-rows.ts'
import { parseReference, readFacts, readFactsOfMany } from '../../domain/issues.ts'
import { can } from '../../domain/permissions.ts'
import { findUserElsewhere } from '../../domain/users.ts'
import { fits, list } from '../../quick-actions/phrases.ts'
import type { Asking } from './asking.ts'
import { context, escaped, section } from './blocks.ts'
import { call } from './calls.ts'
import { externalId, issueAt, type Person, via } from './inbound.ts'

/** Links that somebody shared. docs.slack.dev/reference/events/link_shared */
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

/** Who sees what is shown. */
interface Audience {
  /** Whoever shared it; null where people of other companies listen, and where that is not known. */
  viewer: number | null
  /** Everybody in a private channel, if we know them all. */
  members?: readonly number[]
}

/** So many links of a message are looked at. */
const mostLinks = 10
const mostContacts = 21
/** A private channel of more people is as good as a public one. */
const mostMembers = 100

/** Shows what links lead to: what whoever shared them may see, and nothing that somebody who is there may not. */
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

/** Our users of everybody in a channel; undefined if there is somebody whom we do not know. */
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
