// Lists of contacts: every order, searching, and who sees nothing.
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { countContacts, listContacts } from '../../src/domain/contacts/contact-lists.ts'
import { readGroupFacts } from '../../src/domain/groups/facts.ts'
import { insertGroup } from '../../src/domain/groups/groups.ts'
import { saveSettings } from '../../src/domain/groups/settings.ts'
import type { Reader } from '../../src/domain/lists/owned-lists.ts'
import { createUser } from '../../src/domain/people/users.ts'
import { setRole } from '../../src/domain/rules/members.ts'
import type { Group } from '../../src/storage/schema.ts'
import {
  addContacts,
  contactGroup,
  contactsIn,
  type Given,
  orders,
  person,
  usualMoment,
} from '../support/lists/contacts.ts'
import { efforts, modelList, pageOf, walkThrough } from '../support/lists/model.ts'
import { type RunningService, startService } from '../support/service/service.ts'

let service: RunningService
beforeAll(async () => {
  service = await startService({ idle: true })
})
const group = (given?: readonly Given[]) => contactGroup(service, given)

describe('orders', () => {
  const long = (letter: string) => letter.repeat(255)
  const many: Given[] = [
    {
      firstName: 'Ana',
      lastName: 'García López',
      email: 'ana@x.io',
      phone: '2',
      jobTitle: 'Buyer',
      company: 'Zeta',
      created: '2024-05-01T12:00:00.000002Z',
    },
    {
      firstName: 'Zoe',
      lastName: 'García',
      phone: '10',
      jobTitle: 'búyer',
      description: 'β',
      created: '2024-05-01T12:00:00.000001Z',
    },
    { firstName: 'ana', lastName: 'garcia', email: 'Ana@y.io', description: 'Alpha', company: 'zeta 2' },
    {
      firstName: 'Ana',
      lastName: 'GARCÍA',
      state: 'inactive',
      company: 'Zeta',
      updated: '1999-12-31T23:59:59.999999Z',
    },
    { firstName: '😀', lastName: '\uFFFD', jobTitle: '😀', description: '😀' },
    { firstName: '\uFFFD', lastName: '😀', jobTitle: '\uFFFD', description: '\uFFFD', state: 'inactive' },
    { firstName: 'שרה', lastName: 'כהן', phone: '٣', company: 'חברה' },
    { firstName: '민준', lastName: '김', email: '김@한국.kr', state: 'inactive' },
    { firstName: '민', lastName: '기' },
    { firstName: long('x'), lastName: long('x'), jobTitle: long('j'), description: long('d').repeat(4) },
    { firstName: `${long('x').slice(5)}yyyyy`, lastName: long('x'), description: `${long('d').repeat(3)}e` },
    { firstName: 'Ana', lastName: 'García López', state: 'inactive' },
    { firstName: '_', lastName: '%', phone: '\\' },
  ]
  const all = orders.flatMap((by) =>
    [false, true].map((descending) => [by, descending ? 'descending' : 'ascending', descending] as const),
  )

  test.each(all)('by %s, %s: forward and back, whatever the state', async (by, _, descending) => {
    const here = await group(many)
    const model = await contactsIn(service, here.group)
    expect(model).toHaveLength(many.length)
    for (const state of [undefined, 'active', 'inactive'] as const) {
      const asked = { sort: { by, descending }, state }
      const expected = modelList(model, asked, 'lastName')
      expect(await walkThrough(here.list, asked, 3)).toEqual({ forward: expected, back: expected })
    }
  })

  test('the last name decides before the first, then the id', async () => {
    const { names } = await group(many.slice(0, 4))
    expect(await names({})).toEqual(['ana garcia', 'Ana GARCÍA', 'Zoe García', 'Ana García López'])
    expect(await names({ sort: { by: 'lastName', descending: true } })).toEqual([
      'Ana García López',
      'Zoe García',
      'Ana GARCÍA',
      'ana garcia',
    ])
  })

  test('what is missing is last both ways', async () => {
    const { names } = await group([
      person('No Phone'),
      person('Phone B', { phone: 'b' }),
      person('Phone A', { phone: 'a' }),
    ])
    expect(await names({ sort: { by: 'phone' } })).toEqual(['Phone A', 'Phone B', 'No Phone'])
    expect(await names({ sort: { by: 'phone', descending: true } })).toEqual(['Phone B', 'Phone A', 'No Phone'])
  })

  test('what is the same is by id, the way of the order', async () => {
    const here = await group([person('A A'), person('A A', { state: 'inactive' }), person('A A')])
    const ids = async (descending: boolean) =>
      (await pageOf(here.list({ sort: { by: 'lastName', descending }, limit: 9 }))).rows.map(({ id }) => id)
    expect(await ids(false)).toEqual(here.ids)
    expect(await ids(true)).toEqual(here.ids.toReversed())
  })
})

test('a row tells what a list shows', async () => {
  const {
    list,
    ids,
    group: here,
  } = await group([
    person('Ann Lee', {
      email: 'ann@x.io',
      phone: '1',
      description: 'Nice',
      company: 'Acme',
      created: '2024-05-01T12:00:00.123456Z',
    }),
  ])
  const { rows } = await pageOf(list({ limit: 1 }))
  expect(rows).toEqual([
    {
      id: ids[0],
      groupId: here.id,
      firstName: 'Ann',
      lastName: 'Lee',
      email: 'ann@x.io',
      phone: '1',
      jobTitle: null,
      description: 'Nice',
      state: 'active',
      organization: { id: expect.any(Number), name: 'Acme' },
      createdAt: new Date('2024-05-01T12:00:00.123Z'),
      updatedAt: new Date(usualMoment),
    },
  ])
})

test('ids: only these, and never those of another group', async () => {
  const other = await group([person('Other Group')])
  const { ids, names, list } = await group([person('A A'), person('B B'), person('C C')])
  expect(await names({ ids: [ids[2] as number, ids[0] as number, ...other.ids, 2 ** 60, 1.5, -1] })).toEqual([
    'A A',
    'C C',
  ])
  expect(await names({ ids, state: 'inactive' })).toEqual([])
  expect(await names({ ids: [] })).toEqual([])
  expect((await list({ ids: Array.from({ length: 1_001 }, (_, at) => at), limit: 1 })).refused).toMatchObject({
    faults: [{ field: 'ids' }],
  })
})

describe('searching', () => {
  const people = [
    person('Jane Doe', { email: 'jane@north.example', company: 'Zürich Re' }),
    person('Élodie Jané', { phone: '+41 (44) 100%', jobTitle: 'Chief of Staff', description: 'called "the boss"' }),
    person('Doe_1 Ray', { email: 'd_r@south.example', state: 'inactive' }),
    person('김 Doe', { description: 'back\\slash' }),
  ]
  test.each([
    ['a word of the first name', 'jane', ['Jane Doe', 'Élodie Jané']],
    ['letter case and accents', 'ELODIE jané', ['Élodie Jané']],
    ['two words in different columns', 'Jane Doe', ['Jane Doe']],
    ['the same the other way round', 'doe jane', ['Jane Doe']],
    ['words of the name, the address and the organization', 'zurich north doe', ['Jane Doe']],
    ['a phrase over both names', '"jane doe"', ['Jane Doe']],
    ['a phrase the other way round', '"doe jane"', []],
    ['a phrase and a word', '"the boss" elo', ['Élodie Jané']],
    ['a quotation mark that is never closed', '"jane', ['Jane Doe', 'Élodie Jané']],
    ['words of a job title and a name', 'staff élodie', ['Élodie Jané']],
    ['a part of a phone number', '(44)', ['Élodie Jané']],
    ['a part of an address', 'd_r@', ['Doe_1 Ray']],
    ['%', '%', ['Élodie Jané']],
    ['_', '_', ['Doe_1 Ray']],
    ['a backslash', '\\', ['김 Doe']],
    ['what would be a pattern', 'j%e', []],
    ['one letter', 'y', ['Doe_1 Ray']],
    ['a syllable', '김', ['김 Doe']],
    ['every word must occur', 'jane nobody', []],
    ['blanks alone', '   ', ['Jane Doe', '김 Doe', 'Élodie Jané', 'Doe_1 Ray']],
    ['an empty phrase', '""', ['Jane Doe', '김 Doe', 'Élodie Jané', 'Doe_1 Ray']],
    ['what no text can hold', 'jane\0', []],
  ])('%s', async (_, search, expected) => {
    const { list, counts } = await group(people)
    for (const effort of Object.values(efforts)) {
      const { rows, cutOff } = await pageOf(list({ search, limit: 100 }, effort))
      expect(rows.map(({ firstName, lastName }) => `${firstName} ${lastName}`)).toEqual(expected)
      expect(cutOff).toBe(false)
      expect(await counts(search, effort)).toMatchObject({ all: expected.length, cutOff: false })
    }
  })

  test('a text that is too long is refused', async () => {
    const { list } = await group()
    expect((await list({ search: 'a '.repeat(501), limit: 1 })).refused).toMatchObject({
      faults: [{ field: 'search' }],
    })
  })

  const crowd = Array.from({ length: 12 }, (_, at) =>
    person(`${at % 3 ? 'Other' : 'Wanted'} N${String(at).padStart(2, '0')}`),
  )
  const hasty = { ...efforts.walking, rows: 4 }

  test('that takes too long is cut off, says so, and goes on where it stopped', async () => {
    const { list, counts } = await group(crowd)
    const met: string[] = []
    let page = await pageOf(list({ search: 'wanted', limit: 3 }, hasty))
    expect(page).toMatchObject({ cutOff: true, hasNext: true })
    expect(page.rows.map(({ lastName }) => lastName)).toEqual(['N00', 'N03'])
    for (; ; page = await pageOf(list({ search: 'wanted', limit: 3, after: page.endCursor }, hasty))) {
      met.push(...page.rows.map(({ lastName }) => lastName))
      if (!page.hasNext) break
    }
    expect(met).toEqual(['N00', 'N03', 'N06', 'N09'])
    expect(await counts('wanted', hasty)).toEqual({ all: 2, active: 2, inactive: 0, cutOff: true })
  })

  test('backward as well', async () => {
    const { list } = await group(crowd)
    const page = await pageOf(list({ search: 'wanted', limit: 3, fromEnd: true }, hasty))
    expect(page).toMatchObject({ cutOff: true, hasPrevious: true, hasNext: false, rows: [{ lastName: 'N09' }] })
    const before = await pageOf(list({ search: 'wanted', limit: 3, before: page.startCursor }, hasty))
    expect(before.rows.map(({ lastName }) => lastName)).toEqual(['N06'])
  })

  test('cut off, what trigrams brought fills the page', async () => {
    const { list } = await group([...crowd, ...Array.from({ length: 5 }, (_, at) => person(`Late X${at}`))])
    const page = await pageOf(list({ search: 'late', limit: 2 }, { ...efforts.both, rows: 4 }))
    expect(page).toMatchObject({ cutOff: true, hasNext: true })
    expect(page.rows.map(({ firstName }) => firstName)).toEqual(['Late', 'Late'])
  })

  test('cut off, what was met on the way as well is there once', async () => {
    const { list } = await group(crowd)
    const page = await pageOf(list({ search: 'wanted', limit: 4 }, { ...efforts.both, rows: 4 }))
    expect(page).toMatchObject({ cutOff: true, hasNext: true })
    const [first, second, third, ...more] = page.rows.map(({ lastName }) => lastName)
    expect([first, second, more]).toEqual(['N00', 'N03', []])
    // Which matches an index meets first depends on where the database has put them.
    expect(['N06', 'N09']).toContain(third)
    const { rows } = await pageOf(list({ search: 'wanted', limit: 4, after: page.endCursor }, efforts.both))
    expect(rows.map(({ lastName }) => lastName)).toEqual(third === 'N06' ? ['N09'] : [])
  })

  test('counting ends at a thousand', async () => {
    const here = await group()
    await service.db.execute(sql`insert into contacts (group_id, first_name, last_name, find_by_name, find_by_surname,
      last_key, first_key, state)
      select ${here.group.id}, 'Same', 'Name', 'same name', 'name same', 'name', 'same', case
      when n <= 400 then 'active' else 'inactive' end
      from generate_series(1, 1000) n`)
    expect(await here.counts('same', efforts.walking)).toEqual({
      all: 1_000,
      active: 400,
      inactive: 600,
      cutOff: false,
    })
    await addContacts(service, here.group, [person('Same Name')])
    expect(await here.counts('same', efforts.walking)).toMatchObject({ all: 1_000, cutOff: true })
    expect(await here.counts()).toEqual({ all: 1_001, active: 401, inactive: 600, cutOff: false })
  })
})

describe('who may not see contacts sees nothing', () => {
  const nothing = {
    rows: [],
    cursors: [],
    hasNext: false,
    hasPrevious: false,
    startCursor: null,
    endCursor: null,
    cutOff: false,
  }
  const asks = async (there: Group, userId: number | null) => {
    const facts = await readGroupFacts(service.db, there.id, userId)
    if (!facts) throw new Error('there is no such group')
    const { value } = await listContacts(service.db, facts, { limit: 10 })
    return {
      page: value,
      counts: (await countContacts(service.db, facts)).value,
      searched: (await countContacts(service.db, facts, { search: 'ann' })).value,
    }
  }
  const refused = { page: nothing, counts: null, searched: null }

  test('a guest, a visitor, and everybody where customer relations are off', async () => {
    const { group: there } = await group([person('Ann Lee')])
    const people = await Promise.all(
      ['guest', 'planner'].map((name) => createUser(service.db, { username: `${name}-${there.path}` })),
    )
    const [guest, planner] = people.map(({ id }) => id) as [number, number]
    const root = await createUser(service.db, { username: `root-${there.path}`, administrator: true })
    await setRole(service.db, guest, { group: there }, 'guest')
    await setRole(service.db, planner, { group: there }, 'planner')
    expect((await asks(there, planner)).page?.rows).toMatchObject([{ firstName: 'Ann' }])
    expect((await asks(there, planner)).counts).toEqual({ all: 1, active: 1, inactive: 0, cutOff: false })
    expect(await asks(there, guest)).toEqual(refused)
    expect(await asks(there, null)).toEqual(refused)
    await saveSettings(service.db, there.id, { customerRelations: false })
    expect(await asks(there, planner)).toEqual(refused)
    expect(await asks(there, root.id)).toEqual(refused)
  })

  test('not even a broken cursor is told apart', async () => {
    const { reader } = await group([person('Ann Lee')])
    const stranger: Reader = { ...reader, standing: { administrator: false, source: 10, customerRelations: true } }
    expect(await listContacts(service.db, stranger, { limit: 0, after: 'nonsense' })).toEqual({ value: nothing })
  })

  test('a subgroup shows the contacts of its source, to those with a role there', async () => {
    const source = await group([person('Ann Lee')])
    const below = await insertGroup(service.db, { path: 'below', name: 'Below', parent: source.group })
    const [here, there] = await Promise.all(
      ['here', 'there'].map((name) => createUser(service.db, { username: `${name}-${source.group.path}` })),
    )
    await setRole(service.db, here?.id as number, { group: below }, 'owner')
    await setRole(service.db, there?.id as number, { group: source.group }, 'planner')
    expect(await asks(below, here?.id as number)).toEqual(refused)
    expect((await asks(below, there?.id as number)).page?.rows).toMatchObject([{ firstName: 'Ann' }])
  })
})
