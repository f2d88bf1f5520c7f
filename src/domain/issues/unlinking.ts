// Links that are removed because something else was: a contact, or the issue's contact source. In sets, however many
// issues.
import { type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../../storage/db.ts'
import { telling } from '../../storage/notify.ts'
import { type Actor, recordLinks } from '../rules/history.ts'
import { insertNotes } from './comments.ts'
import { touchIssues } from './issues.ts'
import { removalNote } from './system-notes.ts'

/**
 * Removes links, with history, a note on each issue, the issues' time, and notifications.
 * @param which SQL: the condition on the links `l` to remove. The caller has their issues locked, or their trees
 * exclusively.
 */
export async function cutLinks(tx: Tx, { userId, via }: Actor, which: SQL): Promise<void> {
  const nothing = sql`(select issue_id, contact_id from cut where false) as nothing`
  await tx.execute(sql`with cut as (delete from issue_contacts l where ${which} returning l.issue_id, l.contact_id),
    made as (select issue_id, ${userId}::bigint as actor_id, ${via}::text as via, count(*) as n from cut
    group by issue_id),
    recorded as (${recordLinks(sql`made`, nothing, sql`cut`)}),
    noted as (${insertNotes(sql`select issue_id, actor_id, ${removalNote(sql`n`)} from made`)}),
    touched as (${touchIssues(sql`made`)})
    select count(*) from (select ${tellingOf(sql`issue_id`)} from made offset 0) told`)
}

/** SQL: notifies that issues have changed. */
export const tellingOf = (issueId: SQL): SQL => telling(sql`json_build_object('issue', ${issueId})::text`)
