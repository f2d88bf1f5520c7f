// The Web API for messages: chat.* and reactions.* (docs.slack.dev/reference/methods).
import type { Method } from './api.ts'
import { faultsOfBlocks } from './blocks.ts'
import { refuse } from './refusal.ts'
import {
  addBotMessage,
  type Block,
  changeMessage,
  directChannel,
  findMessage,
  type Json,
  newTs,
  removeMessage,
  type SlackChannel,
  type SlackMessage,
  type World,
} from './world.ts'

// docs.slack.dev/changelog/2018-04-truncating-really-long-messages
const longestText = 40_000

/** What a message says; refused where Slack could not show it. */
export function contentOf(args: Json): { text: string; blocks?: Block[] } {
  const { text = '', blocks } = args
  if (blocks !== undefined) {
    const wrong = faultsOfBlocks(blocks)
    if (wrong.length > 0) refuse('invalid_blocks', wrong)
  }
  if (typeof text !== 'string') refuse('invalid_arguments', ['must be a string [json-pointer:/text]'])
  if (!text && !(blocks as Block[] | undefined)?.length) refuse('no_text')
  if ((text as string).length > longestText) refuse('msg_too_long')
  return { text: text as string, ...(blocks ? { blocks: blocks as Block[] } : {}) }
}

/** The channel, where the bot can see it. */
export function channelOf(world: World, id: unknown, unseen = 'channel_not_found'): SlackChannel {
  const channel = world.channels.get(String(id))
  if (!channel || (channel.kind !== 'channel' && !channel.members.has(world.bot.userId))) return refuse(unseen)
  return channel
}

/** The channel, where the bot may write. */
function placeOf(world: World, id: unknown): SlackChannel {
  const person = world.users.get(String(id))
  if (person?.bot) refuse('cannot_dm_bot')
  if (person && !person.deleted) return directChannel(world, person.id)
  const channel = channelOf(world, id)
  if (channel.archived) refuse('is_archived')
  if (!channel.members.has(world.bot.userId)) refuse('not_in_channel')
  return channel
}

/** The message under which a reply goes: always the first one of the thread. */
function threadOf(world: World, channel: string, ts: unknown): string | undefined {
  if (!ts) return undefined
  if (!/^\d+\.\d{6}$/.test(String(ts))) refuse('invalid_thread_ts', [`${ts} is not a valid thread_ts`])
  const parent = findMessage(world, channel, ts)
  return parent ? (parent.thread_ts ?? parent.ts) : refuse('thread_not_found')
}

const shape = (message: SlackMessage, world: World): Json => ({
  type: 'message',
  user: message.user,
  bot_id: message.bot_id,
  app_id: world.bot.appId,
  team: world.team.id,
  text: message.text,
  ts: message.ts,
  blocks: message.blocks,
  thread_ts: message.thread_ts,
})

const postMessage: Method = ({ world, args }) => {
  const channel = placeOf(world, args.channel)
  const content = contentOf(args)
  const thread_ts = threadOf(world, channel.id, args.thread_ts)
  const message = addBotMessage(world, { channel: channel.id, ...content, thread_ts })
  return { channel: channel.id, ts: message.ts, message: shape(message, world) }
}

const postEphemeral: Method = ({ world, args }) => {
  const channel = channelOf(world, args.channel)
  if (channel.archived) refuse('is_archived')
  if (!channel.members.has(world.bot.userId)) refuse('not_in_channel')
  if (!channel.members.has(String(args.user))) refuse('user_not_in_channel')
  const content = contentOf(args)
  const thread_ts = threadOf(world, channel.id, args.thread_ts)
  const message = addBotMessage(world, { channel: channel.id, ...content, thread_ts, to: String(args.user) })
  return { message_ts: message.ts }
}

function ownMessage(world: World, args: Json, refusal: string): SlackMessage {
  const channel = channelOf(world, args.channel)
  const message = findMessage(world, channel.id, args.ts) ?? refuse('message_not_found')
  return message.bot_id === world.bot.botId ? message : refuse(refusal)
}

const update: Method = ({ world, args }) => {
  const message = ownMessage(world, args, 'cant_update_message')
  const edited = { user: world.bot.userId, ts: newTs() }
  changeMessage(world, message, { blocks: undefined, ...contentOf(args), edited })
  return { channel: message.channel, ts: message.ts, text: message.text, message: shape(message, world) }
}

const remove: Method = ({ world, args }) => {
  const message = ownMessage(world, args, 'cant_delete_message')
  removeMessage(world, message)
  return { channel: message.channel, ts: message.ts }
}

function linkedMessage(world: World, args: Json): SlackMessage {
  if (args.unfurl_id) return world.unfurlIds.get(String(args.unfurl_id)) ?? refuse('cannot_find_message')
  if (!args.channel) refuse('missing_channel')
  if (!args.ts) refuse('missing_ts')
  const channel = channelOf(world, args.channel, 'cannot_find_channel')
  return findMessage(world, channel.id, args.ts) ?? refuse('cannot_find_message')
}

// docs.slack.dev/reference/methods/chat.unfurl
const unfurl: Method = ({ world, args }) => {
  const message = linkedMessage(world, args)
  if (args.unfurls === undefined) refuse('missing_unfurls')
  const unfurls = args.unfurls as Record<string, Json>
  if (typeof unfurls !== 'object' || unfurls === null || Array.isArray(unfurls)) refuse('invalid_unfurls_format')
  for (const [url, { blocks }] of Object.entries(unfurls)) {
    if (!message.links.includes(url)) refuse('cannot_unfurl_url')
    const wrong = blocks === undefined ? [] : faultsOfBlocks(blocks, `/unfurls/${url}/blocks`)
    if (wrong.length > 0) refuse('invalid_blocks', wrong)
  }
  changeMessage(world, message, { unfurls: { ...message.unfurls, ...unfurls } })
  return {}
}

function reacted(
  world: World,
  { channel: id, timestamp, name }: Json,
): { users: string[]; message: SlackMessage; name: string } {
  if (!id || !timestamp) refuse('no_item_specified')
  const channel = channelOf(world, id)
  if (!/^[a-z0-9_'+-]+(::skin-tone-[2-6])?$/.test(String(name))) refuse('invalid_name')
  if (!/^\d+\.\d{6}$/.test(String(timestamp))) refuse('bad_timestamp')
  if (channel.archived) refuse('is_archived')
  if (!channel.members.has(world.bot.userId)) refuse('not_in_channel')
  const message = findMessage(world, channel.id, timestamp) ?? refuse('message_not_found')
  return { users: message.reactions[String(name)] ?? [], message, name: String(name) }
}

const addReaction: Method = ({ world, args }) => {
  const { users, message, name } = reacted(world, args)
  if (users.includes(world.bot.userId)) refuse('already_reacted')
  message.reactions[name] = [...users, world.bot.userId]
  return {}
}

const removeReaction: Method = ({ world, args }) => {
  const { users, message, name } = reacted(world, args)
  if (!users.includes(world.bot.userId)) refuse('no_reaction')
  const left = users.filter((user) => user !== world.bot.userId)
  if (left.length > 0) message.reactions[name] = left
  else delete message.reactions[name]
  return {}
}

export const chatMethods = {
  'chat.postMessage': { scope: 'chat:write', run: postMessage },
  'chat.postEphemeral': { scope: 'chat:write', run: postEphemeral },
  'chat.update': { scope: 'chat:write', run: update },
  'chat.delete': { scope: 'chat:write', run: remove },
  'chat.unfurl': { scope: 'links:write', run: unfurl },
  'reactions.add': { scope: 'reactions:write', run: addReaction },
  'reactions.remove': { scope: 'reactions:write', run: removeReaction },
}
