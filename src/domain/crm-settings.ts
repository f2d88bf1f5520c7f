// Are customer relations on for a group, and whose contacts does it use?
import { type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../storage/db.ts'
import { groupSettings } from '../storage/schema.ts'

/**
 * SQL: the id of the contact source of a group, whose `ancestors` are given. From the group up, the first that names a source decides;
 * if none does, it is the top-level group. The source's own source is not followed.
 */
export const contactSourceOf = (ancestors: SQL): SQL =>
  sql`coalesce((select s.contact_source_id from group_settings s where s.group_id = any(${ancestors}) and s.contact_source_id is not null
    order by array_position(${ancestors}, s.group_id) desc limit 1), (${ancestors})[1])`

/** Changes settings of a group; what is not named stays as it is. */
export async function saveSettings(
  tx: Tx,
  groupId: number,
  settings: { customerRelations?: boolean; contactSourceId?: number | null },
): Promise<void> {
  await tx
    .insert(groupSettings)
    .values({ groupId, ...settings })
    .onConflictDoUpdate({ target: groupSettings.groupId, set: settings })
}
