// The fields of a contact: one table, from which input, history, merging, lists, moves, and the APIs follow. Pure.
import type { Contact } from '../../storage/contacts-schema.ts'
import { addressKey } from '../rules/change.ts'
import { namesOf } from '../rules/records.ts'
import { indexKey } from '../rules/search-keys.ts'
import { emailRule, type Given, type Texts } from '../rules/text-fields.ts'
import { type Field, keysOf } from './field-tables.ts'

type KeyColumn = Extract<keyof Contact, `${string}Key` | `findBy${string}`>
type Column = Exclude<
  keyof Contact,
  'id' | 'groupId' | 'organizationId' | 'state' | 'createdAt' | 'updatedAt' | 'searchText' | KeyColumn
>

/** Every column with data of a contact is a row here; the types see to it. */
export const contactFields = {
  firstName: { label: 'First name', most: 255, required: true, sorted: ['firstKey'] },
  lastName: { label: 'Last name', most: 255, required: true, sorted: ['lastKey', 'firstKey'] },
  phone: { label: 'Phone', most: 32, key: 'phoneKey' },
  jobTitle: { label: 'Job title', most: 255, key: 'jobTitleKey', long: true },
  description: { label: 'Description', most: 1024, lines: true, key: 'descriptionKey', long: true },
  email: { ...emailRule, key: 'findByEmail' },
} as const satisfies Record<Column, Field<KeyColumn>>

/** The columns that the history keeps and that merging fills. */
export const contactContents = [...namesOf(contactFields), 'organizationId'] as const

/** The input for a contact. Absent: unchanged; null or blank: empty. */
export type ContactFields = Given<typeof contactFields> & { organizationId?: number | null }

/** The fields of a contact as they are stored. */
export type ContactTexts = Texts<typeof contactFields>

/** All keys of a contact: for lists, suggestions, and searches. */
export const contactKeys = (contact: ContactTexts) => {
  const { firstName, lastName, email } = contact
  return {
    ...keysOf(contactFields, contact),
    emailKey: email ? addressKey(email) : null,
    firstKey: indexKey(firstName),
    lastKey: indexKey(lastName),
    findByName: indexKey(`${firstName} ${lastName}`),
    findBySurname: indexKey(`${lastName} ${firstName}`),
    findByDomain: email ? indexKey(email.slice(email.lastIndexOf('@') + 1)) : null,
  } satisfies Record<Exclude<KeyColumn, 'findByOrganization'>, string | null>
}
