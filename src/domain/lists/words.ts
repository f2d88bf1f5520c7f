// The words of a search: how many, how long, and how rows in which they occur are found.
import { type SQL, sql } from 'drizzle-orm'
import { type FieldFault, faultsAmong } from '../rules/results.ts'

const longestSearch = 1_000

/** What is wrong with a search. */
export const faultsOfSearch = (search: string | null | undefined): FieldFault[] =>
  faultsAmong([
    [
      (search ?? '').length > longestSearch,
      { field: 'search', fault: `Search is too long (maximum is ${longestSearch} characters)` },
    ],
  ])

/** Can all of these words occur? Stored text never contains a NUL. */
export const canOccur = (words: readonly string[]): boolean => !words.some((word) => word.includes('\0'))

/** The pattern for a column that contains a word. Pattern characters are escaped. */
const patternOf = (word: string): string => `%${word.replace(/[\\%_]/g, '\\$&')}%`

/** SQL: do all words occur in the row's `search_text`? */
export const wordsOccur = (words: readonly string[]): SQL =>
  sql`search_text like all (${sql.param(words.map(patternOf))}::text[])`

// Three letters or digits in a row make a trigram.
const hasTrigram = /[\p{L}\p{N}]{3}/u
// Looking up more words costs more than it saves.
const mostLookedUp = 3

/**
 * SQL: the same for the longest words alone, in a form for which the trigram index is used: one condition for each
 * word.
 * @returns undefined if no word has a trigram
 */
export function trigramsOccur(words: readonly string[]): SQL | undefined {
  const long = words.filter((word) => hasTrigram.test(word)).toSorted((a, b) => b.length - a.length)
  if (long.length === 0) return undefined
  const patterns = long.slice(0, mostLookedUp).map((word) => sql`search_text like ${patternOf(word)}`)
  return sql.join(patterns, sql` and `)
}
