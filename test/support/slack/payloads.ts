// What Slack sends to an app (docs.slack.dev/reference/interaction-payloads, docs.slack.dev/reference/events).
import type { FakeSlack } from './server.ts'
import {
  type Happening,
  type Json,
  newId,
  newTs,
  type SlackChannel,
  type SlackMessage,
  type SlackUser,
  secret,
} from './world.ts'

// Deprecated, and still sent everywhere.
const verificationToken = 'Jhj5dZrVaK7ZwHHjRyZWjbDl'

/** Slack names only public channels to an app. */
export const nameOf = ({ kind, name }: SlackChannel): string =>
  kind === 'channel' ? name : kind === 'im' ? 'directmessage' : 'privategroup'

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>' }
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** What an app gave Slack, as it comes back to it: the three characters are escaped in plain text. */
export function echoed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(echoed)
  if (typeof value !== 'object' || value === null) return value
  const same = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, echoed(inner)])) as Json
  return same.type === 'plain_text'
    ? { ...same, text: escaped(String(same.text).replace(/&(amp|lt|gt);/g, (_, name: string) => entities[name] ?? '')) }
    : same
}

/** The links in what a user types. */
export const linksIn = (text: string): string[] => text.match(/https?:\/\/[^\s<>|]+/g) ?? []

/** What becomes of what a user types: mentions, links and e-mail addresses get angle brackets. */
export function typed({ world }: FakeSlack, text: string): string {
  const mention = (whole: string, name: string) => {
    const user = [...world.users.values()].find((other) => other.name === name)
    return user ? `<@${user.id}>` : whole
  }
  return escaped(text)
    .replace(/https?:\/\/[^\s<>|]+/g, '<$&>')
    .replace(/(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '<mailto:$&|$&>')
    .replace(/(?<![\w<:|.+-])@([\w.-]+)/g, mention)
}

/** What becomes of the text of a command, where the app has it escaped and where not. */
export const commandText = (slack: FakeSlack, text: string, isEscaped: boolean): string => {
  if (!isEscaped) return escaped(text)
  return typed(slack, text).replace(/<@(\w+)>/g, (_, id: string) => `<@${id}|${slack.world.users.get(id)?.name}>`)
}

const about = ({ team, bot }: FakeSlack): Json => ({
  team: { id: team.id, domain: team.domain },
  enterprise: null,
  is_enterprise_install: false,
  api_app_id: bot.appId,
  token: verificationToken,
})

const person = (user: SlackUser): Json => ({ id: user.id, username: user.name, name: user.name, team_id: user.team })

/** docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling */
export const commandPayload = ({ team, bot }: FakeSlack, user: SlackUser, channel: SlackChannel): Json => ({
  token: verificationToken,
  team_id: team.id,
  team_domain: team.domain,
  channel_id: channel.id,
  channel_name: nameOf(channel),
  user_id: user.id,
  user_name: user.name,
  api_app_id: bot.appId,
  is_enterprise_install: 'false',
})

export const interaction = (slack: FakeSlack, type: string, user: SlackUser): Json => ({
  type,
  ...about(slack),
  user: person(user),
})

export const channelPart = (channel: SlackChannel): Json => ({ id: channel.id, name: nameOf(channel) })

/** A message as payloads show it. */
export function messagePart({ bot, team, world }: FakeSlack, message: SlackMessage): Json {
  const { user, bot_id, text, ts, blocks, thread_ts, edited, unfurls } = message
  const parent = thread_ts && world.messages.find((other) => other.ts === thread_ts)
  const words = [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }]
  return {
    type: 'message',
    user,
    ...(bot_id
      ? { bot_id, app_id: bot.appId, bot_profile: { id: bot_id, app_id: bot.appId, name: bot.name, deleted: false } }
      : {}),
    ...(bot_id ? {} : { client_msg_id: secret() }),
    text,
    team: team.id,
    ts,
    blocks: blocks ?? (bot_id ? undefined : [{ type: 'rich_text', block_id: secret().slice(0, 5), elements: words }]),
    thread_ts,
    ...(parent ? { parent_user_id: parent.user } : {}),
    edited,
    ...(unfurls && {
      attachments: Object.entries(unfurls).map(([from_url, unfurl], index) => ({ from_url, id: index + 1, ...unfurl })),
    }),
  }
}

/** An event in its envelope (docs.slack.dev/apis/events-api/#callback-field). */
export const eventPayload = ({ team, bot }: FakeSlack, event: Json): Json => ({
  token: verificationToken,
  team_id: team.id,
  context_team_id: team.id,
  context_enterprise_id: null,
  api_app_id: bot.appId,
  event,
  type: 'event_callback',
  event_id: newId('Ev'),
  event_time: Math.floor(Date.now() / 1000),
  authorizations: [
    { enterprise_id: null, team_id: team.id, user_id: bot.userId, is_bot: true, is_enterprise_install: false },
  ],
  is_ext_shared_channel: false,
  event_context: secret(),
})

/** The events of what happened to a message, of those that an app in the channel hears. */
export function messageEvents(slack: FakeSlack, { what, message, previous }: Happening): Json[] {
  const channel = slack.world.channels.get(message.channel)
  if (!channel?.members.has(slack.bot.userId)) return []
  const now = newTs()
  const place = { channel: channel.id, channel_type: channel.kind }
  const hidden = { type: 'message', hidden: true, ...place, ts: now, event_ts: now }
  const before = previous && messagePart(slack, previous)
  if (what === 'deleted')
    return [{ ...hidden, subtype: 'message_deleted', deleted_ts: message.ts, previous_message: before }]
  const part = messagePart(slack, message)
  const isSaid = what === 'posted' || message.edited?.ts !== previous?.edited?.ts
  const isMention =
    isSaid && channel.kind !== 'im' && !message.bot_id && message.text.includes(`<@${slack.bot.userId}>`)
  // A mention that is edited is sent as a mention again, with `edited` and the old `ts`.
  const mention = { ...part, type: 'app_mention', channel: channel.id, event_ts: what === 'posted' ? message.ts : now }
  const said =
    what === 'posted'
      ? { ...part, ...place, event_ts: message.ts }
      : { ...hidden, subtype: 'message_changed', message: part, previous_message: before }
  return [...(isMention ? [mention] : []), said]
}

/** docs.slack.dev/reference/events/link_shared */
export function linkEvent(slack: FakeSlack, message: SlackMessage): Json {
  const unfurl_id = `${message.channel}.${message.ts}.${secret()}${secret()}`
  slack.world.unfurlIds.set(unfurl_id, message)
  return {
    type: 'link_shared',
    user: message.user,
    channel: message.channel,
    message_ts: message.ts,
    thread_ts: message.thread_ts,
    links: message.links.map((url) => ({ url, domain: new URL(url).hostname })),
    unfurl_id,
    source: 'conversations_history',
    is_bot_user_member: slack.world.channels.get(message.channel)?.members.has(slack.bot.userId),
    event_ts: newTs(),
  }
}
