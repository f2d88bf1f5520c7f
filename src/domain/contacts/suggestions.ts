// The contacts that match what is being typed, fast with a million contacts.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import type { IssueFacts } from '../issues/issues.ts'
import { addressKey } from '../rules/change.ts'
import { phoneOf, rangesOf, wordsFit } from './suggestion-ranges.ts'
import { phoneDigits, readTerm, type Term } from './typed-term.ts'

export interface Suggestion {
  id: number
  name: string
  address: string | null
  phone: string | null
  organization: string | null
}

export interface Wanted {
  /** What has been typed. */
  term: string
  /** What is already on the line: addresses, and numbers of contacts as `#7`. */
  earlier: readonly string[]
  limit: number
}

const shown = sql`c.id, c.first_name || ' ' || c.last_name as name, c.email as address, c.phone, o.name as organization`

const addressesIn = (earlier: readonly string[]): SQL => sql`${sql.param(earlier.map(addressKey))}::text[]`
const numbersIn = (earlier: readonly string[]): SQL =>
  sql`${sql.param(earlier.filter((one) => /^#\d{1,15}$/.test(one)).map((one) => Number(one.slice(1))))}::bigint[]`

/**
 * Active contacts of the issue's source that can still be added: those of which the term begins a word of the name or of the organization's name,
 * the name either way round, the address, its domain or the phone number, or of which each of its words begins one of these. Best match first, then
 * by name.
 */
export async function contactsToAdd(tx: Tx, facts: IssueFacts, wanted: Wanted): Promise<Suggestion[]> {
  const term = readTerm(wanted.term)
  const found = await contactsBegun(tx, facts, wanted, term)
  if (found.length === wanted.limit || term.words.length < 2) return found
  const ids = new Set(found.map(({ id }) => id))
  const more = await contactsWithWords(tx, facts, wanted, term)
  return [...found, ...more.filter(({ id }) => !ids.has(id))].slice(0, wanted.limit)
}

/** SQL: contacts on the issue, or on the line. */
function taken({ issueId, sourceId }: IssueFacts, { earlier }: Wanted): SQL {
  const linked = sql`select contact_id from issue_contacts where issue_id = ${issueId}`
  if (earlier.length === 0) return linked
  return sql`${linked} union all select unnest(${numbersIn(earlier)})
    union all select id from contacts where group_id = ${sourceId} and email_key = any(${addressesIn(earlier)})`
}

function contactsBegun(tx: Tx, facts: IssueFacts, wanted: Wanted, { text }: Term): Promise<Suggestion[]> {
  const found = rangesOf(text, { sourceId: facts.sourceId, limit: wanted.limit, except: taken(facts, wanted) })
  return rowsOf(
    tx,
    sql`select ${shown} from (select id, min(rank) as rank from (${found}) found group by id) best
      join contacts c on c.id = best.id left join organizations o on o.id = c.organization_id
      order by ${text}::text in (c.find_by_name, c.find_by_surname, c.find_by_email, c.find_by_domain, c.find_by_organization) is true desc,
        best.rank, c.find_by_surname, c.id limit ${wanted.limit}`,
  )
}

// How many matches of one word are checked for the others: a rare word finds what a frequent one misses.
const mostLookedAt = 100
const mostLookedFor = 3

/** The most selective words; a single letter matches too much. */
const tellingWords = (words: readonly string[]) => words.filter((word, at) => at === 0 || word.length > 1).slice(0, mostLookedFor)

function contactsWithWords(tx: Tx, facts: IssueFacts, wanted: Wanted, { words }: Term): Promise<Suggestion[]> {
  const looking = { sourceId: facts.sourceId, limit: mostLookedAt, except: taken(facts, wanted) }
  const near = tellingWords(words).map((word) => rangesOf(word, looking))
  return rowsOf(
    tx,
    sql`select ${shown} from (select distinct id from (${sql.join(near, sql` union all `)}) near) near
      join contacts c on c.id = near.id left join organizations o on o.id = c.organization_id
      where ${wordsFit(words)} order by c.find_by_surname, c.id limit ${wanted.limit}`,
  )
}

/** Contacts by id, of the issue's source; in no order. Ids that are none are left out. */
export const contactsWithIds = (tx: Tx, facts: IssueFacts, ids: readonly number[]): Promise<(Suggestion & { active: boolean })[]> =>
  rowsOf(
    tx,
    sql`select ${shown}, c.state = 'active' as active
      from contacts c left join organizations o on o.id = c.organization_id
      where c.id = any(${sql.param(ids)}::bigint[]) and c.group_id = ${facts.sourceId}`,
  )

/** The contacts on the issue, in any state, that contain each word of the term anywhere. */
export async function contactsToRemove(tx: Tx, facts: IssueFacts, wanted: Wanted): Promise<Suggestion[]> {
  const { text } = readTerm(wanted.term)
  const digits = phoneDigits(text) ?? null
  return rowsOf(
    tx,
    sql`select ${shown}
      from issue_contacts l join contacts c on c.id = l.contact_id left join organizations o on o.id = c.organization_id
      where l.issue_id = ${facts.issueId} and c.id <> all(${numbersIn(wanted.earlier)}) and coalesce(c.email_key <> all(${addressesIn(wanted.earlier)}), true) and (position(${digits}::text in ${phoneOf}) > 0 or not exists (
        select from unnest(string_to_array(${text}::text, ' ')) as word
        where position(word in concat_ws(' ', c.find_by_name, c.find_by_email, c.find_by_organization)) = 0))
      order by c.find_by_surname, c.id limit ${wanted.limit}`,
  )
}
