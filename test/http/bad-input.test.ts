// What is wrong with a request is answered with a status, the field, and words; never with our insides. The process
// stays.
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { expectProblem } from '../support/api/problem.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { world } from '../support/world/world.ts'

let service: RunningService
let here: Awaited<ReturnType<typeof world>>
let open: Awaited<ReturnType<typeof world>>
const tokens: Record<string, string> = {}

beforeAll(async () => {
  service = await startService()
  here = await world(service, {
    people: { ann: 'planner', gus: 'guest', eve: 'nobody', ivy: 'planner' },
    contacts: ['a@x.io'],
  })
  open = await world(service, { people: { mia: 'nobody' }, visibility: 'public' })
  for (const person of ['ann', 'gus', 'eve', 'ivy']) tokens[person] = await here.token(person)
  tokens.mia = await open.token('mia')
  tokens.reader = await here.token('ann', { scopes: ['read_api'] })
})

const notesOf = (
  id: string | number = encodeURIComponent(here.project.fullPath),
  iid: string | number = here.issue.iid,
) => `/api/v4/projects/${id}/issues/${iid}/notes`
const json = { 'content-type': 'application/json' }
const as = (person: string) => ({ 'private-token': tokens[person] as string })

const ask = (path: string, options: RequestInit = {}) => fetch(service.url + path, options)
const post = (
  body: BodyInit | undefined,
  headers: Record<string, string> = { ...as('ann'), ...json },
  path = notesOf(),
) => ask(path, { method: 'POST', headers, body })

describe('the body of a new note', () => {
  test.each([
    ['is no JSON', '{"body": "x', 400],
    ['is half a JSON', '{"body": ', 400],
    ['is nothing, though JSON was announced', '', 422],
    ['wants to change what every object is', '{"body": "x", "__proto__": {"a": 1}}', 400],
    ['wants it in other letters, further in', String.raw`{"body": "x", "a": [{"\u005f_proto__": 1}]}`, 400],
    ['wants it by way of the constructor', '{"body": "x", "constructor": {"prototype": {"a": 1}}}', 400],
    ['only says so', '{"body": "\\"__proto__\\": 1, \\"constructor\\": {\\"prototype\\": 1}"}', 201],
    ['is a list', '[]', 422],
    ['is a number', '7', 422],
    ['is null', 'null', 422],
  ])('%s', async (_, body, status) => {
    const answer = await post(body)
    if (status === 201) expect(answer.status).toBe(201)
    else await expectProblem(answer, status)
  })

  test.each([
    ['lacks its text', {}, 'body'],
    ['has a number for a text', { body: 7 }, 'body'],
    ['has a list for a text', { body: ['x'] }, 'body'],
    ['has null for a text', { body: null }, 'body'],
    ['has an empty text', { body: '' }, 'body'],
    ['has a text of blanks', { body: ' \n\t ' }, 'body'],
    ['has a field that is not known', { body: 'x', bodi: 'y' }, 'bodi'],
    ['has a field that every object has', { body: 'x', toString: 'y' }, 'toString'],
  ])('%s: 422, and the field is named', async (_, body, field) => {
    const { detail, errors } = await expectProblem(await post(JSON.stringify(body)), 422)
    expect(errors).toEqual([{ field, message: expect.stringMatching(/./) }])
    expect(detail).toContain(field)
  })

  test('has several faults: all of them are told', async () => {
    const { errors } = await expectProblem(await post(JSON.stringify({ body: 7, one: 1, two: 2 })), 422)
    expect(errors?.map(({ field }) => field).sort()).toEqual(['body', 'one', 'two'])
  })

  test('is larger than any body may be: 413, and says how large one may be', async () => {
    for (const path of [notesOf(), '/api/graphql']) {
      const answer = await post(JSON.stringify({ body: 'x'.repeat(900 * 1024) }), undefined, path)
      expect((await expectProblem(answer, 413)).detail).toBe('The body of a request can be at most 800 KiB long.')
    }
  })

  test('is a comment longer than 256 KiB: 413; of exactly so many: taken', { timeout: 60_000 }, async () => {
    const { detail } = await expectProblem(await post(JSON.stringify({ body: 'é'.repeat(128 * 1024 + 1) })), 413)
    expect(detail).toContain('256 KiB')
    expect((await post(JSON.stringify({ body: 'é'.repeat(128 * 1024) }))).status).toBe(201)
  })

  // As Python's `json.dumps` and HTML forms write them: three bytes for each of the text.
  test.each([
    ['JSON that escapes every letter', 'application/json', `{"body": "${'\\u044f'.repeat(128 * 1024)}"}`],
    ['JSON that escapes every emoji', 'application/json', `{"body": "${'\\ud83d\\ude00'.repeat(64 * 1024)}"}`],
    ['a form that escapes every letter', 'application/x-www-form-urlencoded', `body=${'%D1%8F'.repeat(128 * 1024)}`],
  ])('is the longest comment as %s: taken', { timeout: 60_000 }, async (_, type, body) => {
    expect((await post(body, { ...as('ann'), 'content-type': type })).status).toBe(201)
  })

  test('is a long text of control characters, each escaped as six bytes: 413', async () => {
    await expectProblem(await post(JSON.stringify({ body: '\u0001'.repeat(256 * 1024) })), 413)
  })

  test.each([
    ['application/xml', '<body>x</body>'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['application/json; charset=utf-7', '{'],
    ['text/plain', 'Hello'],
    ['nonsense', 'Hello'],
  ])('comes as %s: 4xx', async (type, body) => {
    await expectProblem(await post(body, { ...as('ann'), 'content-type': type }), [400, 415, 422])
  })

  test('comes as a form, as some clients send it: taken', async () => {
    const answer = await post(new URLSearchParams({ body: 'From a form' }), as('ann'))
    expect(answer.status).toBe(201)
  })

  test('holds what a database cannot: kept as far as it can', async () => {
    const answer = await post('{"body": "NUL \\u0000, half a pair \\ud800, and \\"; drop table users; --"}')
    expect(await answer.json()).toMatchObject({ body: 'NUL \uFFFD, half a pair \uFFFD, and "; drop table users; --' })
  })
})

describe('who asks', () => {
  test.each([
    ['with no token', {}],
    ['with a token that never was', { 'private-token': 'rbat-nonsense' }],
    ['with an empty token', { 'private-token': '' }],
    ['with a bearer token that never was', { authorization: 'Bearer rbat-nonsense' }],
    ['with a password', { authorization: 'Basic YW5uOnB3' }],
    ['with half a header', { authorization: 'Bearer' }],
    ['with a cookie that never was', { cookie: 'rolobot_session=nonsense' }],
  ] as [string, Record<string, string>][])('%s gets 401, for reading and for writing', async (_, headers) => {
    await expectProblem(await post('{"body": "x"}', { ...headers, ...json }), 401)
    await expectProblem(await ask(notesOf(), { headers }), 401)
  })

  test.each([
    ['was revoked', sql`update access_tokens set revoked_at = now()`],
    ['has expired', sql`update access_tokens set expires_at = now() - interval '1 second'`],
  ])('with a token that %s gets 401', async (_, change) => {
    const token = await here.token('ivy')
    expect((await ask(notesOf(), { headers: { 'private-token': token } })).status).toBe(200)
    await service.db.execute(sql`${change} where id = (select max(id) from access_tokens)`)
    await expectProblem(await post('{"body": "x"}', { 'private-token': token, ...json }), 401)
    await expectProblem(await ask(notesOf(), { headers: { authorization: `Bearer ${token}` } }), 401)
  })

  test('and was blocked gets 401', async () => {
    expect((await ask(notesOf(), { headers: as('ivy') })).status).toBe(200)
    await service.db.execute(sql`update users set blocked = true where id = ${here.users.get('ivy')?.id}`)
    await expectProblem(await post('{"body": "x"}', { ...as('ivy'), ...json }), 401)
  })

  test('with a token that may only read: 403 for writing', async () => {
    expect((await ask(notesOf(), { headers: as('reader') })).status).toBe(200)
    const { detail } = await expectProblem(await post('{"body": "x"}', { ...as('reader'), ...json }), 403)
    expect(detail).toContain('read')
  })

  test('of a private project, from elsewhere: 404, the same as for one that does not exist', async () => {
    const private_ = await expectProblem(await post('{"body": "x"}', { ...as('eve'), ...json }), 404)
    expect(
      await expectProblem(await post('{"body": "x"}', { ...as('eve'), ...json }, notesOf('no%2Fsuch')), 404),
    ).toEqual(private_)
    const hidden = await expectProblem(await ask(notesOf(), { headers: as('eve') }), 404)
    expect(await expectProblem(await ask(notesOf('no%2Fsuch'), { headers: as('eve') }), 404)).toEqual(hidden)
  })

  test('of a public project, without a role: reads, and gets 403 for writing', async () => {
    const path = notesOf(encodeURIComponent(open.project.fullPath), open.issue.iid)
    expect((await ask(path)).status).toBe(200)
    expect((await ask(path, { headers: as('mia') })).status).toBe(200)
    await expectProblem(await post('{"body": "x"}', { ...as('mia'), ...json }, path), 403)
    await expectProblem(await post('{"body": "x"}', json, path), 401)
  })

  test('as a guest may comment, and is told what was not done', async () => {
    const answer = await post('{"body": "Hello\\n/add_contacts a@x.io"}', { ...as('gus'), ...json })
    expect(answer.status).toBe(201)
    expect(await answer.json()).toMatchObject({
      body: 'Hello',
      commands_changes: {},
      summary: [expect.stringMatching(/permission/)],
    })
    expect(await here.issue.contacts()).toEqual([])
  })
})

describe('what is asked for', () => {
  test.each([
    ['an issue that does not exist', () => notesOf(undefined, 99)],
    ['issue 0', () => notesOf(undefined, 0)],
    ['issue -1', () => notesOf(undefined, -1)],
    ['issue abc', () => notesOf(undefined, 'abc')],
    ['issue 1.5', () => notesOf(undefined, '1.5')],
    ['issue 1e1', () => notesOf(undefined, '1e1')],
    ['an issue beyond 32 bits', () => notesOf(undefined, 2 ** 31)],
    ['an issue beyond 64 bits', () => notesOf(undefined, '9'.repeat(30))],
    ['a project by a number that does not exist', () => notesOf(999_999)],
    ['a project by a number beyond 64 bits', () => notesOf('9'.repeat(30))],
    ['a project by half its path', () => notesOf('world1')],
    ['a project with a zero in it', () => notesOf('world1%00%2Fshop')],
    ['a project of signs', () => notesOf(encodeURIComponent(`' or 1=1; -- %_\\`))],
    ['a project with a very long path', () => notesOf('a%2F'.repeat(300))],
    ['a project whose path is longer than any', () => notesOf('a'.repeat(5_000))],
    ['a path that is not decoded twice', () => notesOf(encodeURIComponent(encodeURIComponent(here.project.fullPath)))],
    ['a path up to the root', () => notesOf(encodeURIComponent('../../../etc/passwd'))],
    ['a note that does not exist', () => `${notesOf()}/999999`],
    ['a note abc', () => `${notesOf()}/abc`],
    ['nothing that there is', () => '/api/v4/no/such/thing'],
  ])('%s: 404', async (_, path) => {
    await expectProblem(await ask(path(), { headers: as('ann') }), 404)
    if (path().endsWith('notes')) await expectProblem(await post('{"body": "x"}', undefined, path()), 404)
  })

  test.each([
    ['half an escape', '/api/v4/projects/%E0%A4/issues/1/notes'],
    ['an escape that is none', '/api/v4/projects/%zz/issues/1/notes'],
  ])('%s: 400', async (_, path) => {
    await expectProblem(await ask(path, { headers: as('ann') }), 400)
  })

  test('a project by number, by encoded path, in any letter case: all the same', async () => {
    const paths = [
      here.project.id,
      encodeURIComponent(here.project.fullPath),
      encodeURIComponent(here.project.fullPath.toUpperCase()),
    ]
    const answers = await Promise.all(paths.map(async (id) => (await ask(notesOf(id), { headers: as('ann') })).json()))
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
  })

  test.each([
    ['page=0', 'page'],
    ['page=-1', 'page'],
    ['page=abc', 'page'],
    ['page=1.5', 'page'],
    ['page=1e99', 'page'],
    ['page=1&page=2', 'page'],
    ['per_page=0', 'per_page'],
    ['per_page=abc', 'per_page'],
    ['per_page[]=1', 'per_page[]'],
    ['sort=up', 'sort'],
    ['order_by=body', 'order_by'],
    ['frobnicate=1', 'frobnicate'],
  ])('a list with %s: 422, and the field is named', async (query, field) => {
    const { errors } = await expectProblem(await ask(`${notesOf()}?${query}`, { headers: as('ann') }), 422)
    expect(errors?.map((one) => one.field)).toEqual([field])
  })

  test.each([
    ['', ['issue', 'text']],
    ['issue=a%2Fb%231', ['text']],
    ['issue=a%2Fb%231&text=%2F&limit=0', ['limit']],
    ['issue=a%2Fb%231&text=%2F&limit=51', ['limit']],
    ['issue=a%2Fb%231&text=%2F&limit=abc', ['limit']],
    ['issue=a%2Fb%231&text=%2F&limit=1.5', ['limit']],
    ['issue=a%2Fb%231&text=%2F&frobnicate=1', ['frobnicate']],
    ['issue=a%2Fb%231&issue=c%2Fd%232&text=%2F', ['issue']],
  ])('suggestions for ?%s: 422, and the fields are named', async (query, fields) => {
    const { errors } = await expectProblem(await ask(`/api/suggestions?${query}`, { headers: as('ann') }), 422)
    expect(errors?.map(({ field }) => field).sort()).toEqual(fields)
  })

  test('suggestions for the longest line, and for one that is longer', async () => {
    const suggest = (length: number) =>
      ask(
        `/api/suggestions?${new URLSearchParams({ issue: here.reference, text: `/add_contacts ${'x'.repeat(length - 14)}` })}`,
        {
          headers: as('ann'),
        },
      )
    expect((await suggest(14_000)).status).toBe(200)
    await expectProblem(await suggest(30_000), [414, 422, 431])
  })

  test.each([
    ['a zero in the issue', { issue: 'a\0/b#1', text: '/add_contacts [contact:a' }],
    ['a zero in the text', { text: '/add_contacts [contact:a\0' }],
    ['a zero for removing', { text: '/remove_contacts [contact:\0' }],
    ['signs of patterns', { text: '/add_contacts [contact:%_\\' }],
    ['half a pair', { text: '/add_contacts [contact:\uD800' }],
    ['nonsense for an issue', { issue: '#', text: '/add_contacts a' }],
    ['a number that no issue has', { issue: 'a/b#999999999', text: '/' }],
  ] as [string, Record<string, string>][])('suggestions with %s: nothing fits', async (_, query) => {
    const answer = await ask(`/api/suggestions?${new URLSearchParams({ issue: here.reference, ...query })}`, {
      headers: as('ann'),
    })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ items: [] })
  })

  test('suggestions without a token, or with a bad one: 401', async () => {
    await expectProblem(await ask(`/api/suggestions?issue=${encodeURIComponent(here.reference)}&text=%2F`), 401)
    await expectProblem(await ask('/api/suggestions?issue=a&text=b', { headers: { 'private-token': 'bad' } }), 401)
  })
})
