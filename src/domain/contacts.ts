// People outside, of whom work is done: create, and the keys by which they are found.
import { eq, sql } from 'drizzle-orm'
import type { Tx } from '../storage/db.ts'
import { type Contact, contacts } from '../storage/schema.ts'
import { addressKey } from './change.ts'

export interface NewContact {
  firstName: string
  lastName: string
  email?: string | null
  phone?: string | null
  description?: string | null
  organization?: { id: number; name: string }
  state?: 'active' | 'inactive'
}

/** How a text is compared when people look for it: letter case and accents do not matter. */
export const searchKey = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** The columns by which a contact is suggested: its name either way round, address, domain, organization. */
export function searchKeys({ firstName, lastName, email }: Pick<NewContact, 'firstName' | 'lastName' | 'email'>, organization?: string) {
  return {
    findByName: searchKey(`${firstName} ${lastName}`),
    findBySurname: searchKey(`${lastName} ${firstName}`),
    findByEmail: email ? searchKey(email) : null,
    findByDomain: email ? searchKey(email.slice(email.lastIndexOf('@') + 1)) : null,
    findByOrganization: organization ? searchKey(organization) : null,
  }
}

/** Creates contacts of a group; the database refuses an address that is taken in any letter case. */
export async function createContacts(tx: Tx, groupId: number, wanted: readonly NewContact[]): Promise<Contact[]> {
  if (wanted.length === 0) return []
  const rows = wanted.map(({ organization, ...one }) => ({
    ...one,
    ...searchKeys(one, organization?.name),
    groupId,
    organizationId: organization?.id,
    emailKey: one.email ? addressKey(one.email) : null,
  }))
  return tx.insert(contacts).values(rows).returning()
}

/** Makes a contact active or inactive. */
export async function setContactState(tx: Tx, contactId: number, state: 'active' | 'inactive'): Promise<void> {
  await tx.update(contacts).set({ state, updatedAt: sql`now()` }).where(eq(contacts.id, contactId))
}
