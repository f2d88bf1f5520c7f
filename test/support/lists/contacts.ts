// Groups with contacts for lists of them, and what the rule makes of these.
import { sql } from 'drizzle-orm'
import type { Service } from '../../../src/app.ts'
import {
  type ContactOrder,
  contactOrders,
  countContacts,
  listContacts,
} from '../../../src/domain/contacts/contact-lists.ts'
import { insertContacts, type NewContact } from '../../../src/domain/contacts/contacts.ts'
import { insertOrganizations } from '../../../src/domain/contacts/organizations.ts'
import { insertGroup } from '../../../src/domain/groups/groups.ts'
import type { ListRequest, Reader } from '../../../src/domain/lists/owned-lists.ts'
import type { Effort } from '../../../src/domain/lists/search.ts'
import type { Group } from '../../../src/storage/schema.ts'
import { foldedKey, type ModelRow, pageOf } from './model.ts'

/** A contact to be made; moments with their microseconds. */
export interface Given extends Omit<Partial<NewContact>, 'organization'> {
  company?: string
  created?: string
  updated?: string
}

export const orders = contactOrders
export const usualMoment = '2024-05-01T12:00:00.000000Z'

interface Stored {
  id: number
  first_name: string
  last_name: string
  email: string | null
  phone: string | null
  job_title: string | null
  description: string | null
  company: string | null
  state: 'active' | 'inactive'
  created: string
  updated: string
}

const modelOf = (row: Stored): ModelRow<ContactOrder> => ({
  id: row.id,
  state: row.state,
  keys: {
    lastName: [foldedKey(row.last_name), foldedKey(row.first_name)],
    firstName: [foldedKey(row.first_name)],
    email: [foldedKey(row.email)],
    phone: [foldedKey(row.phone)],
    jobTitle: [foldedKey(row.job_title)],
    description: [foldedKey(row.description)],
    organization: [foldedKey(row.company)],
    createdAt: [row.created],
    updatedAt: [row.updated],
  },
  texts: [`${row.first_name} ${row.last_name}`, row.email, row.phone, row.job_title, row.description, row.company],
})

/** Adds contacts to a group, in this order. */
export async function addContacts(
  { db }: Pick<Service, 'db'>,
  group: Group,
  given: readonly Given[],
): Promise<number[]> {
  const names = [...new Set(given.flatMap(({ company }) => company ?? []))]
  const companies = await insertOrganizations(
    db,
    group.id,
    names.map((name) => ({ name })),
  )
  const made = await insertContacts(
    db,
    group.id,
    given.map(({ company, created: _, updated: __, ...one }) => ({
      firstName: 'First',
      lastName: 'Last',
      ...one,
      organization: companies.find(({ name }) => name === company) ?? null,
    })),
  )
  for (const [at, { created = usualMoment, updated = usualMoment }] of given.entries())
    await db.execute(
      sql`update contacts set created_at = ${created}, updated_at = ${updated} where id = ${made[at]?.id}`,
    )
  return made.map(({ id }) => id)
}

/** What the database holds of a group, as the rule sees it. */
export async function contactsIn({ db }: Pick<Service, 'db'>, group: Group): Promise<ModelRow<ContactOrder>[]> {
  const moment = (column: string) => sql.raw(`to_char(c.${column} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`)
  const { rows } =
    (await db.execute(sql`select c.id::int, c.first_name, c.last_name, c.email, c.phone, c.job_title, c.description,
      c.state, o.name as company,
    ${moment('created_at')} as created, ${moment('updated_at')} as updated
    from contacts c left join organizations o on o.id = c.organization_id
    where c.group_id = ${group.id}`)) as unknown as {
      rows: Stored[]
    }
  return rows.map(modelOf)
}

let groups = 0

/** A group with contacts, for a user who may see them. */
export async function contactGroup(service: Pick<Service, 'db'>, given: readonly Given[] = []) {
  const made = await insertGroup(service.db, { path: `lists${++groups}`, name: 'Lists' })
  const ids = await addContacts(service, made, given)
  const reader: Reader = { standing: { administrator: false, source: 15, customerRelations: true }, sourceId: made.id }
  const list = (wanted: ListRequest<ContactOrder>, effort?: Effort) => listContacts(service.db, reader, wanted, effort)
  const names = async (wanted: Partial<ListRequest<ContactOrder>>) =>
    (await pageOf(list({ limit: 100, ...wanted }))).rows.map(({ firstName, lastName }) => `${firstName} ${lastName}`)
  const counts = async (search?: string, effort?: Effort) =>
    (await countContacts(service.db, reader, { search }, effort)).value
  return { group: made, ids, reader, list, names, counts }
}

/** `Ann Lee` as a contact. */
export const person = (name: string, more: Given = {}): Given => {
  const [firstName, lastName] = name.split(' ') as [string, string]
  return { firstName, lastName, ...more }
}
