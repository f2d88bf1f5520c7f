// Several contacts fit a name: a button for each, as Slack shows them. Pure.
import type { Button, KnownBlock } from '@slack/types'
import type { FittingContact } from '../../domain/rules/change.ts'
import type { Choice } from '../../quick-actions/choices.ts'
import { asValue, type Chosen, contactLine } from '../chat/choices.ts'
import { escaped, plain, section } from './blocks.ts'

/**
 * How many names in an answer get buttons: a message can have at most 50 blocks.
 * docs.slack.dev/reference/block-kit/blocks
 */
const mostChoices = 20

/** The names of the buttons. A choice alone in its message is replaced by its outcome. */
export const choiceName = /^choose (alone|one) \d+ \d+$/

/** The choices in an answer. */
export function choiceBlocks(choices: readonly Choice[], issueId: number): KnownBlock[] {
  const shown = choices.slice(0, mostChoices)
  const how = shown.length === 1 ? 'alone' : 'one'
  return shown.flatMap(({ name, wish, contacts }, at): KnownBlock[] => [
    section(`Which “${escaped(name)}”?`),
    {
      type: 'actions',
      elements: contacts.map((contact, row) => button(contact, { wish, issueId }, `choose ${how} ${at} ${row}`)),
    },
  ])
}

const button = (contact: FittingContact, { wish, issueId }: Omit<Chosen, 'contactId'>, action_id: string): Button => ({
  type: 'button',
  action_id,
  text: plain(contactLine(contact)),
  value: asValue({ wish, issueId, contactId: contact.id }),
})
