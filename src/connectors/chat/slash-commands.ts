// Slash commands: `/add_contacts acme/shop#12 ann@example.com`, and `/rolobot` for everything that isn't about an
// issue.
import { useLinkCode } from '../../domain/people/link-codes.ts'
import { forgetNameElsewhere } from '../../domain/people/users.ts'
import { isFirstTime } from '../../domain/rules/only-once.ts'
import { actions } from '../../quick-actions/index.ts'
import { type Bound, bindPlace, unbindPlace } from './binding.ts'
import { type ChatHouse, profileLink, type Said, whoAreYou } from './chat.ts'
import { forOutcome } from './deadlines.ts'
import { externalId, type Person, placeName } from './names.ts'
import { takeIssueName } from './references.ts'
import { issueMeant, submit, tellLack } from './submission.ts'

/** A slash command, as typed. */
export interface SlashCommand {
  person: Person
  /** What users call the author there. */
  userName: string
  channel: string
  /** With its slash. */
  command: string
  /** What follows it. */
  text: string
  /** Names this command, the same for every redelivery. */
  name: string
  /** Where its outcome is answered. */
  replyTo: object
}

/** The slash commands in a chat: all that work on an issue. `/help` is the chat's own. */
export const slashActions = actions.filter(({ name }) => name !== 'help')

export const rolobotCommand = '/rolobot'

const onAnIssue: ReadonlySet<string> = new Set(slashActions.map(({ name }) => `/${name}`))

/** Runs a slash command. The result is the immediate answer; the outcome is sent later. */
export async function runSlashCommand(house: ChatHouse, typed: SlashCommand): Promise<Said> {
  if (onAnIssue.has(typed.command)) return onAction(house, typed)
  if (typed.command === rolobotCommand) return onRolobot(house, typed)
  // A workspace can rename its app's commands, or add more.
  return { text: `I don't know the command \`${house.chat.plain(typed.command)}\`. ${helpIn(house)}`, state: 'lacking' }
}

const placeOf = ({ person, channel }: SlashCommand) => placeName(person, channel)

/** `/add_contacts`, `/remove_contacts`, `/contacts`. */
async function onAction(house: ChatHouse, typed: SlashCommand): Promise<Said> {
  const { person, command, text, name: delivery, replyTo } = typed
  // One line, whatever was typed: a second line isn't a second command.
  const { named, rest } = takeIssueName(text.replace(/\s+/g, ' '), house.publicUrl)
  const meant = await issueMeant(house, named, [placeOf(typed)])
  if ('lacks' in meant) return tellLack(house, person, meant.lacks)
  return submit(house, {
    person,
    ...meant,
    body: `${command} ${rest}`.trimEnd(),
    delivery,
    replyTo,
    patience: forOutcome,
  })
}

/** `/rolobot …` */
async function onRolobot(house: ChatHouse, typed: SlashCommand): Promise<Said> {
  const [, word = '', rest = ''] = /^\s*(\S*)\s*([\s\S]*)$/.exec(typed.text) ?? []
  const known = Object.hasOwn(subcommands, word.toLowerCase()) ? subcommands[word.toLowerCase()] : undefined
  if (known) return known.run(house, { ...typed, rest: rest.trim() })
  return { text: `${word === '' ? '' : `I don't know “${house.chat.plain(word)}”. `}${helpIn(house)}` }
}

interface Typed extends SlashCommand {
  rest: string
}

interface Subcommand {
  usage: string
  does: string
  run(house: ChatHouse, typed: Typed): Promise<Said>
}

const boundOf = (typed: Typed): Bound => ({
  person: typed.person,
  place: placeOf(typed),
  what: typed.rest,
  kind: 'channel',
  name: typed.name,
})

const subcommands: Readonly<Record<string, Subcommand>> = {
  help: { usage: 'help', does: 'shows this', run: (house, { person }) => onHelp(house, person) },
  link: { usage: 'link 4F7K-9QXM', does: 'links your account, with a code from your profile', run: link },
  unlink: { usage: 'unlink', does: 'unlinks your account', run: unlink },
  bind: {
    usage: 'bind acme/shop#12',
    does: 'binds this channel to an issue or a project: then you can leave its name out',
    run: (house, typed) => bindPlace(house, boundOf(typed)),
  },
  unbind: { usage: 'unbind', does: 'removes the binding', run: (house, typed) => unbindPlace(house, boundOf(typed)) },
}

const line = (usage: string, does: string) => `• \`${usage}\`: ${does}`

const helpIn = ({ chat }: Pick<ChatHouse, 'chat'>): string =>
  [
    'Commands:',
    ...slashActions.map(({ name, usage, summary }) => line(`/${name} acme/shop#12 ${usage}`.trimEnd(), summary)),
    ...Object.values(subcommands).map(({ usage, does }) => line(`${rolobotCommand} ${usage}`, does)),
    `${chat.hint} Name contacts by address or by name.`,
  ].join('\n')

/** What can be typed; and for users without a linked account, how to link it. */
export async function onHelp(house: ChatHouse, person: Person): Promise<Said> {
  const known = await house.people.find(person)
  const help = helpIn(house)
  return { text: known === undefined ? `${whoAreYou(house).text}\n${help}` : help, state: 'done' }
}

async function link(house: ChatHouse, { person, userName: name, rest }: Typed): Promise<Said> {
  const { chat, db } = house
  if (rest === '') return { text: `Which code? Get one from ${profileLink(house)}.` }
  const linked = await useLinkCode(db, rest, { via: chat.via, externalId: externalId(person), name })
  return {
    text: linked.refused
      ? linked.refused.reason
      : `Your ${chat.title} account is now linked to ${chat.plain(linked.value.username)}.`,
  }
}

async function unlink(house: ChatHouse, { person, name }: Typed): Promise<Said> {
  const { chat, db, people } = house
  const userId = await people.find(person)
  if (userId === undefined) return whoAreYou(house)
  if (!(await isFirstTime(db, `${chat.via} ${name}`))) return { text: '' }
  await forgetNameElsewhere(db, { userId, via: chat.via }, chat.via, externalId(person))
  const unlinked = `Your ${chat.title} account is no longer linked`
  return {
    text: people.trustEmail
      ? `${unlinked}, but I still recognize you by your confirmed e-mail address: the operator has enabled this.`
      : `${unlinked}.`,
  }
}
