// All texts about actions before they are used, derived from the actions themselves.
import type { Facts } from '../domain/rules/change.ts'
import { can } from '../domain/rules/permissions.ts'
import type { Action } from './action.ts'

/** What a popup shows of one command. */
export interface Completion {
  name: string
  summary: string
  usage: string
}

/** The actions worth offering to a user of this standing, here and now. */
export const offered = (actions: readonly Action[], facts: Facts): Action[] =>
  actions.filter((action) => mayUse(action, facts) && action.offered(facts))

/** Can a user of this standing use the action? Some are for everyone. */
export const mayUse = ({ ability }: Action, { standing }: Facts): boolean => ability === null || can(standing, ability)

/** What a popup shows, in the order of the list. */
export const completions = (actions: readonly Action[]): Completion[] =>
  actions.map(({ name, summary, usage }) => ({ name, summary, usage }))

/** The answer to /help. In code spans inside a list, so that a bot that reads its own answer doesn't run it. */
export const describe = (actions: readonly Action[]): string =>
  ['Commands you can use here:', ...actions.map((action) => `- \`${form(action)}\`: ${action.summary}.`)].join('\n')

/** The table of the README and of the help page, in Markdown. */
export const table = (actions: readonly Action[]): string =>
  ['| Command | Description | Example |', '|---|---|---|', ...actions.map(row)].join('\n')

const row = ({ name, aliases, summary, examples }: Action): string =>
  `| ${[name, ...aliases].map((one) => `\`/${one}\``).join(', ')} | ${summary} | \`${examples[0]}\` |`

const form = ({ name, usage }: Action): string => `/${name} ${usage}`.trimEnd()
