// The fields of an organization: one table, from which input, history, merging, lists, moves, and the APIs follow.
// Pure.
import type { Organization } from '../../storage/contacts-schema.ts'
import { namesOf } from '../rules/records.ts'
import { indexKey } from '../rules/search-keys.ts'
import type { Given, Texts } from '../rules/text-fields.ts'
import { type Field, keysOf } from './field-tables.ts'

type KeyColumn = Extract<keyof Organization, `${string}Key` | `findBy${string}`>
type Column = Exclude<
  keyof Organization,
  'id' | 'groupId' | 'state' | 'createdAt' | 'updatedAt' | 'searchText' | KeyColumn
>

/** Every column with data of an organization is a row here; the types see to it. */
export const organizationFields = {
  name: { label: 'Name', most: 255, required: true, sorted: ['findByName'] },
  description: { label: 'Description', most: 1024, lines: true, key: 'descriptionKey', long: true },
  defaultRate: {
    kind: 'amount',
    label: 'Default rate',
    below: 1e16,
    about: 'Standard billing rate',
    sorted: ['defaultRate'],
  },
} as const satisfies Record<Column, Field<KeyColumn | Column>>

/** The columns that the history keeps and that merging fills. */
export const organizationContents = namesOf(organizationFields)

/** The input for an organization. Absent: unchanged; null or blank: empty. */
export type OrganizationFields = Given<typeof organizationFields>

/** The fields of an organization as they are stored. */
export type OrganizationTexts = Texts<typeof organizationFields>

/** Two spellings of one name have the same key: letter case is ignored. */
export const nameKey = (name: string): string => name.normalize('NFC').toLowerCase()

/** All keys of an organization: for lists and searches. */
export const organizationKeys = (organization: OrganizationTexts) =>
  ({
    ...keysOf(organizationFields, organization),
    nameKey: nameKey(organization.name),
    findByName: indexKey(organization.name),
  }) satisfies Record<KeyColumn, string | null>
