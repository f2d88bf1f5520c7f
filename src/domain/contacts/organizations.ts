// The companies that contacts belong to: create and edit.
import { and, eq, ne, type SQL, sql } from 'drizzle-orm'
import { contacts, type Organization, organizations } from '../../storage/contacts-schema.ts'
import type { Db, Tx } from '../../storage/db.ts'
import { checkTwice } from '../rules/guard.ts'
import { type Actor, difference, type Event, record } from '../rules/history.ts'
import { pick } from '../rules/records.ts'
import { done, type FieldFault, invalid, notFound, type Result } from '../rules/results.ts'
import { readTexts } from '../rules/text-fields.ts'
import { attempt } from '../rules/transaction.ts'
import { lockTreesUnmoved } from '../rules/tree-locks.ts'
import {
  nameKey,
  type OrganizationFields,
  type OrganizationTexts,
  organizationContents,
  organizationFields,
  organizationKeys,
} from './organization-fields.ts'
import { cannotHold, groupForNew, lockedOwnerFor } from './owner-group.ts'

export type NewOrganization = OrganizationTexts & { state?: 'active' | 'inactive' }

/**
 * Inserts organizations of a group, without checking permissions; the database rejects a name that is taken, in any
 * letter case.
 */
export async function insertOrganizations(
  tx: Tx,
  groupId: number,
  wanted: readonly NewOrganization[],
): Promise<Organization[]> {
  if (wanted.length === 0) return []
  return tx
    .insert(organizations)
    .values(wanted.map((one) => ({ ...one, ...organizationKeys(one), groupId })))
    .returning()
}

/** The fields of an organization as its history keeps them. */
export const organizationValues = (organization: Organization) => pick(organization, organizationContents)

/**
 * Creates an organization of a group; it is active.
 * @returns the organization, or all faults of the input, by field
 */
export const createOrganization = (
  db: Db,
  actor: Actor,
  groupId: number,
  given: OrganizationFields,
): Promise<Result<Organization>> =>
  attempt(db, async (tx) => {
    const owner = await checkTwice(
      () => groupForNew(tx, actor, groupId),
      () => lockTreesUnmoved(tx, sql`${groupId}::bigint`, 'together'),
    )
    if (owner.refused) return owner
    const { texts, faults } = readTexts(organizationFields, given, { whole: true })
    const all = [...cannotHold(owner.value, 'organization'), ...faults, ...(await takenBy(tx, { groupId, ...texts }))]
    if (all.length > 0) return invalid(all)
    const [organization] = (await insertOrganizations(tx, groupId, [texts])) as [Organization]
    const event = { groupId, organizationId: organization.id, after: organizationValues(organization) }
    await record(tx, actor, [{ action: 'organization_created', ...event }])
    return done(organization)
  })

/**
 * Edits an organization: absent fields stay, null clears one. A new name also updates the keys of its contacts.
 * @param given `active`: false makes it inactive, true active again; its contacts don't change
 */
export const editOrganization = (
  db: Db,
  actor: Actor,
  id: number,
  given: OrganizationFields & { active?: boolean | null },
): Promise<Result<Organization>> =>
  attempt(db, async (tx) => {
    const owner = await lockedOwnerFor(tx, actor, { noun: 'organization', id })
    if (owner.refused) return owner
    const [before] = await tx.select().from(organizations).where(eq(organizations.id, id)).for('no key update')
    if (!before) return notFound('organization')
    const { texts, faults } = readTexts(organizationFields, given, { whole: false })
    const all = [...faults, ...(await takenBy(tx, { id, groupId: before.groupId, ...texts }))]
    return all.length > 0 ? invalid(all) : done(await save(tx, actor, before, { texts, active: given.active }))
  })

interface Edit {
  texts: Partial<OrganizationTexts>
  active?: boolean | null
}

async function save(tx: Tx, actor: Actor, before: Organization, { texts, active }: Edit): Promise<Organization> {
  const after: Organization = { ...before, ...texts }
  if (typeof active === 'boolean') after.state = active ? 'active' : 'inactive'
  const changed = difference(organizationValues(before), organizationValues(after))
  if (!changed && after.state === before.state) return before
  const { id, searchText: _, ...row } = { ...after, ...organizationKeys(after) }
  const [saved] = await tx
    .update(organizations)
    .set({ ...row, updatedAt: sql`now()` })
    .where(eq(organizations.id, id))
    .returning()
  if (row.findByName !== before.findByName)
    await setOrganization(tx, sql`organization_id = ${before.id}`, { id: before.id, key: row.findByName })
  const about = { groupId: before.groupId, organizationId: before.id }
  const events: Event[] = changed ? [{ action: 'organization_edited', ...about, ...changed }] : []
  if (after.state !== before.state)
    events.push({ action: after.state === 'active' ? 'organization_activated' : 'organization_deactivated', ...about })
  await record(tx, actor, events)
  return saved as Organization
}

/**
 * Sets or removes the organization of contacts, and the key by which they are found through it. They are locked in
 * order first.
 */
export async function setOrganization(
  tx: Tx,
  which: SQL,
  { id, key }: { id: number | null; key: string | null },
): Promise<void> {
  const held = tx
    .$with('held')
    .as(tx.select({ id: contacts.id }).from(contacts).where(which).orderBy(contacts.id).for('no key update'))
  await tx
    .with(held)
    .update(contacts)
    .set({ organizationId: id, findByOrganization: key })
    .where(sql`${contacts.id} in (select id from ${held})`)
}

/** Reports that a name is taken, together with the other faults. If two are added at once, the database decides. */
async function takenBy(
  tx: Tx,
  { id = 0, groupId, name }: { id?: number; groupId: number; name?: string | null },
): Promise<FieldFault[]> {
  if (!name) return []
  const same = and(
    eq(organizations.groupId, groupId),
    eq(organizations.nameKey, nameKey(name)),
    ne(organizations.id, id),
  )
  const [other] = await tx.select({ id: organizations.id }).from(organizations).where(same).limit(1)
  return other ? [{ field: 'name', fault: 'Name has already been taken' }] : []
}
