// Who did what, when, from where. Subjects are named by id alone, so that personal data goes with the contact.
import { type SQL, sql } from 'drizzle-orm'

/** Who acts, and the door they came through. */
export interface Actor {
  userId: number
  via: string
}

/** SQL: keeps the fact that contacts were linked to an issue and unlinked from it; `added` and `removed` name what yields their `contact_id`. */
export const recordLinks = (actor: Actor, issueId: number, { added, removed }: { added: SQL; removed: SQL }): SQL =>
  sql`insert into history (actor_id, via, issue_id, contact_id, action)
    select ${actor.userId}::bigint, ${actor.via}, ${issueId}::bigint, contact_id, action
    from (select contact_id, 'contact_linked' as action from ${added} union all select contact_id, 'contact_unlinked' from ${removed}) links`
