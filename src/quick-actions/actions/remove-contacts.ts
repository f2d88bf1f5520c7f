// /remove_contacts: unlinks contacts from the issue, active or not.
import { wish } from '../../domain/change.ts'
import { defineAction } from '../action.ts'
import { tellOutcomes } from '../outcomes.ts'
import { list } from '../phrases.ts'

export const removeContacts = defineAction({
  name: 'remove_contacts',
  aliases: ['remove_contact'],
  summary: 'Remove customer relation contacts',
  usage: '[contact:name@example.com] …',
  examples: ['/remove_contacts [contact:ann@example.com]', '/remove_contact ann@example.com'],
  accepts: 'contactRefs',
  suggests: 'remove',
  ability: 'set_issue_contacts',
  offered: (facts) => facts.issueHasContacts,
  plan: (change, { addresses }) => wish(change, 'remove', addresses),
  explain: ({ addresses }) => `Removes ${list(addresses)}.`,
  report: (result, audience) => tellOutcomes(result, 'remove', audience),
})
