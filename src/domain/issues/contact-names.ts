// Names in plain words: the contacts that fit them, for all names of a round in one statement.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import type { FittingContact, Wish } from '../rules/change.ts'
import { nameWords } from '../rules/search-keys.ts'
import type { IssueFacts } from './issues.ts'

/** A name on an issue, with its index. */
export interface SoughtName {
  place: number
  name: string
  wish: Wish
  facts: IssueFacts
}

export interface Fitting {
  /** By surname. */
  contacts: FittingContact[]
  more: boolean
}

/** How many are offered. */
const mostOffered = 20
/** A name with more words fits nobody. */
const mostWords = 10

/**
 * The contacts that fit names: active ones of the source for adding, linked ones for removing. Each word is a whole word of the contact's name or of its
 * organization's name, and at least one is of the contact's. Letter case and accents are ignored.
 * @returns by index; empty for a name that fits nobody
 */
export async function contactsFitting(tx: Tx, names: readonly SoughtName[]): Promise<Map<number, Fitting>> {
  const sought = names
    .map((one) => ({ ...one, words: nameWords(one.name) }))
    .filter(({ words }) => words.length > 0 && words.length <= mostWords)
  const found = new Map<number, Fitting>()
  if (sought.length === 0) return found
  for (const { place, ...contact } of await rowsOf<FittingContact & { place: number }>(tx, allFitting(sought))) {
    const fitting = found.get(place) ?? { contacts: [], more: false }
    found.set(place, fitting)
    if (fitting.contacts.length < mostOffered) fitting.contacts.push(contact)
    else fitting.more = true
  }
  return found
}

const wordsOf = (key: SQL): SQL => sql`string_to_array(parted(${key}), ' ')`
// Is each word one of the contact `c`?
const fits = sql`${wordsOf(sql`c.find_by_name || ' ' || coalesce(c.find_by_organization, '')`)} @> n.words`
const limit = sql.raw(String(mostOffered + 1))

// A word with what follows it, or a last word. Each range stops at the number that can be offered.
const begins = (key: SQL): SQL => sql`${key} >= typed.word || ' ' and ${key} < typed.word || '!'`
const inContacts = (key: SQL): SQL => sql`(select c.id from contacts c
  where c.group_id = n.source_id and c.state = 'active' and ${begins(key)} and ${fits} limit ${limit})`
// Words that are neither the start of a name nor of a surname (drizzle/…_words_of_contacts.sql).
const inWords = (is: SQL): SQL => sql`(select c.id from contact_words w join contacts c on c.id = w.contact_id
  where w.group_id = n.source_id and w.kind = 'name' and ${is} and c.state = 'active' and ${fits} limit ${limit})`
const active = sql.join(
  [inContacts(sql`c.find_by_name`), inContacts(sql`c.find_by_surname`), inWords(begins(sql`w.word`)), inWords(sql`w.word = typed.word`)],
  sql` union all `,
)

const linked = sql`select c.id from issue_contacts l join contacts c on c.id = l.contact_id
  where l.issue_id = n.issue_id and ${fits} and ${wordsOf(sql`c.find_by_name`)} && n.words limit ${limit}`

function allFitting(sought: readonly (SoughtName & { words: string[] })[]): SQL {
  const of = (column: (one: (typeof sought)[number]) => number | string) => sql.param(sought.map(column))
  return sql`with names as (
      select place, wish, issue_id, source_id, string_to_array(words, ' ') as words from unnest(${of(({ place }) => place)}::int[],
        ${of(({ wish }) => wish)}::text[], ${of(({ facts }) => facts.issueId)}::bigint[], ${of(({ facts }) => facts.sourceId)}::bigint[],
        ${of(({ words }) => words.join(' '))}::text[]) as names (place, wish, issue_id, source_id, words)
    ), found as (
      select distinct n.place, active.id from names n cross join unnest(n.words) as typed (word)
        cross join lateral (${active}) active where n.wish = 'add'
      union all select n.place, linked.id from names n cross join lateral (${linked}) linked where n.wish = 'remove'
    )
    select f.place, c.id, c.first_name || ' ' || c.last_name as name, c.email as address, o.name as organization
    from found f join contacts c on c.id = f.id left join organizations o on o.id = c.organization_id order by f.place, c.find_by_surname, c.id`
}
