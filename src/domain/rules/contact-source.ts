// The contact source of a group, as SQL: how it is found, and which groups it applies to.
import { type SQL, sql } from 'drizzle-orm'

/**
 * SQL: the id of the contact source of a group, whose `ancestors` are given. From the group up, the first that names a
 * source decides; if none does, it is the top-level group. The source's own source is not followed.
 */
export const contactSourceOf = (ancestors: SQL): SQL =>
  sql`coalesce((select s.contact_source_id from group_settings s where s.group_id = any(${ancestors})
    and s.contact_source_id is not null
    order by array_position(${ancestors}, s.group_id) desc limit 1), (${ancestors})[1])`

/**
 * SQL: can the group `g` with the settings `here` own contacts? If it is top-level and names no other source, or some
 * group names it.
 */
export const mayHoldContacts: SQL = sql`(g.parent_id is null and coalesce(here.contact_source_id, g.id) = g.id
  or exists (select from group_settings named where named.contact_source_id = g.id))`

/** SQL: the ids of a group and of those below it that use its source, because none in between names another. */
export const affectedGroups = (groupId: SQL): SQL =>
  sql`select below.id from groups below where below.ancestors @> array[${groupId}] and not exists (
    select from group_settings s where s.contact_source_id is not null
      and s.group_id = any(below.ancestors[array_position(below.ancestors, ${groupId}) + 1:]))`
