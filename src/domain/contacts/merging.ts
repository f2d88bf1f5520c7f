// Merging duplicates: the data and links of one move to the other, which stays.
import { eq, inArray, sql } from 'drizzle-orm'
import { type Contact, contacts, type Organization, organizations } from '../../storage/contacts-schema.ts'
import type { Db, Tx } from '../../storage/db.ts'
import type { GroupFacts } from '../groups/facts.ts'
import { tellingOf } from '../issues/unlinking.ts'
import { checkTwice } from '../rules/guard.ts'
import { type Actor, handOver, record, recordSameEdit } from '../rules/history.ts'
import { pick } from '../rules/records.ts'
import { done, invalid, notFound, type Result } from '../rules/results.ts'
import { attempt } from '../rules/transaction.ts'
import { contactContents, contactKeys } from './contact-fields.ts'
import { contactValues } from './contacts.ts'
import { checkIssuesOf, lockIssuesOf } from './erasure.ts'
import { filled } from './field-tables.ts'
import { organizationContents, organizationKeys } from './organization-fields.ts'
import { organizationValues, setOrganization } from './organizations.ts'
import { lockOwnerGroups, type Noun, ownerFor } from './owner-group.ts'

/** Which two, of the same group. */
export interface Pair {
  keepId: number
  otherId: number
}

/**
 * Merges a contact into another: its links, its history, and values for fields that are empty there move over; then it
 * is deleted.
 * @returns the contact that stays, in its previous state
 */
export const mergeContacts = (db: Db, actor: Actor, pair: Pair): Promise<Result<Contact>> =>
  attempt(db, async (tx) => {
    const owners = await heldOwnersFor(tx, actor, 'contact', pair)
    if (owners.refused) return owners
    const issues = await lockIssuesOf(tx, pair.otherId)
    const two = await tx
      .select()
      .from(contacts)
      .where(inArray(contacts.id, [pair.keepId, pair.otherId]))
      .orderBy(contacts.id)
      .for('update')
    const both = pairIn(two, { ...pair, noun: 'contact' })
    if (both.refused) return both
    await checkIssuesOf(tx, pair.otherId, issues)
    const { keep, other } = both.value
    await moveLinks(tx, pair)
    await handOver(tx, 'contact_id', { from: other.id, to: keep.id })
    await tx.delete(contacts).where(eq(contacts.id, other.id))
    const kept = await fillContact(tx, keep, other)
    const change = { before: { ...contactValues(keep), merged: contactValues(other) }, after: contactValues(kept) }
    await record(tx, actor, [{ action: 'contact_merged', groupId: keep.groupId, contactId: keep.id, ...change }])
    return done(kept)
  })

/**
 * Merges an organization into another: its contacts, its history, and values for fields that are empty there move over;
 * then it is deleted.
 */
export const mergeOrganizations = (db: Db, actor: Actor, pair: Pair): Promise<Result<Organization>> =>
  attempt(db, async (tx) => {
    const owners = await heldOwnersFor(tx, actor, 'organization', pair)
    if (owners.refused) return owners
    const two = await tx
      .select()
      .from(organizations)
      .where(inArray(organizations.id, [pair.keepId, pair.otherId]))
      .orderBy(organizations.id)
      .for('update')
    const both = pairIn(two, { ...pair, noun: 'organization' })
    if (both.refused) return both
    const { keep, other } = both.value
    const theirs = sql`select id, group_id from contacts where organization_id = ${other.id}`
    await recordSameEdit(tx, actor, theirs, {
      before: { organizationId: other.id },
      after: { organizationId: keep.id },
    })
    await setOrganization(tx, sql`organization_id = ${other.id}`, { id: keep.id, key: keep.findByName })
    await handOver(tx, 'organization_id', { from: other.id, to: keep.id })
    await tx.delete(organizations).where(eq(organizations.id, other.id))
    const kept = await fillOrganization(tx, keep, other)
    const change = {
      before: { ...organizationValues(keep), merged: organizationValues(other) },
      after: organizationValues(kept),
    }
    await record(tx, actor, [
      { action: 'organization_merged', groupId: keep.groupId, organizationId: keep.id, ...change },
    ])
    return done(kept)
  })

/** The owner groups of the two, if the actor can manage both; their trees are locked. */
const heldOwnersFor = (tx: Tx, actor: Actor, noun: Noun, { keepId, otherId }: Pair): Promise<Result<GroupFacts>> =>
  checkTwice(
    async () => {
      const kept = await ownerFor(tx, actor, { noun, id: keepId }, 'admin_contacts')
      return kept.refused ? kept : ownerFor(tx, actor, { noun, id: otherId }, 'admin_contacts')
    },
    () => lockOwnerGroups(tx, noun, [keepId, otherId]),
  )

/** The two, if they are different, and in one group. */
function pairIn<Row extends Contact | Organization>(
  two: readonly Row[],
  { keepId, otherId, noun }: Pair & { noun: Noun },
): Result<{ keep: Row; other: Row }> {
  const [keep, other] = [two.find(({ id }) => id === keepId), two.find(({ id }) => id === otherId)]
  if (!keep || !other) return notFound(noun)
  if (keep.id === other.id) return invalid([{ field: 'otherId', fault: `A ${noun} cannot be merged into itself` }])
  if (keep.groupId !== other.groupId)
    return invalid([{ field: 'otherId', fault: `Only ${noun}s of the same group can be merged` }])
  return done({ keep, other })
}

/** The links keep their times; an issue linked to both has one link left. Open pages update at once. */
async function moveLinks(tx: Tx, { keepId, otherId }: Pair): Promise<void> {
  await tx.execute(sql`with moved as (
      insert into issue_contacts (issue_id, contact_id, created_at) select issue_id, ${keepId}, created_at
      from issue_contacts
      where contact_id = ${otherId} on conflict do nothing
    ) select count(*) from (select ${tellingOf(sql`issue_id`)} from issue_contacts
    where contact_id = ${otherId} offset 0) told`)
}

async function fillContact(tx: Tx, keep: Contact, other: Contact): Promise<Contact> {
  const findByOrganization = keep.organizationId === null ? other.findByOrganization : keep.findByOrganization
  const whole = filled(keep, other, contactContents)
  const [kept] = await tx
    .update(contacts)
    .set({ ...pick(whole, contactContents), ...contactKeys(whole), findByOrganization, updatedAt: sql`now()` })
    .where(eq(contacts.id, keep.id))
    .returning()
  return kept as Contact
}

async function fillOrganization(tx: Tx, keep: Organization, other: Organization): Promise<Organization> {
  const whole = filled(keep, other, organizationContents)
  const [kept] = await tx
    .update(organizations)
    .set({ ...pick(whole, organizationContents), ...organizationKeys(whole), updatedAt: sql`now()` })
    .where(eq(organizations.id, keep.id))
    .returning()
  return kept as Organization
}
