// Requests that no browser sends, and those that clients made for GitLab rely on: paging, sending again, odd methods,
// garbage on the wire.
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { beforeAll, describe, expect, test } from 'vitest'
import { expectProblem } from '../support/api/problem.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { world } from '../support/world/world.ts'

let service: RunningService
let here: Awaited<ReturnType<typeof world>>
let token: string

beforeAll(async () => {
  service = await startService()
  here = await world(service, {
    people: { ann: 'planner', ben: 'planner' },
    contacts: ['a@x.io', 'b@x.io'],
    visibility: 'public',
  })
  token = await here.token('ann')
})

const notesOf = (iid: number | string = here.issue.iid) =>
  `/api/v4/projects/${encodeURIComponent(here.project.fullPath)}/issues/${iid}/notes`
const ask = (path: string, options: RequestInit = {}) => fetch(service.url + path, options)

interface Note {
  id: number
  body: string
  noteable_iid: number
  commands_changes: unknown
  summary?: string[]
}

async function post(
  body: string,
  { key, path = notesOf(), secret = token }: { key?: string; path?: string; secret?: string } = {},
) {
  const headers = {
    'private-token': secret,
    'content-type': 'application/json',
    ...(key !== undefined && { 'idempotency-key': key }),
  }
  const answer = await ask(path, { method: 'POST', headers, body: JSON.stringify({ body }) })
  return { status: answer.status, note: (await answer.json()) as Note }
}

describe('a list of 45 notes', () => {
  let path: string
  beforeAll(async () => {
    path = notesOf((await here.open()).iid)
    for (let at = 1; at <= 45; at++) await post(`Note ${at}`, { path })
  })

  const list = async (query: string) => {
    const answer = await ask(`${path}?${query}`)
    const bodies = ((await answer.json()) as Note[]).map(({ body }) => body)
    const header = (name: string) => answer.headers.get(name)
    return {
      bodies,
      header,
      links: [...(header('link') ?? '').matchAll(/<([^>]+)>; rel="(\w+)"/g)].map(([, url, rel]) => [rel, url] as const),
    }
  }

  test.each([
    ['', { page: '1', per: '20', prev: '', next: '2', pages: '3', first: 'Note 45', count: 20 }],
    ['page=2', { page: '2', per: '20', prev: '1', next: '3', pages: '3', first: 'Note 25', count: 20 }],
    ['page=3', { page: '3', per: '20', prev: '2', next: '', pages: '3', first: 'Note 5', count: 5 }],
    ['page=3&sort=asc', { page: '3', per: '20', prev: '2', next: '', pages: '3', first: 'Note 41', count: 5 }],
    ['per_page=45', { page: '1', per: '45', prev: '', next: '', pages: '1', first: 'Note 45', count: 45 }],
    ['per_page=1000', { page: '1', per: '100', prev: '', next: '', pages: '1', first: 'Note 45', count: 45 }],
    ['per_page=1&page=45', { page: '45', per: '1', prev: '44', next: '', pages: '45', first: 'Note 1', count: 1 }],
  ])('with ?%s has the headers of GitLab', async (query, expected) => {
    const { bodies, header } = await list(query)
    expect({ first: bodies[0], count: bodies.length }).toEqual({ first: expected.first, count: expected.count })
    const names = {
      page: 'x-page',
      per: 'x-per-page',
      prev: 'x-prev-page',
      next: 'x-next-page',
      pages: 'x-total-pages',
    } as const
    for (const [what, name] of Object.entries(names))
      expect([name, header(name)]).toEqual([name, expected[what as keyof typeof names]])
    expect(header('x-total')).toBe('45')
  })

  test('beyond its end is empty, and no error', async () => {
    const { bodies, header } = await list('page=9')
    expect(bodies).toEqual([])
    expect(header('x-next-page')).toBe('')
  })

  test('is read whole by a client that follows the links, which keep what was asked', async () => {
    const seen: string[] = []
    let next: string | undefined = `${service.url}${path}?per_page=10&sort=asc`
    while (next) {
      const { bodies, links } = await list(new URL(next).search.slice(1))
      seen.push(...bodies)
      expect(links.map(([rel]) => rel)).toEqual(expect.arrayContaining(['first', 'last']))
      next = links.find(([rel]) => rel === 'next')?.[1]
    }
    expect(seen).toEqual(Array.from({ length: 45 }, (_, at) => `Note ${at + 1}`))
  })
})

describe('a note that is sent again under its Idempotency-Key', () => {
  test('is the same note, said once, with the same answer', async () => {
    const key = randomUUID()
    const first = await post('Again\n/add_contacts a@x.io', { key })
    expect(first).toMatchObject({ status: 201, note: { body: 'Again', summary: ['Added a@x.io.'] } })
    await post('/remove_contacts a@x.io')
    expect(await post('Again\n/add_contacts a@x.io', { key })).toEqual(first)
    expect(await here.issue.contacts()).toEqual([])
    expect((await here.issue.comments()).filter((body) => body === 'Again')).toHaveLength(1)
  })

  test('and holds commands only: the same answer', async () => {
    const key = randomUUID()
    const first = await post('/add_contacts b@x.io', { key })
    expect(first).toMatchObject({
      status: 202,
      note: { commands_changes: { add_contacts: ['b@x.io'] }, summary: ['Added b@x.io.'] },
    })
    expect(await post('/add_contacts b@x.io', { key })).toEqual(first)
  })

  test('ten times at once is one note', async () => {
    const key = randomUUID()
    const answers = await Promise.all(Array.from({ length: 10 }, () => post('Ten times', { key })))
    expect(new Set(answers.map(({ status, note }) => `${status} ${note.id}`)).size).toBe(1)
    expect((await here.issue.comments()).filter((body) => body === 'Ten times')).toHaveLength(1)
  })

  test('by another user is another note', async () => {
    const key = randomUUID()
    const [mine, theirs] = [await post('Mine', { key }), await post('Theirs', { key, secret: await here.token('ben') })]
    expect(theirs).toMatchObject({ status: 201, note: { body: 'Theirs' } })
    expect(theirs.note.id).not.toBe(mine.note.id)
  })

  test('with another text, or on another issue: nobody is told of a note that there is not', async () => {
    const key = randomUUID()
    const first = await post('One thing', { key })
    const elsewhere = notesOf((await here.open()).iid)
    for (const again of [await post('Another thing', { key }), await post('One thing', { key, path: elsewhere })]) {
      if (again.status >= 400) expect([409, 422]).toContain(again.status)
      else
        expect(again.note).toMatchObject({
          id: first.note.id,
          body: first.note.body,
          noteable_iid: first.note.noteable_iid,
        })
    }
  })

  test.each([1, 255, 2_000, 8_000])('of %i characters', async (length) => {
    const key = randomBytes(length).toString('base64').slice(0, length)
    const { status } = await post('A long key', { key })
    expect(status === 201 || (status >= 400 && status < 500)).toBe(true)
    if (status === 201) expect((await post('A long key', { key })).status).toBe(201)
  })
})

describe('a method', () => {
  test('HEAD is GET without the body', async () => {
    const [head, get] = await Promise.all([ask(notesOf(), { method: 'HEAD' }), ask(notesOf())])
    expect(head.status).toBe(200)
    expect(await head.text()).toBe('')
    expect(head.headers.get('x-total')).toBe(get.headers.get('x-total'))
  })

  test.each(['OPTIONS', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'])(
    '%s that the notes do not have: 404 or 405',
    async (method) => {
      await expectProblem(await ask(notesOf(), { method, headers: { 'private-token': token } }), [404, 405])
      await expectProblem(await ask('/api/suggestions', { method, headers: { 'private-token': token } }), [404, 405])
    },
  )
})

/** Writes bytes on a connection of their own; what comes back until it ends. */
async function write(bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(service.url)
  const socket = connect(Number(port), hostname)
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1')
  })
  // The server may hang up while we still speak.
  socket.on('error', () => {})
  socket.write(bytes)
  await Promise.race([once(socket, 'close'), new Promise((resolve) => setTimeout(resolve, 10_000))])
  socket.destroy()
  return answer
}

const get = (path: string, headers: string) => `GET ${path} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`

describe('on the wire', () => {
  test.each([
    ['no HTTP at all', '\0\x01\x02 hello\r\n\r\n', 400],
    ['a method of nobody’s', 'FROB / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['a header without a name', get('/', 'Host: x\r\n: y\r\n'), 400],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy', 400],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a chunk whose size is none', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400],
    ['one header of 100 KB', get('/', `Host: x\r\nX-Bomb: ${'x'.repeat(100_000)}\r\n`), 431],
    ['ten thousand headers', get('/', `Host: x\r\n${'X-Bomb: x\r\n'.repeat(10_000)}`), 431],
    ['an address of 100 KB', get(`/${'x'.repeat(100_000)}`, 'Host: x\r\n'), 431],
  ])('%s: refused with a document', async (_, bytes, status) => {
    const answer = await write(bytes)
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(answer).toMatch(/^content-type: application\/problem\+json/im)
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({
      status,
      title: expect.any(String),
      detail: expect.any(String),
    })
  })

  // A connection that is closed on a client that still sends is reset, and its answer lost.
  test('a body that is too large: refused, and the connection stays', async () => {
    const body = 'x'.repeat(900 * 1024)
    const head = `POST ${notesOf()} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
    const answer = await write(head + body + get('/-/readiness', 'Host: x\r\n'))
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200'])
  })

  test.each([
    ['no host, as of old', () => `GET ${notesOf()} HTTP/1.0\r\n\r\n`],
    ['an empty host', () => get(notesOf(), 'Host: \r\n')],
    ['a host that is none', () => get(notesOf(), 'Host: [::\r\n')],
    [
      'a token that is no text',
      () => get(notesOf(), `Host: x\r\nPrivate-Token: ${Buffer.from([0xff, 0xfe]).toString('latin1')}\r\n`),
    ],
    ['the same token twice', () => get(notesOf(), `Host: x\r\nPrivate-Token: ${token}\r\nPrivate-Token: ${token}\r\n`)],
    [
      'a cookie of signs',
      () => get(notesOf(), 'Host: x\r\nCookie: rolobot_session=%E0%A4; =; ;;; rolobot_session\r\n'),
    ],
    [
      'parts of a range',
      () => get(notesOf(), 'Host: x\r\nRange: bytes=5-2\r\nIf-None-Match: *\r\nExpect: nothing\r\n'),
    ],
  ])('%s: no fault of ours', async (_, bytes) => {
    const answer = await write(bytes())
    expect(answer).toMatch(/^HTTP\/1\.1 [24]\d\d /)
  })
})

test('two hundred garbage requests at once leave the service as it was', { timeout: 60_000 }, async () => {
  const before = await here.issue.comments()
  const headers = { 'private-token': token, 'content-type': 'application/json' }
  const kinds = [
    () => ask(notesOf(), { method: 'POST', headers, body: randomBytes(1_000) }),
    () => ask(notesOf(), { method: 'POST', headers, body: `{"body": ${'['.repeat(50_000)}` }),
    () => ask(`/${randomBytes(100).toString('base64url')}`, { headers }),
    () => ask(notesOf('abc'), { headers: { 'private-token': randomUUID() } }),
    () => write(randomBytes(2_000)),
  ]
  const answers = await Promise.all(Array.from({ length: 200 }, (_, at) => kinds[at % kinds.length]?.()))
  const statuses = answers.flatMap((answer) => (answer instanceof Response ? [answer.status] : []))
  expect(statuses).toHaveLength(160)
  expect(statuses.filter((status) => status < 400 || status >= 500)).toEqual([])
  expect((await ask('/-/readiness')).status).toBe(200)
  expect(await here.issue.comments()).toEqual(before)
})
