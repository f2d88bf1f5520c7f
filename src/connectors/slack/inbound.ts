// What Slack sends → what the user wrote. Pure.
import type { Person } from '../chat/names.ts'

/** The user who pressed, chose, or submitted something: users of another workspace carry its id. */
export const personOf = ({
  user,
  team,
}: {
  user: { id: string; team_id?: string }
  team: { id: string } | null
}): Person => ({
  team: user.team_id ?? team?.id ?? '',
  id: user.id,
  at: team?.id ?? user.team_id ?? '',
})

// docs.slack.dev/messaging/formatting-message-text: only these three are escaped.
const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' }

/**
 * The text as typed: `<mailto:a@x.io|a@x.io>` and other links, mentions, and `&amp;` are undone. A mention of us
 * becomes `@rolobot`.
 * @param us the id of our bot user, if known
 */
export const asTyped = (text: string, us?: string): string =>
  text
    .replace(/<([^<>|]+)(?:\|([^<>]*))?>/g, (_, what: string, label?: string) => written(what, label, us))
    .replace(/&(?:amp|lt|gt);/g, (one) => entities[one] as string)

function written(what: string, label: string | undefined, us: string | undefined): string {
  if (what === `@${us}`) return '@rolobot'
  if (what.startsWith('mailto:')) return label?.includes('@') ? label : what.slice('mailto:'.length)
  if (/^[@#!]/.test(what))
    return label ? `${what[0] === '#' ? '#' : '@'}${label.replace(/^[@#]/, '')}` : what.replace(/^!/, '@')
  // Slack links anything that looks like a link: `x.io` comes as `<http://x.io|x.io>`.
  if (label === undefined || what.endsWith(label)) return label ?? what
  return `[${label}](${what})`
}

/** A message, as far as we need it. */
export interface Message {
  person: Person
  channel: string
  ts: string
  /** The first message of its thread, if it is in one. */
  thread?: string
  /** As Slack formats it. */
  text: string
  /** Our bot user there. */
  us?: string
  /** It was edited: when, and the text before; if that was an edit itself, its time. */
  edit?: { at: string; before: string; earlier?: string }
}

/** Message events as Slack sends them, as far as we read them. docs.slack.dev/reference/events/message */
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
 * Reads a message event: a mention, a direct message, or an edit of either.
 * @param from the workspace of the event, and our bot user in it
 * @returns undefined for what isn't for us: bots, ourselves, changes in appearance only, and everything else that
 * happens to messages
 */
export function toMessage(event: MessageEvent, from: { team: string; us?: string }): Message | undefined {
  const { subtype = '', channel } = event
  const edited = subtype === 'message_changed' ? event.message : undefined
  const said = edited ?? event
  const { user, text = '', ts, thread_ts: thread, user_team: team = from.team } = said
  if (!user || user === from.us || said.bot_id || !spoken.has((edited ? edited.subtype : subtype) ?? ''))
    return undefined
  const isDirect = event.channel_type === 'im'
  const mentioned = from.us !== undefined && text.includes(`<@${from.us}>`)
  // A mention also arrives as its own event, and once more when it is edited, in addition to the edit.
  const isEvent = event.type === 'app_mention' || isDirect || (subtype === 'file_share' && mentioned)
  if (edited ? !mentioned && !isDirect : event.edited || !isEvent) return undefined
  const addressed = (one: string) => (isDirect && !mentioned ? `<@${from.us}> ${one}` : one)
  const message = {
    person: { team, id: user, at: from.team },
    channel,
    ts,
    ...(thread && { thread }),
    text: addressed(text),
    us: from.us,
  }
  if (!edited) return message
  const before = event.previous_message?.text ?? ''
  const earlier = event.previous_message?.edited?.ts
  if (!edited.edited || before === text) return undefined
  return { ...message, edit: { at: edited.edited.ts, before: addressed(before), ...(earlier && { earlier }) } }
}

// The subtypes in which users write. docs.slack.dev/reference/events/message#subtypes
const spoken: ReadonlySet<string> = new Set(['', 'file_share', 'thread_broadcast'])
