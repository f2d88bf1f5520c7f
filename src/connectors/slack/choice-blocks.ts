// Several contacts fit a name: a button for each, as Slack shows them, and the value of a button. Pure.
import type { Button, KnownBlock } from '@slack/types'
import type { FittingContact, Wish } from '../../domain/rules/change.ts'
import type { Choice } from '../../quick-actions/choices.ts'
import { contactLine, escaped, plain, section } from './blocks.ts'

/** How many names in an answer get buttons: a message can have at most 50 blocks. docs.slack.dev/reference/block-kit/blocks */
const mostChoices = 20

/** The value of a button: what to do, on which issue, with whom. Ids only: permissions are checked again when it is pressed. */
export interface Chosen {
  wish: Wish
  issueId: number
  contactId: number
}

const asValue = ({ wish, issueId, contactId }: Chosen): string => `${wish} ${issueId} ${contactId}`

/** Reads the chosen value; undefined if it isn't one of ours. */
export function chosenOf(value: string): Chosen | undefined {
  const [, wish, issueId, contactId] = /^(add|remove) (\d{1,15}) (\d{1,15})$/.exec(value) ?? []
  return wish ? { wish: wish as Wish, issueId: Number(issueId), contactId: Number(contactId) } : undefined
}

/** The names of the buttons. A choice alone in its message is replaced by its outcome. */
export const choose = /^choose (alone|one) \d+ \d+$/

/** The choices in an answer. */
export function choiceBlocks(choices: readonly Choice[], issueId: number): KnownBlock[] {
  const shown = choices.slice(0, mostChoices)
  const how = shown.length === 1 ? 'alone' : 'one'
  return shown.flatMap(({ name, wish, contacts }, at): KnownBlock[] => [
    section(`Which “${escaped(name)}”?`),
    { type: 'actions', elements: contacts.map((contact, row) => button(contact, { wish, issueId }, `choose ${how} ${at} ${row}`)) },
  ])
}

const button = (contact: FittingContact, { wish, issueId }: Omit<Chosen, 'contactId'>, action_id: string): Button => ({
  type: 'button',
  action_id,
  text: plain(contactLine(contact)),
  value: asValue({ wish, issueId, contactId: contact.id }),
})
