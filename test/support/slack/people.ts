// What people do in Slack, sent to the service under test as Slack sends it.
import { elementsOf } from './blocks.ts'
import { demand, type Hand, SlackFailure } from './hand.ts'
import { type Delivery, httpLine, post, sendEvent, sign, socketLine } from './lines.ts'
import { modalOf } from './modal.ts'
import * as payloads from './payloads.ts'
import { newResponseUrl, showAnswer } from './response-urls.ts'
import type { FakeSlack } from './server.ts'
import {
  addMessage,
  changeMessage,
  findMessage,
  type Happening,
  idOf,
  type Json,
  newTrigger,
  newTs,
  type ResponseUrl,
  removeMessage,
  type SlackChannel,
  type SlackMessage,
  type SlackTeam,
  type SlackUser,
} from './world.ts'

export { SlackFailure } from './hand.ts'

export interface Wishes {
  /** The events subscribed to. */
  events?: readonly ('app_mention' | 'message' | 'link_shared')[]
  /** Whether the app has the text of its commands escaped. */
  escape?: boolean
  /** How long Slack waits before it sends an event again; the real one waits nothing, a minute, five minutes. */
  retries?: readonly number[]
  /** The workspace of these people, if it is another one. */
  team?: SlackTeam
}

export type SlackClient = ReturnType<typeof connectTo>

/** People of this Slack, who use the service at a URL, or (`socket`) the one that has dialled in. */
export function connectTo(whole: FakeSlack, url: string, wishes: Wishes = {}) {
  const slack = { ...whole, team: wishes.team ?? whole.team }
  const { events = ['app_mention', 'message', 'link_shared'], retries = [50, 200, 500] } = wishes
  const target = url.endsWith('/slack/events') || url === 'socket' ? url : `${url}/slack/events`
  const line = url === 'socket' ? socketLine(slack) : httpLine(slack, target)
  const { world } = slack

  const event = (one: Json): Promise<Delivery> => {
    const delivery = sendEvent(line, payloads.eventPayload(slack, payloads.echoed(one) as Json), retries)
    world.deliveries.push(delivery)
    return delivery
  }
  const wanted = (one: Json) => (events as readonly unknown[]).includes(one.type)
  const listen = (happening: Happening) => {
    for (const one of payloads.messageEvents(slack, happening).filter(wanted)) event(one).catch(() => {})
  }
  // What the bot does itself is told to the newest client.
  world.listener = listen

  const hand: Hand = {
    slack,
    send: (payload, answerable) =>
      demand(line, { type: 'interactive', payload: payloads.echoed(payload) as Json, answerable }),
    command: (payload) => demand(line, { type: 'slash_commands', payload, answerable: true }),
    event: (one) =>
      wanted(one) ? event(one) : Promise.resolve({ event: String(one.type), attempts: [], payload: one }),
    tell(act) {
      const { listener, deliveries } = world
      const before = deliveries.length
      world.listener = listen
      try {
        act()
      } finally {
        world.listener = listener
      }
      return Promise.all(deliveries.slice(before))
    },
  }

  const userOf = (given: string | { id: string }) => world.users.get(idOf(given)) as SlackUser
  const channelOf = (given: string | { id: string }) => world.channels.get(idOf(given)) as SlackChannel

  return {
    url,
    as(given: string | { id: string }) {
      const user = userOf(given)
      const everywhere = { ...modalOf(hand, user), ...shortcutsOf(hand, user) }
      const at = (channel: SlackChannel, thread?: string) => ({
        ...everywhere,
        ...speakerOf(hand, { user, channel, thread, escaped: wishes.escape ?? false }),
      })
      return {
        ...everywhere,
        in: (channel: string | { id: string }, { thread }: { thread?: string } = {}) => at(channelOf(channel), thread),
        /** Alone with the bot. */
        alone: () => at(slack.direct(user)),
      }
    },
    /** Waits until all events so far are delivered, or given up. */
    async idle(): Promise<Delivery[]> {
      let count = -1
      while (count !== world.deliveries.length) {
        count = world.deliveries.length
        await Promise.all(world.deliveries)
      }
      return Promise.all(world.deliveries)
    },
    /** Any request to the service. */
    raw: (body: string, headers: Record<string, string>) => post(target, body, headers),
    sign: (body: string, timestamp?: number) => sign(slack.signingSecret, body, timestamp),
    /** Something else happens, as `{ type: 'app_uninstalled' }`. */
    happens: (one: Json) => event(one),
    /** Sends the whole payload of an event, again or made up. */
    event: (payload: Json) => sendEvent(line, payload, retries),
  }
}

function shortcutsOf({ slack, send }: Hand, user: SlackUser) {
  return {
    opensShortcut: (callback_id: string) => {
      const { api_app_id: _, ...payload } = payloads.interaction(slack, 'shortcut', user)
      return send({ ...payload, callback_id, trigger_id: newTrigger(slack.world, user.id), action_ts: newTs() }, false)
    },
  }
}

interface Where {
  user: SlackUser
  channel: SlackChannel
  thread?: string
  escaped: boolean
}

function speakerOf({ slack, send, command, tell, event }: Hand, { user, channel, thread, escaped }: Where) {
  const { world } = slack
  const responseUrl = (
    kind: 'commands' | 'actions' | 'app',
    message?: SlackMessage,
  ): { url: string; entry: ResponseUrl } => {
    const original = kind === 'actions' ? message : undefined
    const path = newResponseUrl(world, kind, {
      user: user.id,
      channel: channel.id,
      thread: message?.thread_ts,
      original,
    })
    return { url: slack.url + path, entry: world.responseUrls.get(path) as ResponseUrl }
  }
  const ownMessage = (ts: string) => {
    const message = findMessage(world, channel.id, ts)
    if (message?.user !== user.id) throw new SlackFailure('cant_update_message')
    return message
  }
  const enter = () => {
    if (!channel.members.has(user.id)) throw new SlackFailure(`${user.name} is not in ${channel.name}`)
    if (channel.archived) throw new SlackFailure('is_archived')
  }
  const say = (text: string, links: string[], under?: string): SlackMessage => {
    enter()
    const thread_ts = under ?? thread
    return addMessage(world, {
      channel: channel.id,
      user: user.id,
      text: payloads.typed(slack, text),
      links,
      thread_ts,
    })
  }

  return {
    /** Types a command, and sees what is answered at once. */
    async types(line: string): Promise<{ status: number; body: string; ms: number }> {
      enter()
      const [, name, text] = /^(\/\S+)\s*(.*)$/s.exec(line) ?? []
      if (!name) throw new SlackFailure(`${line} is no command`)
      // docs.slack.dev/interactivity/implementing-slash-commands: they do not work in threads.
      if (thread) throw new SlackFailure(`${name} is not supported in threads. Sorry!`)
      const { url, entry } = responseUrl('commands')
      const { status, type, body, ms } = await command({
        ...payloads.commandPayload(slack, user, channel),
        command: name,
        text: payloads.commandText(slack, (text ?? '').trimEnd(), escaped),
        response_url: url,
        trigger_id: newTrigger(world, user.id),
      })
      const answer = type.startsWith('application/json') ? (JSON.parse(body || '{}') as Json) : { text: body }
      if (body && Object.keys(answer).length > 0) showAnswer(world, entry, answer)
      return { status, body, ms }
    },
    /** Writes a message, in a thread where one is named. */
    async says(text: string, options: { thread?: string } = {}): Promise<{ ts: string; deliveries: Delivery[] }> {
      let ts = ''
      const deliveries = await tell(() => {
        ts = say(text, payloads.linksIn(text), options.thread).ts
      })
      return { ts, deliveries }
    },
    /** Writes a message with links whose previews are the app's. */
    async shares(text: string, options: { thread?: string } = {}): Promise<{ ts: string; deliveries: Delivery[] }> {
      const shared: SlackMessage[] = []
      const told = tell(() => {
        shared.push(say(text, payloads.linksIn(text), options.thread))
      })
      const [message] = shared as [SlackMessage]
      const deliveries = await Promise.all([told, event(payloads.linkEvent(slack, message))])
      return { ts: message.ts, deliveries: deliveries.flat() }
    },
    edits: (ts: string, text: string): Promise<Delivery[]> =>
      tell(() => {
        const edited = { user: user.id, ts: newTs() }
        changeMessage(world, ownMessage(ts), {
          text: payloads.typed(slack, text),
          links: payloads.linksIn(text),
          edited,
        })
      }),
    deletes: (ts: string): Promise<Delivery[]> => tell(() => removeMessage(world, ownMessage(ts))),
    /** Takes a message's menu. */
    opensMessageShortcut(callback_id: string, ts: string) {
      const message = findMessage(world, channel.id, ts)
      if (!message) throw new SlackFailure('message_not_found')
      const at = {
        channel: payloads.channelPart(channel),
        message_ts: ts,
        message: payloads.messagePart(slack, message),
      }
      const ids = { callback_id, trigger_id: newTrigger(world, user.id), action_ts: newTs() }
      const { url } = responseUrl('app', message)
      return send({ ...payloads.interaction(slack, 'message_action', user), ...at, ...ids, response_url: url }, false)
    },
    /** Presses the newest button with this text or action, or chooses this option of a menu. */
    presses(name: string) {
      const found = findControl(slack.visibleTo(user, channel), name)
      if (!found) throw new SlackFailure(`there is nothing to press named ${name}`)
      const { message, action } = found
      const is_ephemeral = message.to !== undefined
      const { url } = responseUrl('actions', message)
      const place = { message_ts: message.ts, channel_id: channel.id, is_ephemeral }
      const thread_ts = message.thread_ts && { thread_ts: message.thread_ts }
      const payload = {
        ...payloads.interaction(slack, 'block_actions', user),
        container: { type: 'message', ...place, ...thread_ts },
        trigger_id: newTrigger(world, user.id),
        channel: payloads.channelPart(channel),
        // What only one person sees is not kept, so it is not sent either.
        ...(is_ephemeral ? {} : { message: payloads.messagePart(slack, message) }),
        state: { values: {} },
        response_url: url,
        actions: [{ ...action, action_ts: newTs() }],
      }
      return send(payload, false)
    },
  }
}

function findControl(messages: SlackMessage[], name: string): { message: SlackMessage; action: Json } | undefined {
  for (const message of messages.toReversed())
    for (const block of message.blocks ?? [])
      for (const element of elementsOf(block)) {
        const { text, options = [] } = element as { text?: Json; options?: { text: Json }[] }
        const option = options.find((one) => one.text.text === name)
        if (text?.text !== name && element.action_id !== name && !option) continue
        const { options: _, ...rest } = element
        return { message, action: { ...rest, block_id: block.block_id, ...(option && { selected_option: option }) } }
      }
  return undefined
}
