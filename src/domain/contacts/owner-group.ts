// The owner group of contacts and organizations, and whether a user can manage them there.
import { type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../../storage/db.ts'
import { type GroupFacts, readFactsOfGroup } from '../groups/facts.ts'
import { groupFor, guardOwner } from '../groups/guard.ts'
import { type Caller, checkTwice, permit } from '../rules/guard.ts'
import type { Ability } from '../rules/permissions.ts'
import type { FieldFault, Result } from '../rules/results.ts'
import { lockTreesUnmoved } from '../rules/tree-locks.ts'

export type Noun = 'contact' | 'organization'

const tables = { contact: sql`contacts`, organization: sql`organizations` } as const

const ownerGroupsOf = (noun: Noun, ids: readonly number[]): SQL =>
  sql`select group_id from ${tables[noun]} where id = any(${sql.param(ids)}::bigint[])`

/**
 * Locks the trees of their owner groups, so that they aren't moved or copied meanwhile. Taken before any other lock.
 */
export const lockOwnerGroups = (tx: Tx, noun: Noun, ids: readonly number[]): Promise<void> =>
  lockTreesUnmoved(tx, ownerGroupsOf(noun, ids), 'together')

/**
 * The owner group of a contact or organization, for a caller who has the ability for what it owns: by default to see
 * it.
 * @returns `not found`, in the same one statement, if it doesn't exist or the caller can't see it
 */
export const ownerFor = async (
  tx: Tx,
  { userId }: Caller,
  { noun, id }: { noun: Noun; id: number },
  ability?: Ability,
): Promise<Result<GroupFacts>> =>
  guardOwner(await readFactsOfGroup(tx, ownerGroupsOf(noun, [id]), userId), noun, ability)

/** The same for a caller who can change it, with the tree of the group locked until the transaction ends. */
export const lockedOwnerFor = (tx: Tx, caller: Caller, one: { noun: Noun; id: number }): Promise<Result<GroupFacts>> =>
  checkTwice(
    () => ownerFor(tx, caller, one, 'admin_contacts'),
    () => lockOwnerGroups(tx, one.noun, [one.id]),
  )

/** The group, if the caller can create contacts and organizations in it. */
export async function groupForNew(tx: Tx, caller: Caller, groupId: number): Promise<Result<GroupFacts>> {
  const group = await groupFor(tx, caller, groupId)
  return group.refused ? group : permit(group.value, group.value.asOwnerGroup, 'admin_contacts')
}

/** Why a group can't own a new one, if it can't. */
export const cannotHold = ({ mayHoldContacts }: GroupFacts, noun: Noun): FieldFault[] =>
  mayHoldContacts
    ? []
    : [{ field: 'group', fault: `${noun}s can only be added to root groups and groups configured as CRM targets` }]
