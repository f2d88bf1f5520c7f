// Notes over REST: editing and deleting them, who may, and what becomes of their commands.
import { sql } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { rowsOf } from '../../src/storage/db.ts'
import { type Client, faulted, refusal, restFor, restOf } from '../support/api/rest.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { world } from '../support/world/world.ts'

let service: RunningService
let here: Awaited<ReturnType<typeof world>>
const people = { ann: 'planner', gus: 'guest', dev: 'developer', max: 'maintainer', bob: 'nobody' } as const
let as: Record<keyof typeof people | 'visitor', Client>
let notes: string

beforeAll(async () => {
  service = await startService()
  here = await world(service, { people, contacts: ['ann@x.io', 'bob@x.io'] })
  as = await restFor(service, Object.keys(people) as (keyof typeof people)[], here.token)
  notes = `/projects/${here.project.id}/issues/${here.issue.iid}/notes`
})

const wrote = async (who: keyof typeof people, body: string): Promise<number> =>
  (await as[who].post(notes, { body })).body.id
const actions = async () =>
  (
    await rowsOf<{ action: string; after: object }>(
      service.db,
      sql`select action, after from history where action like 'note%' order by id`,
    )
  ).map(({ action, after }) => ({ action, after }))

test('an edited note runs only the commands that it did not have, whatever they did meanwhile', async () => {
  const id = await wrote('ann', 'One\n/add_contacts ann@x.io')
  await as.ann.post(notes, { body: '/remove_contacts ann@x.io' })
  const edit = (body: string) => as.ann.put(`${notes}/${id}`, { body })
  const same = await edit('Two\n/add_contacts ann@x.io')
  expect([same.status, same.body.id, same.body.body, same.body.commands_changes]).toEqual([200, id, 'Two', {}])
  expect(Date.parse(same.body.updated_at)).toBeGreaterThan(Date.parse(same.body.created_at))
  expect(await here.issue.contacts()).toEqual([])
  const more = await edit('Three\n/add_contacts ann@x.io\n/add_contacts bob@x.io')
  expect(more.body).toMatchObject({
    body: 'Three',
    commands_changes: { add_contacts: ['bob@x.io'] },
    summary: ['Added bob@x.io.'],
  })
  await as.ann.post(notes, { body: '/remove_contacts bob@x.io' })
  await edit('Four\n/add_contacts bob@x.io')
  expect(await here.issue.contacts()).toEqual([])
  expect((await as.ann.get(`${notes}/${id}`)).body.body).toBe('Four')
  expect((await actions()).at(-1)).toEqual({ action: 'note_edited', after: { note: id } })
})

test('an edit that leaves commands only takes the note away', async () => {
  const id = await wrote('ann', 'Words')
  const edited = await as.ann.put(`${notes}/${id}`, { body: '/add_contacts ann@x.io' })
  expect([edited.status, edited.body]).toEqual([
    202,
    { commands_changes: { add_contacts: ['ann@x.io'] }, summary: ['Added ann@x.io.'] },
  ])
  expect((await as.ann.get(`${notes}/${id}`)).status).toBe(404)
  await as.ann.post(notes, { body: '/remove_contacts ann@x.io' })
})

test('a deleted note runs nothing, and what its commands did stays', async () => {
  const id = await wrote('ann', 'Words\n/add_contacts ann@x.io')
  expect((await as.ann.delete(`${notes}/${id}`)).status).toBe(204)
  expect(await here.issue.contacts()).toEqual(['ann@x.io'])
  expect((await as.ann.delete(`${notes}/${id}`)).status).toBe(404)
  expect((await as.ann.put(`${notes}/${id}`, { body: 'x' })).status).toBe(404)
  expect((await actions()).at(-1)).toEqual({ action: 'note_deleted', after: { note: id } })
})

test('authors have their own notes in hand, maintainers all; others none', async () => {
  const id = await wrote('gus', 'Mine')
  const put = (who: keyof typeof as) => as[who].put(`${notes}/${id}`, { body: `of ${who}` })
  const refused = [403, "403 Forbidden: You don't have permission to edit other users' comments."]
  expect((await put('gus')).body.body).toBe('of gus')
  expect((await put('max')).body).toMatchObject({ body: 'of max', author: { id: here.users.get('gus')?.id } })
  for (const who of ['ann', 'dev'] as const) {
    expect(refusal(await put(who))).toEqual(refused)
    expect(refusal(await as[who].delete(`${notes}/${id}`))).toEqual(refused)
  }
  expect([(await put('bob')).status, (await put('visitor')).status]).toEqual([404, 401])
  expect((await as.max.delete(`${notes}/${id}`)).status).toBe(204)
})

test('an author who may no longer comment has no hold on what they wrote', async () => {
  const open = await world(service, { people: { eve: 'guest' }, visibility: 'public' })
  const eve = restOf(service)(await open.token('eve'))
  const address = `/projects/${open.project.id}/issues/${open.issue.iid}/notes`
  const { id } = (await eve.post(address, { body: 'Hello' })).body
  await service.db.execute(sql`delete from members where user_id = ${open.users.get('eve')?.id}`)
  expect((await eve.put(`${address}/${id}`, { body: 'Bye' })).status).toBe(403)
  expect((await eve.delete(`${address}/${id}`)).status).toBe(403)
})

test('notes of the system stay as they are', async () => {
  await as.ann.post(notes, { body: '/remove_contacts ann@x.io' })
  const system = (await as.max.get(`${notes}?per_page=1`)).body[0]
  expect(system).toMatchObject({ system: true, body: 'removed 1 contact' })
  const refused = [403, "403 Forbidden: System notes can't be changed."]
  expect(refusal(await as.max.put(`${notes}/${system.id}`, { body: 'x' }))).toEqual(refused)
  expect(refusal(await as.max.delete(`${notes}/${system.id}`))).toEqual(refused)
})

test.each<[object, string[]]>([
  [{}, ['body']],
  [{ body: ' \n ' }, ['body']],
  [{ body: 1 }, ['body']],
  [{ body: 'x', confidential: true }, ['confidential']],
])('%j: 422, and the fields are named', async (fields, names) => {
  const answer = await as.ann.put(`${notes}/${await wrote('ann', 'x')}`, fields)
  expect([answer.status, faulted(answer)]).toEqual([422, names])
})

test('a note of another issue, or of none: 404', async () => {
  const id = await wrote('max', 'here')
  const other = await here.open()
  const elsewhere = `/projects/${here.project.id}/issues/${other.iid}/notes`
  expect((await as.max.put(`${elsewhere}/${id}`, { body: 'x' })).status).toBe(404)
  expect((await as.max.delete(`${elsewhere}/${id}`)).status).toBe(404)
  expect((await as.max.put(`${notes}/abc`, { body: 'x' })).status).toBe(404)
})

test('a zero and half a pair are read as signs that can be kept', async () => {
  const id = await wrote('ann', 'x')
  expect((await as.ann.put(`${notes}/${id}`, { body: 'a\0b\uD800' })).body.body).toBe('a\uFFFDb\uFFFD')
})
