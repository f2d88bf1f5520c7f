// The contacts of an issue, beside it.
import type { ContactLine } from '../../domain/rules/change.ts'
import { count } from '../../quick-actions/phrases.ts'

export const Contacts = ({ contacts }: { contacts: readonly ContactLine[] }) => (
  <section aria-labelledby="contacts-heading">
    <h2 id="contacts-heading">{count(contacts.length, 'contact')}</h2>
    {contacts.length === 0 && (
      <p class="aside">
        To add active contacts, use <code>/add_contacts</code>.
      </p>
    )}
    <ul>
      {contacts.map((contact) => (
        <Contact key={`${contact.name} ${contact.address}`} {...contact} />
      ))}
    </ul>
  </section>
)

const Contact = ({ name, address, organization, active }: ContactLine) => (
  <li>
    <span>
      <bdi>{name}</bdi>
      {!active && <span class="state">inactive</span>}
    </span>
    {organization && (
      <span class="aside" dir="auto">
        {organization}
      </span>
    )}
    {address && <span class="aside">{address}</span>}
  </li>
)
