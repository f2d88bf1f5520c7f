// Messages that speak to us: `@rolobot add_contacts …` in a channel, a thread, or to us alone. They run as comments.
import type { WebClient } from '@slack/web-api'
import { understand } from '../../quick-actions/commands.ts'
import { type Asking, ask, issueMeant, type Said, whoAreYou } from './asking.ts'
import { bindPlace, unbindPlace } from './binding.ts'
import { call } from './calls.ts'
import { onHelp } from './commands.ts'
import { hasNewCommands, type Message, type Named, readMessage } from './inbound.ts'
import { react } from './outbound.ts'

/** What is asked with a word of ours that is no quick action; only where the message begins with it. */
const ours = /^@rolobot\s+\/?(bind|unbind|help)\b[ \t]*(\S*)/i

/**
 * Deals with a message. What we say to it at once, the person alone sees.
 * @throws what passes; Slack sends it again then
 */
export async function onMessage(house: Asking, client: WebClient | undefined, message: Message): Promise<void> {
  const said = await hear(house, message)
  if (!said || !client) return
  const { channel, thread, person } = message
  // The sign is not waited for: nothing depends on it.
  void react(client, message, said.taken ? 'seen' : said.done ? 'done' : 'lacking').catch((fault: unknown) =>
    house.log.warn({ fault }, 'no reaction set in Slack'),
  )
  if (said.text === '') return
  await call(() => client.chat.postEphemeral({ channel, user: person.id, thread_ts: thread, text: said.text, blocks: said.blocks }))
}

async function hear(house: Asking, message: Message): Promise<Said | undefined> {
  const { body, named } = readMessage(message.text, message.us, house.publicUrl)
  const before = message.edit && readMessage(message.edit.before, message.us, house.publicUrl).body
  if (before !== undefined && !hasNewCommands(body, before)) return undefined
  const [, word, what = ''] = ours.exec(body) ?? []
  if (word) return message.edit ? undefined : answerWord(house, message, word.toLowerCase(), what)
  const { commands, hints } = understand(body)
  if (commands.length + hints.length === 0) return message.edit ? undefined : onHelp(house, message.person)
  if (differ(named)) return { text: 'One message, one issue: this names several.' }
  const meant = await issueMeant(house, named[0], placesOf(message))
  if ('lacks' in meant) return (await house.people.find(message.person)) === undefined ? whoAreYou(house) : { text: meant.lacks }
  const { channel, ts, thread, person, edit } = message
  return ask(house, {
    person,
    on: meant.on,
    body,
    delivery: edit ? `${nameOf(message)} ${edit.at}` : nameOf(message),
    replaces: edit && { delivery: nameOf(message), text: before ?? '' },
    place: { in: 'message', channel, ts, thread },
  })
}

// A message is named by its channel and time, however often and as whatever event it comes.
const nameOf = ({ person, channel, ts }: Message) => `message ${person.team} ${channel} ${ts}`

const placesOf = ({ person, channel, thread }: Message) => {
  const place = `${person.team}/${channel}`
  return thread ? [`${place}/${thread}`, place] : [place]
}

function answerWord(house: Asking, message: Message, word: string, what: string): Promise<Said> {
  const { person } = message
  if (word === 'help') return onHelp(house, person)
  const bound = { person, place: placesOf(message)[0] as string, what, kind: message.thread ? ('thread' as const) : ('channel' as const) }
  return word === 'bind' ? bindPlace(house, bound) : unbindPlace(house, bound)
}

const differ = (named: readonly Named[]): boolean => new Set(named.map((one) => JSON.stringify(one).toLowerCase())).size > 1
