// What the stand-in for Slack remembers: a workspace, its people, channels and messages, and the things that may be
// used once.
import { randomBytes } from 'node:crypto'
import type { Delivery } from './lines.ts'

export type Json = Record<string, unknown>
export type Block = Json & { type: string; block_id?: string }

export interface SlackUser {
  id: string
  name: string
  realName: string
  email?: string
  emailConfirmed: boolean
  team: string
  bot: boolean
  deleted: boolean
}

export interface SlackChannel {
  id: string
  name: string
  kind: 'channel' | 'group' | 'im'
  /** Ids of who is in it, the bot among them. */
  members: Set<string>
  archived: boolean
  /** People of other companies are in it. */
  shared?: boolean
}

export interface SlackMessage {
  ts: string
  channel: string
  user: string
  /** Set where an app wrote it. */
  bot_id?: string
  text: string
  blocks?: Block[]
  thread_ts?: string
  edited?: { user: string; ts: string }
  /** Who put which emoji on it. */
  reactions: Record<string, string[]>
  /** Previews by link. */
  unfurls?: Record<string, Json>
  links: string[]
  /** The only person who sees it: it is ephemeral. */
  to?: string
}

export interface SlackView extends Json {
  id: string
  hash: string
  blocks: Block[]
  callback_id: string
  private_metadata: string
  state: { values: Record<string, Record<string, Json>> }
}

/** What happens to a message that an app which sits in the channel is told about. */
export type Happening = { what: 'posted' | 'changed' | 'deleted'; message: SlackMessage; previous?: SlackMessage }

/** Something that a person did, for which a modal may be opened. */
export interface Trigger {
  user: string
  at: number
  used: boolean
}

export interface ResponseUrl {
  user: string
  channel: string
  thread?: string
  /**
   * The message whose button was pressed: what `replace_original` means. A command has none, not even its own answer.
   */
  original?: SlackMessage
  at: number
  uses: number
  expired: boolean
}

export interface SlackTeam {
  id: string
  name: string
  domain: string
}

export type World = ReturnType<typeof createWorld>

/** An id as Slack's: a letter, and letters and digits. */
export const newId = (letter: string): string => letter + randomBytes(5).toString('hex').toUpperCase()
export const secret = (): string => randomBytes(16).toString('hex')

let lastTime = 0
/** The time as Slack writes it. It names a message in its channel, so no two are the same. */
export function newTs(): string {
  lastTime = Math.max(Date.now() * 1000, lastTime + 1)
  return `${Math.floor(lastTime / 1e6)}.${String(lastTime % 1e6).padStart(6, '0')}`
}

export function createWorld() {
  const team: SlackTeam = { id: newId('T'), name: 'Acme', domain: 'acme' }
  const bot = { userId: newId('U'), botId: newId('B'), appId: newId('A'), name: 'rolobot' }
  const self = {
    id: bot.userId,
    name: bot.name,
    realName: 'Rolobot',
    emailConfirmed: false,
    team: team.id,
    bot: true,
    deleted: false,
  }
  return {
    team,
    bot,
    users: new Map<string, SlackUser>([[self.id, self]]),
    channels: new Map<string, SlackChannel>(),
    messages: [] as SlackMessage[],
    triggers: new Map<string, Trigger>(),
    responseUrls: new Map<string, ResponseUrl>(),
    /** The modals in front of each person, the topmost last. */
    views: new Map<string, SlackView[]>(),
    /** What was asked of us for a link: its links, by `unfurl_id`. */
    unfurlIds: new Map<string, SlackMessage>(),
    /** What the menus of modals offered last. */
    offered: new Map<string, Json[]>(),
    /** Where the app hears of it. There is one app, so one listener. */
    listener: undefined as ((happening: Happening) => void) | undefined,
    /** The events on their way to the app. */
    deliveries: [] as Promise<Delivery>[],
  }
}

export function addUser(world: World, name: string, options: Partial<Omit<SlackUser, 'id' | 'name'>> = {}): SlackUser {
  const given = { realName: name, emailConfirmed: true, team: world.team.id, bot: false, deleted: false, ...options }
  const user = { id: newId('U'), name, ...given }
  world.users.set(user.id, user)
  return user
}

export interface ChannelOptions {
  private?: boolean
  members?: readonly (string | SlackUser)[]
  botIsIn?: boolean
  archived?: boolean
}

export function addChannel(world: World, name: string, options: ChannelOptions = {}): SlackChannel {
  const members = new Set((options.members ?? []).map(idOf))
  if (options.botIsIn ?? true) members.add(world.bot.userId)
  const kind = options.private ? 'group' : 'channel'
  const channel: SlackChannel = { id: newId('C'), name, kind, members, archived: options.archived ?? false }
  world.channels.set(channel.id, channel)
  return channel
}

/** The place where a person and the bot talk alone. */
export function directChannel(world: World, user: string): SlackChannel {
  const members = [user, world.bot.userId]
  const known = [...world.channels.values()].find(
    ({ kind, members: these }) => kind === 'im' && members.every((id) => these.has(id)),
  )
  if (known) return known
  const channel: SlackChannel = {
    id: newId('D'),
    name: 'directmessage',
    kind: 'im',
    members: new Set(members),
    archived: false,
  }
  world.channels.set(channel.id, channel)
  return channel
}

export const idOf = (given: string | { id: string }): string => (typeof given === 'string' ? given : given.id)

/** Slack gives every block an id that was not given one. */
export const withIds = (blocks: readonly Block[]): Block[] =>
  blocks.map((block) => ({ ...block, block_id: block.block_id ?? secret().slice(0, 5) }))

export type NewMessage = Partial<SlackMessage> & Pick<SlackMessage, 'channel' | 'user' | 'text'>

export function addMessage(world: World, given: NewMessage): SlackMessage {
  const blocks = given.blocks && withIds(given.blocks)
  const message: SlackMessage = { reactions: {}, links: [], ts: newTs(), ...given, blocks }
  world.messages.push(message)
  if (!message.to) world.listener?.({ what: 'posted', message })
  return message
}

/** What an app writes. */
export const addBotMessage = (world: World, given: Omit<NewMessage, 'user'>): SlackMessage =>
  addMessage(world, { ...given, user: world.bot.userId, bot_id: world.bot.botId })

export function changeMessage(world: World, message: SlackMessage, change: Partial<SlackMessage>): void {
  const previous = { ...message }
  Object.assign(message, change)
  if (change.blocks) message.blocks = withIds(change.blocks)
  if (!message.to) world.listener?.({ what: 'changed', message, previous })
}

export function removeMessage(world: World, message: SlackMessage): void {
  world.messages = world.messages.filter((other) => other !== message)
  if (!message.to) world.listener?.({ what: 'deleted', message, previous: message })
}

/** A message that everybody in the channel sees. */
export const findMessage = (world: World, channel: string, ts: unknown): SlackMessage | undefined =>
  world.messages.find((message) => message.channel === channel && message.ts === ts && !message.to)

export function newTrigger(world: World, user: string): string {
  const id = `${Date.now()}.${world.team.id}.${secret()}`
  world.triggers.set(id, { user, at: Date.now(), used: false })
  return id
}
