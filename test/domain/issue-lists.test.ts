// Lists of issues: in each order, page by page, against a plain model; filtered; and who sees what.
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import type { IssueFilter } from '../../src/domain/issues/filters.ts'
import { shownIssues } from '../../src/domain/issues/list-rows.ts'
import { countIssuesIn, listIssuesIn } from '../../src/domain/issues/lists.ts'
import type { Actor } from '../../src/domain/rules/history.ts'
import type { Contact, Organization } from '../../src/storage/contacts-schema.ts'
import type { Db } from '../../src/storage/db.ts'
import { type Asked, type ModelIssue, modelIssues, openMany, walkIssues } from '../support/lists/issues.ts'
import { startService } from '../support/service/service.ts'
import { faultsOf, must } from '../support/world/results.ts'
import { type Tree, tree } from '../support/world/tree.ts'

let db: Db
let t: Tree
let all: ModelIssue[]
let company: Organization
let contacts: Contact[]
let planner: Actor
let another: Actor

beforeAll(async () => {
  db = (await startService({ idle: true })).db
  t = await tree(db, [
    'acme',
    'acme/care',
    'acme/care/deep',
    'acme:front',
    'acme/care:shop',
    'acme/care/deep:mine',
    'other',
    'other:desk',
  ])
  planner = await t.person('planner', { acme: 'planner' })
  another = await t.person('another', { acme: 'guest' })
  company = await t.company('acme', 'Acme')
  contacts = await t.hold('acme', [
    { email: 'ann@x.io', company: 'Acme' },
    { email: 'bob@x.io', company: 'Acme' },
    'zoe@x.io',
  ])
  const projects = ['acme:front', 'acme/care:shop', 'acme/care/deep:mine', 'other:desk'].map((name) => t.project(name))
  all = await openMany(db, 42, { projects, authors: [planner.userId, another.userId, 1], contacts })
})

const inGroup = (name: string) => ({ groupId: t.group(name).id })
const inProject = (name: string) => ({ projectId: t.project(name).id })
const below = (...names: string[]) => {
  const ids = names.map((name) => t.project(name).id)
  return all.filter(({ project }) => ids.includes(project.id))
}
const ofAcme = () => below('acme:front', 'acme/care:shop', 'acme/care/deep:mine')

// What contacts and people are called is known when the tests run.
const filters: [string, () => IssueFilter][] = [
  ['nothing', () => ({})],
  ['opened ones', () => ({ state: 'opened' })],
  ['closed ones', () => ({ state: 'closed' })],
  ['a word, in any letter case and without its accent', () => ({ search: 'ARGER' })],
  ['a part of a word', () => ({ search: 'rinte' })],
  ['two words, wherever they are', () => ({ search: 'printer login' })],
  ['a phrase', () => ({ search: '"login page"' })],
  ['a phrase that does not occur', () => ({ search: '"page login"' })],
  ['a short word', () => ({ search: 'x' })],
  ['signs that are plain ones', () => ({ search: '% a_b' })],
  ['a sign that matches no other', () => ({ search: 'p_inter' })],
  ['blanks', () => ({ search: ' " " ' })],
  ['numbers', () => ({ iids: [1, 3, 4, 2 ** 31, -1, 1.5] })],
  ['no numbers', () => ({ iids: [] })],
  ['an author', () => ({ authorId: another.userId })],
  ['a contact', () => ({ contactId: contacts[0]?.id })],
  ['a contact that does not exist', () => ({ contactId: 2 ** 40 })],
  ['a contact that cannot be', () => ({ contactId: 1e300 })],
  ['an organization that cannot be', () => ({ organizationId: 0.5 })],
  ['an organization', () => ({ organizationId: company.id })],
  [
    'everything together',
    () => ({ state: 'opened', search: 'r', authorId: planner.userId, contactId: contacts[1]?.id }),
  ],
  ['a contact and a word', () => ({ contactId: contacts[1]?.id, search: 'printer' })],
  ['a contact and an organization', () => ({ contactId: contacts[2]?.id, organizationId: company.id })],
]

const sorts: [string, Asked['sort']][] = [
  ['as usual', undefined],
  ['by creation', { by: 'createdAt' }],
  ['by update', { by: 'updatedAt' }],
  ['by title', { by: 'title' }],
  ['by title, from its end', { by: 'title', descending: true }],
  ['by update, the latest first', { by: 'updatedAt', descending: true }],
]

describe.each(sorts)('%s', (_, sort) => {
  test.each(filters)('%s', async (_name, filter) => {
    const asked = { sort, ...filter() }
    expect(await walkIssues(db, planner.userId, inGroup('acme'), { ...asked, limit: 4 })).toEqual(
      modelIssues(ofAcme(), asked),
    )
    expect(await walkIssues(db, planner.userId, inProject('acme/care:shop'), { ...asked, limit: 3 })).toEqual(
      modelIssues(below('acme/care:shop'), asked),
    )
  })
})

test.each(filters)('counted, and by offset: %s', async (_, filter) => {
  const asked = filter()
  const [care, user] = [inGroup('acme/care'), planner.userId]
  const there = below('acme/care:shop', 'acme/care/deep:mine')
  const expected = modelIssues(there, asked)
  const n = (state?: 'opened' | 'closed') => modelIssues(there, { ...asked, state }).length
  expect(must(await countIssuesIn(db, user, care, asked))).toEqual({
    all: n(),
    opened: n('opened'),
    closed: n('closed'),
  })
  for (const offset of [0, 1, 5, 100]) {
    const { rows, hasNext, hasPrevious } = must(await listIssuesIn(db, user, care, { ...asked, limit: 5, offset }))
    expect(rows.map(({ id }) => id)).toEqual(expected.slice(offset, offset + 5))
    expect([hasNext, hasPrevious]).toEqual([expected.length > offset + 5, offset > 0])
  }
})

test('a row tells what a list shows; ids of what one may not read drop out', async () => {
  const [issue] = below('acme/care:shop') as [ModelIssue]
  await db.execute(
    sql`insert into comments (issue_id, body, system)
      values (${issue.id}, 'Hello', false), (${issue.id}, 'added', true)`,
  )
  const elsewhere = below('other:desk')[0] as ModelIssue
  const shown = await shownIssues(db, planner.userId, [issue.id, elsewhere.id, 2 ** 40])
  expect(shown).toEqual([
    {
      id: issue.id,
      iid: issue.iid,
      title: issue.title,
      description: issue.description,
      state: issue.state,
      createdAt: issue.createdAt,
      updatedAt: issue.updatedAt,
      closedAt: null,
      projectId: issue.project.id,
      projectPath: issue.project.fullPath,
      groupId: t.group('acme/care').id,
      author: {
        id: planner.userId,
        username: expect.stringMatching(/^planner/),
        name: expect.any(String),
        blocked: false,
      },
      comments: 1,
    },
  ])
  expect(await shownIssues(db, null, [issue.id])).toEqual([])
})

describe('who sees what', () => {
  const seen = async (who: Actor | null, place: Parameters<typeof listIssuesIn>[2], filter: IssueFilter = {}) => {
    const page = await listIssuesIn(db, who?.userId ?? null, place, { ...filter, limit: 100 })
    const counts = await countIssuesIn(db, who?.userId ?? null, place, filter)
    if (page.refused) return [...faultsOf(page), ...faultsOf(counts)]
    expect(page.value.rows.length).toBe(must(counts).all)
    return [
      ...new Set(
        page.value.rows.map(({ projectId }) => all.find(({ project }) => project.id === projectId)?.project.path),
      ),
    ].sort()
  }
  const everywhere = ['front', 'mine', 'shop']
  const noGroup = "This group doesn't exist, or you don't have access to it."
  const noProject = "This project doesn't exist, or you don't have access to it."

  test('issues of private places are for those who have a role there', async () => {
    const guest = await t.person('deep', { 'acme/care/deep': 'guest' })
    const stranger = await t.person('stranger', { other: 'owner' })
    expect(await seen(planner, inGroup('acme'))).toEqual(everywhere)
    expect(await seen(guest, inGroup('acme/care/deep'))).toEqual(['mine'])
    expect(await seen(guest, inGroup('acme'))).toEqual([noGroup, noGroup])
    expect(await seen(stranger, inGroup('acme'))).toEqual([noGroup, noGroup])
    expect(await seen(stranger, inProject('acme:front'))).toEqual([noProject, noProject])
    expect(await seen(null, inProject('acme:front'))).toEqual([noProject, noProject])
    expect(await seen(await t.administrator(), inGroup('acme'))).toEqual(everywhere)
  })

  test('a visitor reads those of public projects in a public group', async () => {
    const visible = await tree(db, ['town', 'town:open', 'town:hidden'])
    await db.execute(sql`update groups set visibility = 'public' where id = ${visible.group('town').id}`)
    await db.execute(sql`update projects set visibility = 'public' where id = ${visible.project('town:open').id}`)
    await visible.issue('town:hidden')
    const { id } = await visible.issue('town:open')
    const { rows } = must(await listIssuesIn(db, null, { groupId: visible.group('town').id }, { limit: 10 }))
    expect(rows.map((issue) => issue.id)).toEqual([id])
  })

  test('by contact or organization: nothing for callers who may not see contacts there, never everything', async () => {
    for (const filter of [{ contactId: contacts[0]?.id }, { organizationId: company.id }]) {
      expect(await seen(planner, inGroup('acme'), filter)).toEqual(everywhere)
      expect(await seen(another, inGroup('acme'))).toEqual(everywhere)
      expect(await seen(another, inGroup('acme'), filter)).toEqual([])
      expect(await seen(another, inProject('acme:front'), filter)).toEqual([])
    }
  })

  test('nor for those of a subgroup where customer relations are off, or that uses the contacts of another group', async () => {
    const mixed = await tree(db, ['top', 'top/on', 'top/off', 'top/own', 'top/on:a', 'top/off:b', 'top/own:c'])
    const [ann] = (await mixed.hold('top', ['ann@x.io'])) as [Contact]
    const [eve] = (await mixed.hold('top/own', ['eve@x.io'])) as [Contact]
    for (const project of ['top/on:a', 'top/off:b']) await mixed.issue(project, [ann])
    const own = await mixed.issue('top/own:c', [eve, ann])
    await mixed.switchOff('top/off')
    await mixed.nameSource('top/own', 'top/own')
    const reader = await mixed.person('reader', { top: 'planner' })
    const [top, wanted] = [{ groupId: mixed.group('top').id }, { contactId: ann.id, limit: 10 }]
    const paths = async (who: Actor, more: object = {}) =>
      must(await listIssuesIn(db, who.userId, top, { ...wanted, ...more })).rows.map(({ projectPath }) =>
        projectPath.split('/').at(-1),
      )
    expect(await paths(reader)).toEqual(['c', 'a'])
    expect(await paths(await mixed.administrator())).toEqual(['c', 'a'])
    await mixed.nameSource('top/own', null)
    const elsewhere = await tree(db, ['away'])
    await db.execute(
      sql`update group_settings set contact_source_id = ${elsewhere.group('away').id}
        where group_id = ${mixed.group('top/own').id}`,
    )
    expect(await paths(reader)).toEqual(['a'])
    expect(await paths(reader, { contactId: eve.id })).toEqual([])
    await mixed.switchOff('top')
    expect(await paths(reader)).toEqual([])
    expect(own.id).toBeGreaterThan(0)
  })

  test('a blocked person is a visitor', async () => {
    const gone = await t.person('gone', { acme: 'owner' })
    await db.execute(sql`update users set blocked = true where id = ${gone.userId}`)
    expect(await seen(gone, inProject('acme:front'))).toEqual([noProject, noProject])
  })
})

test.each<[string, Partial<Parameters<typeof listIssuesIn>[3]>, string]>([
  ['no rows', { limit: 0 }, 'limit: Limit must be between 1 and 100'],
  ['too many rows', { limit: 101 }, 'limit: Limit must be between 1 and 100'],
  ['a cursor that is none', { after: 'abc' }, 'after: Please provide a valid cursor'],
  [
    'a cursor of another order',
    { before: 'WyJpc3N1ZXMgdXBkYXRlZEF0IGRlc2NlbmRpbmciXQ' },
    'before: Please provide a valid cursor',
  ],
  ['too long a search', { search: 'x'.repeat(1_001) }, 'search: Search is too long (maximum is 1000 characters)'],
  [
    'too many numbers',
    { iids: Array.from({ length: 1_001 }, (_, at) => at) },
    'iids: At most 1000 numbers can be given',
  ],
])('%s is refused', async (_, wanted, fault) => {
  expect(faultsOf(await listIssuesIn(db, planner.userId, inGroup('acme'), { limit: 10, ...wanted }))).toEqual([fault])
})

test('a search with a zero finds nothing', async () => {
  expect(must(await listIssuesIn(db, planner.userId, inGroup('acme'), { search: 'a\0b', limit: 10 })).rows).toEqual([])
})
