// What clients made for GitLab rely on in requests and answers under /api: content types, empty bodies, forms,
// addresses, where tokens stand.
import { request } from 'node:http'
import { beforeAll, describe, expect, test } from 'vitest'
import { expectProblem } from '../support/api/problem.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { world } from '../support/world/world.ts'

const publicUrl = 'https://rolobot.example/tools'
let service: RunningService
let here: Awaited<ReturnType<typeof world>>
let token: string

beforeAll(async () => {
  service = await startService({ environment: { PUBLIC_URL: publicUrl } })
  here = await world(service, { people: { ann: 'owner' } })
  token = await here.token('ann')
})

const project = () => `/api/v4/projects/${here.project.id}`
const notes = () => `${project()}/issues/${here.issue.iid}/notes`
const ask = (path: string, options: RequestInit & { headers?: Record<string, string> } = {}) =>
  fetch(service.url + path, { ...options, headers: { 'private-token': token, ...options.headers } })
const json = { 'content-type': 'application/json' }
const typeOf = async (answer: Promise<Response>) => (await answer).headers.get('content-type')

describe('JSON has no charset', () => {
  test.each([
    ['an object', () => ask(project()), 'application/json'],
    ['a list', () => ask('/api/v4/groups'), 'application/json'],
    ['the document', () => ask('/api/openapi.json'), 'application/json'],
    ['a refusal', () => ask('/api/v4/groups?nothing=1'), 'application/problem+json'],
    ['an unknown address', () => ask('/api/v4/nothing'), 'application/problem+json'],
    [
      'an unknown token',
      () => ask('/api/v4/user', { headers: { 'private-token': 'rbat-no' } }),
      'application/problem+json',
    ],
    ['broken JSON', () => ask(notes(), { method: 'POST', headers: json, body: '{' }), 'application/problem+json'],
    [
      'GraphQL',
      () => ask('/api/graphql', { method: 'POST', headers: json, body: '{"query": "{ __typename }"}' }),
      'application/json',
    ],
    [
      'a refused token for GraphQL',
      () => ask('/api/graphql?query={__typename}', { headers: { 'private-token': 'no' } }),
      'application/json',
    ],
  ])('in %s', async (_, answer, type) => {
    expect(await typeOf(answer())).toBe(type)
  })

  test('a stream keeps its type', async () => {
    const stop = new AbortController()
    const headers = { ...json, accept: 'text/event-stream' }
    const body = JSON.stringify({
      query: 'subscription { issueCrmContactsUpdated(issuableId: "gid://gitlab/Issue/1") { __typename } }',
    })
    expect(await typeOf(ask('/api/graphql', { method: 'POST', headers, body, signal: stop.signal }))).toMatch(
      /^text\/event-stream/,
    )
    stop.abort()
  })
})

describe('an empty body is no body, whatever its type', () => {
  test.each(['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'])(
    'of %s',
    async (type) => {
      const headers = { 'content-type': type }
      const note = await (await ask(notes(), { method: 'POST', headers: json, body: '{"body": "x"}' })).json()
      expect((await ask(`${notes()}/${note.id}`, { method: 'DELETE', headers })).status).toBe(204)
      expect((await ask('/api/link_codes', { method: 'POST', headers, body: '' })).status).toBe(201)
      const { errors } = await expectProblem(await ask(notes(), { method: 'POST', headers, body: '' }), 422)
      expect(errors).toEqual([{ field: 'body', message: 'is missing' }])
    },
  )
})

describe('every address is ours', () => {
  const foreign = {
    host: 'evil.example',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'ftp',
    forwarded: 'host=evil.example',
  }
  const addressesIn = (text: string) => [...text.matchAll(/[a-z]+:\/\/[^\s"<>\\]+/g)].map(([address]) => address)

  test.each([
    ['the pages of a list', () => '/api/v4/projects?per_page=1&search=shop'],
    ['a list by keyset', () => `${project()}/issues?pagination=keyset&per_page=1`],
    ['a project', project],
    ['an issue', () => `${project()}/issues/${here.issue.iid}`],
    ['a group', () => `/api/v4/groups/${here.group.id}`],
    ['members', () => `${project()}/members/all`],
    ['the document', () => '/api/openapi.json'],
  ])('in %s, whatever host was named', async (_, path) => {
    await here.open()
    const answer = await new Promise<string>((resolve, reject) => {
      const sent = request(service.url + path(), { headers: { ...foreign, 'private-token': token } }, (response) => {
        let text = JSON.stringify(response.headers.link ?? '')
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () => resolve(text))
      })
      sent.on('error', reject).end()
    })
    const addresses = addressesIn(answer)
    expect(addresses.length).toBeGreaterThan(0)
    expect(addresses.filter((address) => !address.startsWith(publicUrl))).toEqual([])
  })
})

describe('a token in the address', () => {
  test.each(['private_token', 'access_token'])('%s: 401 with the reason, even if it is valid', async (name) => {
    for (const path of ['/api/v4/user', '/api/graphql', '/api/suggestions']) {
      const { detail } = await expectProblem(await fetch(`${service.url}${path}?${name}=${token}`), 401)
      expect(detail).toContain(name)
      expect(detail).toContain('PRIVATE-TOKEN')
      expect(detail).not.toContain(token)
    }
  })
})

describe('multipart/form-data', () => {
  const form = (fields: [string, string | Blob][]) => {
    const body = new FormData()
    for (const [name, value] of fields) body.append(name, value)
    return body
  }

  test('is read as a form', async () => {
    const answer = await ask(notes(), { method: 'POST', body: form([['body', 'From “curl -F”']]) })
    expect([answer.status, (await answer.json()).body]).toEqual([201, 'From “curl -F”'])
  })

  test('names repeat, as lists do', async () => {
    const { errors } = await expectProblem(
      await ask(notes(), {
        method: 'POST',
        body: form([
          ['body', 'x'],
          ['body', 'y'],
        ]),
      }),
      422,
    )
    expect(errors?.map(({ field }) => field)).toEqual(['body'])
  })

  test('files are refused by name', async () => {
    const { errors } = await expectProblem(
      await ask(notes(), { method: 'POST', body: form([['avatar', new Blob(['x'])]]) }),
      422,
    )
    expect(errors).toEqual([{ field: 'avatar', message: 'is a file' }])
  })

  test.each([
    ['garbage', 'multipart/form-data; boundary=x', 'no form'],
    ['no boundary', 'multipart/form-data', '--x--'],
    [
      'half a form',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="body"\r\n\r\nhalf',
    ],
  ])('%s: 400', async (_, type, body) => {
    await expectProblem(await ask(notes(), { method: 'POST', headers: { 'content-type': type }, body }), 400)
  })

  test('a name that every object has is a field like any other', async () => {
    const { errors } = await expectProblem(
      await ask(notes(), {
        method: 'POST',
        body: form([
          ['body', 'x'],
          ['__proto__', 'y'],
        ]),
      }),
      422,
    )
    expect(errors?.map(({ field }) => field)).toEqual(['__proto__'])
  })
})
