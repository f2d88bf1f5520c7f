// The contacts that match what is being typed, fast with a million contacts.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import { given, statementOf } from '../../storage/statement.ts'
import type { IssueFacts } from '../issues/issues.ts'
import { addressKey } from '../rules/change.ts'
import { firstRange, phoneOf, rangesOf, readingsOf, wordFits } from './suggestion-ranges.ts'
import { phoneDigits, readTerm, type Term } from './typed-term.ts'

export interface Suggestion {
  id: number
  name: string
  address: string | null
  phone: string | null
  organization: string | null
}

export interface WantedSuggestions {
  /** What has been typed. */
  term: string
  /** What is already on the line: addresses, and numbers of contacts as `#7`. */
  earlier: readonly string[]
  limit: number
}

const shown = sql`c.id, c.first_name || ' ' || c.last_name as name, c.email as address, c.phone, o.name as organization`

const numbersOf = (earlier: readonly string[]): number[] =>
  earlier.filter((one) => /^#\d{1,15}$/.test(one)).map((one) => Number(one.slice(1)))

/**
 * Active contacts of the issue's source that can still be added: those of which the term begins a word of the name or
 * of the organization's name, the name either way round, the address, its domain or the phone number, or of which each
 * of its words begins one of these. Best match first, then by name.
 */
export async function contactsToAdd(tx: Tx, facts: IssueFacts, wanted: WantedSuggestions): Promise<Suggestion[]> {
  const term = readTerm(wanted.term)
  const found = await contactsBegun(tx, facts, wanted, term)
  if (found.length === wanted.limit || term.words.length < 2) return found
  const ids = new Set(found.map(({ id }) => id))
  const more = await contactsWithWords(tx, facts, wanted, term)
  return [...found, ...more.filter(({ id }) => !ids.has(id))].slice(0, wanted.limit)
}

const values = ({ issueId, sourceId }: IssueFacts, { earlier, limit }: WantedSuggestions) => ({
  issue: issueId,
  source: sourceId,
  earlier: earlier.map(addressKey),
  numbers: numbersOf(earlier),
  limit,
})

// The contacts on the issue, or on the line.
const taken = sql`taken as materialized (select contact_id as id from issue_contacts where issue_id = ${given('issue')}
  union all select unnest(${given('numbers')}::bigint[])
  union all select id from contacts where group_id = ${given('source')}
  and email_key = any(${given('earlier')}::text[]))`

const begun = (ranges: SQL): SQL => {
  const text = given('text')
  return sql`with ${taken} select ${shown} from (select id, min(rank) as rank from (${ranges}) found group by id) best
    join contacts c on c.id = best.id left join organizations o on o.id = c.organization_id
    order by ${text}::text in (c.find_by_name, c.find_by_surname, c.find_by_email, c.find_by_domain,
    c.find_by_organization) is true desc,
      best.rank, c.find_by_surname, c.id limit ${given('limit')}`
}

const begunWith = statementOf(begun(rangesOf('text')))
const first = statementOf(begun(firstRange))

function contactsBegun(tx: Tx, facts: IssueFacts, wanted: WantedSuggestions, { text }: Term): Promise<Suggestion[]> {
  const statement = text === '' ? first : begunWith
  return rowsOf(tx, statement({ ...values(facts, wanted), text, ...readingsOf('text', text) }))
}

// How many matches of one word are checked for the others: a rare word finds what a frequent one misses.
const mostLookedAt = 50
const mostLookedFor = 3

/** How many of the words are looked up: the most selective ones; a single letter matches too much. */
const telling = (words: readonly string[]) =>
  words.filter((word, at) => at < mostLookedFor && (at === 0 || word.length > 1)).length

const names = (count: number) => Array.from({ length: count }, (_, at) => `word${at}`)

const withWords = (words: number, lookedUp: number): SQL => {
  const near = sql.join(names(lookedUp).map(rangesOf), sql` union all `)
  return sql`with ${taken} select ${shown} from (select distinct id from (${near}) near) near
    join contacts c on c.id = near.id left join organizations o on o.id = c.organization_id
    where ${sql.join(names(words).map(wordFits), sql` and `)} order by c.find_by_surname, c.id limit ${given('most')}`
}

// By the number of words, and of those that are looked up.
const statementsWithWords = new Map<string, ReturnType<typeof statementOf>>()

function statementWithWords(words: number, lookedUp: number): ReturnType<typeof statementOf> {
  const shape = `${words} ${lookedUp}`
  const statement = statementsWithWords.get(shape) ?? statementOf(withWords(words, lookedUp))
  statementsWithWords.set(shape, statement)
  return statement
}

function contactsWithWords(
  tx: Tx,
  facts: IssueFacts,
  wanted: WantedSuggestions,
  { words }: Term,
): Promise<Suggestion[]> {
  const read = words.map((word, at) => readingsOf(`word${at}`, word))
  const statement = statementWithWords(words.length, telling(words))
  return rowsOf(
    tx,
    statement(Object.assign({ ...values(facts, wanted), limit: mostLookedAt, most: wanted.limit }, ...read)),
  )
}

/** Contacts by id, of the issue's source; in no order. Ids that are none are left out. */
export const contactsWithIds = (
  tx: Tx,
  facts: IssueFacts,
  ids: readonly number[],
): Promise<(Suggestion & { active: boolean })[]> =>
  rowsOf(
    tx,
    sql`select ${shown}, c.state = 'active' as active
      from contacts c left join organizations o on o.id = c.organization_id
      where c.id = any(${sql.param(ids)}::bigint[]) and c.group_id = ${facts.sourceId}`,
  )

/** The contacts on the issue, in any state, that contain each word of the term anywhere. */
export async function contactsToRemove(tx: Tx, facts: IssueFacts, wanted: WantedSuggestions): Promise<Suggestion[]> {
  const { text } = readTerm(wanted.term)
  const digits = phoneDigits(text) ?? null
  return rowsOf(
    tx,
    sql`select ${shown}
      from issue_contacts l join contacts c on c.id = l.contact_id left join organizations o on o.id = c.organization_id
      where l.issue_id = ${facts.issueId} and c.id <> all(${sql.param(numbersOf(wanted.earlier))}::bigint[])
        and coalesce(c.email_key <> all(${sql.param(wanted.earlier.map(addressKey))}::text[]), true)
        and (position(${digits}::text in ${phoneOf}) > 0 or not exists (
          select from unnest(string_to_array(${text}::text, ' ')) as word
          where position(word in concat_ws(' ', c.find_by_name, c.find_by_email, c.find_by_organization)) = 0))
      order by c.find_by_surname, c.id limit ${wanted.limit}`,
  )
}
