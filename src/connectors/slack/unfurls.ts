// Links to our issues: title and state, and in private for those who may see them the contacts.
import type { KnownBlock } from '@slack/types'
import type { WebClient } from '@slack/web-api'
import { contactsOfIssues } from '../../domain/contacts-of-issues.ts'
import { showIssues } from '../../domain/issue-rows.ts'
import { parseReference, readFacts } from '../../domain/issues.ts'
import { can } from '../../domain/permissions.ts'
import { fits, list } from '../../quick-actions/phrases.ts'
import type { Asking } from './asking.ts'
import { context, escaped, section } from './blocks.ts'
import { call } from './calls.ts'
import { issueAt, type Person } from './inbound.ts'

/** Links that somebody shared. docs.slack.dev/reference/events/link_shared */
export interface Shared {
  person: Person
  channel: string
  ts: string
  /** Absent in old workspaces. */
  unfurlId?: string
  source?: 'composer' | 'conversations_history'
  links: readonly { url: string }[]
}

/** So many links of a message are looked at. */
const mostLinks = 10
const mostContacts = 21

/** Shows what links lead to, as far as whoever shared them may see it. */
export async function unfurl(house: Asking, client: WebClient, shared: Shared): Promise<void> {
  const viewer = (await house.people.find(shared.person)) ?? null
  const isPrivate = viewer !== null && (await isPrivateChannel(client, shared))
  const unfurls: Record<string, { blocks: KnownBlock[] }> = {}
  for (const { url } of shared.links.slice(0, mostLinks)) {
    const blocks = await show(house, { url, viewer, isPrivate })
    if (blocks) unfurls[url] = { blocks }
  }
  if (Object.keys(unfurls).length === 0) return
  const { channel, ts, unfurlId, source } = shared
  const where = unfurlId && source ? { unfurl_id: unfurlId, source } : { channel, ts }
  await call(() => client.chat.unfurl({ ...where, unfurls }))
}

async function isPrivateChannel(client: WebClient, { channel, source }: Shared): Promise<boolean> {
  if (source === 'composer') return false
  let isPrivate = false
  await call(async () => {
    const { channel: known } = await client.conversations.info({ channel })
    // With people of other companies in it, nothing is among ourselves.
    isPrivate = Boolean(known?.is_private || known?.is_im || known?.is_mpim) && !known?.is_ext_shared
  })
  return isPrivate
}

interface Looking {
  url: string
  viewer: number | null
  isPrivate: boolean
}

async function show({ db, publicUrl }: Asking, { url, viewer, isPrivate }: Looking): Promise<KnownBlock[] | undefined> {
  const name = parseReference(issueAt(url, publicUrl) ?? '')
  const facts = name && (await readFacts(db, name, viewer))
  if (!facts || !can(facts.standing, 'read_issue')) return undefined
  const [issue] = await showIssues(db, viewer, [facts.issueId])
  if (!issue) return undefined
  const state = issue.state === 'opened' ? 'open' : 'closed'
  const blocks = [section(`*<${url}|${escaped(issue.title)}>*`), context(`${escaped(`${issue.projectPath}#${issue.iid}`)} · ${state}`)]
  if (!isPrivate || !can(facts.standing, 'read_issue_contacts')) return blocks
  const { value } = await contactsOfIssues(db, viewer, [issue.id], { limit: mostContacts })
  const names = value?.get(issue.id)?.rows.map(({ firstName, lastName }) => escaped(`${firstName} ${lastName}`)) ?? []
  return names.length > 0 ? [...blocks, context(`${fits(names.length, 'Contact', 'Contacts')}: ${list(names)}`)] : blocks
}
