// Projects over REST: listing, creating, changing, moving.
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { createToken } from '../../src/domain/people/access-tokens.ts'
import type { Actor } from '../../src/domain/rules/history.ts'
import { type Client, faulted, pagingOf, refusal, restOf } from '../support/api/rest.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { type Tree, tree } from '../support/world/tree.ts'

let service: RunningService
let t: Tree
let clientOf: (token?: string) => Client
let olga: Client
let mia: Client
let gus: Client
let eve: Client
const visitor = () => clientOf()
const at = (name: string) => `/projects/${encodeURIComponent(t.pathOf(name))}`

beforeAll(async () => {
  service = await startService({ idle: true })
  t = await tree(service.db, ['acme', 'acme/a', 'other', 'acme:shop', 'acme/a:desk', 'acme/a:open', 'other:lab'])
  await service.db.execute(sql`update projects set visibility = 'public' where id = ${t.project('acme/a:open').id}`)
  clientOf = restOf(service)
  const client = async ({ userId }: Actor) => clientOf(await createToken(service.db, userId, 'api'))
  olga = await client(await t.person('olga', { acme: 'owner', other: 'maintainer' }))
  mia = await client(await t.person('mia', { acme: 'maintainer' }))
  gus = await client(await t.person('gus', { 'acme/a:desk': 'guest' }))
  eve = await client(await t.person('eve'))
})

const paths = (answer: { body: { path_with_namespace: string }[] }) =>
  answer.body.map(({ path_with_namespace }) => path_with_namespace)
const all = (...names: string[]) => names.map((name) => t.pathOf(name))

describe('lists', () => {
  test('everybody sees what they may', async () => {
    expect(paths(await olga.get('/projects'))).toEqual(all('other:lab', 'acme/a:open', 'acme/a:desk', 'acme:shop'))
    expect(paths(await gus.get('/projects?order_by=path&sort=asc'))).toEqual(all('acme/a:desk', 'acme/a:open'))
    expect(paths(await eve.get('/projects'))).toEqual(all('acme/a:open'))
    expect(paths(await visitor().get('/projects?simple=true'))).toEqual(all('acme/a:open'))
  })

  test('filters, orders, pages', async () => {
    expect(paths(await gus.get('/projects?membership=true'))).toEqual(all('acme/a:desk'))
    expect(paths(await olga.get('/projects?owned=true&order_by=name&sort=asc'))).toEqual(
      all('acme/a:desk', 'acme/a:open', 'acme:shop'),
    )
    expect(paths(await olga.get('/projects?visibility=public'))).toEqual(all('acme/a:open'))
    expect(paths(await olga.get('/projects?search=DES'))).toEqual(all('acme/a:desk'))
    expect(paths(await olga.get('/projects?search=other'))).toEqual([])
    expect(paths(await olga.get('/projects?search=other&search_namespaces=true'))).toEqual(all('other:lab'))
    expect(paths(await olga.get('/projects?min_access_level=50&order_by=id&sort=asc'))).toEqual(
      all('acme:shop', 'acme/a:desk', 'acme/a:open'),
    )
    expect(paths(await olga.get('/projects?order_by=last_activity_at&per_page=1'))).toEqual(all('other:lab'))
    expect(pagingOf(await olga.get('/projects?per_page=3&page=2'))).toEqual({
      total: 4,
      pages: 2,
      page: 2,
      next: '',
      links: ['prev', 'first', 'last'],
    })
  })

  test('those of a group, and of the groups below it', async () => {
    const of = async (query = '', who = olga) =>
      paths(await who.get(`/groups/${t.group('acme').id}/projects?order_by=id&sort=asc${query}`))
    expect(await of()).toEqual(all('acme:shop'))
    expect(await of('&include_subgroups=true')).toEqual(all('acme:shop', 'acme/a:desk', 'acme/a:open'))
    expect(await of('&include_subgroups=1&search=open')).toEqual(all('acme/a:open'))
    expect((await eve.get(`/groups/${t.group('acme').id}/projects`)).status).toBe(404)
    expect((await visitor().get(`/groups/${t.group('acme').id}/projects`)).status).toBe(401)
  })

  test.each(['order_by=size', 'sort=up', 'membership=perhaps', 'visibility=internal', 'shoes=1', 'page=1e99'])(
    'with %s: 422',
    async (query) => {
      const answer = await olga.get(`/projects?${query}`)
      expect([answer.status, faulted(answer)]).toEqual([422, [query.split('=')[0]]])
    },
  )
})

describe('one', () => {
  test('is shown as GitLab shows it', async () => {
    const { body } = await gus.get(at('acme/a:desk'))
    expect(body).toMatchObject({
      id: t.project('acme/a:desk').id,
      name: 'desk',
      name_with_namespace: 'acme / a / desk',
      visibility: 'private',
    })
    expect(body.namespace).toMatchObject({
      id: t.group('acme/a').id,
      kind: 'group',
      full_path: t.pathOf('acme/a'),
      parent_id: t.group('acme').id,
    })
    expect(body.permissions).toEqual({
      project_access: { access_level: 10, notification_level: 3 },
      group_access: null,
    })
    expect(body.service_desk_address).toBeNull()
    expect((await olga.get(`/projects/${body.id}?statistics=true`)).body.permissions.group_access.access_level).toBe(50)
  })

  test('that may not be seen does not exist; a visitor is asked to sign in', async () => {
    for (const path of [
      at('acme:shop'),
      '/projects/no%2Fsuch',
      '/projects/999999',
      `/projects/${'9'.repeat(30)}`,
      '/projects/a%00b',
    ])
      expect(refusal(await eve.get(path))).toEqual([404, '404 Project Not Found'])
    expect((await visitor().get(at('acme:shop'))).status).toBe(401)
    expect((await visitor().get(at('acme/a:open'))).status).toBe(200)
  })
})

describe('creating and changing', () => {
  test('a maintainer creates one; a path follows from a name', async () => {
    const made = await mia.post('/projects', {
      name: 'Größe & Co.',
      namespace_id: t.group('acme').id,
      initialize_with_readme: false,
    })
    expect([made.status, made.body]).toEqual([
      201,
      expect.objectContaining({ name: 'Größe & Co.', path: 'gro-e-co', visibility: 'private' }),
    ])
    const formed = await mia.form('POST', '/projects', {
      path: 'Formed',
      namespace_id: String(t.group('acme/a').id),
      visibility: 'public',
    })
    expect(formed.body).toMatchObject({
      name: 'Formed',
      path_with_namespace: `${t.pathOf('acme/a')}/Formed`,
      visibility: 'public',
    })
  })

  test('and renames it; what is not named stays', async () => {
    const changed = await mia.put(at('acme:shop'), { name: 'Store', path: 'store' })
    expect([changed.status, changed.body]).toEqual([
      200,
      expect.objectContaining({ name: 'Store', path: 'store', visibility: 'private' }),
    ])
    expect((await mia.form('PUT', `/projects/${changed.body.id}`, { path: 'shop' })).body).toMatchObject({
      name: 'Store',
      path: 'shop',
    })
  })

  test('others may not: 403 where it may be seen, else 404', async () => {
    const fields = { name: 'x', path: 'x', namespace_id: t.group('acme').id }
    expect((await gus.put(at('acme/a:desk'), { name: 'x' })).status).toBe(403)
    expect((await eve.put(at('acme/a:open'), { name: 'x' })).status).toBe(403)
    expect((await eve.put(at('acme:shop'), { name: 'x' })).status).toBe(404)
    expect((await eve.post('/projects', fields)).status).toBe(404)
    expect((await visitor().post('/projects', fields)).status).toBe(401)
    expect((await olga.post('/projects', { ...fields, namespace_id: 999_999 })).status).toBe(404)
  })

  test.each([
    ['nothing but its group', {}, 400, ['name', 'path']],
    ['a path that is taken, in another letter case', { name: 'x', path: 'SHOP' }, 400, ['path']],
    ['the path of a group', { name: 'x', path: 'a' }, 400, ['path']],
    ['a path of signs', { name: 'x', path: '../x' }, 400, ['path']],
    ['a name with NUL', { name: 'a\0', path: 'x' }, 400, ['name']],
    ['a visibility that is not known', { name: 'x', visibility: 'internal' }, 400, ['visibility']],
    ['a list for a name', { name: ['x'] }, 422, ['name']],
    ['a field that is not known', { name: 'x', shoes: 45 }, 422, ['shoes']],
    ['a word for its group', { name: 'x', namespace_id: 'acme' }, 422, ['namespace_id']],
    ['a huge number for its group', { name: 'x', namespace_id: 1e300 }, 422, ['namespace_id']],
  ])('a new one with %s: refused, by field', async (_, fields, status, wrong) => {
    const answer = await mia.post('/projects', { namespace_id: t.group('acme').id, ...fields })
    expect([answer.status, faulted(answer).sort()]).toEqual([status, wrong])
  })

  test('without a group: 422', async () => {
    expect(faulted(await mia.post('/projects', { name: 'x' }))).toEqual(['namespace_id'])
  })
})

describe('moving', () => {
  test('also by the address of the group', async () => {
    const { id } = t.project('acme/a:desk')
    const groupAt = (name: string) => `/groups/${encodeURIComponent(t.pathOf(name))}`
    expect(refusal(await eve.post(`${groupAt('acme')}/projects/${id}`))).toEqual([404, '404 Group Not Found'])
    expect(refusal(await olga.post(`${groupAt('acme')}/projects/999999`))).toEqual([404, '404 Project Not Found'])
    const moved = await olga.post(`${groupAt('acme')}/projects/${id}`)
    expect([moved.status, moved.body.id]).toEqual([201, t.group('acme').id])
    expect((await olga.get(`/projects/${id}`)).body.path_with_namespace).toBe(`${t.pathOf('acme')}/desk`)
    const path = encodeURIComponent(`${t.pathOf('acme')}/desk`)
    expect((await olga.post(`${groupAt('acme/a')}/projects/${path}`)).status).toBe(201)
  })

  test('an owner moves one, by number or full path of the group', async () => {
    const moved = await olga.put(`${at('acme/a:desk')}/transfer`, { namespace: t.group('other').id })
    expect([moved.status, moved.body.path_with_namespace]).toEqual([200, `${t.pathOf('other')}/desk`])
    expect(
      (await olga.form('PUT', `${at('acme/a:open')}/transfer`, { namespace: t.pathOf('acme').toUpperCase() })).body
        .namespace.id,
    ).toBe(t.group('acme').id)
  })

  test('nobody else; nor to where it is, nor to where nothing is', async () => {
    const { id } = t.project('acme:shop')
    expect((await mia.put(`/projects/${id}/transfer`, { namespace: t.pathOf('acme/a') })).status).toBe(403)
    expect((await eve.put(`/projects/${id}/transfer`, { namespace: t.pathOf('acme/a') })).status).toBe(404)
    expect((await olga.put(`/projects/${id}/transfer`, { namespace: t.group('acme').id })).status).toBe(400)
    expect(refusal(await olga.put(`/projects/${id}/transfer`, { namespace: 'no/such' }))).toEqual([
      404,
      '404 Namespace Not Found',
    ])
    expect(refusal(await mia.put(`/projects/${id}/transfer`, { namespace: t.pathOf('other') }))).toEqual([
      404,
      '404 Namespace Not Found',
    ])
    expect(faulted(await olga.put(`/projects/${id}/transfer`, { namespace: 'a\0b' }))).toEqual(['namespace'])
    expect(faulted(await olga.put(`/projects/${id}/transfer`, {}))).toEqual(['namespace'])
  })
})
