// The companies that contacts belong to.
import type { Tx } from '../storage/db.ts'
import { type Organization, organizations } from '../storage/schema.ts'

export interface NewOrganization {
  name: string
  defaultRate?: string
  description?: string
}

/** Two names of one organization have the same key: letter case does not matter. */
const nameKey = (name: string) => name.normalize('NFC').toLowerCase()

/** Creates organizations of a group; the database refuses a name that is taken in any letter case. */
export async function createOrganizations(tx: Tx, groupId: number, wanted: readonly NewOrganization[]): Promise<Organization[]> {
  if (wanted.length === 0) return []
  const rows = wanted.map((one) => ({ ...one, name: one.name.trim(), groupId, nameKey: nameKey(one.name.trim()) }))
  return tx.insert(organizations).values(rows).returning()
}
