// The contacts that fit what is being typed, fast at a million.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../storage/db.ts'
import { addressKey } from './change.ts'
import type { IssueFacts } from './issues.ts'
import { searchKey } from './search-keys.ts'

export interface Suggestion {
  id: number
  name: string
  address: string
  organization: string | null
}

export interface Wanted {
  /** What is typed so far. */
  term: string
  /** Addresses that already stand on the line. */
  earlier: readonly string[]
  limit: number
}

// Above every character, so that `key >= term and key < term || last` is the range of what begins with the term.
const last = '\u{10FFFF}'

// The order is that of the ranks: what a person most likely means comes first.
const columns = [
  { key: sql`c.find_by_name`, order: sql`c.find_by_name, c.id` },
  { key: sql`c.find_by_surname`, order: sql`c.find_by_surname, c.id` },
  { key: sql`c.find_by_email`, order: sql`c.find_by_email, c.id` },
  { key: sql`c.find_by_domain`, order: sql`c.find_by_domain, c.find_by_surname, c.id` },
  { key: sql`c.find_by_organization`, order: sql`c.find_by_organization, c.find_by_surname, c.id` },
]

// One range of one index: it reads `limit` rows and what stands between them that is not to be offered.
const range = (column: (typeof columns)[number], rank: number, which: { facts: IssueFacts; term: string; wanted: Wanted }): SQL => {
  const { facts, term, wanted } = which
  return sql`(select c.id, case when ${column.key} = ${term} then -1 else ${rank}::int end as rank from contacts c
    where c.group_id = ${facts.sourceId} and c.state = 'active' and c.email is not null and ${column.key} >= ${term} and ${column.key} < ${term + last}
      and c.email_key <> all(${sql.param(wanted.earlier.map(addressKey))}::text[])
      and not exists (select from issue_contacts l where l.issue_id = ${facts.issueId} and l.contact_id = c.id)
    order by ${column.order} limit ${wanted.limit})`
}

/**
 * Active contacts of the issue's source that can still be added: those of which the term begins the name either way round, the address, its
 * domain or the organization's name; letter case and accents do not matter. Best match first, then by name.
 */
export async function contactsToAdd(tx: Tx, facts: IssueFacts, wanted: Wanted): Promise<Suggestion[]> {
  const term = searchKey(wanted.term).replace(/^@/, '').replace(/\s+/g, ' ').trimStart()
  // Nothing typed: the first by name are all that is needed.
  const ranges = (term === '' ? columns.slice(1, 2) : columns).map((column, rank) => range(column, rank, { facts, term, wanted }))
  return rowsOf(
    tx,
    sql`select c.id, c.first_name || ' ' || c.last_name as name, c.email as address, o.name as organization
      from (select id, min(rank) as rank from (${sql.join(ranges, sql` union all `)}) found group by id) best
      join contacts c on c.id = best.id left join organizations o on o.id = c.organization_id
      order by best.rank, c.find_by_surname, c.id limit ${wanted.limit}`,
  )
}

/** Whom a name can mean: the active contacts of the source, whether they are on the issue or not; or the contacts on the issue, whatever their state. */
type Among = 'source' | 'issue'

/**
 * Contacts of whose name, either way round, the term is the beginning: whoever a name in plain words can mean. By surname; those whose whole name
 * it is come first, and are `whole`.
 */
export async function contactsNamed(
  tx: Tx,
  facts: IssueFacts,
  name: string,
  { among, limit }: { among: Among; limit: number },
): Promise<(Suggestion & { whole: boolean })[]> {
  const term = searchKey(name).replace(/\s+/g, ' ').trim()
  const which =
    among === 'source'
      ? sql`group_id = ${facts.sourceId} and state = 'active'`
      : sql`id in (select contact_id from issue_contacts where issue_id = ${facts.issueId})`
  const begins = (column: SQL) => sql`(select id from contacts where ${which} and email is not null
    and ${column} >= ${term} and ${column} < ${term + last} order by ${column}, id limit ${limit})`
  return rowsOf(
    tx,
    sql`select c.id, c.first_name || ' ' || c.last_name as name, c.email as address, o.name as organization,
        ${term} in (c.find_by_name, c.find_by_surname) as whole
      from (${begins(sql`find_by_name`)} union ${begins(sql`find_by_surname`)}) found
      join contacts c on c.id = found.id left join organizations o on o.id = c.organization_id
      order by whole desc, c.find_by_surname, c.id limit ${limit}`,
  )
}

/** Contacts by id, of the issue's source, with an address; in no order. Ids that are none are left out. */
export const contactsWithIds = (tx: Tx, facts: IssueFacts, ids: readonly number[]): Promise<(Suggestion & { active: boolean })[]> =>
  rowsOf(
    tx,
    sql`select c.id, c.first_name || ' ' || c.last_name as name, c.email as address, o.name as organization, c.state = 'active' as active
      from contacts c left join organizations o on o.id = c.organization_id
      where c.id = any(${sql.param(ids)}::bigint[]) and c.group_id = ${facts.sourceId} and c.email is not null`,
  )

/** The contacts on the issue, whatever their state, in which the term stands anywhere. */
export async function contactsToRemove(tx: Tx, facts: IssueFacts, wanted: Wanted): Promise<Suggestion[]> {
  const term = searchKey(wanted.term).trim()
  return rowsOf(
    tx,
    sql`select c.id, c.first_name || ' ' || c.last_name as name, c.email as address, o.name as organization
      from issue_contacts l join contacts c on c.id = l.contact_id left join organizations o on o.id = c.organization_id
      where l.issue_id = ${facts.issueId} and c.email is not null and c.email_key <> all(${sql.param(wanted.earlier.map(addressKey))}::text[])
        and position(${term} in concat_ws(' ', c.find_by_name, c.find_by_surname, c.find_by_email, c.find_by_organization)) > 0
      order by c.find_by_surname, c.id limit ${wanted.limit}`,
  )
}
