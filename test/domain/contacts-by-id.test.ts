// Programs add, remove and replace contacts of an issue by id.
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { type IdOutcome, type Mode, planByIds, setIssueContacts } from '../../src/domain/issues/linking-by-id.ts'
import type { Contact } from '../../src/storage/contacts-schema.ts'
import { rowsOf } from '../../src/storage/db.ts'
import { newsroomOf } from '../../src/storage/notify.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { tree } from '../support/world/tree.ts'

let service: RunningService
beforeAll(async () => {
  service = await startService({ idle: true })
})

const known = [
  { id: 1, active: true, linked: false },
  { id: 2, active: false, linked: false },
  { id: 3, active: true, linked: true },
  { id: 4, active: false, linked: true },
]

test.each<[Mode, number[], string]>([
  ['add', [1], '1 added'],
  ['add', [2], '2 inactive'],
  ['add', [3, 4], '3 already there, 4 already there'],
  ['add', [9, 1], '9 unknown, 1 added'],
  ['add', [1, 1], '1 added'],
  ['add', [], ''],
  ['remove', [3, 4, 1, 9], '3 removed, 4 removed, 1 was not there, 9 unknown'],
  ['replace', [], '3 removed, 4 removed'],
  ['replace', [4, 1], '4 already there, 1 added, 3 removed'],
  ['replace', [2, 9, 3], '2 inactive, 9 unknown, 3 already there, 4 removed'],
])('%s %j: %s', (mode, ids, outcomes) => {
  const said = planByIds(mode, ids, known).outcomes.map((one: IdOutcome) => `${one.contactId} ${one.outcome}`)
  expect(said.join(', ')).toBe(outcomes)
})

async function shop() {
  const { db } = service
  const t = await tree(db, ['acme', 'other', 'acme:shop'])
  const people = (await t.hold('acme', ['a@x.io', 'b@x.io', { email: 'c@x.io', state: 'inactive' }])) as [
    Contact,
    Contact,
    Contact,
  ]
  const [theirs] = (await t.hold('other', ['t@x.io'])) as [Contact]
  const ann = await t.person('ann', { acme: 'planner' })
  const issue = await t.issue('acme:shop', [people[1], people[2]])
  const set = (mode: Mode, contacts: readonly Contact[], who = ann) =>
    setIssueContacts(db, who, { id: issue.id }, { mode, contactIds: contacts.map(({ id }) => id), mostAtOnce: 50 })
  return { t, people, theirs, issue, set }
}

describe('an issue', () => {
  test('gets what is good, though others fail; contacts of another group are unknown', async () => {
    const { t, people, theirs, issue, set } = await shop()
    expect((await set('replace', [people[0], theirs, people[2]])).value).toEqual([
      { contactId: people[0].id, outcome: 'added' },
      { contactId: theirs.id, outcome: 'unknown' },
      { contactId: people[2].id, outcome: 'already there' },
      { contactId: people[1].id, outcome: 'removed' },
    ])
    expect(await t.linked(issue)).toEqual(['a@x.io of acme (new)', 'c@x.io of acme'])
    expect(await t.notes(issue)).toEqual(['added 1 contact and removed 1 contact'])
    const history = await rowsOf(
      service.db,
      sql`select action, via from history where issue_id = ${issue.id} order by action`,
    )
    expect(history).toEqual([
      { action: 'contact_linked', via: 'web' },
      { action: 'contact_unlinked', via: 'web' },
    ])
  })

  test('is cleared by an empty replacement, and left alone when nothing changes', async () => {
    const { t, issue, set } = await shop()
    await set('add', [])
    expect(await t.notes(issue)).toEqual([])
    await set('replace', [])
    await set('replace', [])
    expect(await t.linked(issue)).toEqual([])
    expect(await t.notes(issue)).toEqual(['removed 2 contacts'])
  })

  test('takes at most fifty at once, whole or not at all; those already there do not count', async () => {
    const { t, issue, set, people } = await shop()
    const many = await t.hold(
      'acme',
      Array.from({ length: 51 }, (_, at) => `m${at}@x.io`),
    )
    const refused = await set('replace', many)
    expect(refused.refused?.reason).toBe(
      'At most 50 contacts can be added at once; this would add 51. Nothing was changed.',
    )
    expect(await t.linked(issue)).toHaveLength(2)
    expect((await set('add', [...many.slice(0, 50), people[1]])).refused).toBeUndefined()
    expect(await t.linked(issue)).toHaveLength(52)
  })

  test('tells the users who look at it', async () => {
    const { issue, set } = await shop()
    const newsroom = newsroomOf(service.database)
    await newsroom.open()
    const heard: unknown[] = []
    newsroom.follow(issue.id, (news) => void heard.push(news))
    await set('replace', [])
    await expect.poll(() => heard).toEqual([{ issue: issue.id }])
  })

  test.each([
    ['a planner of the project alone', { 'acme:shop': 'planner' }, 'forbidden'],
    ['a guest', { acme: 'guest' }, 'forbidden'],
    ['a user from elsewhere', { other: 'owner' }, 'not found'],
  ] as const)('is not changed by %s', async (_, roles, why) => {
    const { t, issue, set } = await shop()
    const who = await t.person('who', roles)
    expect((await set('replace', [], who)).refused?.why).toBe(why)
    expect(await t.linked(issue)).toHaveLength(2)
  })
})
