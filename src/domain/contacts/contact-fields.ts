// The fields of a contact: which values are valid, and the keys by which contacts are found. Pure.
import { addressKey } from '../rules/change.ts'
import type { Fault } from '../rules/results.ts'
import { indexKey, keyOrNone, searchKey } from '../rules/search-keys.ts'
import { readTexts } from '../rules/text-fields.ts'

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

const longestAddress = 255

// A subset of what a command can refer to (grammar/arguments.peggy), so that every contact with an address can be added. Dots have something
// on both sides, and the domain's name doesn't end in hyphens.
const atom = "[\\p{L}\\p{N}\\p{M}_+'&!#$%*/=?^{}~-]+"
const label = '[\\p{L}\\p{N}\\p{M}_](?:[\\p{L}\\p{N}\\p{M}_-]*[\\p{L}\\p{N}\\p{M}_])?'
const address = new RegExp(`^(?=[\\p{L}\\p{N}_])${atom}(?:\\.${atom})*@${label}(?:\\.${label})*$`, 'u')

/** Reads an e-mail address, as contacts and users have one. */
export function readAddress(given: string | null | undefined): { email: string | null; faults: Fault[] } {
  const email = given || null
  if (email !== null && [...email].length > longestAddress)
    return { email: null, faults: [{ field: 'email', fault: `Email is too long (maximum is ${longestAddress} characters)` }] }
  if (email !== null && !address.test(email)) return { email: null, faults: [{ field: 'email', fault: 'Email is invalid' }] }
  return { email, faults: [] }
}

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
