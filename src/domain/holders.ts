// The group that holds contacts and organizations, and whether somebody may manage them there.
import { sql } from 'drizzle-orm'
import type { Tx } from '../storage/db.ts'
import { type GroupFacts, readGroupFacts } from './group-facts.ts'
import type { Actor } from './history.ts'
import { can } from './permissions.ts'
import { done, type Fault, forbidden, notFound, type Result } from './refusals.ts'
import { holdTreesStill } from './trees.ts'

export type Noun = 'contact' | 'organization'

const tables = { contact: sql`contacts`, organization: sql`organizations` } as const

/** Holds the trees of the groups that hold these: nobody moves or copies them to another meanwhile. Before anything else is held. */
export const holdHolders = (tx: Tx, noun: Noun, ids: readonly number[]): Promise<void> =>
  holdTreesStill(tx, sql`select group_id from ${tables[noun]} where id = any(${sql.param(ids)}::bigint[])`, 'together')

/**
 * The group, if the actor may create and edit what it holds.
 * @param about what is asked for; to somebody who may not even see it, it does not exist
 */
export async function holderFor(tx: Tx, groupId: number, { userId }: Actor, about: Noun | 'group'): Promise<Result<GroupFacts>> {
  const holder = await readGroupFacts(tx, groupId, userId)
  const mayKnow = holder && (about === 'group' ? can(holder.standing, 'read_group') : can(holder.asHolder, 'read_contacts'))
  if (!mayKnow) return notFound(about)
  return can(holder.asHolder, 'admin_contacts') ? done(holder) : forbidden('admin_contacts')
}

/** Why a group cannot take a new one, if it cannot. */
export const cannotHold = ({ mayHoldContacts }: GroupFacts, noun: Noun): Fault[] =>
  mayHoldContacts ? [] : [{ field: 'group', fault: `${noun}s can only be added to root groups and groups configured as CRM targets` }]
