// What Slack sends → what was said. Pure.
import { parseReference } from '../../domain/issues.ts'
import { understand } from '../../quick-actions/commands.ts'

/** Somebody as Slack knows them: ids are unique in a workspace. */
export interface Person {
  team: string
  id: string
  /** The workspace in which they speak: in a shared channel it can be another one than theirs. */
  at: string
}

/** How deliveries, bindings and names of Slack are marked. */
export const via = 'slack'

/** The name under which we know somebody of Slack. */
export const externalId = ({ team, id }: Pick<Person, 'team' | 'id'>): string => `${team}:${id}`

/** Whoever pressed, chose or sent something: somebody of another workspace has that one's name on them. */
export const personOf = ({ user, team }: { user: { id: string; team_id?: string }; team: { id: string } | null }): Person => ({
  team: user.team_id ?? team?.id ?? '',
  id: user.id,
  at: team?.id ?? user.team_id ?? '',
})

/** The name of a channel, or of a thread in it, under which it is bound. */
export const placeName = ({ at }: Person, channel: string, thread?: string): string => [at, channel, thread].filter(Boolean).join('/')

// docs.slack.dev/messaging/formatting-message-text: only these three are escaped.
const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' }

/**
 * Text as it was typed: `<mailto:a@x.io|a@x.io>` and other links, mentions and `&amp;` undone. A mention of ours becomes `@rolobot`.
 * @param us the id of our bot user, where it is known
 */
export const asTyped = (text: string, us?: string): string =>
  text
    .replace(/<([^<>|]+)(?:\|([^<>]*))?>/g, (_, what: string, label?: string) => written(what, label, us))
    .replace(/&(?:amp|lt|gt);/g, (one) => entities[one] as string)

function written(what: string, label: string | undefined, us: string | undefined): string {
  if (what === `@${us}`) return '@rolobot'
  if (what.startsWith('mailto:')) return label?.includes('@') ? label : what.slice('mailto:'.length)
  if (/^[@#!]/.test(what)) return label ? `${what[0] === '#' ? '#' : '@'}${label.replace(/^[@#]/, '')}` : what.replace(/^!/, '@')
  // Slack makes a link of what looks like one: `x.io` comes as `<http://x.io|x.io>`.
  if (label === undefined || what.endsWith(label)) return label ?? what
  return `[${label}](${what})`
}

/** An issue as somebody names it: whole, or by its number alone. */
export type Named = { reference: string } | { iid: number }

/**
 * Reads what a text begins with: `acme/shop#12`, `#12`, or the address of an issue's page.
 * @returns the issue, if one is named, and the rest
 */
export function takeIssue(text: string, publicUrl: string): { named?: Named; rest: string } {
  const [, first = '', rest = ''] = /^\s*(\S*)\s*([\s\S]*)$/.exec(text) ?? []
  const named = issueNamed(first.replace(/[,:;]$/, ''), publicUrl)
  return named ? { named, rest } : { rest: text.trim() }
}

/** The issue that one word names. */
export function issueNamed(word: string, publicUrl: string): Named | undefined {
  const alone = /^#(\d{1,9})$/.exec(word)
  if (alone) return { iid: Number(alone[1]) }
  const [, linked = word] = /^\[[^\]]*\]\((\S+)\)$/.exec(word) ?? []
  const reference = issueAt(linked, publicUrl) ?? word
  return parseReference(reference) ? { reference } : undefined
}

/** The issue whose page is at an address of ours, as `acme/shop#12`. */
export function issueAt(url: string, publicUrl: string): string | undefined {
  if (!url.startsWith(`${publicUrl}/`) || !URL.canParse(url)) return undefined
  const [, path, iid] = /^\/(.+)\/-\/issues\/(\d{1,9})\/?$/.exec(url.slice(publicUrl.length).replace(/[?#].*$/, '')) ?? []
  return path ? `${decoded(path)}#${iid}` : undefined
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** A message that is for us, with the issues that its commands name taken out of them. */
export interface ReadMessage {
  body: string
  named: Named[]
}

/**
 * Reads a message as a comment: in `@rolobot add_contacts acme/shop#12 ann@x.io` the issue is taken out. A message that begins a line in the
 * middle of which we are mentioned is read as it stands: only the start of a line speaks to us.
 */
export function readMessage(text: string, us: string | undefined, publicUrl: string): ReadMessage {
  const lines = asTyped(text, us).split(/\r\n?|\n/)
  const named: Named[] = []
  for (const { line, arguments: words } of understand(lines.join('\n')).commands) {
    const taken = takeIssue(words, publicUrl)
    if (!taken.named) continue
    named.push(taken.named)
    const before = lines[line - 1] as string
    lines[line - 1] = `${before.slice(0, before.length - words.length).trimEnd()} ${taken.rest}`.trimEnd()
  }
  return { body: lines.join('\n'), named }
}

/** Has a text commands that the text before an edit did not have? The issue that one names is part of it. */
export function hasNewCommands(text: string, before: string): boolean {
  const [now, old] = [text, before].map((one) => understand(one).commands.map(({ name, arguments: words }) => `${name} ${words}`))
  for (const one of old as string[]) {
    const at = (now as string[]).indexOf(one)
    if (at >= 0) now?.splice(at, 1)
  }
  return (now as string[]).length > 0
}

/** A message, as far as it concerns us. */
export interface Message {
  person: Person
  channel: string
  ts: string
  /** The first message of its thread, if it stands in one. */
  thread?: string
  /** As Slack writes it. */
  text: string
  /** Our bot user there. */
  us?: string
  /** It was edited: when, and the text before; when that was an edit itself, its time. */
  edit?: { at: string; before: string; earlier?: string }
}

/** Events of messages as Slack sends them, as far as we read them. docs.slack.dev/reference/events/message */
export interface MessageEvent {
  type: string
  subtype?: string
  user?: string
  bot_id?: string
  user_team?: string
  text?: string
  ts: string
  thread_ts?: string
  channel: string
  channel_type?: string
  edited?: { ts: string }
  message?: Omit<MessageEvent, 'channel'>
  previous_message?: Omit<MessageEvent, 'channel'>
}

/**
 * Reads the event of a message: a mention, a message to us alone, or an edit of either.
 * @param from the workspace that the event came from, and our bot user in it
 * @returns undefined for what is not for us: bots, ourselves, what only looks different, and everything else that happens to messages
 */
export function toMessage(event: MessageEvent, from: { team: string; us?: string }): Message | undefined {
  const { subtype = '', channel } = event
  const edited = subtype === 'message_changed' ? event.message : undefined
  const said = edited ?? event
  const { user, text = '', ts, thread_ts: thread, user_team: team = from.team } = said
  if (!user || user === from.us || said.bot_id || !spoken.has((edited ? edited.subtype : subtype) ?? '')) return undefined
  const isDirect = event.channel_type === 'im'
  const mentioned = from.us !== undefined && text.includes(`<@${from.us}>`)
  // What mentions us comes as an event of its own too; once more when it is edited, beside the edit itself.
  const isEvent = event.type === 'app_mention' || isDirect || (subtype === 'file_share' && mentioned)
  if (edited ? !mentioned && !isDirect : event.edited || !isEvent) return undefined
  const addressed = (one: string) => (isDirect && !mentioned ? `<@${from.us}> ${one}` : one)
  const message = { person: { team, id: user, at: from.team }, channel, ts, ...(thread && { thread }), text: addressed(text), us: from.us }
  if (!edited) return message
  const before = event.previous_message?.text ?? ''
  const earlier = event.previous_message?.edited?.ts
  if (!edited.edited || before === text) return undefined
  return { ...message, edit: { at: edited.edited.ts, before: addressed(before), ...(earlier && { earlier }) } }
}

// Of all that happens to messages, what somebody says. docs.slack.dev/reference/events/message#subtypes
const spoken: ReadonlySet<string> = new Set(['', 'file_share', 'thread_broadcast'])
