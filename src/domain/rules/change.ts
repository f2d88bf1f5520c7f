// What is known, requested, and done on one issue. Pure: the language and the rules share these types.
import type { Standing } from './permissions.ts'
import { nameWords } from './search-keys.ts'

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

/** How a command refers to a contact: by its address, by its number (`#7`), or by a name in plain words. */
export interface ContactRef {
  by: 'address' | 'number' | 'name'
  text: string
}

/** What a comment requests: the one plan to which each of its commands adds its part. */
export interface IssueChange {
  /** In the order written; once settled, one for each reference. */
  wishes: readonly { ref: ContactRef; wish: Wish }[]
  /** What the author wants to see. */
  questions: readonly Question[]
  /** Why nothing of it can be done; then there are no wishes. */
  refused?: string
}

export const noChange: IssueChange = { wishes: [], questions: [] }

export type ContactOutcome = 'added' | 'already there' | 'unknown' | 'inactive' | 'removed' | 'was not there'

/** A contact to choose from where several fit a name. */
export interface FittingContact {
  id: number
  name: string
  address: string | null
  organization: string | null
}

/** A name that no contact fits, or several: nothing is done for it. */
export interface UnclearName {
  name: string
  wish: Wish
  /** Empty if none fits; otherwise some that do, by name. */
  contacts: readonly FittingContact[]
  /** There are more; if `contacts` is empty: it took too long to find out who fits. */
  more?: boolean
}

/** A contact as one line of an answer. */
export interface ContactLine {
  name: string
  address: string | null
  organization: string | null
  active: boolean
}

/** The outcome of a change. */
export interface IssueResult {
  /**
   * `address`: the address as it was written, or `#7`. Where a name or a number was written: the contact that was
   * meant, with its name.
   */
  outcomes: readonly { address: string; name?: string; wish: Wish; outcome: ContactOutcome }[]
  /** Names that did not resolve to exactly one contact. */
  unclear?: readonly UnclearName[]
  /** Why the whole change was refused; then `outcomes` is empty. */
  refused?: string
  /** The issue's contacts, if requested. */
  contacts?: readonly ContactLine[]
  /** The commands offered here, if help was requested: names, for the language to describe. */
  offered?: readonly string[]
}

/** Two spellings of one address have the same key: letter case is ignored. */
export const addressKey = (address: string): string => address.normalize('NFC').toLowerCase()

/** Two spellings of one reference have the same key. */
export function refKey({ by, text }: ContactRef): string {
  if (by === 'address') return addressKey(text)
  return by === 'number' ? `#${Number(text.slice(1))}` : `"${nameWords(text).join(' ')}"`
}

/** How a command refers to this contact. */
export const referenceTo = ({ id, address }: Pick<FittingContact, 'id' | 'address'>): string =>
  `[contact:${address ?? `#${id}`}]`

/** Adds wishes to a change. */
export const wish = (change: IssueChange, what: Wish, refs: readonly ContactRef[]): IssueChange => ({
  ...change,
  wishes: [...change.wishes, ...refs.map(({ by, text }) => ({ ref: { by, text }, wish: what }))],
})

/** One wish per reference: the last command for it wins, under its latest spelling and place. */
export function settled(change: IssueChange): IssueChange {
  const byKey = new Map<string, IssueChange['wishes'][number]>()
  for (const one of change.wishes) {
    const key = refKey(one.ref)
    byKey.delete(key)
    byKey.set(key, one)
  }
  return { ...change, wishes: [...byKey.values()] }
}

/** Adds a question to a change; duplicates count once. */
export function ask(change: IssueChange, question: Question): IssueChange {
  return change.questions.includes(question) ? change : { ...change, questions: [...change.questions, question] }
}

/** What an edited comment still requests: the new change without what the old one requested already. */
export function subtract(change: IssueChange, old: IssueChange): IssueChange {
  const key = ({ wish, ref }: IssueChange['wishes'][number]) => `${wish} ${refKey(ref)}`
  const said = new Set(old.wishes.map(key))
  return {
    ...change,
    wishes: change.wishes.filter((one) => !said.has(key(one))),
    questions: change.questions.filter((question) => !old.questions.includes(question)),
  }
}

export const isEmpty = (change: IssueChange): boolean => change.wishes.length === 0 && change.questions.length === 0
