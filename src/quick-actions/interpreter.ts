// Text and facts → text without commands, one plan, refusals. Pure: a preview and the real thing are the same call.
import { type Facts, type IssueChange, isEmpty, noChange, subtract } from '../domain/change.ts'
import { refusalOf } from '../domain/permissions.ts'
import type { Action, Arguments, Fault, Shape } from './action.ts'
import { type Command, understand } from './commands.ts'
import { parse } from './grammar/arguments.js'
import { mayUse } from './help.ts'
import { findAction } from './index.ts'
import { count } from './phrases.ts'

interface Refusal {
  command: string
  reason: string
}

/** All that a comment means to someone, on one issue. */
export interface Interpretation {
  /** What is left without the commands. */
  text: string
  /** The commands found; of an edited comment only those which are new. */
  commands: Command[]
  hints: string[]
  change: IssueChange
  /** Names of the commands that take part in the change, in order. */
  accepted: string[]
  refused: Refusal[]
  /** What could not be understood, in sentences. */
  faults: string[]
}

/** A command with its action and what its arguments mean. */
interface Meant {
  command: Command
  action: Action
  args: Arguments[Shape]
  permitted: boolean
}

const mostFaults = 10

/**
 * Interprets a comment: all its commands make one plan, in the order written.
 * @param body the comment, at most 256 KiB
 * @param facts what is known of the person and the issue
 * @param replaces the text before an edit: what it asked already is not asked again, nor told
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
    change: newIn(planOf(all), planOf(fresh), planOf(old)),
    accepted: fresh.filter(takesPart).map(({ action }) => action.name),
    refused: fresh.flatMap(({ action, permitted }) => (permitted ? [] : refusal(action))),
    faults: faultsIn(fresh.filter((one) => one.permitted)),
  }
}

/** What would happen, a sentence for each command that is permitted and understood. */
export function explain({ commands }: Interpretation, facts: Facts): string[] {
  const meant = commands.flatMap((command) => mean(command, facts))
  return meant.filter(takesPart).map(({ action, args }) => action.explain(args))
}

function mean(command: Command, facts: Facts): Meant[] {
  const action = findAction(command.name)
  if (!action) return []
  return [{ command, action, args: read(command.arguments, { startRule: action.accepts }), permitted: mayUse(action, facts) }]
}

// The generated types know each start rule by its name; here the rule comes from the action.
const read = parse as (text: string, options: { startRule: Shape }) => Arguments[Shape]

const planOf = (meant: readonly Meant[]): IssueChange =>
  meant.filter((one) => one.permitted).reduce((change, { action, args }) => action.plan(change, args), noChange)

/** Of the whole plan, the part that a new command asks for and that the old text did not ask for already. */
const newIn = (whole: IssueChange, fresh: IssueChange, old: IssueChange): IssueChange =>
  subtract(subtract(whole, subtract(whole, fresh)), old)

const takesPart = ({ action, args, permitted }: Meant): boolean => permitted && !isEmpty(action.plan(noChange, args))

const refusal = ({ name, ability }: Action): Refusal[] => (ability ? [{ command: name, reason: refusalOf(ability) }] : [])

/** The commands that an edited comment has more than its old text: the same line once more is a new command. */
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

/** `Line 2, column 15: "bob" is not a contact reference; …`: the first ten, and how many more there are. */
function faultsIn(meant: readonly Meant[]): string[] {
  const all = meant.flatMap(({ command, args }) => args.faults.map((fault) => ({ command, fault })))
  const told = all.slice(0, mostFaults).map(({ command, fault }) => sentence(command, fault))
  return all.length > mostFaults ? [...told, `${count(all.length - mostFaults, 'more word')} could not be understood.`] : told
}

function sentence({ line, column }: Command, { found, expected, column: within }: Fault): string {
  const place = `Line ${line}, column ${column + within - 1}`
  return found === '' ? `${place}: here should be ${expected}.` : `${place}: "${found}" is not ${expected}.`
}
