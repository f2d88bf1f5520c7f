// Deleting contacts and organizations: their data goes; the record that something happened stays.
import { eq, inArray, type SQL, sql } from 'drizzle-orm'
import { contacts, organizations } from '../../storage/contacts-schema.ts'
import { Again, type Db, rowsOf, type Tx } from '../../storage/db.ts'
import { erasures } from '../../storage/schema.ts'
import { lockIssues } from '../issues/issues.ts'
import { cutLinks } from '../issues/unlinking.ts'
import { type Actor, forgetContents, record, recordSameEdit } from '../rules/history.ts'
import { done, notFound, type Result } from '../rules/results.ts'
import { attempt } from '../rules/transaction.ts'
import { setOrganization } from './organizations.ts'
import { lockedOwnerFor } from './owner-group.ts'

/**
 * Deletes a contact, its links, and its values in the history. Its names and addresses are recorded, to be removed from
 * deliveries too.
 */
export const deleteContact = (db: Db, actor: Actor, id: number): Promise<Result<true>> =>
  attempt(db, async (tx) => {
    const owner = await lockedOwnerFor(tx, actor, { noun: 'contact', id })
    if (owner.refused) return owner
    const issues = await lockIssuesOf(tx, id)
    const [contact] = await tx.select().from(contacts).where(eq(contacts.id, id)).for('update')
    if (!contact) return notFound('contact')
    await checkIssuesOf(tx, id, issues)
    await cutLinks(tx, actor, sql`l.contact_id = ${id}`)
    await leaveTraces(tx, sql`select ${id}::bigint`)
    await record(tx, actor, [{ action: 'contact_deleted', groupId: contact.groupId, contactId: id }])
    await forgetContents(tx, 'contact_id', sql`select ${id}::bigint`)
    await tx.delete(contacts).where(eq(contacts.id, id))
    return done(true)
  })

/** Deletes an organization; its contacts stay, without an organization. */
export const deleteOrganization = (db: Db, actor: Actor, id: number): Promise<Result<true>> =>
  attempt(db, async (tx) => {
    const owner = await lockedOwnerFor(tx, actor, { noun: 'organization', id })
    if (owner.refused) return owner
    const [organization] = await tx.select().from(organizations).where(eq(organizations.id, id)).for('update')
    if (!organization) return notFound('organization')
    const ours = sql`select id, group_id from contacts where organization_id = ${id}`
    await recordSameEdit(tx, actor, ours, { before: { organizationId: id }, after: { organizationId: null } })
    await setOrganization(tx, sql`organization_id = ${id}`, { id: null, key: null })
    await record(tx, actor, [{ action: 'organization_deleted', groupId: organization.groupId, organizationId: id }])
    await forgetContents(tx, 'organization_id', sql`select ${id}::bigint`)
    await tx.delete(organizations).where(eq(organizations.id, id))
    return done(true)
  })

const issuesLinkedTo = (contactId: number) => sql`select issue_id from issue_contacts where contact_id = ${contactId}`

/**
 * Locks the issues that a contact is linked to, before the contact itself, because operations on an issue lock the
 * issue first.
 */
export const lockIssuesOf = (tx: Tx, contactId: number): Promise<number[]> => lockIssues(tx, issuesLinkedTo(contactId))

/** Once the contact is locked, nobody can link it; if someone did while we waited, the transaction starts over. */
export async function checkIssuesOf(tx: Tx, contactId: number, held: readonly number[]): Promise<void> {
  const known = new Set(held)
  const now = await rowsOf<{ issue_id: number }>(tx, issuesLinkedTo(contactId))
  if (now.some(({ issue_id }) => !known.has(issue_id))) throw new Again('the contact was linked meanwhile')
}

/**
 * Records every address that contacts have or had, and their names in either order, because commands may contain them.
 * @param ids SQL that yields the contacts
 */
export async function leaveTraces(tx: Tx, ids: SQL): Promise<void> {
  const addresses = (of: SQL) => sql`select had.email from history h,
    lateral (values (h.before->>'email'), (h.after->>'email'), (h.before->'merged'->>'email')) as had (email)
    where h.contact_id ${of} and had.email is not null`
  const key = (text: SQL) => sql`lower(normalize(${text}, NFC)) collate "C"`
  await tx.execute(sql`insert into erasures (trace)
    select email_key from contacts where id in (${ids}) and email_key is not null
    union select ${key(sql`kept.email`)} from (${addresses(sql`in (${ids})`)}) kept
    union select ${key(sql`names.name`)} from contacts c,
      lateral (values (c.first_name || ' ' || c.last_name), (c.last_name || ' ' || c.first_name)) as names (name)
      where c.id in (${ids})`)
}

/** A text to remove from past deliveries: an address or a name, in lower case. */
export interface Erasure {
  id: number
  trace: string
}

/** What is still to be removed, oldest first. */
export const erasuresAsked = (tx: Tx, limit: number): Promise<Erasure[]> =>
  tx.select({ id: erasures.id, trace: erasures.trace }).from(erasures).orderBy(erasures.id).limit(limit)

/** It has been removed everywhere. */
export async function finishErasures(tx: Tx, ids: readonly number[]): Promise<void> {
  if (ids.length > 0) await tx.delete(erasures).where(inArray(erasures.id, [...ids]))
}
