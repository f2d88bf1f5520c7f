// Members over REST: who is one, directly or from above; giving roles, changing them, taking them away.
import { beforeAll, describe, expect, test } from 'vitest'
import { createToken } from '../../src/domain/people/access-tokens.ts'
import type { Actor } from '../../src/domain/rules/history.ts'
import { type Client, faulted, pagingOf, refusal, restOf } from '../support/api/rest.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { type Tree, tree } from '../support/world/tree.ts'

let service: RunningService
let t: Tree
const people: Record<string, { id: number; client: Client }> = {}
let visitor: Client
const id = (person: string) => people[person]?.id as number
const as = (person: string) => people[person]?.client as Client
const groupAt = (name: string) => `/groups/${encodeURIComponent(t.pathOf(name))}/members`
const projectAt = (name: string) => `/projects/${encodeURIComponent(t.pathOf(name))}/members`

beforeAll(async () => {
  service = await startService({ idle: true })
  t = await tree(service.db, ['acme', 'acme/a', 'acme/a:shop'])
  const clientOf = restOf(service)
  visitor = clientOf()
  const come = async (name: string, { userId }: Actor) => {
    people[name] = { id: userId, client: clientOf(await createToken(service.db, userId, 'api')) }
  }
  await come('olga', await t.person('olga', { acme: 'owner' }))
  await come('mia', await t.person('mia', { acme: 'maintainer', 'acme/a:shop': 'guest' }))
  await come('dev', await t.person('dev', { 'acme/a': 'developer' }))
  await come('gus', await t.person('gus', { 'acme/a:shop': 'guest' }))
  await come('eve', await t.person('eve'))
  await come('zoe', await t.person('zoe'))
  await come('root', await t.administrator())
})

const levels = async (person: string, path: string) =>
  Object.fromEntries(
    (await as(person).get(path)).body.map(({ id, access_level }: { id: number; access_level: number }) => [
      id,
      access_level,
    ]),
  )

describe('lists', () => {
  test('direct members, and with all those from above: the highest role counts', async () => {
    expect(await levels('olga', groupAt('acme/a'))).toEqual({ [id('dev')]: 30 })
    expect(await levels('dev', `${groupAt('acme/a')}/all`)).toEqual({
      [id('olga')]: 50,
      [id('mia')]: 40,
      [id('dev')]: 30,
    })
    expect(await levels('gus', projectAt('acme/a:shop'))).toEqual({ [id('mia')]: 10, [id('gus')]: 10 })
    const all = { [id('olga')]: 50, [id('mia')]: 40, [id('dev')]: 30, [id('gus')]: 10 }
    expect(await levels('gus', `${projectAt('acme/a:shop')}/all`)).toEqual(all)
  })

  test('by part of a name, in pages', async () => {
    expect(await levels('gus', `${projectAt('acme/a:shop')}/all?query=MIA`)).toEqual({ [id('mia')]: 40 })
    const second = await as('gus').get(`${projectAt('acme/a:shop')}/all?per_page=3&page=2`)
    expect(pagingOf(second)).toEqual({ total: 4, pages: 2, page: 2, next: '', links: ['prev', 'first', 'last'] })
    expect(second.body.map((member: { id: number }) => member.id)).toEqual([id('gus')])
  })

  test('one of them', async () => {
    const { body } = await as('gus').get(`${projectAt('acme/a:shop')}/${id('mia')}`)
    expect(body).toMatchObject({
      id: id('mia'),
      state: 'active',
      access_level: 10,
      expires_at: null,
      membership_state: 'active',
    })
    expect(body).not.toHaveProperty('email')
    expect((await as('gus').get(`${projectAt('acme/a:shop')}/all/${id('mia')}`)).body.access_level).toBe(40)
    expect(refusal(await as('dev').get(`${groupAt('acme/a')}/${id('mia')}`))).toEqual([404, '404 Member Not Found'])
    for (const path of ['999999', 'abc', '9'.repeat(30), 'all/abc'])
      expect((await as('dev').get(`${groupAt('acme/a')}/${path}`)).status).toBe(404)
  })

  test('are for those who may see the place', async () => {
    expect(refusal(await as('eve').get(groupAt('acme')))).toEqual([404, '404 Group Not Found'])
    expect(refusal(await as('gus').get(groupAt('acme/a')))).toEqual([404, '404 Group Not Found'])
    expect(refusal(await as('eve').get(projectAt('acme/a:shop')))).toEqual([404, '404 Project Not Found'])
    expect((await visitor.get(groupAt('acme'))).status).toBe(401)
    expect(faulted(await as('dev').get(`${groupAt('acme/a')}?shoes=1`))).toEqual(['shoes'])
  })
})

describe('changing', () => {
  test.each([
    ['group', () => groupAt('acme/a'), 'olga'],
    ['project', () => projectAt('acme/a:shop'), 'mia'],
  ])('a user becomes a member of a %s, gets another role, and goes', async (_, at, who) => {
    const client = as(who)
    const made = await client.post(at(), {
      user_id: id('zoe'),
      access_level: 10,
      expires_at: null,
      invite_source: 'script',
    })
    expect([made.status, made.body]).toEqual([201, expect.objectContaining({ id: id('zoe'), access_level: 10 })])
    expect(refusal(await client.post(at(), { user_id: id('zoe'), access_level: 20 }))).toEqual([
      409,
      'Member already exists',
    ])
    const changed = await client.form('PUT', `${at()}/${id('zoe')}`, { access_level: '15', expires_at: '' })
    expect([changed.status, changed.body.access_level]).toEqual([200, 15])
    expect((await client.delete(`${at()}/${id('zoe')}`)).status).toBe(204)
    expect(refusal(await client.delete(`${at()}/${id('zoe')}`))).toEqual([404, '404 Member Not Found'])
    expect(refusal(await client.put(`${at()}/${id('zoe')}`, { access_level: 20 }))).toEqual([
      404,
      '404 Member Not Found',
    ])
  })

  test('a user is named by username too, in any letter case', async () => {
    const { body: zoe } = await as('zoe').get('/user')
    expect(
      (await as('olga').form('POST', groupAt('acme/a'), { username: zoe.username.toUpperCase(), access_level: '20' }))
        .status,
    ).toBe(201)
    expect((await as('zoe').get(`/groups/${t.group('acme/a').id}`)).status).toBe(200)
    expect((await as('zoe').delete(`${groupAt('acme/a')}/${id('zoe')}`)).status).toBe(204)
    expect((await as('zoe').get(`/groups/${t.group('acme/a').id}`)).status).toBe(404)
  })

  test('nobody gives, changes or takes a role that is higher than their own', async () => {
    const shop = projectAt('acme/a:shop')
    expect((await as('mia').post(shop, { user_id: id('zoe'), access_level: 50 })).status).toBe(403)
    expect((await as('olga').post(shop, { user_id: id('zoe'), access_level: 50 })).status).toBe(201)
    expect((await as('mia').put(`${shop}/${id('zoe')}`, { access_level: 10 })).status).toBe(403)
    expect((await as('mia').delete(`${shop}/${id('zoe')}`)).status).toBe(403)
    expect((await as('root').delete(`${shop}/${id('zoe')}`)).status).toBe(204)
  })

  test('a top-level group keeps its last owner', async () => {
    const last = [400, 'A top-level group must keep an owner. Make another user an owner first.']
    expect(refusal(await as('olga').delete(`${groupAt('acme')}/${id('olga')}`))).toEqual(last)
    expect(refusal(await as('olga').put(`${groupAt('acme')}/${id('olga')}`, { access_level: 40 }))).toEqual(last)
    expect(await levels('olga', groupAt('acme'))).toEqual({ [id('olga')]: 50, [id('mia')]: 40 })
  })

  test('others may not: 403 where they may see it, else 404', async () => {
    const fields = { user_id: id('zoe'), access_level: 10 }
    expect((await as('dev').post(groupAt('acme/a'), fields)).status).toBe(403)
    expect((await as('gus').post(projectAt('acme/a:shop'), fields)).status).toBe(403)
    expect((await as('gus').put(`${projectAt('acme/a:shop')}/${id('mia')}`, { access_level: 40 })).status).toBe(403)
    expect((await as('gus').delete(`${projectAt('acme/a:shop')}/${id('mia')}`)).status).toBe(403)
    expect((await as('eve').post(groupAt('acme/a'), fields)).status).toBe(404)
    expect((await as('eve').delete(`${groupAt('acme/a')}/${id('dev')}`)).status).toBe(404)
    expect((await visitor.post(groupAt('acme/a'), fields)).status).toBe(401)
  })

  test.each([
    ['no role', { user_id: 1 }, 422, ['access_level']],
    ['a role that is not known', { user_id: 1, access_level: 33 }, 422, ['access_level']],
    ['the name of a role', { user_id: 1, access_level: 'owner' }, 422, ['access_level']],
    ['an end', { user_id: 1, access_level: 10, expires_at: '2040-01-01' }, 422, ['expires_at']],
    ['nobody', { access_level: 10 }, 422, ['user_id']],
    ['a user named twice', { user_id: 1, username: 'root', access_level: 10 }, 422, ['user_id']],
    ['a list of users', { user_id: [1], access_level: 10 }, 422, ['user_id']],
    ['a field that is not known', { user_id: 1, access_level: 10, shoes: 45 }, 422, ['shoes']],
    ['a user who is not there', { user_id: 999_999, access_level: 10 }, 404, []],
    ['a username that is not there', { username: 'a\0b', access_level: 10 }, 404, []],
  ])('a new one with %s: refused', async (_, fields, status, wrong) => {
    const answer = await as('olga').post(groupAt('acme'), fields)
    expect([answer.status, faulted(answer)]).toEqual([status, wrong])
  })
})
