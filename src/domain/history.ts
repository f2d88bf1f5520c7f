// Who did what, when, from where. Subjects are named by id alone, so that personal data goes with the contact.
import { type SQL, sql } from 'drizzle-orm'

/** Who acts, and the door they came through. */
export interface Actor {
  userId: number
  via: string
}

/**
 * SQL: keeps the fact that contacts were linked to issues and unlinked from them. The arguments name what yields: `made` the (issue_id, actor_id,
 * via), `added` and `removed` the (issue_id, contact_id).
 */
export const recordLinks = (made: SQL, added: SQL, removed: SQL): SQL =>
  sql`insert into history (actor_id, via, issue_id, contact_id, action)
    select made.actor_id, made.via, made.issue_id, links.contact_id, links.action
    from (select *, 'contact_linked' as action from ${added} union all select *, 'contact_unlinked' from ${removed}) links
    join ${made} using (issue_id)`
