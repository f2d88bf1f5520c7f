// /add_contacts: links active contacts to the issue.
import { wish } from '../../domain/rules/change.ts'
import { defineAction } from '../action.ts'
import { tellOutcomes } from '../outcomes.ts'

export const addContacts = defineAction({
  name: 'add_contacts',
  aliases: ['add_contact'],
  summary: 'Link contacts to this issue',
  usage: '[contact:name@example.com] or a name, …',
  examples: [
    '/add_contacts [contact:ann@example.com]',
    '/add_contacts ann@example.com, bob@example.com',
    '/add_contacts Ngozi Okoro',
  ],
  accepts: 'contactRefs',
  suggests: 'add',
  ability: 'set_issue_contacts',
  offered: (facts) => facts.sourceHasActiveContacts,
  plan: (change, { refs }) => wish(change, 'add', refs),
  report: (result, audience) => tellOutcomes(result, 'add', audience),
})
