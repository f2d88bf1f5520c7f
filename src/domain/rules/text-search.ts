// Searching short lists, row by row: a part of a text, in any letter case.
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm'

/** SQL: is this a part of any of the texts? */
export const isPartOf = (part: string, ...texts: readonly SQLWrapper[]): SQL =>
  sql`(${sql.join(
    texts.map((text) => sql`strpos(lower(${text}), lower(${part})) > 0`),
    sql` or `,
  )})`
