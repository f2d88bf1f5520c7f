// What is known, wished and done on one issue. Pure: the language and the rules meet in these types.
import type { Standing } from './permissions.ts'

/** What is known before a comment is interpreted. */
export interface Facts {
  standing: Standing
  /** The contact source has at least one active contact. */
  sourceHasActiveContacts: boolean
  /** The issue has at least one contact, active or not. */
  issueHasContacts: boolean
}

export type Wish = 'add' | 'remove'
export type Question = 'contacts' | 'help'

/** What a comment asks for: the one plan to which each of its commands has added its part. */
export interface IssueChange {
  /** One wish per address, in the order last spoken. */
  wishes: readonly { address: string; wish: Wish }[]
  /** What the person wants to be told. */
  questions: readonly Question[]
}

export const noChange: IssueChange = { wishes: [], questions: [] }

export type ContactOutcome = 'added' | 'already there' | 'unknown' | 'inactive' | 'removed' | 'was not there'

/** A contact as one line of an answer. */
export interface ContactLine {
  name: string
  address: string | null
  organization: string | null
  active: boolean
}

/** What came of a change. */
export interface IssueResult {
  outcomes: readonly { address: string; wish: Wish; outcome: ContactOutcome }[]
  /** Why the whole change was refused; then `outcomes` is empty. */
  refused?: string
  /** The issue's contacts, if they were asked for. */
  contacts?: readonly ContactLine[]
  /** The commands offered here, if help was asked for: names, usable by the language to describe them. */
  offered?: readonly string[]
}

/** Two spellings of one address have the same key: letter case does not matter. */
export const addressKey = (address: string): string => address.normalize('NFC').toLowerCase()

/** Adds wishes to a change; the last word on a contact counts, under its latest spelling and place. */
export function wish(change: IssueChange, what: Wish, addresses: readonly string[]): IssueChange {
  const byKey = new Map(change.wishes.map((one) => [addressKey(one.address), one]))
  for (const address of addresses) {
    const key = addressKey(address)
    byKey.delete(key)
    byKey.set(key, { address, wish: what })
  }
  return { ...change, wishes: [...byKey.values()] }
}

/** Adds a question to a change; asking twice is asking once. */
export function ask(change: IssueChange, question: Question): IssueChange {
  return change.questions.includes(question) ? change : { ...change, questions: [...change.questions, question] }
}

/** What an edited comment still asks for: the new change without what the old one asked already. */
export function subtract(change: IssueChange, old: IssueChange): IssueChange {
  const said = new Set(old.wishes.map((one) => `${one.wish} ${addressKey(one.address)}`))
  return {
    wishes: change.wishes.filter((one) => !said.has(`${one.wish} ${addressKey(one.address)}`)),
    questions: change.questions.filter((question) => !old.questions.includes(question)),
  }
}

export const isEmpty = (change: IssueChange): boolean => change.wishes.length === 0 && change.questions.length === 0
