// Idempotency-Key over REST: the same request under its key is done once, however many come at once; another one is
// refused.
import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { rowsOf } from '../../src/storage/db.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { world } from '../support/world/world.ts'

let service: RunningService
let here: Awaited<ReturnType<typeof world>>
let token: string

beforeAll(async () => {
  service = await startService()
  here = await world(service, { people: { ann: 'planner', ben: 'planner' }, contacts: ['a@x.io'] })
  token = await here.token('ann')
})

const issues = () => `/projects/${here.project.id}/issues`
const issue = () => `${issues()}/${here.issue.iid}`
const notes = () => `${issue()}/notes`

async function send(method: string, path: string, body: object, { key, as = token }: { key: string; as?: string }) {
  const headers = { 'private-token': as, 'content-type': 'application/json', 'idempotency-key': key }
  const answer = await fetch(`${service.url}/api/v4${path}`, { method, headers, body: JSON.stringify(body) })
  return { status: answer.status, body: await answer.json() }
}

const titled = (title: string) =>
  rowsOf<{ iid: number }>(service.db, sql`select iid from issues where title = ${title}`)

describe('twenty new issues at once under one key', () => {
  test.each([
    ['with no command', 'It is slow'],
    ['with a command', 'It is slow\n/add_contacts a@x.io'],
  ])('%s: one issue, twenty equal answers', async (_, description) => {
    const [key, title] = [randomUUID(), `Twenty ${description.length}`]
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send('POST', issues(), { title, description }, { key })),
    )
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ status: 201, body: { title, description: 'It is slow' } })
    expect(await titled(title)).toHaveLength(1)
    expect(await send('POST', issues(), { title, description }, { key })).toEqual(answers[0])
  })

  test('and by the path of the project in another letter case: the same issue', async () => {
    const key = randomUUID()
    const path = `/projects/${encodeURIComponent(here.project.fullPath.toUpperCase())}/issues`
    const first = await send('POST', issues(), { title: 'By path' }, { key })
    expect(await send('POST', path, { title: 'By path' }, { key })).toEqual(first)
  })

  test('no number is left out', async () => {
    const [{ iid } = { iid: 0 }] = await titled('By path')
    expect((await send('POST', issues(), { title: 'Next' }, { key: randomUUID() })).body.iid).toBe(iid + 1)
  })
})

test('an edit that leaves only commands, and is repeated', async () => {
  const { id } = (await send('POST', notes(), { body: 'Only for now' }, { key: randomUUID() })).body
  const edit = { body: '/add_contacts a@x.io' }
  const key = randomUUID()
  const first = await send('PUT', `${notes()}/${id}`, edit, { key })
  expect(first.status).toBe(202)
  expect(await send('PUT', `${notes()}/${id}`, edit, { key })).toEqual(first)
  expect((await send('PUT', `${notes()}/${id}`, { body: '/remove_contacts a@x.io' }, { key })).status).toBe(422)
})

test('an empty key is none', async () => {
  const ids = []
  for (const body of ['Twice', 'Twice', 'Once']) ids.push((await send('POST', notes(), { body }, { key: '' })).body.id)
  expect(new Set(ids).size).toBe(3)
})

describe('a key that was used for something else is refused, and nothing is done', () => {
  const body = 'The same words'
  const note = async (key: string) => send('POST', notes(), { body }, { key })
  const opened = async (key: string) => send('POST', issues(), { title: 'Opened', description: body }, { key })
  const noted = async () => (await note(randomUUID())).body.id

  test.each<
    [
      string,
      (key: string) => Promise<{ status: number }>,
      (key: string) => Promise<{ status: number; body: { detail: string } }>,
    ]
  >([
    ['a note, then an issue', note, opened],
    ['an issue, then a note', opened, note],
    [
      'an issue, then one with another title',
      opened,
      (key) => send('POST', issues(), { title: 'Other', description: body }, { key }),
    ],
    [
      'an issue, then one with another description',
      opened,
      (key) => send('POST', issues(), { title: 'Opened', description: 'x' }, { key }),
    ],
    ['a note, then one with another text', note, (key) => send('POST', notes(), { body: 'x' }, { key })],
    ['a note, then an edit', note, async (key) => send('PUT', `${notes()}/${await noted()}`, { body }, { key })],
    ['a note, then a description', note, (key) => send('PUT', issue(), { description: body }, { key })],
    [
      'a description, then one with another title',
      (key) => send('PUT', issue(), { description: body }, { key }),
      (key) => send('PUT', issue(), { description: body, title: 'Retitled' }, { key }),
    ],
  ])('%s', async (_, first, second) => {
    const key = randomUUID()
    expect((await first(key)).status).toBeLessThan(300)
    const count = async () => (await rowsOf(service.db, sql`select from issues union all select from comments`)).length
    const before = await count()
    const refused = await second(key)
    expect([refused.status, refused.body.detail]).toEqual([422, 'This key was already used for a different request.'])
    expect((await count()) - before).toBe(second.toString().includes('noted') ? 1 : 0)
    expect(await titled('Retitled')).toEqual([])
  })

  test('a note and an issue at once: one of them', async () => {
    const key = randomUUID()
    const statuses = (await Promise.all([note(key), opened(key), note(key), opened(key)]))
      .map(({ status }) => status)
      .sort()
    expect(statuses).toEqual([201, 201, 422, 422])
  })

  test('another user’s key is another key', async () => {
    const key = randomUUID()
    const [mine, theirs] = [
      await note(key),
      await send('POST', notes(), { body }, { key, as: await here.token('ben') }),
    ]
    expect(theirs.status).toBe(201)
    expect(theirs.body.id).not.toBe(mine.body.id)
  })
})
