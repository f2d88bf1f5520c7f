// Messages to us in Slack → what was typed, and our immediate answer.
import type { WebClient } from '@slack/web-api'
import { withTimeout } from '../../timeout.ts'
import type { ChatHouse } from '../chat/chat.ts'
import { type ChatMessage, hearMessage, signOf } from '../chat/messages.ts'
import { call } from './calls.ts'
import { asTyped, type Message } from './inbound.ts'
import { react, type SlackReplyTo } from './outbound.ts'

// Slack waits three seconds for events too; by then the comment must be stored, even if the outcome isn't known.
const patience = 1_500

/**
 * Handles a message. Our immediate answer is visible to its author only.
 * @throws transient errors before it is stored; Slack then resends it
 */
export async function onMessage(house: ChatHouse, client: WebClient | undefined, message: Message): Promise<void> {
  const said = await hearMessage(house, toChatMessage(message))
  if (!said || !client) return
  const { channel, thread, person } = message
  const { text } = said
  const sign = signOf(said)
  const tell = async () => {
    if (sign) await react(client, message, sign)
    if (text !== '') await call(() => client.chat.postEphemeral({ channel, user: person.id, thread_ts: thread, text }))
  }
  const told = tell()
  await withTimeout(told, patience, () => {
    void told.catch((fault: unknown) => house.log.warn({ fault }, 'Slack was not told at once'))
  })
}

function toChatMessage({ person, channel, ts, thread, text, us, edit }: Message): ChatMessage {
  const replyTo = { in: 'message', channel, ts, thread } satisfies SlackReplyTo
  const edited = edit && { ...edit, before: asTyped(edit.before, us) }
  return { person, channel, id: ts, thread, text: asTyped(text, us), edit: edited, replyTo }
}
