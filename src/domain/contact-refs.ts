// What the references of commands mean: addresses, numbers and names, of many changes at once.
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../storage/db.ts'
import { addressKey, type FittingContact, type IssueChange } from './change.ts'
import { contactsFitting } from './contact-names.ts'
import type { IssueFacts } from './issues.ts'

/** The contact that a reference means. */
export interface MeantContact extends Omit<FittingContact, 'organization'> {
  active: boolean
  linked: boolean
}

/** What a reference means: a contact; or none, and then those that fit the name. */
export interface Meaning {
  contact?: MeantContact
  fitting?: readonly FittingContact[]
  /** More contacts fit than these. */
  more?: boolean
}

/** SQL: the end of a query that holds the contacts `c` it finds, in the order of their ids. */
export const heldInOrder: SQL = sql`order by c.id for share of c`

/** A reference on its way to a meaning: what it is looked up by, and its place among all. */
interface Sought {
  place: number
  facts: IssueFacts
  key?: string
  id?: number
}

/**
 * What the references of changes mean.
 * @param hold the contacts meant stay as they are until the transaction ends
 * @returns for each change the meaning of each of its wishes
 */
export async function meaningsOf(
  tx: Tx,
  wanted: readonly { facts: IssueFacts; change: IssueChange }[],
  { hold }: { hold: boolean },
): Promise<Meaning[][]> {
  const all = wanted.flatMap(({ facts, change }) => change.wishes.map((wish) => ({ facts, ...wish })))
  const names = all.flatMap(({ ref, ...rest }, place) => (ref.by === 'name' ? [{ ...rest, place, name: ref.text }] : []))
  const fitting = await contactsFitting(tx, names)
  const sought = all.flatMap(({ ref, facts }, place): Sought[] => {
    if (ref.by === 'address') return [{ place, facts, key: addressKey(ref.text) }]
    if (ref.by === 'number') return [{ place, facts, id: Number(ref.text.slice(1)) }]
    const { contacts = [] } = fitting.get(place) ?? {}
    return contacts.length === 1 ? [{ place, facts, id: contacts[0]?.id }] : []
  })
  const found = await lookUp(tx, sought, hold)
  const meanings = all.map((_, place): Meaning => {
    const contact = found.get(place)
    if (contact) return { contact }
    const { contacts = [], more = false } = fitting.get(place) ?? {}
    return contacts.length > 1 ? { fitting: contacts, more } : {}
  })
  return wanted.map(({ change }) => meanings.splice(0, change.wishes.length))
}

/** The contacts sought, by place. */
async function lookUp(tx: Tx, sought: readonly Sought[], hold: boolean): Promise<Map<number, MeantContact>> {
  const found = new Map((await contactsSought(tx, sought, hold)).map((one) => [one.place, one]))
  // While it waited for one that is deleted, the address may have gone to another, as in a merge: only a new statement sees that.
  const missing = hold ? sought.filter(({ place, key }) => key !== undefined && !found.has(place)) : []
  for (const one of await contactsSought(tx, missing, hold)) found.set(one.place, one)
  return found
}

async function contactsSought(tx: Tx, sought: readonly Sought[], hold: boolean): Promise<(MeantContact & { place: number })[]> {
  if (sought.length === 0) return []
  const of = (column: (one: Sought) => number | string | null) => sql.param(sought.map(column))
  return rowsOf(
    tx,
    sql`with sought as (
        select * from unnest(${of(({ place }) => place)}::int[], ${of(({ facts }) => facts.issueId)}::bigint[], ${of(({ facts }) => facts.sourceId)}::bigint[],
          ${of(({ key }) => key ?? null)}::text[], ${of(({ id }) => id ?? null)}::bigint[]) as sought (place, issue_id, source_id, email_key, contact_id)
      ), meant as materialized (
        select s.*, c.id from sought s join contacts c on c.group_id = s.source_id and c.email_key = s.email_key
        union all select s.*, s.contact_id from sought s where s.contact_id is not null
      )
      select m.place, c.id, c.first_name || ' ' || c.last_name as name, c.email as address, c.state = 'active' as active, l.issue_id is not null as linked
      from meant m join contacts c on c.id = m.id and c.group_id = m.source_id and (m.email_key is null or c.email_key = m.email_key)
      left join issue_contacts l on l.contact_id = c.id and l.issue_id = m.issue_id ${hold ? heldInOrder : sql``}`,
  )
}
