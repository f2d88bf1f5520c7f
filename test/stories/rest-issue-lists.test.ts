// Lists of issues over REST: filters as clients send them, pages both ways, their headers, and GitLab's own client.
import { Gitlab } from '@gitbeaker/rest'
import { beforeAll, expect, test } from 'vitest'
import { createToken } from '../../src/domain/people/access-tokens.ts'
import type { Actor } from '../../src/domain/rules/history.ts'
import type { Contact, Organization } from '../../src/storage/contacts-schema.ts'
import type { Db } from '../../src/storage/db.ts'
import { type Answer, type Client, faulted, pagingOf, restOf } from '../support/api/rest.ts'
import { type Asked, type ModelIssue, modelIssues, openMany } from '../support/lists/issues.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { type Tree, tree } from '../support/world/tree.ts'

let service: RunningService
let db: Db
let t: Tree
let all: ModelIssue[]
let planner: Actor
let company: Organization
let contacts: Contact[]
let as: Record<'planner' | 'guest' | 'stranger' | 'visitor', Client>
let token: string

beforeAll(async () => {
  service = await startService()
  db = service.db
  t = await tree(db, ['acme', 'acme/care', 'acme:front', 'acme/care:shop'])
  planner = await t.person('planner', { acme: 'planner' })
  const guest = await t.person('guest', { acme: 'guest' })
  company = await t.company('acme', 'Acme')
  contacts = await t.hold('acme', [{ email: 'ann@x.io', company: 'Acme' }, 'bob@x.io'])
  const projects = [t.project('acme:front'), t.project('acme/care:shop')]
  all = await openMany(db, 24, { projects, authors: [planner.userId, guest.userId], contacts })
  const clientOf = restOf(service)
  const tokenOf = ({ userId }: Actor) => createToken(db, userId, 'api')
  token = await tokenOf(planner)
  as = {
    planner: clientOf(token),
    guest: clientOf(await tokenOf(guest)),
    stranger: clientOf(await tokenOf(await t.person('stranger'))),
    visitor: clientOf(),
  }
})

const group = () => `/groups/${t.group('acme').id}/issues`
const project = () => `/projects/${t.project('acme/care:shop').id}/issues`
const ofProject = () => all.filter((issue) => issue.project.id === t.project('acme/care:shop').id)
const idsIn = ({ body }: Answer): number[] => body.map(({ id }: { id: number }) => id)

const filters: [string, () => string, () => Asked][] = [
  ['nothing', () => '', () => ({})],
  ['opened', () => 'state=opened', () => ({ state: 'opened' })],
  ['all', () => 'state=all', () => ({})],
  ['words', () => 'search=login+%22printer%22&in=title,description', () => ({ search: 'login "printer"' })],
  ['a sign', () => 'search=%25', () => ({ search: '%' })],
  ['numbers as Rails has them', () => 'iids[]=1&iids[]=3', () => ({ iids: [1, 3] })],
  ['a number', () => 'iids[]=2', () => ({ iids: [2] })],
  ['numbers plainly', () => 'iids=1&iids=4', () => ({ iids: [1, 4] })],
  ['an author', () => `author_id=${planner.userId}`, () => ({ authorId: planner.userId })],
  ['one’s own', () => 'scope=created_by_me', () => ({ authorId: planner.userId })],
  ['one’s own of another user', () => 'scope=created_by_me&author_id=1000000', () => ({ authorId: 0 })],
  ['a contact', () => `crm_contact_id=${contacts[0]?.id}`, () => ({ contactId: contacts[0]?.id })],
  ['no contact in particular', () => 'crm_contact_id=&crm_organization_id=', () => ({})],
  ['an organization', () => `crm_organization_id=${company.id}`, () => ({ organizationId: company.id })],
  [
    'many',
    () => `state=opened&search=r&crm_contact_id=${contacts[1]?.id}`,
    () => ({ state: 'opened', search: 'r', contactId: contacts[1]?.id }),
  ],
  ['by update', () => 'order_by=updated_at', () => ({ sort: { by: 'updatedAt', descending: true } })],
  ['by title', () => 'order_by=title&sort=asc', () => ({ sort: { by: 'title' } })],
  ['an author who is not there', () => 'author_username=nobody', () => ({ authorId: 0 })],
  [
    'what is so anyway',
    () => 'labels=&milestone=None&assignee_id=None&confidential=false&issue_type=issue&not[labels]=x',
    () => ({}),
  ],
  ['confidential ones', () => 'confidential=True', () => ({ authorId: 0 })],
  [
    'a stretch of creation',
    () => 'created_after=2024-01-05&created_before=2024-01-12T00:00:00Z',
    () => ({ created: { from: new Date('2024-01-05'), to: new Date('2024-01-12') } }),
  ],
  [
    'a stretch without its zone',
    () => 'created_after=2024-01-05T00:00:00.000000',
    () => ({ created: { from: new Date('2024-01-05') } }),
  ],
  [
    'changes since',
    () => 'updated_after=2024-01-10T02:00:00%2B02:00',
    () => ({ updated: { from: new Date('2024-01-10') } }),
  ],
  ['oldest first', () => 'order_by=created_at&sort=asc', () => ({ sort: { by: 'createdAt' } })],
]

test.each(filters)('%s: the whole list, its total, and page by page', async (_, query, asked) => {
  for (const [address, issues] of [
    [group(), all],
    [project(), ofProject()],
  ] as const) {
    const expected = modelIssues(issues, asked())
    const whole = await as.planner.get(`${address}?per_page=100&${query()}`)
    expect(idsIn(whole)).toEqual(expected)
    expect(pagingOf(whole)).toMatchObject({ total: expected.length, pages: 1, page: 1, next: '' })
    const second = await as.planner.get(`${address}?per_page=3&page=2&${query()}`)
    expect(idsIn(second)).toEqual(expected.slice(3, 6))
    expect(pagingOf(second).next).toBe(expected.length > 6 ? '3' : '')
  }
})

test.each(['', 'order_by=updated_at&sort=asc', 'search=r&state=opened'])(
  'by keyset, forward and back: %s',
  async (query) => {
    const whole = idsIn(await as.planner.get(`${group()}?per_page=100&${query}`))
    const follow = async (answer: Answer, rel: string) => {
      const [, address] = (answer.headers.get('link') ?? '').match(new RegExp(`<([^>]+)>; rel="${rel}"`)) ?? []
      return address && as.planner.get(address.slice(address.indexOf('/api/v4') + 7))
    }
    let page = await as.planner.get(`${group()}?pagination=keyset&per_page=5&${query}`)
    const pages = [idsIn(page)]
    expect(page.headers.get('x-total')).toBeNull()
    for (let next = await follow(page, 'next'); next; next = await follow(next, 'next')) {
      page = next
      pages.push(idsIn(page))
    }
    expect(pages.flat()).toEqual(whole)
    const back = [idsIn(page)]
    for (let previous = await follow(page, 'prev'); previous; previous = await follow(previous, 'prev'))
      back.unshift(idsIn(previous))
    expect(back).toEqual(pages)
  },
)

test('relative references lead from the group or project that was asked', async () => {
  const [inGroup] = (await as.planner.get(`${group()}?iids[]=1&sort=asc&per_page=100`)).body.filter(
    (issue: { project_id: number }) => issue.project_id === t.project('acme/care:shop').id,
  )
  expect(inGroup.references).toEqual({ short: '#1', relative: 'care/shop#1', full: `${t.pathOf('acme/care:shop')}#1` })
  expect((await as.planner.get(`${project()}?iids[]=1`)).body[0].references.relative).toBe('#1')
})

test('who may not see contacts gets nothing by one, never everything', async () => {
  for (const query of [`crm_contact_id=${contacts[0]?.id}`, `crm_organization_id=${company.id}`]) {
    for (const address of [group(), project()]) {
      const answer = await as.guest.get(`${address}?${query}`)
      expect([answer.status, answer.body, pagingOf(answer).total]).toEqual([200, [], 0])
      expect((await as.guest.get(`${address}?${query}&pagination=keyset`)).body).toEqual([])
    }
  }
  expect((await as.guest.get(`${group()}?per_page=100`)).body).toHaveLength(24)
})

test('by the author’s username, in any letter case', async () => {
  const { username } = (await as.planner.get('/user')).body
  const answer = await as.planner.get(`${group()}?per_page=100&author_username=${username.toUpperCase()}`)
  expect(idsIn(answer)).toEqual(modelIssues(all, { authorId: planner.userId }))
  expect((await as.planner.get(`${group()}?author_username=nobody`)).body).toEqual([])
})

test('of everything: one’s own, or all that one may see', async () => {
  const own = await as.planner.get('/issues?per_page=100')
  expect([idsIn(own), pagingOf(own).total]).toEqual([modelIssues(all, { authorId: planner.userId }), 12])
  const everything = await as.planner.get('/issues?scope=all&per_page=100')
  expect(idsIn(everything)).toEqual(modelIssues(all, {}))
  expect(everything.body[0].references.relative).toBe(everything.body[0].references.full)
  expect(idsIn(await as.planner.get(`/issues?scope=all&crm_contact_id=${contacts[0]?.id}`))).toEqual(
    modelIssues(all, { contactId: contacts[0]?.id }),
  )
  expect((await as.guest.get(`/issues?scope=all&crm_contact_id=${contacts[0]?.id}`)).body).toEqual([])
  expect((await as.stranger.get('/issues?scope=all')).body).toEqual([])
  expect((await as.visitor.get('/issues?scope=all')).body).toEqual([])
  expect((await as.visitor.get('/issues')).status).toBe(401)
})

test('private places are not found; a visitor is asked to sign in', async () => {
  for (const address of [group(), project()])
    expect([(await as.stranger.get(address)).status, (await as.visitor.get(address)).status]).toEqual([404, 401])
})

test('by path in any letter case', async () => {
  const paths = [t.pathOf('acme/care:shop'), t.pathOf('acme/care:shop').toUpperCase()]
  const answers = await Promise.all(paths.map((path) => as.planner.get(`/projects/${encodeURIComponent(path)}/issues`)))
  expect(answers[1]?.body).toEqual(answers[0]?.body)
  expect(answers[0]?.body).toHaveLength(12)
})

test.each<[string, number, string[]]>([
  ['state=open', 422, ['state']],
  ['state=opened&state=closed', 422, ['state']],
  ['iids[]=abc', 422, ['iids[]']],
  ['iids[]=1&iids[]=-2', 422, ['iids[]', 'iids[]']],
  ['author_id=me', 422, ['author_id']],
  ['crm_contact_id=gid://gitlab/1', 422, ['crm_contact_id']],
  ['crm_organization_id=1.5', 422, ['crm_organization_id']],
  ['order_by=weight', 422, ['order_by']],
  ['created_after=yesterday', 422, ['created_after']],
  ['updated_before=2024-02-30T00:00:00Z', 422, ['updated_before']],
  ['created_before=0000-01-01', 422, ['created_before']],
  ['assignee_id=Any&milestone=1.0&weight=3', 422, ['assignee_id', 'milestone', 'weight']],
  ['sort=up', 422, ['sort']],
  ['in=comments', 422, ['in']],
  ['scope=assigned_to_me', 422, ['scope']],
  ['labels=bug&my_reaction_emoji=x', 422, ['labels', 'my_reaction_emoji']],
  ['page=0', 422, ['page']],
  ['pagination=other', 422, ['pagination']],
  ['cursor=WyJ', 422, ['cursor']],
  ['pagination=keyset&page=2', 422, ['page']],
  ['pagination=keyset&cursor=nonsense', 400, ['cursor']],
  ['pagination=keyset&cursor=-', 400, ['cursor']],
  [`search=${'x'.repeat(1_001)}`, 422, ['search']],
])('?%s: %d, and the fields are named', async (query, status, names) => {
  for (const address of [group(), project()]) {
    const answer = await as.planner.get(`${address}?${query}`)
    expect(answer.status).toBe(status)
    expect(new Set(faulted(answer))).toEqual(new Set(names))
  }
})

test.each([
  'search=%00',
  'iids[]=2147483648',
  'iids[]=0',
  'author_id=999999999999999',
  'crm_contact_id=999999999999999',
])('?%s: nothing is found', async (query) => {
  expect((await as.planner.get(`${group()}?${query}`)).body).toEqual([])
})

test('GitLab’s own client lists, opens, edits, notes, moves and deletes', async () => {
  const api = new Gitlab({ host: service.url, token })
  const [shop, front] = [t.project('acme/care:shop'), t.project('acme:front')]
  const listed = await api.Issues.all({ projectId: shop.fullPath, state: 'opened', perPage: 5 })
  expect(listed.map(({ id }) => id)).toEqual(modelIssues(ofProject(), { state: 'opened' }))
  expect(await api.Issues.all({ groupId: t.group('acme').id, iids: [1, 2] })).toHaveLength(4)
  const keyset = await api.Issues.all({
    groupId: t.group('acme').id,
    pagination: 'keyset',
    orderBy: 'created_at',
    sort: 'desc',
    perPage: 7,
  })
  expect(keyset).toHaveLength(24)
  const made = await api.Issues.create(shop.id, 'From a client', { description: 'Words\n/add_contacts ann@x.io' })
  expect(made).toMatchObject({ title: 'From a client', description: 'Words', state: 'opened' })
  expect(await api.Issues.edit(shop.id, made.iid, { stateEvent: 'close' })).toMatchObject({ state: 'closed' })
  const note = await api.IssueNotes.create(shop.id, made.iid, 'Hello')
  expect(await api.IssueNotes.edit(shop.id, made.iid, note.id, { body: 'Bye' })).toMatchObject({
    id: note.id,
    body: 'Bye',
  })
  await api.IssueNotes.remove(shop.id, made.iid, note.id)
  await expect(api.Issues.move(shop.id, made.iid, front.id)).rejects.toThrow(
    'Cannot move issue due to insufficient permissions!',
  )
  await expect(api.Issues.remove(shop.id, made.iid)).rejects.toThrow("You don't have permission to delete this issue.")
})
