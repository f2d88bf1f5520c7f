// What is offered to the author where several contacts fit a name: each as a command that names it for sure.
import { type FittingContact, type IssueResult, referenceTo, type UnclearName, type Wish } from '../domain/change.ts'
import { actions } from './index.ts'

export interface Choice {
  /** The name that was written. */
  name: string
  wish: Wish
  contacts: readonly (FittingContact & { command: string })[]
  /** More contacts than these fit. */
  more: boolean
}

/** The choices that a result leaves to the author, in the order written. */
export const choicesOf = ({ unclear = [] }: IssueResult): Choice[] => unclear.filter(({ contacts }) => contacts.length > 0).map(choiceOf)

const choiceOf = ({ name, wish, contacts, more = false }: UnclearName): Choice => ({
  name,
  wish,
  more,
  contacts: contacts.map((contact) => ({ ...contact, command: `/${actionFor(wish)} ${referenceTo(contact)}` })),
})

/** The command that makes this wish. */
const actionFor = (wish: Wish): string | undefined => actions.find(({ suggests }) => suggests === wish)?.name
