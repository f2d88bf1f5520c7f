// Names in plain words: the contacts that fit them, for all names of a round in one statement.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import type { FittingContact, Wish } from '../rules/change.ts'
import { nameWords } from '../rules/search-keys.ts'
import type { IssueFacts } from './issues.ts'

/** A name on an issue, with its index. */
export interface SoughtName {
  position: number
  name: string
  wish: Wish
  facts: IssueFacts
}

export interface Fitting {
  /** By surname. */
  contacts: FittingContact[]
  /** There are more; with no contacts: it took too long to find out who fits. */
  more: boolean
}

/** How many are offered. */
const mostOffered = 20
/** A name with more words fits nobody. */
const mostWords = 10
// Names whose words are all frequent take some milliseconds each, with a million contacts.
const longest = 5_000

/**
 * The contacts that fit names: active ones of the source for adding, linked ones for removing. Each word is a whole
 * word of the contact's name or of its organization's name, and at least one is of the contact's. Letter case and
 * accents are ignored.
 * @param milliseconds once they are over, no further name is looked up: it has `more`, but no contacts
 * @returns by index; empty for a name that fits nobody
 * @throws if the time is over for names on several issues: each can be retried alone
 */
export async function contactsFitting(
  tx: Tx,
  names: readonly SoughtName[],
  milliseconds = longest,
): Promise<Map<number, Fitting>> {
  const sought = names
    .map((one) => ({ ...one, words: nameWords(one.name).toSorted() }))
    .filter(({ words }) => words.length > 0 && words.length <= mostWords)
  const found = new Map<number, Fitting>()
  if (sought.length === 0) return found
  const rows = await rowsOf<(FittingContact | { id: null }) & { position: number }>(
    tx,
    allFitting(sought, milliseconds),
  )
  for (const { position, ...contact } of rows) {
    const fitting = found.get(position) ?? { contacts: [], more: false }
    found.set(position, fitting)
    if (contact.id !== null && fitting.contacts.length < mostOffered) fitting.contacts.push(contact)
    else fitting.more = true
  }
  if (rows.some(({ id }) => id === null) && new Set(names.map(({ facts }) => facts.issueId)).size > 1)
    throw new Error('looking up the names on several issues takes too long')
  return found
}

const limit = sql.raw(String(mostOffered + 1))
// drizzle/…_contacts_by_words.sql
const wordsOfContact = sql`words_in_group(c.group_id, c.find_by_name, c.find_by_organization)`
const fits = sql`${wordsOfContact} @> s.words and ${wordsOfContact} && s.own_words`

function allFitting(sought: readonly (SoughtName & { words: string[] })[], milliseconds: number): SQL {
  const of = (column: (one: (typeof sought)[number]) => number | string) => sql.param(sought.map(column))
  const [issueIds, sourceIds] = [of(({ facts }) => facts.issueId), of(({ facts }) => facts.sourceId)]
  return sql`with names as (
      select *, array(select source_id || ':' || word from unnest(string_to_array(written, ' ')) word) as words,
        array(select source_id || '.' || word from unnest(string_to_array(written, ' ')) word) as own_words
      from unnest(${of(({ position }) => position)}::int[], ${of(({ wish }) => wish)}::text[], ${issueIds}::bigint[],
        ${sourceIds}::bigint[], ${of(({ words }) => words.join(' '))}::text[]
      ) as names (position, wish, issue_id, source_id, written)
    ), active as (
      select d.words, c.id, s.words is not null as looked_up
      from (select distinct words, own_words from names where wish = 'add') d
      cross join lateral (
        -- The time is read for each name: without words nothing is looked up.
        select case when clock_timestamp() < statement_timestamp() + ${milliseconds} * interval '1 millisecond' then
        d.words end as words,
          d.own_words
      ) s left join lateral (select c.id from contacts c where c.state = 'active' and ${fits} limit ${limit}) c on true
    ), linked as materialized (
      select l.issue_id, c.id, ${wordsOfContact} as words from issue_contacts l join contacts c on c.id = l.contact_id
      where l.issue_id in (select issue_id from names where wish = 'remove')
    ), found as (
      select n.position, a.id from names n join active a on a.words = n.words where n.wish = 'add' and (a.id is not null
      or not a.looked_up)
      union all select n.position, l.id from names n cross join lateral (
        select l.id from linked l where l.issue_id = n.issue_id and l.words @> n.words and l.words && n.own_words
        limit ${limit}
      ) l where n.wish = 'remove'
    )
    select f.position, c.id, c.first_name || ' ' || c.last_name as name, c.email as address, o.name as organization
    from found f left join contacts c on c.id = f.id left join organizations o on o.id = c.organization_id
    order by f.position, c.find_by_surname, c.id`
}
