// Messages to us: `@rolobot add_contacts …` in a channel, a thread, or a direct message. They run as comments.
import { understand } from '../../quick-actions/commands.ts'
import { bindPlace, unbindPlace } from './binding.ts'
import type { ChatHouse, Said } from './chat.ts'
import { type Person, placeName } from './names.ts'
import { type Named, takeIssueName } from './references.ts'
import { onHelp } from './slash-commands.ts'
import { issueMeant, type Submission, submit, tellLack } from './submission.ts'

/** A message, as typed: a mention of us is `@rolobot`. */
export interface ChatMessage {
  person: Person
  channel: string
  /** Its id in the channel. */
  id: string
  /** The first message of its thread, if it is in one. */
  thread?: string
  text: string
  /** It was edited: which edit it is, and the text before; if that was an edit itself, which one. */
  edit?: { at: string; before: string; earlier?: string }
  /** Where its outcome is answered. */
  replyTo: object
}

// Our own words that are not quick actions. They must be alone in a message.
const ours = /^@rolobot\s+\/?(bind|unbind)\b[ \t]*(\S*)/im

/**
 * Handles a message.
 * @returns the immediate answer; undefined if there is none
 * @throws transient errors before it is stored; the chat then has to resend it
 */
export async function hearMessage(house: ChatHouse, message: ChatMessage): Promise<Said | undefined> {
  const { edit, person, text } = message
  if (edit && !hasNewCommands(text, edit.before)) return undefined
  const { body, named } = readMessage(text, house.publicUrl)
  const [spoken, word, what = ''] = ours.exec(body) ?? []
  if (spoken !== undefined && spoken.trim() !== body.trim())
    return { text: '`bind` and `unbind` must be alone in a message. Nothing was done.', state: 'lacking' }
  if (word) return edit ? undefined : answerWord(house, message, word.toLowerCase(), what)
  const { commands, hints } = understand(body)
  if (commands.length === 0 && hints.length > 0) return { text: hints.join('\n'), state: 'lacking' }
  if (commands.length === 0) return edit ? undefined : onHelp(house, person)
  return take(house, message, { body, named })
}

/**
 * What others can see of an answer at once: the message was read, done, or not done. A later outcome has its own sign.
 */
export function signOf({ state, taken }: Said): 'seen' | 'done' | 'lacking' | undefined {
  if (taken?.again) return undefined
  if (taken && state !== 'done') return 'seen'
  return state
}

/** A message for us, without the issue references of its commands. */
export interface ReadMessage {
  body: string
  named: Named[]
}

/**
 * Reads a message as a comment: in `@rolobot add_contacts acme/shop#12 ann@x.io` the issue is removed. A message that
 * mentions us in the middle of its first line is read as it is: only the start of a line counts.
 */
export function readMessage(text: string, publicUrl: string): ReadMessage {
  const lines = text.split(/\r\n?|\n/)
  const named: Named[] = []
  for (const { line, arguments: words } of understand(lines.join('\n')).commands) {
    const taken = takeIssueName(words, publicUrl)
    if (!taken.named) continue
    named.push(taken.named)
    const before = lines[line - 1] as string
    lines[line - 1] = `${before.slice(0, before.length - words.length).trimEnd()} ${taken.rest}`.trimEnd()
  }
  return { body: lines.join('\n'), named }
}

/** Does a text have commands that the text before an edit didn't have? Their issue references count too. */
export function hasNewCommands(text: string, before: string): boolean {
  const old = new Map<string, number>()
  for (const one of commandsIn(before)) old.set(one, (old.get(one) ?? 0) + 1)
  return commandsIn(text).some((one) => {
    const left = old.get(one) ?? 0
    old.set(one, left - 1)
    return left <= 0
  })
}

const commandsIn = (text: string): string[] =>
  understand(text).commands.map(({ name, arguments: words }) => `${name} ${words}`)

async function take(house: ChatHouse, message: ChatMessage, { body, named }: ReadMessage): Promise<Said> {
  if (differ(named)) return { text: 'A message can name only one issue; this one names several.', state: 'lacking' }
  const meant = await issueMeant(house, named[0], placesOf(message))
  const { person, replyTo } = message
  if ('lacks' in meant) return tellLack(house, person, meant.lacks)
  const replaces = await takeBefore(house, message)
  return submit(house, { person, ...meant, body, delivery: nameOf(message), replaces, replyTo })
}

/**
 * The text before an edit, if it was or could be taken: events arrive in any order, and what wasn't taken then (the
 * issue was wrong) isn't part of what the edit adds.
 */
async function takeBefore(house: ChatHouse, message: ChatMessage): Promise<Submission['replaces']> {
  const { edit, ...rest } = message
  if (!edit?.before) return undefined
  const earlier: ChatMessage = {
    ...rest,
    text: edit.before,
    ...(edit.earlier && { edit: { at: edit.earlier, before: '' } }),
  }
  const read = readMessage(earlier.text, house.publicUrl)
  if (understand(read.body).commands.length === 0) return undefined
  const { taken } = await take(house, earlier, read)
  return taken && { delivery: nameOf(earlier), text: read.body, issueId: taken.issueId }
}

// A message is named by its channel and id, and its edit by its own, however often and as whatever event it arrives.
const nameOf = ({ person, channel, id, edit }: ChatMessage) =>
  ['message', person.at, channel, id, edit?.at].filter(Boolean).join(' ')

const placesOf = ({ person, channel, thread }: ChatMessage) => [
  ...(thread ? [placeName(person, channel, thread)] : []),
  placeName(person, channel),
]

function answerWord(house: ChatHouse, message: ChatMessage, word: string, what: string): Promise<Said> {
  const bound = {
    person: message.person,
    place: placesOf(message)[0] as string,
    what,
    kind: message.thread ? ('thread' as const) : ('channel' as const),
    name: nameOf(message),
  }
  return word === 'bind' ? bindPlace(house, bound) : unbindPlace(house, bound)
}

const differ = (named: readonly Named[]): boolean =>
  new Set(named.map((one) => JSON.stringify(one).toLowerCase())).size > 1
