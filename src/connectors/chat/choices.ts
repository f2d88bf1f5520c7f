// Several contacts fit a name: the author chooses one by a button.
import type { Wish } from '../../domain/rules/change.ts'
import { actions } from '../../quick-actions/index.ts'
import type { ChatHouse, Said } from './chat.ts'
import type { Person } from './names.ts'
import { noSuchIssue, submit } from './submission.ts'

/** What a button does: what, on which issue, with whom. Ids only: permissions are checked again when it is pressed. */
export interface Chosen {
  wish: Wish
  issueId: number
  contactId: number
}

/** A choice as the value of a button. */
export const asValue = ({ wish, issueId, contactId }: Chosen): string => `${wish} ${issueId} ${contactId}`

/** Reads the value of a button; undefined if it isn't one of ours. */
export function chosenOf(value: string): Chosen | undefined {
  const [, wish, issueId, contactId] = /^(add|remove) (\d{1,15}) (\d{1,15})$/.exec(value) ?? []
  return wish ? { wish: wish as Wish, issueId: Number(issueId), contactId: Number(contactId) } : undefined
}

/** A contact on one line. */
export const contactLine = (contact: { name: string; address: string | null; organization: string | null }): string =>
  [contact.name, contact.address, contact.organization].filter(Boolean).join(' · ')

/**
 * Runs a choice.
 * @param pressed the value of the button; the name of this press, the same for every redelivery; where its outcome is
 * answered
 */
export async function choose(
  house: ChatHouse,
  person: Person,
  { value, name, replyTo }: { value: string; name: string; replyTo: object },
): Promise<Said> {
  const chosen = chosenOf(value)
  if (!chosen) return { text: noSuchIssue, state: 'lacking' }
  // By number: the contact's address may have changed or been removed.
  const body = `/${actions.find(({ suggests }) => suggests === chosen.wish)?.name} [contact:#${chosen.contactId}]`
  return submit(house, { person, on: { id: chosen.issueId }, body, delivery: `choice ${name}`, replyTo })
}
