// What a search of issues looks through: titles and descriptions, as they are compared; and how it uses their index.
import { type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../../storage/db.ts'
import { type Issue, issueTexts } from '../../storage/schema.ts'
import { canOccur, trigramsOccur } from '../lists/words.ts'
import { searchKey } from '../rules/search-keys.ts'

/** Stores the search text of an issue. */
export async function keepText(
  tx: Tx,
  { id, title, description }: Pick<Issue, 'id' | 'title' | 'description'>,
): Promise<void> {
  const searchText = searchKey(`${title}\n${description}`)
  await tx
    .insert(issueTexts)
    .values({ issueId: id, searchText })
    .onConflictDoUpdate({ target: issueTexts.issueId, set: { searchText: sql`excluded.search_text` } })
}

/**
 * SQL: the ids of issues in which words can occur, at most one more than `most`.
 * @returns undefined if the index is of no use
 */
export function textsWith(words: readonly string[], most: number): SQL | undefined {
  const occur = canOccur(words) && trigramsOccur(words)
  return occur ? sql`select issue_id as id from issue_texts where ${occur} limit ${inlined(most)} + 1` : undefined
}

/**
 * SQL: what was fetched, if the candidates, the table `found`, are at most `most`; otherwise what is met on the way
 * through the list.
 * @param fetched SQL that yields the same columns as `walked`
 */
export function foundOrWalked(most: number, fetched: SQL, walked: SQL): SQL {
  const areFew = sql`(select count(*) from found) <= ${inlined(most)}`
  return sql`select * from (${fetched}) fetched where ${areFew} union all select * from (${walked}) walked
    where not ${areFew}`
}

// So that the planner knows it.
const inlined = (n: number): SQL => sql.raw(String(n))
