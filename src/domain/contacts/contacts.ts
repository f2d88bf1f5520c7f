// Contacts, the people that work is done for: create and edit.
import { and, eq, ne, sql } from 'drizzle-orm'
import { type Contact, contacts, organizations } from '../../storage/contacts-schema.ts'
import type { Db, Tx } from '../../storage/db.ts'
import { addressKey } from '../rules/change.ts'
import { checkTwice } from '../rules/guard.ts'
import { type Actor, difference, type Event, record } from '../rules/history.ts'
import { pick } from '../rules/records.ts'
import { done, type FieldFault, invalid, notFound, type Result } from '../rules/results.ts'
import { keyOrNone } from '../rules/search-keys.ts'
import { readTexts } from '../rules/text-fields.ts'
import { attempt } from '../rules/transaction.ts'
import { lockTreesUnmoved } from '../rules/tree-locks.ts'
import { type ContactFields, type ContactTexts, contactContents, contactFields, contactKeys } from './contact-fields.ts'
import { cannotHold, groupForNew, lockedOwnerFor } from './owner-group.ts'

export type NewContact = ContactTexts & {
  organization?: { id: number; name: string } | null
  state?: 'active' | 'inactive'
}

/**
 * Inserts contacts of a group, without checking permissions; the database rejects an address that is taken, in any
 * letter case.
 */
export async function insertContacts(tx: Tx, groupId: number, wanted: readonly NewContact[]): Promise<Contact[]> {
  if (wanted.length === 0) return []
  const rows = wanted.map(({ organization, ...one }) => ({
    ...one,
    ...contactKeys(one),
    groupId,
    organizationId: organization?.id,
    findByOrganization: keyOrNone(organization?.name),
  }))
  return tx.insert(contacts).values(rows).returning()
}

/** The fields of a contact as its history keeps them. */
export const contactValues = (contact: Contact) => pick(contact, contactContents)

/**
 * Creates a contact of a group; it is active.
 * @returns the contact, or all faults of the input, by field
 */
export const createContact = (db: Db, actor: Actor, groupId: number, given: ContactFields): Promise<Result<Contact>> =>
  attempt(db, async (tx) => {
    const owner = await checkTwice(
      () => groupForNew(tx, actor, groupId),
      () => lockTreesUnmoved(tx, sql`${groupId}::bigint`, 'together'),
    )
    if (owner.refused) return owner
    const { texts, faults } = readTexts(contactFields, given, { whole: true })
    const organization = await organizationFor(tx, groupId, given.organizationId)
    const all = [
      ...cannotHold(owner.value, 'contact'),
      ...faults,
      ...organization.faults,
      ...(await takenBy(tx, { groupId, ...texts })),
    ]
    if (all.length > 0) return invalid(all)
    const [contact] = (await insertContacts(tx, groupId, [{ ...texts, organization: organization.found }])) as [Contact]
    await record(tx, actor, [
      { action: 'contact_created', groupId, contactId: contact.id, after: contactValues(contact) },
    ])
    return done(contact)
  })

/**
 * Edits a contact: absent fields stay, null clears one.
 * @param given `active`: false makes it inactive, true active again
 */
export const editContact = (
  db: Db,
  actor: Actor,
  id: number,
  given: ContactFields & { active?: boolean | null },
): Promise<Result<Contact>> =>
  attempt(db, async (tx) => {
    const owner = await lockedOwnerFor(tx, actor, { noun: 'contact', id })
    if (owner.refused) return owner
    const groupId = owner.value.id
    // Before the contact itself, because renaming or deleting an organization locks the organization first.
    const organization = await organizationFor(tx, groupId, given.organizationId)
    const [before] = await tx.select().from(contacts).where(eq(contacts.id, id)).for('no key update')
    if (!before) return notFound('contact')
    const { texts, faults } = readTexts(contactFields, given, { whole: false })
    const all = [...faults, ...organization.faults, ...(await takenBy(tx, { id, groupId, ...texts }))]
    if (all.length > 0) return invalid(all)
    return done(await save(tx, actor, before, { texts, active: given.active, organization: organization.found }))
  })

interface Edit {
  texts: Partial<ContactTexts>
  active?: boolean | null
  /** undefined: unchanged. */
  organization: { id: number; name: string } | null | undefined
}

async function save(tx: Tx, actor: Actor, before: Contact, { texts, active, organization }: Edit): Promise<Contact> {
  const after: Contact = { ...before, ...texts }
  if (organization !== undefined) {
    after.organizationId = organization?.id ?? null
    after.findByOrganization = keyOrNone(organization?.name)
  }
  if (typeof active === 'boolean') after.state = active ? 'active' : 'inactive'
  const changed = difference(contactValues(before), contactValues(after))
  if (!changed && after.state === before.state) return before
  const { id, searchText: _, ...row } = { ...after, ...contactKeys(after) }
  const [saved] = await tx
    .update(contacts)
    .set({ ...row, updatedAt: sql`now()` })
    .where(eq(contacts.id, id))
    .returning()
  const about = { groupId: before.groupId, contactId: before.id }
  const events: Event[] = changed ? [{ action: 'contact_edited', ...about, ...changed }] : []
  if (after.state !== before.state)
    events.push({ action: after.state === 'active' ? 'contact_activated' : 'contact_deactivated', ...about })
  await record(tx, actor, events)
  return saved as Contact
}

const notOurs: FieldFault = {
  field: 'organizationId',
  fault: 'The specified organization was not found or does not belong to this group',
}

/**
 * The new organization of a contact: undefined for unchanged, null for none. It is locked, so that its name doesn't
 * change.
 */
async function organizationFor(
  tx: Tx,
  groupId: number,
  id: number | null | undefined,
): Promise<{ found: { id: number; name: string } | null | undefined; faults: FieldFault[] }> {
  if (id === undefined || id === null) return { found: id, faults: [] }
  const [found] = await tx
    .select({ id: organizations.id, name: organizations.name })
    .from(organizations)
    .where(and(eq(organizations.id, id), eq(organizations.groupId, groupId)))
    .for('share')
  return found ? { found, faults: [] } : { found: null, faults: [notOurs] }
}

/** Reports that an address is taken, together with the other faults. If two are added at once, the database decides. */
async function takenBy(
  tx: Tx,
  { id = 0, groupId, email }: { id?: number; groupId: number; email?: string | null },
): Promise<FieldFault[]> {
  if (!email) return []
  const same = and(eq(contacts.groupId, groupId), eq(contacts.emailKey, addressKey(email)), ne(contacts.id, id))
  const [other] = await tx.select({ id: contacts.id }).from(contacts).where(same).limit(1)
  return other ? [{ field: 'email', fault: 'Email has already been taken' }] : []
}
