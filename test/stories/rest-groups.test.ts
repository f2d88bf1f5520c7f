// Groups over REST: listing, creating, changing with their settings, moving.
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { createToken } from '../../src/domain/people/access-tokens.ts'
import type { Actor } from '../../src/domain/rules/history.ts'
import { rowsOf } from '../../src/storage/db.ts'
import { type Client, faulted, pagingOf, refusal, restOf } from '../support/api/rest.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { type Tree, tree } from '../support/world/tree.ts'

let service: RunningService
let t: Tree
let clientOf: (token?: string) => Client
let olga: Client
let gus: Client
let eve: Client
let root: Client
const visitor = () => clientOf()
const at = (name: string) => `/groups/${encodeURIComponent(t.pathOf(name))}`

beforeAll(async () => {
  service = await startService({ idle: true })
  t = await tree(service.db, ['acme', 'acme/a', 'acme/b', 'acme/a/deep', 'acme/a:shop', 'open', 'partner', 'elsewhere'])
  await service.db.execute(sql`update groups set visibility = 'public' where id = ${t.group('open').id}`)
  clientOf = restOf(service)
  const client = async ({ userId }: Actor) => clientOf(await createToken(service.db, userId, 'api'))
  olga = await client(await t.person('olga', { acme: 'owner', partner: 'owner' }))
  gus = await client(await t.person('gus', { 'acme/a': 'guest' }))
  eve = await client(await t.person('eve'))
  root = await client(await t.administrator())
})

const paths = (answer: { body: { full_path: string }[] }) => answer.body.map(({ full_path }) => full_path)
const all = (...names: string[]) => names.map((name) => t.pathOf(name))

describe('lists', () => {
  test('everybody sees what they may: public ones, theirs, and those below; administrators all', async () => {
    expect(paths(await olga.get('/groups'))).toEqual(
      all('acme/a', 'acme', 'acme/b', 'acme/a/deep', 'open', 'partner').sort((a, b) =>
        (a.split('/').at(-1) ?? '').localeCompare(b.split('/').at(-1) ?? ''),
      ),
    )
    expect(paths(await gus.get('/groups'))).toEqual(all('acme/a', 'acme/a/deep', 'open'))
    expect(paths(await eve.get('/groups'))).toEqual(all('open'))
    expect(paths(await visitor().get('/groups'))).toEqual(all('open'))
    expect((await root.get('/groups')).body).toHaveLength(7)
  })

  test('filters, orders, pages', async () => {
    expect(paths(await olga.get('/groups?owned=true&top_level_only=true'))).toEqual(all('acme', 'partner'))
    expect(paths(await gus.get('/groups?min_access_level=10'))).toEqual(all('acme/a', 'acme/a/deep'))
    expect(paths(await gus.get('/groups?min_access_level=20'))).toEqual([])
    expect(paths(await gus.get('/groups?all_available=false'))).toEqual(all('acme/a', 'acme/a/deep'))
    expect(paths(await olga.get('/groups?search=ARTN'))).toEqual(all('partner'))
    expect(paths(await olga.get('/groups?search=%25'))).toEqual([])
    expect(paths(await olga.get('/groups?visibility=public'))).toEqual(all('open'))
    expect(paths(await olga.get('/groups?order_by=path&sort=desc&owned=1'))).toEqual(
      all('partner', 'acme/b', 'acme/a/deep', 'acme/a', 'acme'),
    )
    const second = await olga.get('/groups?order_by=id&per_page=2&page=2')
    expect(paths(second)).toEqual(all('acme/b', 'acme/a/deep'))
    expect(pagingOf(second)).toEqual({
      total: 6,
      pages: 3,
      page: 2,
      next: '3',
      links: ['prev', 'next', 'first', 'last'],
    })
    expect(pagingOf(await olga.get('/groups?page=9'))).toMatchObject({ total: 6, page: 9 })
  })

  test('the groups right below a group', async () => {
    expect(paths(await olga.get(`${at('acme')}/subgroups`))).toEqual(all('acme/a', 'acme/b'))
    expect(paths(await gus.get(`${at('acme/a')}/subgroups`))).toEqual(all('acme/a/deep'))
    expect((await gus.get(`${at('acme')}/subgroups`)).status).toBe(404)
  })

  test('the groups anywhere below a group', async () => {
    expect(paths(await olga.get(`${at('acme')}/descendant_groups?order_by=id`))).toEqual(
      all('acme/a', 'acme/b', 'acme/a/deep'),
    )
    expect(paths(await olga.get(`${at('acme')}/descendant_groups?search=dee&top_level_only=true`))).toEqual(
      all('acme/a/deep'),
    )
    expect(paths(await gus.get(`${at('acme/a')}/descendant_groups`))).toEqual(all('acme/a/deep'))
    expect((await gus.get(`${at('acme')}/descendant_groups`)).status).toBe(404)
  })

  test('namespaces: where one holds a role; administrators see all', async () => {
    expect(paths(await olga.get('/namespaces'))).toEqual(all('acme', 'acme/a', 'acme/b', 'acme/a/deep', 'partner'))
    expect(paths(await gus.get('/namespaces'))).toEqual(all('acme/a', 'acme/a/deep'))
    expect(paths(await gus.get('/namespaces?owned_only=true'))).toEqual([])
    expect(paths(await olga.get('/namespaces?top_level_only=true'))).toEqual(all('acme', 'partner'))
    expect(paths(await olga.get(`/namespaces?search=${encodeURIComponent('/a/d')}&full_path_search=true`))).toEqual(
      all('acme/a/deep'),
    )
    expect(paths(await olga.get(`/namespaces?search=${encodeURIComponent('/a/d')}`))).toEqual([])
    expect(pagingOf(await root.get('/namespaces?per_page=1')).total).toBe(7)
    expect((await visitor().get('/namespaces')).status).toBe(401)
    expect((await olga.get(`/namespaces/${encodeURIComponent(t.pathOf('acme/a'))}`)).body).toMatchObject({
      id: t.group('acme/a').id,
      kind: 'group',
      parent_id: t.group('acme').id,
    })
    expect((await eve.get(`/namespaces/${t.group('acme').id}`)).status).toBe(404)
  })

  test.each([
    'order_by=size',
    'sort=up',
    'owned=perhaps',
    'visibility=internal',
    'min_access_level=x',
    'min_access_level=999999999999999',
    'shoes=1',
    'per_page=0',
  ])('with %s: 422, and the field is named', async (query) => {
    const answer = await olga.get(`/groups?${query}`)
    expect([answer.status, faulted(answer)]).toEqual([422, [query.split('=')[0]]])
  })
})

describe('one', () => {
  test('is shown as GitLab shows it, by number and by path in any letter case', async () => {
    const { id } = t.group('acme/a/deep')
    const { body } = await olga.get(`/groups/${id}`)
    expect(body).toMatchObject({
      id,
      name: 'deep',
      path: 'deep',
      full_path: t.pathOf('acme/a/deep'),
      full_name: 'acme / a / deep',
    })
    expect(body).toMatchObject({
      parent_id: t.group('acme/a').id,
      visibility: 'private',
      web_url: `http://127.0.0.1:0/groups/${t.pathOf('acme/a/deep')}`,
    })
    expect((await olga.get(at('acme/a/deep').toUpperCase().replace('/GROUPS', '/groups'))).body).toEqual(body)
  })

  test('its settings are for those who may see them', async () => {
    expect((await olga.get(at('acme'))).body).toMatchObject({ crm_enabled: true, crm_source_group_id: null })
    expect((await gus.get(at('acme/a'))).body).not.toHaveProperty('crm_enabled')
    expect((await visitor().get(at('open'))).body).not.toHaveProperty('crm_source_group_id')
  })

  test('that may not be seen does not exist; a visitor is asked to sign in', async () => {
    expect(refusal(await eve.get(at('acme')))).toEqual([404, '404 Group Not Found'])
    expect(refusal(await eve.get('/groups/no%2Fsuch'))).toEqual([404, '404 Group Not Found'])
    expect((await visitor().get(at('acme'))).status).toBe(401)
    expect((await visitor().get('/groups/no%2Fsuch')).status).toBe(401)
    for (const path of ['/groups/999999', `/groups/${'9'.repeat(30)}`, '/groups/a%00b', '/groups/%27%3B--'])
      expect((await eve.get(path)).status).toBe(404)
  })
})

describe('creating', () => {
  test('a top-level group is for everybody: they own it', async () => {
    const made = await eve.post('/groups', { name: 'Eves', path: 'eves', description: 'means nothing here' })
    expect([made.status, made.body]).toEqual([
      201,
      expect.objectContaining({ full_path: 'eves', parent_id: null, visibility: 'private', crm_enabled: true }),
    ])
    expect(paths(await eve.get('/groups?owned=true'))).toEqual(['eves'])
  })

  test('one below, from a form, with its settings', async () => {
    const { id } = t.group('acme')
    const source = t.group('partner').id
    const fields = {
      name: 'Below',
      path: 'below',
      parent_id: String(id),
      visibility: 'public',
      crm_enabled: 'false',
      crm_source_group_id: String(source),
    }
    const made = await olga.form('POST', '/groups', fields)
    expect(made.body).toMatchObject({
      parent_id: id,
      visibility: 'public',
      crm_enabled: false,
      crm_source_group_id: source,
    })
    const said = await rowsOf<{ action: string; via: string }>(
      service.db,
      sql`select action, via from history where group_id = ${made.body.id} order by id`,
    )
    expect(said).toEqual([
      { action: 'group_created', via: 'api' },
      { action: 'settings_changed', via: 'api' },
    ])
  })

  test('is all or nothing', async () => {
    const fields = { name: 'Never', path: 'never', crm_source_group_id: t.group('elsewhere').id }
    const answer = await olga.post('/groups', fields)
    expect([answer.status, faulted(answer)]).toEqual([400, ['crm_source_group_id']])
    expect((await olga.get('/groups/never')).status).toBe(404)
  })

  test('below a group that is not theirs: 403 where it may be seen, else 404', async () => {
    expect((await gus.post('/groups', { name: 'x', path: 'x', parent_id: t.group('acme/a').id })).status).toBe(403)
    expect((await eve.post('/groups', { name: 'x', path: 'x', parent_id: t.group('acme').id })).status).toBe(404)
    expect((await olga.post('/groups', { name: 'x', path: 'x', parent_id: 999_999 })).status).toBe(404)
    expect((await visitor().post('/groups', { name: 'x', path: 'x' })).status).toBe(401)
  })

  test.each([
    ['nothing', {}, 400, ['name', 'path']],
    ['a reserved name', { name: 'x', path: 'API' }, 400, ['path']],
    ['a path that is taken, in another letter case', { name: 'x', path: 'EVES' }, 400, ['path']],
    ['a path of signs', { name: 'x', path: 'a b' }, 400, ['path']],
    ['a path with NUL', { name: 'x', path: 'a\0b' }, 400, ['path']],
    ['a name with NUL', { name: 'a\0b', path: 'ab' }, 400, ['name']],
    ['a name that is too long', { name: 'n'.repeat(256), path: 'ab' }, 400, ['name']],
    ['a visibility that is not known', { name: 'x', path: 'ab', visibility: 'internal' }, 400, ['visibility']],
    ['a number for a name', { name: 7, path: 'ab' }, 422, ['name']],
    ['half a number for a parent', { name: 'x', path: 'ab', parent_id: 1.5 }, 422, ['parent_id']],
    ['a huge number for a parent', { name: 'x', path: 'ab', parent_id: 1e300 }, 422, ['parent_id']],
    ['a field that is not known', { name: 'x', path: 'ab', shoes: 45 }, 422, ['shoes']],
    ['a word for a boolean', { name: 'x', path: 'ab', crm_enabled: 'perhaps' }, 422, ['crm_enabled']],
  ])('with %s: refused, by field', async (_, fields, status, wrong) => {
    const answer = await olga.post('/groups', fields)
    expect([answer.status, faulted(answer)]).toEqual([status, wrong])
    if (status === 400) expect(Object.keys(answer.body.message)).toEqual(wrong)
  })
})

describe('changing', () => {
  test('fields and settings at once; what is not named stays; null and empty name no source', async () => {
    const source = t.group('partner').id
    const changed = await olga.put(at('acme/b'), { name: 'Bee', path: 'bee', crm_source_group_id: source })
    expect([changed.status, changed.body]).toEqual([
      200,
      expect.objectContaining({
        name: 'Bee',
        full_path: t.pathOf('acme/bee'),
        crm_source_group_id: source,
        crm_enabled: true,
      }),
    ])
    expect((await olga.form('PUT', at('acme/bee'), { crm_enabled: '0' })).body).toMatchObject({
      crm_enabled: false,
      crm_source_group_id: source,
    })
    expect((await olga.form('PUT', at('acme/bee'), { crm_source_group_id: '' })).body).toMatchObject({
      crm_enabled: false,
      crm_source_group_id: null,
    })
    await olga.put(at('acme/bee'), { crm_source_group_id: source, crm_enabled: true })
    expect((await olga.put(at('acme/bee'), { crm_source_group_id: null })).body).toMatchObject({
      crm_enabled: true,
      crm_source_group_id: null,
    })
    expect((await olga.put(at('acme/bee'), { path: 'b', visibility: 'public' })).body).toMatchObject({
      name: 'Bee',
      visibility: 'public',
    })
  })

  test('is all or nothing: a source that cannot be named leaves the name as it was', async () => {
    const answer = await olga.put(at('acme/b'), { name: 'Never', crm_source_group_id: t.group('elsewhere').id })
    expect([answer.status, faulted(answer)]).toEqual([400, ['crm_source_group_id']])
    const linked = await t.hold('acme', ['ann@x.io'])
    await t.issue('acme/a:shop', linked)
    const other = await olga.put(at('acme/a'), { name: 'Never', crm_source_group_id: t.group('partner').id })
    expect(refusal(other)).toEqual([
      400,
      'Contact source cannot be changed when issues already have contacts assigned from a different source.',
    ])
    expect((await olga.get(at('acme/a'))).body).toMatchObject({ name: 'a', crm_source_group_id: null })
  })

  test('is for owners', async () => {
    expect((await gus.put(at('acme/a'), { name: 'x' })).status).toBe(403)
    expect((await eve.put(at('open'), { crm_enabled: false })).status).toBe(403)
    expect((await eve.put(at('acme'), { name: 'x' })).status).toBe(404)
    expect((await visitor().put(at('open'), { name: 'x' })).status).toBe(401)
    expect((await root.put(at('open'), { name: 'Open' })).status).toBe(200)
  })

  test.each([
    ['an empty name', { name: '' }, 400, ['name']],
    ['a reserved path', { path: 'groups' }, 400, ['path']],
    ['a path that is taken', { path: 'PARTNER' }, 400, ['path']],
    ['a word for a source', { crm_source_group_id: 'acme' }, 422, ['crm_source_group_id']],
    ['a field that is not known', { parent_id: 1 }, 422, ['parent_id']],
  ])('with %s: refused, by field', async (_, fields, status, wrong) => {
    if ('path' in fields && fields.path === 'PARTNER') fields.path = t.pathOf('partner').toUpperCase()
    const answer = await olga.put(at('acme'), fields)
    expect([answer.status, faulted(answer)]).toEqual([status, wrong])
  })
})

describe('moving', () => {
  test('into another group, and back to the top', async () => {
    const { body: made } = await olga.post('/groups', { name: 'Mover', path: 'mover' })
    const moved = await olga.post(`/groups/${made.id}/transfer`, { group_id: t.group('partner').id })
    expect([moved.status, moved.body.full_path]).toEqual([201, `${t.pathOf('partner')}/mover`])
    expect((await olga.post(`/groups/${made.id}/transfer`)).body).toMatchObject({ full_path: 'mover', parent_id: null })
    expect((await olga.form('POST', `/groups/${made.id}/transfer`, { group_id: '' })).status).toBe(400)
    expect((await gus.post(`${at('acme/a')}/transfer`)).status).toBe(403)
    expect((await eve.post(`/groups/${made.id}/transfer`)).status).toBe(404)
  })

  test('into itself, or where nothing is: refused', async () => {
    const intoItself = await olga.post(`${at('acme')}/transfer`, { group_id: t.group('acme').id })
    expect([intoItself.status, faulted(intoItself)]).toEqual([400, ['group_id']])
    expect((await olga.post(`${at('acme')}/transfer`, { group_id: t.group('acme/a/deep').id })).status).toBe(400)
    expect((await olga.post(`${at('acme/a')}/transfer`, { group_id: 999_999 })).status).toBe(404)
    expect((await olga.post(`${at('acme/a')}/transfer`, { group_id: t.group('elsewhere').id })).status).toBe(404)
    expect((await olga.post(`${at('acme/a')}/transfer`, { group_id: 'acme' })).status).toBe(422)
  })
})
