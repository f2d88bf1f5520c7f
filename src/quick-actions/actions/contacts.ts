// /contacts: answers with the contacts, to the author alone.
import { ask, type ContactLine } from '../../domain/rules/change.ts'
import { defineAction } from '../action.ts'

export const contactActions = defineAction({
  name: 'contacts',
  aliases: [],
  summary: "Show this issue's contacts; only you see the answer",
  usage: '',
  examples: ['/contacts'],
  accepts: 'nothing',
  ability: 'read_issue_contacts',
  offered: () => true,
  plan: (change) => ask(change, 'contacts'),
  report(result, audience) {
    if (audience === 'public' || !result.contacts) return ''
    if (result.contacts.length === 0) return 'This issue has no contacts.'
    return ["This issue's contacts:", ...result.contacts.map((one) => `- ${asLine(one)}`)].join('\n')
  },
})

/** `Ann Lee <ann@example.com> (Acme, inactive)` */
function asLine({ name, address, organization, active }: ContactLine): string {
  const details = [organization, active ? null : 'inactive'].filter((detail) => detail !== null)
  return [name, address && `<${address}>`, details.length > 0 && `(${details.join(', ')})`].filter(Boolean).join(' ')
}
