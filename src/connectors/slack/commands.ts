// Slash commands: `/add_contacts acme/shop#12 ann@example.com`, and `/rolobot` for everything that isn't about an issue.
import type { App, RespondArguments, SlashCommand } from '@slack/bolt'
import { useLinkCode } from '../../domain/people/link-codes.ts'
import { forgetNameElsewhere } from '../../domain/people/users.ts'
import { isFirstTime } from '../../domain/rules/only-once.ts'
import { actions } from '../../quick-actions/index.ts'
import { withTimeout } from '../../timeout.ts'
import { externalId, type Person, placeName } from '../chat/names.ts'
import { takeIssue } from '../chat/references.ts'
import type { House } from '../connector.ts'
import { type Asking, ask, issueMeant, type Said, tellLack, whoAreYou } from './asking.ts'
import { type Bound, bindPlace, unbindPlace } from './binding.ts'
import { escaped } from './blocks.ts'
import { asTyped, via } from './inbound.ts'

/** The slash commands in Slack: all that work on an issue. `/help` is Slack's own. */
export const slashActions = actions.filter(({ name }) => name !== 'help')

export const rolobotCommand = '/rolobot'

// Slack waits three seconds. docs.slack.dev/interactivity/implementing-slash-commands#responding_to_commands
const patience = 2_500

/** How much of that, in milliseconds, is spent on waiting for the outcome: Slack's first response to a command can't be replaced later. */
export const forOutcome = 1_500

const late: Said = {
  text: 'This is taking longer than usual. If no answer comes within a minute, send it again: nothing is done twice.',
}

/** What Slack shows at once, to the author alone; nothing if the outcome itself is on its way. */
export function shown({ text, blocks, taken }: Said): RespondArguments | '' {
  const waits = taken && !taken.outcome && text === ''
  const lines = [waits ? 'Working on it …' : '', text].filter((one) => one !== '')
  return lines.length === 0 ? '' : { response_type: 'ephemeral', text: lines.join('\n'), ...(blocks && { blocks }) }
}

/**
 * Responds within the time that Slack waits, also on a fault. A later result is passed to `tell`.
 * @param work ends by itself
 */
export async function inTime({ log }: Pick<House, 'log'>, work: Promise<Said>, tell: (said: Said) => Promise<unknown>): Promise<Said> {
  const done = work.catch((fault: unknown): Said => {
    log.error({ fault }, 'something from Slack could not be dealt with')
    return { text: sorry }
  })
  return withTimeout(done, patience, () => {
    // The outcome is sent separately and needs no announcement.
    void done
      .then((said) => (said.text === '' ? undefined : tell(said)))
      .catch((fault: unknown) => log.warn({ fault }, 'could not tell Slack what came late'))
    return late
  })
}

const sorry = 'Something went wrong on our side, and your command may not have been received. Send it again: nothing is done twice.'

/** All slash commands. */
export function commandListeners(app: App, house: Asking): void {
  const listen = (name: string | RegExp, on: (house: Asking, command: SlashCommand) => Promise<Said>) =>
    app.command(name, async ({ ack, command }) => {
      const tell = ({ text, blocks }: Said) => house.respond(command.response_url, { response_type: 'ephemeral', text, blocks })
      await ack(shown(await inTime(house, on(house, command), tell)))
    })
  for (const { name } of slashActions) listen(`/${name}`, onAction)
  listen(rolobotCommand, onRolobot)
  listen(otherCommands, onOther)
}

// A workspace can rename its app's commands, or add more.
const otherCommands = new RegExp(`^(?!(?:${[rolobotCommand, ...slashActions.map(({ name }) => `/${name}`)].join('|')})$)`)

const onOther = async (_: Asking, { command }: SlashCommand): Promise<Said> => ({
  text: `I don't know the command \`${escaped(command)}\`. ${help}`,
  state: 'lacking',
})

const speaker = ({ team_id: team, user_id: id }: SlashCommand): Person => ({ team, id, at: team })
const placeOf = (command: SlashCommand) => placeName(speaker(command), command.channel_id)

/** The name of this command, the same for every redelivery. A Slack-compatible server might not have triggers. */
const nameOf = ({ team_id, trigger_id, response_url }: SlashCommand) => `command ${team_id} ${trigger_id ?? response_url}`

/** `/add_contacts`, `/remove_contacts`, `/contacts`. */
async function onAction(house: Asking, command: SlashCommand): Promise<Said> {
  // One line, whatever was typed: a second line isn't a second command.
  const { named, rest } = takeIssue(asTyped(command.text).replace(/\s+/g, ' '), house.publicUrl)
  const meant = await issueMeant(house, named, [placeOf(command)])
  const person = speaker(command)
  if ('lacks' in meant) return tellLack(house, person, meant.lacks)
  return ask(house, {
    person,
    ...meant,
    body: `${command.command} ${rest}`.trimEnd(),
    delivery: nameOf(command),
    place: { in: 'command', url: command.response_url, channel: command.channel_id },
    patience: forOutcome,
  })
}

/** `/rolobot …` */
async function onRolobot(house: Asking, command: SlashCommand): Promise<Said> {
  const [, word = '', rest = ''] = /^\s*(\S*)\s*([\s\S]*)$/.exec(asTyped(command.text)) ?? []
  const known = Object.hasOwn(subcommands, word.toLowerCase()) ? subcommands[word.toLowerCase()] : undefined
  if (known) return known.run(house, { command, person: speaker(command), rest: rest.trim() })
  return { text: `${word === '' ? '' : `I don't know “${escaped(word)}”. `}${help}` }
}

interface Typed {
  command: SlashCommand
  person: Person
  rest: string
}

interface Subcommand {
  usage: string
  does: string
  run(house: Asking, typed: Typed): Promise<Said>
}

const boundOf = ({ command, person, rest }: Typed): Bound => ({
  person,
  place: placeOf(command),
  what: rest,
  kind: 'channel',
  name: nameOf(command),
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

const help = [
  'Commands:',
  ...slashActions.map(({ name, usage, summary }) => line(`/${name} acme/shop#12 ${usage}`.trimEnd(), summary)),
  ...Object.values(subcommands).map(({ usage, does }) => line(`${rolobotCommand} ${usage}`, does)),
  'In threads, where Slack has no slash commands, mention me: `@rolobot add_contacts ann@example.com`. Name contacts by address or by name.',
].join('\n')

/** What can be typed; and for users without a linked account, how to link it. */
export async function onHelp(house: Asking, person: Person): Promise<Said> {
  const known = await house.people.find(person)
  return { text: known === undefined ? `${whoAreYou(house).text}\n${help}` : help, state: 'done' }
}

async function link(house: Asking, { person, command, rest }: Typed): Promise<Said> {
  if (rest === '') return { text: `Which code? Get one from <${house.publicUrl}/-/profile|your profile>.` }
  const linked = await useLinkCode(house.db, rest, { via, externalId: externalId(person), name: command.user_name })
  return { text: linked.refused ? linked.refused.reason : `Your Slack account is now linked to ${escaped(linked.value.username)}.` }
}

const stillKnown =
  'Your Slack account is no longer linked, but I still recognize you by your confirmed e-mail address: the operator has enabled this.'

async function unlink(house: Asking, { person, command }: Typed): Promise<Said> {
  const userId = await house.people.find(person)
  if (userId === undefined) return whoAreYou(house)
  if (!(await isFirstTime(house.db, `slack ${nameOf(command)}`))) return { text: '' }
  await forgetNameElsewhere(house.db, { userId, via }, via, externalId(person))
  return { text: house.people.trustEmail ? stillKnown : 'Your Slack account is no longer linked.' }
}
