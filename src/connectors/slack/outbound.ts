// Our answer → Slack's API: to the author alone, where they wrote; and if that isn't possible, wherever they can be
// reached.
import type { KnownBlock } from '@slack/types'
import type { WebClient } from '@slack/web-api'
import type { Log } from '../../log.ts'
import type { Answer, Reply } from '../../pipeline/comment.ts'
import { answerInOneWay, type GivenUp, type Respond, textOfAnswer, type Way } from '../chat/answers.ts'
import { afterWorkingOnIt } from '../chat/deadlines.ts'
import type { Person } from '../chat/names.ts'
import type { Origin } from '../chat/submission.ts'
import { asPlainText, section } from './blocks.ts'
import { call } from './calls.ts'
import { choiceBlocks } from './choice-blocks.ts'
import { slackChat } from './slack-chat.ts'
import type { Workspaces } from './workspaces.ts'

/** Where to answer. */
export type SlackReplyTo =
  | { in: 'command'; url: string; channel: string; keep?: boolean }
  | { in: 'message'; channel: string; ts: string; thread?: string }
  | { in: 'form'; view: string }

type ReplyAddress = Origin & SlackReplyTo

/** How comments from Slack are answered; `inChannel`: commands also publicly, as counts. */
export const openSlackReply =
  (workspaces: Workspaces, { inChannel, respond, log }: { inChannel: boolean; respond: Respond; log: Log }): Reply =>
  async (replyTo, answer) => {
    const at = JSON.parse(replyTo) as ReplyAddress
    const client = await workspaces.client(at.person.at)
    await afterWorkingOnIt(at.since)
    const given = await answerInOneWay(waysTo(at, { client, respond }, answer))
    if (given) return { givenUp: `Slack: ${given.cannot || 'we are not installed there any more'}` }
    return inChannel && answer.changed ? tellAll(at, answer.inPublic, { respond, log }) : undefined
  }

// Once, whatever happens: the author has been answered, and a retry would post publicly twice.
async function tellAll(
  at: ReplyAddress,
  lines: readonly string[],
  { respond, log }: { respond: Respond; log: Log },
): Promise<undefined> {
  if (at.in !== 'command' || lines.length === 0) return
  const message = { response_type: 'in_channel', replace_original: false, text: asPlainText(lines) }
  const given = await respond(at.url, message).catch((fault: unknown) => ({ cannot: String(fault) }))
  if (given) log.warn({ slack: given.cannot }, 'the channel was not told')
}

/** What is posted: text, and buttons if there are choices. */
interface Posted {
  text: string
  blocks?: KnownBlock[]
}

function waysTo(
  at: ReplyAddress,
  { client, respond }: { client: WebClient | undefined; respond: Respond },
  answer: Answer,
): Way[] {
  const text = textOfAnswer(slackChat, answer, at)
  const choices = at.issue === undefined ? [] : choiceBlocks(answer.choices, at.issue)
  const posted: Posted = { text, ...(choices.length > 0 && { blocks: [section(text), ...choices] }) }
  const direct = client ? [() => call(() => client.chat.postMessage({ channel: at.person.id, ...posted }))] : []
  switch (at.in) {
    case 'command':
      return [() => respondTo(respond, at, posted), ...besides(at, client, posted), ...direct]
    case 'message':
      return client ? [() => answerMessage(client, at, { ...posted, done: answer.done }), ...direct] : []
    case 'form':
      return client ? [() => showInForm(client, at.view, text), ...direct] : []
    default:
      return at satisfies never
  }
}

const besides = (at: { channel: string; person: Person }, client: WebClient | undefined, posted: Posted): Way[] =>
  client ? [() => call(() => client.chat.postEphemeral({ channel: at.channel, user: at.person.id, ...posted }))] : []

const respondTo = (
  respond: Respond,
  { url, keep }: { url: string; keep?: boolean },
  posted: Posted,
): Promise<GivenUp> => respond(url, { response_type: 'ephemeral', replace_original: !keep, ...posted })

type Message = { channel: string; ts: string; thread?: string; person: Person }

// Reactions tell everyone that a message was read, and whether all of it was done.
const reactions = { seen: 'eyes', done: 'white_check_mark', lacking: 'x' } as const

/** Adds a reaction to a message. */
export const react = (
  client: WebClient,
  { channel, ts }: { channel: string; ts: string },
  sign: keyof typeof reactions,
): Promise<GivenUp> => call(() => client.reactions.add({ channel, timestamp: ts, name: reactions[sign] }))

async function answerMessage(
  client: WebClient,
  at: Message,
  { done, ...posted }: Posted & { done: boolean },
): Promise<GivenUp> {
  // A reaction that fails (the message is gone, a scope is missing) doesn't hold the answer back.
  await react(client, at, done ? 'done' : 'lacking')
  return call(() =>
    client.chat.postEphemeral({ channel: at.channel, user: at.person.id, thread_ts: at.thread, ...posted }),
  )
}

const showInForm = (client: WebClient, view: string, text: string): Promise<GivenUp> =>
  call(() => client.views.update({ view_id: view, view: outcomeView(text) }))

/** What a form becomes after it was submitted. */
export const outcomeView = (text: string) => ({
  type: 'modal' as const,
  title: { type: 'plain_text' as const, text: 'Link contacts' },
  close: { type: 'plain_text' as const, text: 'Close' },
  blocks: [section(text)],
})
