// /remove_contacts: unlinks contacts from the issue, active or not.
import { wish } from '../../domain/rules/change.ts'
import { defineAction } from '../action.ts'
import { tellOutcomes } from '../outcomes.ts'

export const removeContacts = defineAction({
  name: 'remove_contacts',
  aliases: ['remove_contact'],
  summary: 'Unlink contacts from this issue',
  usage: '[contact:name@example.com] or a name, …',
  examples: [
    '/remove_contacts [contact:ann@example.com]',
    '/remove_contact ann@example.com',
    '/remove_contacts Ngozi Okoro',
  ],
  accepts: 'contactRefs',
  suggests: 'remove',
  ability: 'set_issue_contacts',
  offered: (facts) => facts.issueHasContacts,
  plan: (change, { refs }) => wish(change, 'remove', refs),
  report: (result, audience) => tellOutcomes(result, 'remove', audience),
})
