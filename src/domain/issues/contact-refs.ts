// Resolves the references in commands: addresses, numbers, and names, for many changes at once.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import { addressKey, type FittingContact, type IssueChange } from '../rules/change.ts'
import { contactsFitting } from './contact-names.ts'
import type { IssueFacts } from './issues.ts'

/** The contact that a reference resolves to. */
export interface MeantContact extends Omit<FittingContact, 'organization'> {
  active: boolean
  linked: boolean
}

/** A resolved reference: a contact; or none, and then those that fit the name. */
export interface Meaning {
  contact?: MeantContact
  fitting?: readonly FittingContact[]
  /** More contacts fit; if `fitting` is empty: it took too long to find out who fits. */
  more?: boolean
}

/** SQL: the end of a query that holds the contacts `c` it finds, in the order of their ids. */
export const lockedInOrder: SQL = sql`order by c.id for share of c`

/** A reference being resolved: its lookup key, and its index. */
interface Sought {
  position: number
  facts: IssueFacts
  key?: string
  id?: number
}

/**
 * Resolves the references of changes.
 * @param hold the contacts stay locked until the transaction ends
 * @returns for each change the meaning of each of its wishes
 */
export async function meaningsOf(
  tx: Tx,
  wanted: readonly { facts: IssueFacts; change: IssueChange }[],
  { lock }: { lock: boolean },
): Promise<Meaning[][]> {
  const all = wanted.flatMap(({ facts, change }) => change.wishes.map((wish) => ({ facts, ...wish })))
  const names = all.flatMap(({ ref, ...rest }, position) =>
    ref.by === 'name' ? [{ ...rest, position, name: ref.text }] : [],
  )
  const fitting = await contactsFitting(tx, names)
  const sought = all.flatMap(({ ref, facts }, position): Sought[] => {
    if (ref.by === 'address') return [{ position, facts, key: addressKey(ref.text) }]
    if (ref.by === 'number') return [{ position, facts, id: Number(ref.text.slice(1)) }]
    const { contacts = [] } = fitting.get(position) ?? {}
    return contacts.length === 1 ? [{ position, facts, id: contacts[0]?.id }] : []
  })
  const found = await lookUp(tx, sought, lock)
  const meanings = all.map((_, position): Meaning => {
    const contact = found.get(position)
    if (contact) return { contact }
    const { contacts = [], more = false } = fitting.get(position) ?? {}
    return contacts.length > 1 || more ? { fitting: contacts, more } : {}
  })
  return wanted.map(({ change }) => meanings.splice(0, change.wishes.length))
}

/** The contacts found, by index. */
async function lookUp(tx: Tx, sought: readonly Sought[], lock: boolean): Promise<Map<number, MeantContact>> {
  const found = new Map((await contactsSought(tx, sought, lock)).map((one) => [one.position, one]))
  // While this waited for a deleted contact, its address may have gone to another, as in a merge: only a new statement
  // sees that.
  const missing = lock ? sought.filter(({ position, key }) => key !== undefined && !found.has(position)) : []
  for (const one of await contactsSought(tx, missing, lock)) found.set(one.position, one)
  return found
}

async function contactsSought(
  tx: Tx,
  sought: readonly Sought[],
  lock: boolean,
): Promise<(MeantContact & { position: number })[]> {
  if (sought.length === 0) return []
  const of = (column: (one: Sought) => number | string | null) => sql.param(sought.map(column))
  return rowsOf(
    tx,
    sql`with sought as (
        select * from unnest(${of(({ position }) => position)}::int[], ${of(({ facts }) => facts.issueId)}::bigint[],
        ${of(({ facts }) => facts.sourceId)}::bigint[],
          ${of(({ key }) => key ?? null)}::text[], ${of(({ id }) => id ?? null)}::bigint[]) as sought (position,
          issue_id, source_id, email_key, contact_id)
      ), meant as materialized (
        select s.*, c.id from sought s join contacts c on c.group_id = s.source_id and c.email_key = s.email_key
        union all select s.*, s.contact_id from sought s where s.contact_id is not null
      )
      select m.position, c.id, c.first_name || ' ' || c.last_name as name, c.email as address,
      c.state = 'active' as active, l.issue_id is not null as linked
      from meant m join contacts c on c.id = m.id and c.group_id = m.source_id and (m.email_key is null
      or c.email_key = m.email_key)
      left join issue_contacts l on l.contact_id = c.id and l.issue_id = m.issue_id ${lock ? lockedInOrder : sql``}`,
  )
}
