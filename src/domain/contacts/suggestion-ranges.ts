// The index ranges in which a term is looked up, best match first.
import { type SQL, sql } from 'drizzle-orm'
import { given } from '../../storage/statement.ts'
import { asWords, phoneDigits } from './typed-term.ts'

/** What a text is looked for as; null where it can't be that. */
const readings = {
  name: (text: string) => (text.startsWith('@') ? null : text),
  address: (text: string) => (text.startsWith('@') || text.includes(' ') ? null : text),
  domain: (text: string) => (text.includes(' ') ? null : text.replace(/^@/, '')),
  words: (text: string) => asWords(text) ?? null,
  digits: (text: string) => phoneDigits(text) ?? null,
}
type Reading = keyof typeof readings

interface Index {
  /** The rows `r`, those of active contacts. */
  rows: SQL
  id: SQL
  /** What must begin with the term. */
  key: SQL
  order: SQL
  reads: Reading
}

const inContacts = (key: SQL, order: SQL, reads: Reading): Index => ({
  rows: sql`contacts r where r.state = 'active'`,
  id: sql`r.id`,
  key,
  order,
  reads,
})

const inWords = (kind: SQL, reads: Reading): Index => ({
  rows: sql`contact_words r where r.kind = ${kind}`,
  id: sql`r.contact_id`,
  key: sql`r.word`,
  order: sql`r.word, r.surname, r.contact_id`,
  reads,
})

const bySurname = inContacts(sql`r.find_by_surname`, sql`r.find_by_surname, r.id`, 'name')
const byDomain = inContacts(sql`r.find_by_domain`, sql`r.find_by_domain, r.find_by_surname, r.id`, 'domain')

// Ordered by rank: the most likely match comes first.
const indexes: readonly Index[] = [
  inContacts(sql`r.find_by_name`, sql`r.find_by_name, r.id`, 'name'),
  bySurname,
  inWords(sql`'name'`, 'words'),
  inContacts(sql`r.find_by_email`, sql`r.find_by_email, r.id`, 'address'),
  // Like the index, which contains no contacts without an address.
  { ...byDomain, rows: sql`${byDomain.rows} and r.email is not null` },
  inContacts(sql`r.find_by_organization`, sql`r.find_by_organization, r.find_by_surname, r.id`, 'name'),
  inWords(sql`'organization'`, 'words'),
  inWords(sql`'phone'`, 'digits'),
]

// Above every character: what begins with a text is from the text to the text with it.
const last = sql`'\u{10FFFF}'`

/** SQL: does the key begin with the text? In a form for which an index is used. */
const begins = (key: SQL, text: SQL): SQL => sql`${key} >= ${text}::text and ${key} < ${text}::text || ${last}`

/** The values for `rangesOf` and `wordsFit` by the same prefix. */
export const readingsOf = (prefix: string, text: string): Record<string, string | null> =>
  Object.fromEntries(Object.entries(readings).map(([reading, read]) => [`${prefix}_${reading}`, read(text)]))

const as = (prefix: string, reading: Reading): SQL => given(`${prefix}_${reading}`)

/**
 * SQL: at most as many contacts of each index as are given as `limit`, as `id` and `rank`, without those of the table
 * `taken`.
 */
export const rangesOf = (prefix: string): SQL =>
  sql.join(
    indexes.map((index, rank) => rangeOf(index, rank, begins(index.key, as(prefix, index.reads)))),
    sql` union all `,
  )

/** SQL: the same by surname alone, for when nothing is typed. */
export const firstRange: SQL = rangeOf(bySurname, 0, begins(bySurname.key, as('text', 'name')))

function rangeOf({ rows, id, order }: Index, rank: number, fits: SQL): SQL {
  return sql`(select ${id} as id, ${sql.raw(String(rank))} as rank from ${rows} and r.group_id = ${given('source')}
    and ${fits}
    and ${id} not in (select id from taken) order by ${order} limit ${given('limit')})`
}

const keys = [sql`c.find_by_name`, sql`c.find_by_surname`, sql`c.find_by_organization`, sql`c.find_by_email`]

/** SQL: is the word a prefix of something by which the contact `c` is suggested? */
export function wordFits(prefix: string): SQL {
  const begun = keys.map((key) => sql`starts_with(${key}, ${as(prefix, 'name')})`)
  return sql`(${sql.join(begun, sql` or `)} or starts_with(c.find_by_domain, ${as(prefix, 'domain')})
    or exists (select from contact_words w where w.contact_id = c.id and ${begins(sql`w.word`, as(prefix, 'words'))}))`
}

/** SQL: the digits of the phone number of the contact `c`. */
export const phoneOf = sql`regexp_replace(c.phone_key, '[^0-9]', '', 'g')`
