// The fields of a contact: which values are valid, and the keys by which contacts are found. Pure.
import { addressKey } from '../rules/change.ts'
import type { Fault } from '../rules/results.ts'
import { indexKey, keyOrNone, searchKey } from '../rules/search-keys.ts'
import { readAddress, readTexts } from '../rules/text-fields.ts'

/** The input for a contact. Absent: unchanged; null or blank: empty. */
export interface ContactFields {
  firstName?: string | null
  lastName?: string | null
  email?: string | null
  phone?: string | null
  description?: string | null
  organizationId?: number | null
}

const rules = {
  firstName: { label: 'First name', most: 255, required: true },
  lastName: { label: 'Last name', most: 255, required: true },
  phone: { label: 'Phone', most: 32 },
  description: { label: 'Description', most: 1024, lines: true },
} as const

export type ContactTexts = Partial<Record<'firstName' | 'lastName' | 'email' | 'phone' | 'description', string | null>>

/** Parses the input and reports all faults at once. `whole`: required fields must be present. The database checks whether the address is taken. */
export function readContactFields(given: ContactFields, how: { whole: boolean }): { texts: ContactTexts; faults: Fault[] } {
  const { texts, faults } = readTexts(rules, given, how)
  if (given.email === undefined) return { texts, faults }
  const { email, faults: wrong } = readAddress(given.email)
  return { texts: { ...texts, email }, faults: [...faults, ...wrong] }
}

interface Named {
  firstName: string
  lastName: string
  email?: string | null
  phone?: string | null
  description?: string | null
}

/** All keys of a contact: for lists, suggestions, and searches. */
export function contactKeys({ firstName, lastName, email, phone, description }: Named) {
  return {
    emailKey: email ? addressKey(email) : null,
    firstKey: indexKey(firstName),
    lastKey: indexKey(lastName),
    phoneKey: keyOrNone(phone),
    descriptionKey: description ? searchKey(description) : null,
    findByName: indexKey(`${firstName} ${lastName}`),
    findBySurname: indexKey(`${lastName} ${firstName}`),
    findByEmail: keyOrNone(email),
    findByDomain: email ? indexKey(email.slice(email.lastIndexOf('@') + 1)) : null,
  }
}
