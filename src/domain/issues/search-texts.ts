// What a search of issues looks through: titles and descriptions, as they are compared.
import { sql } from 'drizzle-orm'
import type { Tx } from '../../storage/db.ts'
import { type Issue, issueTexts } from '../../storage/schema.ts'
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
