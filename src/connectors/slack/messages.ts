// Messages to us: `@rolobot add_contacts …` in a channel, a thread, or a direct message. They run as comments.
import type { WebClient } from '@slack/web-api'
import { understand } from '../../quick-actions/commands.ts'
import { withTimeout } from '../../timeout.ts'
import { placeName } from '../chat/names.ts'
import type { Named } from '../chat/references.ts'
import { type Asked, type Asking, ask, issueMeant, type Said, tellLack } from './asking.ts'
import { bindPlace, unbindPlace } from './binding.ts'
import { call } from './calls.ts'
import { onHelp } from './commands.ts'
import { asTyped, hasNewCommands, type Message, type ReadMessage, readMessage } from './inbound.ts'
import { react } from './outbound.ts'

// Our own words that are not quick actions. They must be alone in a message.
const ours = /^@rolobot\s+\/?(bind|unbind)\b[ \t]*(\S*)/im

// Slack waits three seconds for events too; by then the comment must be stored, even if the outcome isn't known.
const patience = 1_500

/**
 * Handles a message. Our immediate answer is visible to its author only.
 * @throws transient errors before it is stored; Slack then resends it
 */
export async function onMessage(house: Asking, client: WebClient | undefined, message: Message): Promise<void> {
  const said = await hear(house, message)
  if (!said || !client) return
  const { channel, thread, person } = message
  const sign = signOf(said)
  const tell = async () => {
    if (sign) await react(client, message, sign)
    if (said.text === '') return
    const { text, blocks } = said
    await call(() => client.chat.postEphemeral({ channel, user: person.id, thread_ts: thread, text, blocks }))
  }
  const told = tell()
  await withTimeout(told, patience, () => {
    void told.catch((fault: unknown) => house.log.warn({ fault }, 'Slack was not told at once'))
  })
}

/** What others see at once: the message was read, done, or not done. A later outcome adds its own reaction. */
function signOf({ state, taken }: Said): 'seen' | 'done' | 'lacking' | undefined {
  if (taken?.again) return undefined
  if (taken && state !== 'done') return 'seen'
  return state
}

async function hear(house: Asking, message: Message): Promise<Said | undefined> {
  const { edit, us } = message
  if (edit && !hasNewCommands(asTyped(message.text, us), asTyped(edit.before, us))) return undefined
  const { body, named } = readMessage(message.text, us, house.publicUrl)
  const [spoken, word, what = ''] = ours.exec(body) ?? []
  if (spoken !== undefined && spoken.trim() !== body.trim())
    return { text: '`bind` and `unbind` must be alone in a message. Nothing was done.', state: 'lacking' }
  if (word) return edit ? undefined : answerWord(house, message, word.toLowerCase(), what)
  const { commands, hints } = understand(body)
  if (commands.length === 0 && hints.length > 0) return { text: hints.join('\n'), state: 'lacking' }
  if (commands.length === 0) return edit ? undefined : onHelp(house, message.person)
  return take(house, message, { body, named })
}

async function take(house: Asking, message: Message, { body, named }: ReadMessage): Promise<Said> {
  if (differ(named)) return { text: 'A message can name only one issue; this one names several.', state: 'lacking' }
  const meant = await issueMeant(house, named[0], placesOf(message))
  if ('lacks' in meant) return tellLack(house, message.person, meant.lacks)
  const { channel, ts, thread, person } = message
  const replaces = await takeBefore(house, message)
  return ask(house, { person, ...meant, body, delivery: nameOf(message), replaces, place: { in: 'message', channel, ts, thread } })
}

/**
 * The text before an edit, if it was or could be taken: events arrive in any order, and what wasn't taken then (the issue was wrong) isn't part of
 * what the edit adds.
 */
async function takeBefore(house: Asking, message: Message): Promise<Asked['replaces']> {
  const { edit, ...rest } = message
  if (!edit?.before) return undefined
  const earlier: Message = { ...rest, text: edit.before, ...(edit.earlier && { edit: { at: edit.earlier, before: '' } }) }
  const read = readMessage(earlier.text, earlier.us, house.publicUrl)
  if (understand(read.body).commands.length === 0) return undefined
  const { taken } = await take(house, earlier, read)
  return taken && { delivery: nameOf(earlier), text: read.body, issueId: taken.issueId }
}

// A message is named by its channel and time, and its edit by its own time, however often and as whatever event it arrives.
const nameOf = ({ person, channel, ts, edit }: Message) => ['message', person.at, channel, ts, edit?.at].filter(Boolean).join(' ')

const placesOf = ({ person, channel, thread }: Message) => [
  ...(thread ? [placeName(person, channel, thread)] : []),
  placeName(person, channel),
]

function answerWord(house: Asking, message: Message, word: string, what: string): Promise<Said> {
  const bound = {
    person: message.person,
    place: placesOf(message)[0] as string,
    what,
    kind: message.thread ? ('thread' as const) : ('channel' as const),
    name: nameOf(message),
  }
  return word === 'bind' ? bindPlace(house, bound) : unbindPlace(house, bound)
}

const differ = (named: readonly Named[]): boolean => new Set(named.map((one) => JSON.stringify(one).toLowerCase())).size > 1
