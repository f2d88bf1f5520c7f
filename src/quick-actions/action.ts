// What a quick action is. A new one is a file in actions/ and a line in index.ts.
import type { ContactRef, Facts, IssueChange, IssueResult, Wish } from '../domain/rules/change.ts'
import type { Ability } from '../domain/rules/permissions.ts'
import type { StartRuleNames } from './grammar/arguments.js'

/** A part of the arguments as written. `column` counts from 1 in the arguments. */
interface Written {
  written: string
  column: number
}

/** A part of the arguments that is invalid. `found` is the text to show; '' if there is none. */
export interface CommandFault extends Written {
  found: string
  expected: string
}

/** A reference to a contact. Of `Hannah <h@x.io>` the address refers to the contact. */
export type WrittenRef = ContactRef & Written

/** The shapes that arguments can have: each is a start rule of grammar/arguments.peggy. */
export interface Arguments {
  contactRefs: { refs: WrittenRef[]; faults: CommandFault[] }
  nothing: { refs?: undefined; faults: CommandFault[] }
}

/** The shapes that the grammar can parse: an action with any other one does not compile. */
export type Shape = keyof Arguments & StartRuleNames

/** Who reads a report: the author, the author of a preview, or everyone (then no addresses, no names). */
export type Audience = 'author' | 'preview' | 'public'

export interface Action<Accepted extends Shape = Shape> {
  name: string
  /** Other spellings, singular forms above all. */
  aliases: readonly string[]
  summary: string
  usage: string
  /** Each one is parsed in a test. */
  examples: readonly string[]
  accepts: Accepted
  /** Which contacts the popup suggests in the arguments: those to add, or those to remove. */
  suggests?: Wish
  /** The required permission; null: anyone can use it. */
  ability: Ability | null
  /** Is it worth offering here and now? (Permissions are checked separately.) */
  offered(facts: Facts): boolean
  /** Adds its wish to the change; has no side effects. */
  plan(change: IssueChange, args: Arguments[Accepted]): IssueChange
  /** Reply: what happened, in sentences; '' if it has nothing to say to this audience. */
  report(result: IssueResult, audience: Audience): string
}

/** Infers the type of the arguments from `accepts`. */
export const defineAction = <Accepted extends Shape>(action: Action<Accepted>): Action<Accepted> => action
