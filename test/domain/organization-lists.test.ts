// Lists of organizations: every order, paging, searching, counting, and who sees nothing.
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  countOrganizations,
  listOrganizations,
  type OrganizationOrder,
} from '../../src/domain/contacts/organization-lists.ts'
import { insertOrganizations, type NewOrganization } from '../../src/domain/contacts/organizations.ts'
import { readGroupFacts } from '../../src/domain/groups/facts.ts'
import { insertGroup } from '../../src/domain/groups/groups.ts'
import { saveSettings } from '../../src/domain/groups/settings.ts'
import type { ListRequest, Reader } from '../../src/domain/lists/owned-lists.ts'
import type { Effort } from '../../src/domain/lists/search.ts'
import { createUser } from '../../src/domain/people/users.ts'
import { setRole } from '../../src/domain/rules/members.ts'
import type { Group } from '../../src/storage/schema.ts'
import {
  type Asked,
  efforts,
  foldedKey,
  type ModelRow,
  modelList,
  pageOf,
  walkThrough,
} from '../support/lists/model.ts'
import { type RunningService, startService } from '../support/service/service.ts'

let service: RunningService
let groups = 0
beforeAll(async () => {
  service = await startService({ idle: true })
})

interface Given extends NewOrganization {
  created?: string
  updated?: string
}

const orders: OrganizationOrder[] = ['name', 'defaultRate', 'description', 'createdAt', 'updatedAt']
const usualMoment = '2024-05-01T12:00:00.000000Z'

interface Stored {
  id: number
  name: string
  description: string | null
  rate: string | null
  state: 'active' | 'inactive'
  created: string
  updated: string
}

const modelOf = ({ id, state, name, description, rate, created, updated }: Stored): ModelRow<OrganizationOrder> => ({
  id,
  state,
  keys: {
    name: [foldedKey(name)],
    defaultRate: [rate?.padStart(20, '0') ?? null],
    description: [foldedKey(description)],
    createdAt: [created],
    updatedAt: [updated],
  },
  texts: [name, description],
})

/** What the database holds of a group, as the rule sees it. */
async function contentsOf(group: Group): Promise<ModelRow<OrganizationOrder>[]> {
  const moment = (column: string) => sql.raw(`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`)
  const { rows } = (await service.db.execute(sql`select id::int, name, description, default_rate::text as rate, state,
      ${moment('created_at')} as created,
    ${moment('updated_at')} as updated from organizations where group_id = ${group.id}`)) as unknown as {
    rows: Stored[]
  }
  return rows.map(modelOf)
}

/** A group with organizations, for a user who may see them. */
async function group(given: readonly Given[] = []) {
  const made = await insertGroup(service.db, { path: `companies${++groups}`, name: 'Companies' })
  const stored = await insertOrganizations(
    service.db,
    made.id,
    given.map(({ created: _, updated: __, ...one }) => one),
  )
  for (const [at, { created = usualMoment, updated = usualMoment }] of given.entries())
    await service.db.execute(
      sql`update organizations set created_at = ${created}, updated_at = ${updated} where id = ${stored[at]?.id}`,
    )
  const reader: Reader = { standing: { administrator: false, source: 15, customerRelations: true }, sourceId: made.id }
  const list = (wanted: ListRequest<OrganizationOrder>, effort?: Effort) =>
    listOrganizations(service.db, reader, wanted, effort)
  const names = async (wanted: Partial<ListRequest<OrganizationOrder>>) =>
    (await pageOf(list({ limit: 100, ...wanted }))).rows.map(({ name }) => name)
  const counts = async (search?: string, effort?: Effort) =>
    (await countOrganizations(service.db, reader, { search }, effort)).value
  return { group: made, ids: stored.map(({ id }) => id), reader, list, names, counts }
}

describe('orders', () => {
  const many: Given[] = [
    { name: 'Zürich Re', defaultRate: '100.00', description: 'Insures', created: '2024-05-01T12:00:00.000002Z' },
    { name: 'zurich rf', defaultRate: '20.50', created: '2024-05-01T12:00:00.000001Z' },
    { name: 'Acme', defaultRate: '20.5', state: 'inactive', description: 'insures' },
    { name: 'acme 2', defaultRate: '0', updated: '1999-12-31T23:59:59.999999Z' },
    { name: '😀', description: '\uFFFD' },
    { name: '\uFFFD', description: '😀', defaultRate: '9999999999999999.99' },
    { name: 'x'.repeat(255), description: 'd'.repeat(1024), state: 'inactive' },
    { name: `${'x'.repeat(250)}yyyyy`, description: `${'d'.repeat(1000)}e` },
    { name: 'חברה', state: 'inactive' },
    { name: '한국', defaultRate: '3' },
  ]
  const all = orders.flatMap((by) =>
    [false, true].map((descending) => [by, descending ? 'descending' : 'ascending', descending] as const),
  )

  test.each(all)('by %s, %s: forward and back, whatever the state', async (by, _, descending) => {
    const here = await group(many)
    const model = await contentsOf(here.group)
    expect(model).toHaveLength(many.length)
    for (const state of [undefined, 'active', 'inactive'] as const) {
      const asked = { sort: { by, descending }, state }
      const expected = modelList(model, asked, 'name')
      expect(await walkThrough(here.list, asked, 3)).toEqual({ forward: expected, back: expected })
    }
  })

  test('rates are numbers; what has none is last both ways', async () => {
    const { names } = await group([
      { name: 'None' },
      { name: 'Nine', defaultRate: '9' },
      { name: 'Ten', defaultRate: '10' },
    ])
    expect(await names({ sort: { by: 'defaultRate' } })).toEqual(['Nine', 'Ten', 'None'])
    expect(await names({ sort: { by: 'defaultRate', descending: true } })).toEqual(['Ten', 'Nine', 'None'])
  })

  test('by name unless asked otherwise', async () => {
    expect(await (await group([{ name: 'b' }, { name: 'Á' }, { name: 'C' }])).names({})).toEqual(['Á', 'b', 'C'])
  })
})

test('a row tells what a list shows', async () => {
  const { list, ids, group: here } = await group([{ name: 'Acme', defaultRate: '12.5', description: 'Nice' }])
  const moments = { createdAt: new Date(usualMoment), updatedAt: new Date(usualMoment) }
  expect((await pageOf(list({ limit: 1 }))).rows).toEqual([
    {
      id: ids[0],
      groupId: here.id,
      name: 'Acme',
      defaultRate: '12.50',
      description: 'Nice',
      state: 'active',
      ...moments,
    },
  ])
})

test('ids: only these, and never those of another group', async () => {
  const other = await group([{ name: 'Other' }])
  const { ids, names } = await group([{ name: 'A' }, { name: 'B' }, { name: 'C', state: 'inactive' }])
  expect(await names({ ids: [...ids.slice(1), ...other.ids] })).toEqual(['B', 'C'])
  expect(await names({ ids, state: 'inactive' })).toEqual(['C'])
})

test.each([
  ['the name, whatever case and accents', 'ZURICH', ['Zürich Re']],
  ['name and description', 'insures zürich', ['Zürich Re']],
  ['a phrase', '"100% paper"', ['Paper & Co']],
  ['words of two organizations', 'zürich paper', []],
  ['the signs of patterns', '_', []],
])('searching for %s', async (_, search, expected) => {
  const { list, counts } = await group([
    { name: 'Zürich Re', description: 'Insures ships' },
    { name: 'Paper & Co', description: '100% paper', state: 'inactive' },
  ])
  for (const effort of Object.values(efforts)) {
    const { rows, cutOff } = await pageOf(list({ search, limit: 10 }, effort))
    expect({ names: rows.map(({ name }) => name), cutOff }).toEqual({ names: expected, cutOff: false })
    expect(await counts(search, effort)).toMatchObject({ all: expected.length })
  }
})

test('cursors of rates: a number, or nothing', async () => {
  const { list } = await group([{ name: 'A', defaultRate: '1' }, { name: 'B' }])
  const cursor = (key: unknown) =>
    Buffer.from(JSON.stringify(['organizations defaultRate ascending', key, 1])).toString('base64url')
  const sort = { by: 'defaultRate' } as const
  for (const key of ['NaN', '1e9', '-1.00', '1', 1, "1.00'; --"])
    expect((await list({ sort, limit: 9, after: cursor(key) })).refused).toMatchObject({ faults: [{ field: 'after' }] })
  expect((await pageOf(list({ sort, limit: 9, after: cursor('0.50') }))).rows.map(({ name }) => name)).toEqual([
    'A',
    'B',
  ])
  expect((await pageOf(list({ sort, limit: 9, after: cursor(null) }))).rows.map(({ name }) => name)).toEqual(['B'])
})

test('as the rule in memory: walking forward and back meets every match once, in order; counts tell as many', async () => {
  const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })
  const word = fc.constantFrom('ann', 'Élo', 'a%', '_b', 'Łódź', '김', '😀x', 'annex', 'AN')
  const organization: fc.Arbitrary<Given> = fc.record({
    name: fc.tuple(word, fc.uuid()).map((parts) => parts.join(' ')),
    description: maybe(word),
    defaultRate: maybe(fc.constantFrom('1', '1.5', '10', '0')),
    state: fc.constantFrom('active' as const, 'active' as const, 'inactive' as const),
    created: fc.constantFrom(usualMoment, '2024-05-01T12:00:00.000001Z'),
  })
  const asked = fc.record({
    state: maybe(fc.constantFrom('active' as const, 'inactive' as const)),
    search: maybe(fc.oneof(word, fc.constant('ann ex'))),
    sort: maybe(fc.record({ by: fc.constantFrom(...orders), descending: fc.boolean() })),
  })
  const how = fc.constantFrom(...(Object.keys(efforts) as (keyof typeof efforts)[]))
  const question = fc.tuple(asked, how, fc.integer({ min: 1, max: 6 }))
  await fc.assert(
    fc.asyncProperty(
      fc.array(organization, { maxLength: 12 }),
      fc.array(question, { minLength: 3, maxLength: 3 }),
      async (given, questions) => {
        const here = await group(given)
        const model = await contentsOf(here.group)
        for (const [wanted, effort, limit] of questions) {
          const expected = modelList(model, wanted as Asked<OrganizationOrder>, 'name')
          const list = (page: ListRequest<OrganizationOrder>) => here.list(page, efforts[effort])
          expect(await walkThrough(list, wanted, limit)).toEqual({ forward: expected, back: expected })
          const found = (state?: 'active' | 'inactive') =>
            modelList(model, { search: wanted.search, state }, 'name').length
          const counts = { all: found(), active: found('active'), inactive: found('inactive'), cutOff: false }
          expect(await here.counts(wanted.search, efforts[effort])).toEqual(counts)
        }
      },
    ),
    { numRuns: 20 },
  )
})

test('who may not see contacts sees no organizations either', async () => {
  const { group: there } = await group([{ name: 'Acme' }])
  const [guest, planner] = await Promise.all(
    ['guest', 'planner'].map((name) => createUser(service.db, { username: `${name}-${there.path}` })),
  )
  await setRole(service.db, guest?.id as number, { group: there }, 'guest')
  await setRole(service.db, planner?.id as number, { group: there }, 'planner')
  const asks = async (userId: number | null | undefined) => {
    const facts = await readGroupFacts(service.db, there.id, userId ?? null)
    if (!facts) throw new Error('there is no such group')
    const { rows } = await pageOf(listOrganizations(service.db, facts, { limit: 10, search: 'acme' }))
    return { names: rows.map(({ name }) => name), counts: (await countOrganizations(service.db, facts)).value }
  }
  expect(await asks(planner?.id)).toEqual({
    names: ['Acme'],
    counts: { all: 1, active: 1, inactive: 0, cutOff: false },
  })
  const nothing = { names: [], counts: null }
  expect(await asks(guest?.id)).toEqual(nothing)
  expect(await asks(null)).toEqual(nothing)
  await saveSettings(service.db, there.id, { customerRelations: false })
  expect(await asks(planner?.id)).toEqual(nothing)
})
