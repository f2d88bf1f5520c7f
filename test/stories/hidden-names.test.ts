// A public project in a private group: neither the group's members nor its name, nor private projects that issues came
// from, are told to strangers.
import { sql } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { createToken } from '../../src/domain/people/access-tokens.ts'
import { createUser } from '../../src/domain/people/users.ts'
import { setRole } from '../../src/domain/rules/members.ts'
import { type Client, pagingOf, restOf } from '../support/api/rest.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { type Tree, tree } from '../support/world/tree.ts'

let service: RunningService
let t: Tree
let olga: Client
let strangers: [string, Client][]

beforeAll(async () => {
  service = await startService()
  t = await tree(service.db, ['hidden', 'hidden/open', 'hidden/open:shop', 'hidden:front', 'hidden:backend'])
  await service.db.execute(
    sql`update groups set visibility = 'public', name = 'Open' where id = ${t.group('hidden/open').id}`,
  )
  await service.db.execute(sql`update groups set name = 'Secret Plans' where id = ${t.group('hidden').id}`)
  for (const name of ['hidden/open:shop', 'hidden:front'])
    await service.db.execute(sql`update projects set visibility = 'public' where id = ${t.project(name).id}`)
  const clientOf = restOf(service)
  olga = clientOf(await createToken(service.db, (await t.person('olga', { hidden: 'owner' })).userId, 'api'))
  const pat = await createUser(service.db, { username: 'pat-of-front' })
  await setRole(service.db, pat.id, { project: t.project('hidden:front') }, 'guest')
  const eve = clientOf(await createToken(service.db, (await t.person('eve')).userId, 'api'))
  strangers = [
    ['visitor', clientOf()],
    ['eve', eve],
  ]
})

test('a role on the project itself lets its holder know what is above', async () => {
  const pat = restOf(service)(
    await createToken(service.db, (await olga.get('/users?search=pat-of-front')).body[0].id, 'api'),
  )
  expect((await pat.get(front())).body).toMatchObject({
    name_with_namespace: 'Secret Plans / front',
    namespace: { name: 'Secret Plans' },
  })
  expect(names(await pat.get(`${front()}/members/all`))).toEqual(['olga', 'pat'])
})

const front = () => `/projects/${t.project('hidden:front').id}`
const shop = () => `/projects/${t.project('hidden/open:shop').id}`
const names = ({ body }: { body: { username: string }[] }) => body.map(({ username }) => username.replace(/-.*/, ''))

test('inherited members are shown to those who may see the group they are members of', async () => {
  expect(names(await olga.get(`${front()}/members/all`))).toEqual(['olga', 'pat'])
  const { id } = (await olga.get('/user')).body
  expect((await olga.get(`${front()}/members/all/${id}`)).status).toBe(200)
  for (const [, stranger] of strangers) {
    const answer = await stranger.get(`${front()}/members/all`)
    expect([names(answer), pagingOf(answer).total]).toEqual([['pat'], 1])
    expect((await stranger.get(`${front()}/members/all/${id}`)).status).toBe(404)
    expect((await stranger.get(`/groups/${t.group('hidden/open').id}/members/all`)).body).toEqual([])
  }
})

test('a project does not name a group that its reader may not see, alone or in a list', async () => {
  expect((await olga.get(front())).body).toMatchObject({
    name_with_namespace: 'Secret Plans / front',
    namespace: { name: 'Secret Plans' },
  })
  for (const [, stranger] of strangers) {
    expect((await stranger.get(front())).body).toMatchObject({ name_with_namespace: 'front', namespace: null })
    expect((await stranger.get(shop())).body).toMatchObject({
      name_with_namespace: 'Open / shop',
      namespace: { id: t.group('hidden/open').id, name: 'Open', parent_id: null },
    })
    const lists = await Promise.all(
      ['/projects', '/groups', `/groups/${t.group('hidden/open').id}`].map((path) => stranger.get(path)),
    )
    for (const { body } of lists) expect(JSON.stringify(body)).not.toContain('Secret Plans')
    expect(lists[2]?.body).toMatchObject({ full_name: 'Open', parent_id: null })
  }
})

test('a note does not name a private project that an issue came from, at any entry point', async () => {
  const { body: issue } = await olga.post(`/projects/${t.project('hidden:backend').id}/issues`, { title: 'Slow' })
  const { body: moved } = await olga.post(`/projects/${issue.project_id}/issues/${issue.iid}/move`, {
    to_project_id: t.project('hidden:front').id,
  })
  const notes = `${front()}/issues/${moved.iid}/notes`
  const [note] = (await olga.get(notes)).body
  expect(note.body).toBe(`moved from ${t.pathOf('hidden:backend')}#${issue.iid}`)
  for (const [, stranger] of strangers) {
    expect((await stranger.get(notes)).body[0].body).toBe('moved from another project')
    expect((await stranger.get(`${notes}/${note.id}`)).body.body).toBe('moved from another project')
  }
  const page = await (await fetch(`${service.url}/${t.pathOf('hidden:front')}/-/issues/${moved.iid}`)).text()
  expect(page).toContain('moved from another project')
  expect(page).not.toContain('backend')
  await olga.post(`${front()}/issues/${moved.iid}/clone`, { to_project_id: t.project('hidden:backend').id })
  for (const [, stranger] of strangers) {
    const { body } = await stranger.get(notes)
    expect(body.map((one: { body: string }) => one.body)).toEqual([
      'cloned to another project',
      'moved from another project',
    ])
  }
})

test('what people write themselves stays as they wrote it', async () => {
  const { body: issue } = await olga.post(`${front()}/issues`, { title: 'Words' })
  const written = `moved from ${t.pathOf('hidden:backend')}#1`
  await olga.post(`${front()}/issues/${issue.iid}/notes`, { body: written })
  for (const [, stranger] of strangers)
    expect((await stranger.get(`${front()}/issues/${issue.iid}/notes`)).body[0].body).toBe(written)
})
