// Input that no client sends and an attacker does: deep and wide JSON, NULs in addresses. Each gets a small answer, and
// none is our fault.
import { beforeAll, expect, test } from 'vitest'
import { createToken } from '../../src/domain/people/access-tokens.ts'
import { expectProblem } from '../support/api/problem.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { type Tree, tree } from '../support/world/tree.ts'

let service: RunningService
let t: Tree
let headers: Record<string, string>
let cookie: string

beforeAll(async () => {
  service = await startService({ idle: true })
  t = await tree(service.db, ['acme', 'acme:shop'])
  const { userId } = await t.person('olga', { acme: 'owner' })
  headers = { 'private-token': await createToken(service.db, userId, 'api'), 'content-type': 'application/json' }
  cookie = `rolobot_session=${await createToken(service.db, userId, 'session')}`
})

const send = (path: string, body: string, method = 'POST') => fetch(service.url + path, { method, headers, body })

test.each([
  ['a list of 4,000 levels', `{"name": ${'['.repeat(4_000)}${']'.repeat(4_000)}}`, 400, 'at most 32 levels'],
  ['objects of 4,000 levels', `${'{"a":'.repeat(4_000)}1${'}'.repeat(4_000)}`, 400, 'at most 32 levels'],
  [
    '50,000 keys',
    JSON.stringify(Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`k${n}`, 1]))),
    413,
    'at most 10000',
  ],
  ['brackets in a text', JSON.stringify({ name: `${'['.repeat(4_000)}\\"`, path: 'x y' }), 400, 'Path'],
])('JSON with %s', async (_, body, status, message) => {
  for (const path of ['/api/v4/groups', '/api/graphql']) {
    if (path === '/api/graphql' && message === 'Path') continue
    const answer = await send(path, body)
    expect(Number(answer.headers.get('content-length'))).toBeLessThan(5_000)
    expect((await expectProblem(answer, status)).detail).toContain(message)
  }
})

test('JSON as deep as any client sends it is read', async () => {
  const variables = `${'{"a":'.repeat(30)}1${'}'.repeat(30)}`
  expect((await send('/api/graphql', `{"query": "{ __typename }", "variables": ${variables}}`)).status).toBe(200)
})

test('a form of 50,000 fields is refused unread', async () => {
  const body = Array.from({ length: 50_000 }, (_, n) => `k${n}=1`).join('&')
  const how = { method: 'POST', headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, body }
  const answer = await fetch(`${service.url}/api/v4/groups`, how)
  expect((await expectProblem(answer, 413)).detail).toContain('at most 1000')
})

test('of 5,000 unknown fields twenty are named, and the others counted', async () => {
  const fields = Object.fromEntries(
    Array.from({ length: 5_000 }, (_, n) => [`field${n}${'x'.repeat(n === 0 ? 10_000 : 0)}`, 1]),
  )
  const { detail, errors } = await expectProblem(
    await send('/api/v4/groups', JSON.stringify({ name: 'x', path: 'y', ...fields })),
    422,
  )
  expect(errors).toHaveLength(20)
  expect(detail).toMatch(/and 4980 more$/)
  expect(detail.length).toBeLessThan(2_000)
})

const nul = '%00'
test.each([
  `/api/v4/groups/${nul}`,
  `/api/v4/groups?search=${nul}`,
  `/api/v4/groups/acme${nul}/subgroups`,
  `/api/v4/groups/:group/projects?search=a${nul}`,
  `/api/v4/groups/:group/issues?search=${nul}&author_username=${nul}`,
  `/api/v4/groups/:group/members?query=${nul}`,
  `/api/v4/projects/${nul}/issues/1`,
  `/api/v4/projects?search=${nul}`,
  `/api/v4/users?search=${nul}`,
  `/api/v4/users?username=${nul}`,
  `/api/v4/users/${nul}`,
  `/api/v4/personal_access_tokens?search=${nul}`,
  `/api/v4/personal_access_tokens/${nul}`,
  `/api/suggestions?issue=${nul}&text=${nul}`,
  `/${nul}`,
  `/groups/${nul}`,
  `/groups/:group?search=${nul}`,
  `/groups/:group/-/issues?search=${nul}`,
  `/groups/:group/-/crm/contacts?search=${nul}&sort=${nul}&after=${nul}&state=${nul}`,
  `/groups/:group/-/crm/contacts/${nul}/edit`,
  `/groups/:group/-/crm/organizations?search=${nul}&after=${nul}`,
  `/:project/-/issues?search=${nul}&author=${nul}`,
  `/:project/-/issues/${nul}`,
  `/:project${nul}/-/issues/1`,
  `/users/sign_in?link=${nul}&to=${nul}`,
])('a NUL in %s is no fault of ours', async (pattern) => {
  const path = pattern
    .replace('groups/:group', `groups/${t.pathOf('acme')}`)
    .replace('/:project', `/${t.pathOf('acme:shop')}`)
  for (const how of [{ headers }, { headers: { cookie } }, {}]) {
    const answer = await fetch(service.url + path, { ...how, redirect: 'manual' })
    expect(answer.status, await answer.text()).toBeLessThan(500)
  }
})
