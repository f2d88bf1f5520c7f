// The choices for the author if several contacts fit a name: each is an unambiguous command.
import {
  type FittingContact,
  type IssueResult,
  referenceTo,
  type UnclearName,
  type Wish,
} from '../domain/rules/change.ts'
import { actions } from './index.ts'

export interface Choice {
  /** The name as written. */
  name: string
  wish: Wish
  contacts: readonly (FittingContact & { command: string })[]
  /** More contacts fit. */
  more: boolean
}

/** The choices in a result, in the order written. */
export const choicesOf = ({ unclear = [] }: IssueResult): Choice[] =>
  unclear.filter(({ contacts }) => contacts.length > 0).map(choiceOf)

const choiceOf = ({ name, wish, contacts, more = false }: UnclearName): Choice => ({
  name,
  wish,
  more,
  contacts: contacts.map((contact) => ({ ...contact, command: `/${actionFor(wish)} ${referenceTo(contact)}` })),
})

/** The command for this wish. */
const actionFor = (wish: Wish): string | undefined => actions.find(({ suggests }) => suggests === wish)?.name
