// The fields of an organization: which values are valid, and the keys by which organizations are found. Pure.
import type { Fault } from '../rules/results.ts'
import { indexKey, searchKey } from '../rules/search-keys.ts'
import { readTexts } from '../rules/text-fields.ts'

/** The input for an organization. Absent: unchanged; null or blank: empty. */
export interface OrganizationFields {
  name?: string | null
  /** Zero or more, with at most two decimals: money isn't rounded. */
  defaultRate?: number | string | null
  description?: string | null
}

const rules = {
  name: { label: 'Name', most: 255, required: true },
  description: { label: 'Description', most: 1024, lines: true },
} as const

export type OrganizationTexts = Partial<Record<'name' | 'defaultRate' | 'description', string | null>>

function readRate(given: number | string | null): { rate: string | null; faults: Fault[] } {
  const text = String(given ?? '').trim()
  if (text === '') return { rate: null, faults: [] }
  const fault = (what: string) => ({ rate: null, faults: [{ field: 'defaultRate', fault: `Default rate ${what}` }] })
  if (Number.isNaN(Number(text)) || !/^[-+\d.e]+$/i.test(text)) return fault('is not a number')
  if (Number(text) < 0) return fault('must be greater than or equal to 0')
  if (Number(text) >= 1e16) return fault('must be less than 10000000000000000')
  const [, whole, decimals = ''] = /^\+?(\d*)\.?(\d*)$/.exec(text) ?? []
  if (whole === undefined || decimals.replace(/0+$/, '').length > 2) return fault('can have at most two decimals')
  return { rate: `${whole || '0'}.${decimals.slice(0, 2).padEnd(2, '0')}`, faults: [] }
}

/** Parses the input and reports all faults at once. `whole`: required fields must be present. The database checks whether the name is taken. */
export function readOrganizationFields(given: OrganizationFields, how: { whole: boolean }): { texts: OrganizationTexts; faults: Fault[] } {
  const { texts, faults } = readTexts(rules, given, how)
  if (given.defaultRate === undefined) return { texts, faults }
  const { rate, faults: wrong } = readRate(given.defaultRate)
  return { texts: { ...texts, defaultRate: rate }, faults: [...faults, ...wrong] }
}

/** Two spellings of one name have the same key: letter case is ignored. */
export const nameKey = (name: string): string => name.normalize('NFC').toLowerCase()

/** All keys of an organization: for lists and searches. */
export const organizationKeys = ({ name, description }: { name: string; description?: string | null }) => ({
  nameKey: nameKey(name),
  findByName: indexKey(name),
  descriptionKey: description ? searchKey(description) : null,
})
