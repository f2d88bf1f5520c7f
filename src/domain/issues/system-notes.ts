// What an issue says about a change: counts, no names. Pure.
import { type SQL, sql } from 'drizzle-orm'

const counted = (verb: string, n: number) => (n === 0 ? [] : [`${verb} ${n} contact${n === 1 ? '' : 's'}`])

/** `added 2 contacts and removed 1 contact`; '' for no change. */
export const linkNote = (added: number, removed: number): string =>
  [...counted('added', added), ...counted('removed', removed)].join(' and ')

/** SQL: the same for a count that only the database knows, and that is not 0. */
export const removalNote = (removed: SQL): SQL =>
  sql`'removed ' || ${removed} || case when ${removed} = 1 then ' contact' else ' contacts' end`
