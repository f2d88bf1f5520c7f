// The owner group of contacts and organizations, and whether a user can manage them there.
import { sql } from 'drizzle-orm'
import type { Tx } from '../../storage/db.ts'
import { type GroupFacts, readGroupFacts } from '../groups/facts.ts'
import type { Actor } from '../rules/history.ts'
import { can } from '../rules/permissions.ts'
import { done, type Fault, forbidden, notFound, type Result } from '../rules/results.ts'
import { holdTreesStill } from '../rules/tree-locks.ts'

export type Noun = 'contact' | 'organization'

const tables = { contact: sql`contacts`, organization: sql`organizations` } as const

/** Locks the trees of their owner groups, so that they aren't moved or copied to another meanwhile. Taken before any other lock. */
export const holdHolders = (tx: Tx, noun: Noun, ids: readonly number[]): Promise<void> =>
  holdTreesStill(tx, sql`select group_id from ${tables[noun]} where id = any(${sql.param(ids)}::bigint[])`, 'together')

/**
 * The group, if the actor can create and edit its contacts and organizations.
 * @param about what is requested; for a user who can't even see it, it doesn't exist
 */
export async function holderFor(tx: Tx, groupId: number, { userId }: Actor, about: Noun | 'group'): Promise<Result<GroupFacts>> {
  const holder = await readGroupFacts(tx, groupId, userId)
  const mayKnow = holder && (about === 'group' ? can(holder.standing, 'read_group') : can(holder.asHolder, 'read_contacts'))
  if (!mayKnow) return notFound(about)
  return can(holder.asHolder, 'admin_contacts') ? done(holder) : forbidden('admin_contacts')
}

/** Why a group can't own a new one, if it can't. */
export const cannotHold = ({ mayHoldContacts }: GroupFacts, noun: Noun): Fault[] =>
  mayHoldContacts ? [] : [{ field: 'group', fault: `${noun}s can only be added to root groups and groups configured as CRM targets` }]
