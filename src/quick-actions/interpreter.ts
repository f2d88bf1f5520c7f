// Text and facts → text without commands, one plan, refusals. Pure: a preview and a real run make the same call.
import {
  type Facts,
  type IssueChange,
  isEmpty,
  noChange,
  settled,
  subtract,
  type Wish,
} from '../domain/rules/change.ts'
import { refusalOf } from '../domain/rules/permissions.ts'
import type { Action, Arguments, CommandFault, Shape, WrittenRef } from './action.ts'
import { type Command, understand } from './commands.ts'
import { parse } from './grammar/arguments.js'
import { mayUse } from './help.ts'
import { findAction } from './index.ts'
import { count } from './phrases.ts'

interface Refusal {
  command: string
  reason: string
}

/** What a comment means for a user, on one issue. */
export interface Interpretation {
  /** The text without the commands. */
  text: string
  /** The commands; of an edited comment, only new ones. */
  commands: Command[]
  hints: string[]
  change: IssueChange
  /** Names of the commands that take part in the change, in order. */
  accepted: string[]
  refused: Refusal[]
  /** What could not be parsed, in sentences. */
  faults: string[]
  /** The commands with their parsed arguments, to rebuild what is left of them if something fails. */
  asked: CommandRequest[]
}

/** A command with its wish, if it has one. */
export interface CommandRequest {
  name: string
  arguments: string
  wish?: Wish
  permitted: boolean
  refs: readonly WrittenRef[]
  faults: readonly CommandFault[]
}

/** A command with its action and what its arguments mean. */
interface Meant {
  command: Command
  action: Action
  args: Arguments[Shape]
  permitted: boolean
}

const mostFaults = 10
/** How many references a comment can have, and how many names are looked up. */
const mostRefs = 10_000
const mostNames = 50

/**
 * Interprets a comment: all its commands make one plan, in the order written.
 * @param body the comment, at most 256 KiB
 * @param facts what is known about the author and the issue
 * @param replaces the text before an edit: what it requested already is neither repeated nor reported
 */
export function interpret(body: string, facts: Facts, replaces?: string): Interpretation {
  const { text, commands: found, hints } = understand(body)
  const all = found.flatMap((command) => mean(command, facts))
  const old = replaces === undefined ? [] : understand(replaces).commands.flatMap((command) => mean(command, facts))
  const fresh = withoutThose(all, old)
  return {
    text,
    commands: fresh.map(({ command }) => command),
    hints,
    change: limited(newIn(planOf(all), planOf(fresh), planOf(old)), refsIn(fresh)),
    accepted: fresh.filter(takesPart).map(({ action }) => action.name),
    refused: fresh.flatMap(({ action, permitted }) => (permitted ? [] : refusal(action))),
    faults: faultsIn(fresh.filter((one) => one.permitted)),
    asked: fresh.map(askedOf),
  }
}

const askedOf = ({ command, action, args, permitted }: Meant): CommandRequest => ({
  name: action.name,
  arguments: command.arguments,
  wish: action.suggests,
  permitted,
  refs: args.refs ?? [],
  faults: args.faults,
})

function mean(command: Command, facts: Facts): Meant[] {
  const action = findAction(command.name)
  if (!action) return []
  return [
    { command, action, args: read(command.arguments, { startRule: action.accepts }), permitted: mayUse(action, facts) },
  ]
}

// The generated types know each start rule by its name; here the rule comes from the action.
const read = parse as (text: string, options: { startRule: Shape }) => Arguments[Shape]

function planOf(meant: readonly Meant[]): IssueChange {
  const permitted = meant.filter((one) => one.permitted)
  const planned = refsIn(meant) > mostRefs ? permitted.filter(({ args }) => !args.refs) : permitted
  return settled(planned.reduce((change, { action, args }) => action.plan(change, args), noChange))
}

const refsIn = (meant: readonly Meant[]): number =>
  meant.reduce((sum, { args, permitted }) => sum + (permitted && args.refs ? args.refs.length : 0), 0)

/** A change that is too large is refused as a whole. */
function limited(change: IssueChange, refs: number): IssueChange {
  const names = change.wishes.filter(({ ref }) => ref.by === 'name').length
  const refuse = (most: number, what: string, wanted: number): IssueChange => ({
    ...change,
    wishes: [],
    refused: `A comment can hold at most ${most.toLocaleString('en')} ${what}; this one holds ${wanted.toLocaleString('en')}. Nothing was changed.`,
  })
  if (refs > mostRefs) return refuse(mostRefs, 'contacts', refs)
  return names > mostNames ? refuse(mostNames, 'names', names) : change
}

/** The part of the whole plan that new commands request and the old text did not. */
const newIn = (whole: IssueChange, fresh: IssueChange, old: IssueChange): IssueChange =>
  subtract(subtract(whole, subtract(whole, fresh)), old)

const takesPart = ({ action, args, permitted }: Meant): boolean => permitted && !isEmpty(action.plan(noChange, args))

const refusal = ({ name, ability }: Action): Refusal[] =>
  ability ? [{ command: name, reason: refusalOf(ability) }] : []

/** The commands that an edited comment has in addition to its old text: a repeated line is a new command. */
function withoutThose(all: readonly Meant[], old: readonly Meant[]): Meant[] {
  const key = ({ command }: Meant) => `${command.name} ${command.arguments}`
  const before = new Map<string, number>()
  for (const one of old) before.set(key(one), (before.get(key(one)) ?? 0) + 1)
  return all.filter((one) => {
    const left = before.get(key(one)) ?? 0
    before.set(key(one), left - 1)
    return left <= 0
  })
}

/** `"a@" isn't an email address or a name.`: the first ten, and how many more there are. */
function faultsIn(meant: readonly Meant[]): string[] {
  const all = meant.flatMap(({ action, args }) => args.faults.map((fault) => sentence(action, fault)))
  const told = all.slice(0, mostFaults)
  return all.length > mostFaults
    ? [...told, `${count(all.length - mostFaults, 'more word')} could not be understood.`]
    : told
}

const sentence = ({ name }: Action, { found, expected }: CommandFault): string =>
  found === '' ? `Which contact? Write ${expected} after /${name}.` : `"${found}" isn't ${expected}.`
