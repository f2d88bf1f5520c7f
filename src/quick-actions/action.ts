// What a quick action is. A new one is a file in actions/ and a line in index.ts.
import type { Facts, IssueChange, IssueResult, Wish } from '../domain/change.ts'
import type { Ability } from '../domain/permissions.ts'
import type { StartRuleNames } from './grammar/arguments.js'

/** Something in the arguments that could not be understood. `column` counts from 1 in the line of the command. */
export interface Fault {
  found: string
  expected: string
  column: number
}

/** The shapes that arguments can have: each is a start rule of grammar/arguments.peggy. */
export interface Arguments {
  contactRefs: { addresses: string[]; faults: Fault[] }
  nothing: { faults: Fault[] }
}

/** The shapes that the grammar can read: an action that asks for another one does not compile. */
export type Shape = keyof Arguments & StartRuleNames

/** Who will read a report: the person who asked, or anybody (then no addresses, no names). */
export type Audience = 'asker' | 'public'

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
  /** What the person must be allowed to do; null: anybody may use it. */
  ability: Ability | null
  /** Worth offering here and now? (Whether it is permitted is asked separately.) */
  offered(facts: Facts): boolean
  /** Adds its wish to the change, touches nothing. */
  plan(change: IssueChange, args: Arguments[Accepted]): IssueChange
  /** Preview: what would happen, in a sentence. */
  explain(args: Arguments[Accepted]): string
  /** Reply: what happened, in sentences; '' when it has nothing to say to this audience. */
  report(result: IssueResult, audience: Audience): string
}

/** Infers the type of the arguments from `accepts`. */
export const defineAction = <Accepted extends Shape>(action: Action<Accepted>): Action<Accepted> => action
