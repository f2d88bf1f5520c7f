// Who did what, when, from where. Subjects are named by id alone, so that personal data goes with the contact.
import { sql } from 'drizzle-orm'
import type { Tx } from '../storage/db.ts'

/** Who acts, and the door they came through. */
export interface Actor {
  userId: number
  via: string
}

/** Keeps the fact that contacts were linked to an issue or unlinked from it. */
export async function recordLinks(
  tx: Tx,
  actor: Actor,
  issueId: number,
  links: { added: readonly number[]; removed: readonly number[] },
): Promise<void> {
  const rows = [
    ...links.added.map((contactId) => ({ contactId, action: 'contact_linked' })),
    ...links.removed.map((contactId) => ({ contactId, action: 'contact_unlinked' })),
  ]
  await tx.execute(sql`insert into history (actor_id, via, issue_id, contact_id, action)
    select ${actor.userId}::bigint, ${actor.via}, ${issueId}::bigint, link.contact_id, link.action
    from unnest(${sql.param(rows.map((row) => row.contactId))}::bigint[], ${sql.param(rows.map((row) => row.action))}::text[]) as link (contact_id, action)`)
}
