// Links to our issues in Slack: who sees them, and their previews.
import type { KnownBlock } from '@slack/types'
import type { WebClient } from '@slack/web-api'
import { fitsPhrase, list } from '../../quick-actions/phrases.ts'
import type { ChatHouse } from '../chat/chat.ts'
import type { Person } from '../chat/names.ts'
import { type Preview, type PreviewReader, previewOf, usersOf } from '../chat/previews.ts'
import { context, escaped, section } from './blocks.ts'
import { call } from './calls.ts'

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

/** How many links in a message are processed. */
const mostLinks = 10
/** A private channel with more members than this is treated as public. */
const mostMembers = 100

/** Previews links: what the sharing user can see, and nothing that anyone present can't. */
export async function unfurl(house: ChatHouse, client: WebClient, shared: Shared): Promise<void> {
  const audience = await audienceOf(house, client, shared)
  const unfurls: Record<string, { blocks: KnownBlock[] }> = {}
  for (const { url } of shared.links.slice(0, mostLinks)) {
    const preview = await previewOf(house, url, audience)
    if (preview) unfurls[url] = { blocks: show(url, preview) }
  }
  if (Object.keys(unfurls).length === 0) return
  const { channel, ts, unfurlId, source } = shared
  const where = unfurlId && source ? { unfurl_id: unfurlId, source } : { channel, ts }
  await call(() => client.chat.unfurl({ ...where, unfurls }))
}

async function audienceOf(
  house: ChatHouse,
  client: WebClient,
  { person, channel, source, us }: Shared,
): Promise<PreviewReader> {
  const nobody: PreviewReader = { viewer: null }
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
  house: ChatHouse,
  client: WebClient,
  { person, channel, us }: Pick<Shared, 'person' | 'channel' | 'us'>,
): Promise<number[] | undefined> {
  const { members = [], response_metadata } = await client.conversations.members({ channel, limit: mostMembers })
  if (response_metadata?.next_cursor) return undefined
  return usersOf(
    house,
    members.filter((id) => id !== us).map((id) => ({ team: person.at, id })),
  )
}

function show(url: string, { title, reference, state, contacts }: Preview): KnownBlock[] {
  const blocks = [section(`*<${url}|${escaped(title)}>*`), context(`${escaped(reference)} · ${state}`)]
  const names = contacts.map(escaped)
  return names.length > 0
    ? [...blocks, context(`${fitsPhrase(names.length, 'Contact', 'Contacts')}: ${list(names)}`)]
    : blocks
}
