// The index ranges in which a term is looked up, best match first.
import { type SQL, sql } from 'drizzle-orm'
import { asWords, phoneDigits } from './typed-term.ts'

interface Index {
  /** The rows `r`, those of active contacts. */
  rows: SQL
  id: SQL
  /** What must begin with the term. */
  key: SQL
  order: SQL
  /** What to look for; undefined if the text can't be such a key. */
  termIn(text: string): string | undefined
}

const inContacts = (key: SQL, order: SQL, termIn: Index['termIn']): Index => ({
  rows: sql`contacts r where r.state = 'active'`,
  id: sql`r.id`,
  key,
  order,
  termIn,
})

const inWords = (kind: SQL, termIn: Index['termIn']): Index => ({
  rows: sql`contact_words r where r.kind = ${kind}`,
  id: sql`r.contact_id`,
  key: sql`r.word`,
  order: sql`r.word, r.surname, r.contact_id`,
  termIn,
})

const asName = (text: string) => (text.startsWith('@') ? undefined : text)
const asAddress = (text: string) => (text.startsWith('@') || text.includes(' ') ? undefined : text)
const asDomain = (text: string) => (text.includes(' ') ? undefined : text.replace(/^@/, ''))

const bySurname = inContacts(sql`r.find_by_surname`, sql`r.find_by_surname, r.id`, asName)
const byDomain = inContacts(sql`r.find_by_domain`, sql`r.find_by_domain, r.find_by_surname, r.id`, asDomain)

// Ordered by rank: the most likely match comes first.
const indexes: readonly Index[] = [
  inContacts(sql`r.find_by_name`, sql`r.find_by_name, r.id`, asName),
  bySurname,
  inWords(sql`'name'`, asWords),
  inContacts(sql`r.find_by_email`, sql`r.find_by_email, r.id`, asAddress),
  // Like the index, which contains no contacts without an address.
  { ...byDomain, rows: sql`${byDomain.rows} and r.email is not null` },
  inContacts(sql`r.find_by_organization`, sql`r.find_by_organization, r.find_by_surname, r.id`, asName),
  inWords(sql`'organization'`, asWords),
  inWords(sql`'phone'`, phoneDigits),
]

/** Above every character, so that `key >= term and key < term || last` is the range of what begins with the term. */
export const last = '\u{10FFFF}'

export interface Looking {
  sourceId: number
  limit: number
  /** SQL: the ids to exclude. */
  except: SQL
}

/** SQL: at most `limit` contacts of each index, as `id` and `rank`. */
export function rangesOf(text: string, looking: Looking): SQL {
  // Nothing typed: only the first by name are needed.
  const some = text === '' ? [bySurname] : indexes
  const ranges = some.map((index, rank) => rangeOf(index, { rank, text, ...looking })).filter((range) => range !== undefined)
  return sql.join(ranges, sql` union all `)
}

function rangeOf(index: Index, { rank, text, sourceId, limit, except }: Looking & { rank: number; text: string }): SQL | undefined {
  const term = index.termIn(text)
  if (term === undefined) return
  const { rows, id, key, order } = index
  return sql`(select ${id} as id, ${sql.raw(String(rank))} as rank from ${rows} and r.group_id = ${sourceId} and ${key} >= ${term} and ${key} < ${term + last}
    and ${id} not in (${except}) order by ${order} limit ${limit})`
}

/** SQL: is each word a prefix of something by which the contact `c` is suggested? */
export const wordsFit = (words: readonly string[]): SQL => sql.join(words.map(wordFits), sql` and `)

const keys = [sql`c.find_by_name`, sql`c.find_by_surname`, sql`c.find_by_organization`, sql`c.find_by_email`]

function wordFits(word: string): SQL {
  const begun = keys.map((key) => sql`starts_with(${key}, ${word})`)
  const term = asWords(word)
  return sql`(${sql.join(begun, sql` or `)} or starts_with(c.find_by_domain, ${word.replace(/^@/, '')})
    or exists (select from contact_words w where w.contact_id = c.id and w.word >= ${term} and w.word < ${term + last}))`
}

/** SQL: the digits of the phone number of the contact `c`. */
export const phoneOf = sql`regexp_replace(c.phone_key, '[^0-9]', '', 'g')`
