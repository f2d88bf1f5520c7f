// /add_contacts: links active contacts to the issue.
import { wish } from '../../domain/change.ts'
import { defineAction } from '../action.ts'
import { tellOutcomes } from '../outcomes.ts'
import { list } from '../phrases.ts'

export const addContacts = defineAction({
  name: 'add_contacts',
  aliases: ['add_contact'],
  summary: 'Add customer relation contacts',
  usage: '[contact:name@example.com] …',
  examples: ['/add_contacts [contact:ann@example.com]', '/add_contacts ann@example.com, bob@example.com'],
  accepts: 'contactRefs',
  suggests: 'add',
  ability: 'set_issue_contacts',
  offered: (facts) => facts.sourceHasActiveContacts,
  plan: (change, { addresses }) => wish(change, 'add', addresses),
  explain: ({ addresses }) => `Adds ${list(addresses)}.`,
  report: (result, audience) => tellOutcomes(result, 'add', audience),
})
