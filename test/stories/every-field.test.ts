// Every field of contacts and organizations: whatever the tables of fields have is sent, stored, found, recorded,
// merged, and carried.
import { desc, eq, sql } from 'drizzle-orm'
import { getTableConfig } from 'drizzle-orm/pg-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { contactFields } from '../../src/domain/contacts/contact-fields.ts'
import { contactOrders } from '../../src/domain/contacts/contact-lists.ts'
import { createContact, editContact } from '../../src/domain/contacts/contacts.ts'
import type { FieldTable } from '../../src/domain/contacts/field-tables.ts'
import { listHistory } from '../../src/domain/contacts/history-lists.ts'
import { organizationFields } from '../../src/domain/contacts/organization-fields.ts'
import { organizationOrders } from '../../src/domain/contacts/organization-lists.ts'
import { createOrganization, editOrganization } from '../../src/domain/contacts/organizations.ts'
import { transferGroup } from '../../src/domain/moves/transfers.ts'
import { createToken } from '../../src/domain/people/access-tokens.ts'
import type { Actor } from '../../src/domain/rules/history.ts'
import { namesOf } from '../../src/domain/rules/records.ts'
import { contacts, organizations } from '../../src/storage/contacts-schema.ts'
import { rowsOf } from '../../src/storage/db.ts'
import { history } from '../../src/storage/schema.ts'
import { type GraphqlClient, graphqlClient } from '../support/api/graphql.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { must } from '../support/world/results.ts'
import { type Tree, tree } from '../support/world/tree.ts'

const nouns = [
  {
    noun: 'contact',
    Noun: 'Contact',
    table: contacts,
    fields: contactFields as FieldTable,
    orders: contactOrders as string[],
  },
  {
    noun: 'organization',
    Noun: 'Organization',
    table: organizations,
    fields: organizationFields as FieldTable,
    orders: organizationOrders as string[],
  },
] as const
type Noun = (typeof nouns)[number]

let service: RunningService
let t: Tree
let boss: Actor
let client: GraphqlClient

beforeAll(async () => {
  service = await startService({ idle: true })
  t = await tree(service.db, ['acme'])
  boss = await t.person('boss', { acme: 'owner' })
  client = graphqlClient(service, await createToken(service.db, boss.userId, 'api'))
})

let made = 0

/** A value for a field, unlike all others. */
function valueFor(fields: FieldTable, field: string): string | number {
  made += 1
  const kinds = { text: `${field}${made} Zq`, address: `${field}${made}@x.example`, amount: made }
  return kinds[fields[field]?.kind ?? 'text']
}
const valuesFor = ({ fields }: Noun, names = namesOf(fields)) =>
  Object.fromEntries(names.map((name) => [name, valueFor(fields, name)]))
const requiredOf = ({ fields }: Noun) => namesOf(fields).filter((name) => fields[name]?.required)

type Node = Record<string, string | number | null> & { id: string }

async function send({ noun, Noun, fields }: Noun, verb: 'Create' | 'Update' | 'Merge', input: object): Promise<Node> {
  const name = `customerRelations${Noun}${verb}`
  const given = verb === 'Create' ? { groupId: `gid://gitlab/Group/${t.group('acme').id}`, ...input } : input
  const document = `mutation($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) {
    ${name}(input: $input) { ${noun} { id ${namesOf(fields).join(' ')} } errors } }`
  const { [name]: result } = await client.get<Record<string, { [noun: string]: Node | string[] }>>(document, {
    input: given,
  })
  expect(result?.errors).toEqual([])
  return result?.[noun] as Node
}

const numberOf = ({ id }: Node): number => Number(id.split('/').at(-1))

const latestOf = async ({ noun }: Noun, id: number) => {
  const subject = noun === 'contact' ? { contactId: id } : { organizationId: id }
  const [latest] = (await listHistory(service.db, boss.userId, subject, { limit: 1 })).value?.rows ?? []
  return latest
}

/** As the history keeps them: amounts are texts there. */
const kept = (values: Record<string, string | number>) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'number' ? value.toFixed(2) : value]),
  )

describe.each(nouns)('every field of a $noun', (about) => {
  const { noun, fields, table, orders } = about
  const names = namesOf(fields)

  test('is sent, stored, and recorded', async () => {
    const values = valuesFor(about)
    const node = await send(about, 'Create', values)
    expect(node).toMatchObject(values)
    expect((await latestOf(about, numberOf(node)))?.after).toMatchObject(kept(values))
  })

  test.each(names)('an edit of %s alone is stored and recorded', async (name) => {
    const values = valuesFor(about)
    const { id } = await send(about, 'Create', values)
    const [was, is] = [{ [name]: values[name] as string }, { [name]: valueFor(fields, name) }]
    expect(await send(about, 'Update', { id, ...is })).toMatchObject({ ...values, ...is })
    expect(await latestOf(about, numberOf({ id }))).toMatchObject({
      action: `${noun}_edited`,
      before: kept(was),
      after: kept(is),
    })
  })

  test.each(names.filter((name) => fields[name]?.kind !== 'amount'))('a word of %s finds it', async (name) => {
    const values = valuesFor(about)
    const { id } = await send(about, 'Create', values)
    const query = `query($path: ID!, $search: String!) { group(fullPath: $path) { ${noun}s(search: $search) { nodes { id } } } }`
    const search = String(values[name]).toUpperCase()
    const { group } = await client.get<{ group: Record<string, { nodes: Node[] }> }>(query, {
      path: t.pathOf('acme'),
      search,
    })
    expect(group[`${noun}s`]?.nodes).toEqual([{ id }])
  })

  test('is filled by merging if it is empty, and recorded; otherwise it stays', async () => {
    const values = valuesFor(about)
    const other = await send(about, 'Create', values)
    const keep = await send(about, 'Create', valuesFor(about, requiredOf(about)))
    const own = Object.fromEntries(requiredOf(about).map((name) => [name, keep[name]]))
    const merged = await send(about, 'Merge', { id: keep.id, otherId: other.id })
    expect(merged).toEqual({ ...values, ...own, id: keep.id })
    expect((await latestOf(about, numberOf(keep)))?.before).toMatchObject({ merged: kept(values) })
    const second = await send(about, 'Create', valuesFor(about))
    expect(await send(about, 'Merge', { id: second.id, otherId: keep.id })).toEqual(second)
  })

  test.each(orders)('lists by %s are a range of an index', async (order) => {
    const own = fields[order]
    const columns = own?.sorted ?? [own?.key ?? { organization: 'findByOrganization' }[order] ?? order]
    const inSql = columns.map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
    const keys = inSql.map((name) => (own?.long ? `"left"(${name}, 250)` : name)).join(', ')
    const indexes = await rowsOf<{ definition: string }>(
      service.db,
      sql`select indexdef as definition from pg_indexes where tablename = ${`${noun}s`}`,
    )
    const ends = indexes.filter(({ definition }) => definition.endsWith(`(group_id, state, ${keys}, id)`))
    expect(ends).toHaveLength(1)
  })

  // The database has the limits as well, so that no statement can go beyond them.
  test.each(names.filter((name) => fields[name]?.kind !== 'amount'))(
    'the database refuses a %s that is too long',
    async (name) => {
      const { id } = await send(about, 'Create', valuesFor(about))
      const rule = fields[name]
      const text = 'x'.repeat(rule?.kind === 'amount' ? 0 : (rule?.most ?? 0) + 1)
      const edit = service.db
        .update(table)
        .set({ [name]: text })
        .where(sql`id = ${numberOf({ id })}`)
      await expect(edit).rejects.toThrow()
    },
  )
})

describe.each([
  ['all of a group that is named elsewhere', 'acme'],
  ['those on issues', 'acme/team'],
])('%s are carried along as copies', (_, moving) => {
  // What a copy has of its own.
  const own = ['id', 'groupId', 'organizationId', 'createdAt', 'updatedAt']
  const only = (row: object, names: readonly string[]) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name)))
  const shared = (row: object) => Object.fromEntries(Object.entries(row).filter(([name]) => !own.includes(name)))

  test('with every column, and the history of the copies has every field', async () => {
    const { db } = service
    const here = await tree(db, ['acme', 'acme/team', 'acme/team:app', 'friend', 'big'])
    const admin = await here.administrator()
    await here.nameSource('friend', 'acme')
    const [groupId, bigId] = [here.group('acme').id, here.group('big').id]
    const organizationId = must(await createOrganization(db, admin, groupId, valuesFor(nouns[1]))).id
    const contact = must(await createContact(db, admin, groupId, { ...valuesFor(nouns[0]), organizationId }))
    await here.issue('acme/team:app', [contact])
    must(await editOrganization(db, admin, organizationId, { active: false }))
    must(await editContact(db, admin, contact.id, { active: false }))
    expect((await transferGroup(db, admin, here.group(moving).id, bigId)).refused).toBeUndefined()
    for (const { noun, table, fields } of nouns) {
      const of = (id: number) => db.select().from(table).where(eq(table.groupId, id))
      const [[was], [copy]] = [await of(groupId), await of(bigId)]
      if (!was || !copy) throw new Error('nothing was carried')
      // A column without a value would prove nothing.
      expect(Object.entries(was).filter(([, value]) => value === null)).toEqual([])
      expect(shared(copy)).toEqual(shared(was))
      const [latest] = await db
        .select()
        .from(history)
        .where(eq(history.action, `${noun}_copied`))
        .orderBy(desc(history.id))
        .limit(1)
      if (noun === 'contact') expect(latest?.after).toMatchObject(only(copy, namesOf(fields)))
    }
  })
})

test('the database has every index of these tables: replacing a column drops its own', async () => {
  for (const { table } of nouns) {
    const { name: tablename, indexes } = getTableConfig(table)
    const found = await rowsOf<{ name: string }>(
      service.db,
      sql`select indexname as name from pg_indexes where tablename = ${tablename}`,
    )
    expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(indexes.map(({ config }) => config.name)))
  }
})

test('a duplicate that is absorbed is in the history with every field', async () => {
  const { db } = service
  const here = await tree(db, ['small', 'big'])
  const admin = await here.administrator()
  const [small, big] = [here.group('small').id, here.group('big').id]
  const values = valuesFor(nouns[0])
  must(await createContact(db, admin, small, values))
  const { id } = must(await createContact(db, admin, big, { ...valuesFor(nouns[0]), email: String(values.email) }))
  expect((await transferGroup(db, admin, small, big)).refused).toBeUndefined()
  const [latest] = await db.select().from(history).where(eq(history.contactId, id)).orderBy(desc(history.id)).limit(1)
  expect(latest).toMatchObject({ action: 'contact_merged', before: { merged: values } })
})
