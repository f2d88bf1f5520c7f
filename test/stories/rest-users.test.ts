// Users over REST, and the tokens they ask with: who may see, make and end what.
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { rowsOf } from '../../src/storage/db.ts'
import { type Client, faulted, pagingOf, refusal, restOf } from '../support/api/rest.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { world } from '../support/world/world.ts'

let service: RunningService
let here: Awaited<ReturnType<typeof world>>
let clientOf: (token?: string) => Client
let root: Client
let ann: Client
const visitor = () => clientOf()
const idOf = (person: string) => here.users.get(person)?.id as number
const nameOf = (person: string) => here.users.get(person)?.username as string

beforeAll(async () => {
  service = await startService({ idle: true })
  here = await world(service, { people: { root: 'administrator', ann: 'planner', bob: 'nobody' } })
  clientOf = restOf(service)
  root = clientOf(await here.token('root'))
  ann = clientOf(await here.token('ann'))
})

const basic = ['avatar_url', 'id', 'locked', 'name', 'state', 'username', 'web_url']

describe('users', () => {
  test('the version is one of GitLab’s, for who is signed in', async () => {
    expect((await ann.get('/version')).body.version).toMatch(/^17\.\d+\.\d+$/)
    expect((await visitor().get('/version')).status).toBe(401)
  })

  test('everybody sees all of themselves, and of others what everybody may know', async () => {
    expect((await ann.get('/user')).body).toMatchObject({
      id: idOf('ann'),
      username: nameOf('ann'),
      is_admin: false,
      email: null,
    })
    expect((await ann.get(`/users/${idOf('ann')}`)).body).toHaveProperty('email')
    expect(Object.keys((await ann.get(`/users/${idOf('bob')}`)).body).sort()).toEqual(basic)
    expect((await root.get(`/users/${idOf('ann')}`)).body).toMatchObject({ is_admin: false, email: null })
    expect((await visitor().get('/user')).status).toBe(401)
    expect((await visitor().get(`/users/${idOf('ann')}`)).status).toBe(401)
  })

  test('an administrator creates a user; fields that mean nothing here are taken', async () => {
    const more = { password: 'secret', reset_password: true, force_random_password: false, skip_confirmation: 'true' }
    const made = await root.post('/users', { username: 'Zoe', name: ' Zoë Doe ', email: 'Zoe@Example.com', ...more })
    expect([made.status, made.body]).toEqual([
      201,
      expect.objectContaining({
        username: 'Zoe',
        name: 'Zoë Doe',
        email: 'Zoe@Example.com',
        state: 'active',
        is_admin: false,
      }),
    ])
    expect((await root.get(`/users/${made.body.id}`)).body).toEqual(made.body)
    const formed = await root.form('POST', '/users', {
      username: 'boss',
      name: 'Boss',
      email: 'boss@x.io',
      admin: 'true',
    })
    expect(formed.body.is_admin).toBe(true)
  })

  test.each([
    [
      'a username in another letter case',
      { username: 'zOE', name: 'Z', email: 'z@x.io' },
      'Username has already been taken',
    ],
    [
      'an address in another letter case',
      { username: 'zoe2', name: 'Z', email: 'zoe@EXAMPLE.com' },
      'Email has already been taken',
    ],
  ])('%s is taken: 409', async (_, fields, message) => {
    expect(refusal(await root.post('/users', fields))).toEqual([409, message])
  })

  test('of two who ask for the same username at once, one gets it', async () => {
    const ask = (email: string) => root.post('/users', { username: 'twin', name: 'Twin', email })
    const answers = await Promise.all([ask('one@x.io'), ask('two@x.io')])
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
  })

  test.each([
    ['nothing', {}, ['name', 'username', 'email']],
    ['blanks', { username: ' ', name: ' ', email: ' ' }, ['name', 'username', 'email']],
    ['a username with a slash', { username: 'a/b', name: 'A', email: 'a1@x.io' }, ['username']],
    ['a username with NUL', { username: 'a\0b', name: 'A', email: 'a1@x.io' }, ['username']],
    ['an address that is none', { username: 'a1', name: 'A', email: 'a1' }, ['email']],
    ['a name that is too long', { username: 'a1', name: 'A'.repeat(256), email: 'a1@x.io' }, ['name']],
  ])('a new user with %s: 400, by field', async (_, fields, wrong) => {
    const answer = await root.post('/users', fields)
    expect([answer.status, faulted(answer).sort(), Object.keys(answer.body.message).sort()]).toEqual([
      400,
      wrong.sort(),
      wrong.sort(),
    ])
  })

  test.each([
    ['a number for a name', { username: 'a1', name: 7, email: 'a1@x.io' }, ['name']],
    ['an unknown field', { username: 'a1', name: 'A', email: 'a1@x.io', shoes: 45 }, ['shoes']],
    ['a word for a boolean', { username: 'a1', name: 'A', email: 'a1@x.io', admin: 'perhaps' }, ['admin']],
  ])('a new user with %s: 422, by field', async (_, fields, wrong) => {
    const answer = await root.post('/users', fields)
    expect([answer.status, faulted(answer)]).toEqual([422, wrong])
  })

  test('only administrators create users', async () => {
    const fields = { username: 'eve', name: 'Eve', email: 'eve@x.io' }
    expect((await ann.post('/users', fields)).status).toBe(403)
    expect((await visitor().post('/users', fields)).status).toBe(401)
    expect((await root.get('/users?username=eve')).body).toEqual([])
  })

  test('lists: by username, by part of a name, by state, in an order, in pages', async () => {
    const names = async (query: string, who = root) =>
      (await who.get(`/users?${query}`)).body.map((user: { name: string }) => user.name)
    expect(await names('username=ZOE')).toEqual(['Zoë Doe'])
    expect(await names('search=oë%20d')).toEqual(['Zoë Doe'])
    expect(await names('search=zoe@example.com')).toEqual(['Zoë Doe'])
    expect(await names('search=zoe@example.com', ann)).toEqual([])
    expect(await names('search=%25')).toEqual([])
    expect(await names('search=a%00b')).toEqual([])
    await service.db.execute(sql`update users set blocked = true where username_key = 'boss'`)
    expect(await names('blocked=true')).toEqual(['Boss'])
    expect(await names('active=1')).not.toContain('Boss')
    expect((await ann.get('/users?username=boss')).body).toMatchObject([{ state: 'blocked' }])
    const first = await root.get('/users?per_page=2&order_by=id&sort=asc')
    expect(first.body.map(({ id }: { id: number }) => id)).toEqual([idOf('root'), idOf('ann')])
    expect(pagingOf(first)).toEqual({ total: 7, pages: 4, page: 1, next: '2', links: ['next', 'first', 'last'] })
    const full = (await ann.get('/users')).body.filter((user: object) => 'is_admin' in user)
    expect(full.map(({ id }: { id: number }) => id)).toEqual([idOf('ann')])
  })

  test.each(['/users/0', '/users/999999', '/users/abc', '/users/-1', `/users/${'9'.repeat(30)}`])(
    '%s: 404',
    async (path) => {
      expect(refusal(await ann.get(path))).toEqual([404, '404 User Not Found'])
    },
  )

  test.each(['order_by=email', 'sort=up', 'blocked=perhaps', 'page=0', 'shoes=1'])(
    'a list with %s: 422',
    async (query) => {
      expect((await ann.get(`/users?${query}`)).status).toBe(422)
    },
  )
})

describe('memberships', () => {
  test('an administrator sees the roles that a user holds, without inherited ones', async () => {
    const path = `/users/${idOf('ann')}/memberships`
    const membership = {
      source_id: here.group.id,
      source_name: here.group.name,
      source_type: 'Namespace',
      access_level: 15,
    }
    const answer = await root.get(path)
    expect([answer.body, pagingOf(answer).total]).toEqual([[membership], 1])
    expect((await root.get(`${path}?type=Namespace`)).body).toEqual([membership])
    expect((await root.get(`${path}?type=Project`)).body).toEqual([])
    expect(faulted(await root.get(`${path}?type=Group`))).toEqual(['type'])
    expect((await ann.get(path)).status).toBe(403)
    expect((await root.get('/users/999999/memberships')).status).toBe(404)
  })
})

describe('tokens', () => {
  const tokensOf = (person: string) => `/users/${idOf(person)}/personal_access_tokens`
  const nextYear = `${new Date().getUTCFullYear() + 1}-01-01`

  test('an administrator makes one for a user, who uses it; the secret is told once, and kept nowhere', async () => {
    const made = await root.post(tokensOf('bob'), { name: 'script', scopes: ['api'], expires_at: nextYear })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      name: 'script',
      user_id: idOf('bob'),
      scopes: ['api'],
      active: true,
      revoked: false,
      expires_at: nextYear,
    })
    const { token, ...shown } = made.body
    const bob = clientOf(token)
    expect((await bob.get('/user')).body.id).toBe(idOf('bob'))
    expect((await bob.get('/personal_access_tokens')).body).toMatchObject([
      { ...shown, last_used_at: expect.anything() },
    ])
    expect((await bob.get('/personal_access_tokens/self')).body.id).toBe(shown.id)
    expect((await bob.get(`/personal_access_tokens/${shown.id}`)).body).not.toHaveProperty('token')
    const kept = await rowsOf<{ row: string }>(service.db, sql`select t::text as row from access_tokens t`)
    expect(kept.some(({ row }) => row.includes(token))).toBe(false)
  })

  test('one that may only read reads, and does nothing else', async () => {
    const { body } = await root.form('POST', tokensOf('bob'), { name: 'reader', 'scopes[]': 'read_api' })
    const reader = clientOf(body.token)
    expect((await reader.get('/user')).status).toBe(200)
    expect((await reader.post('/groups', { name: 'x', path: 'x' })).status).toBe(403)
    expect((await reader.delete('/personal_access_tokens/self')).status).toBe(403)
  })

  test('one that is revoked, expired, or whose user is blocked is good for nothing', async () => {
    const make = async () => (await root.post(tokensOf('bob'), { name: 't', scopes: ['api', 'api'] })).body
    const revoked = await make()
    expect((await clientOf(revoked.token).delete('/personal_access_tokens/self')).status).toBe(204)
    expect((await clientOf(revoked.token).get('/user')).status).toBe(401)
    expect((await root.delete(`/personal_access_tokens/${revoked.id}`)).status).toBe(204)
    expect((await root.get(`/personal_access_tokens/${revoked.id}`)).body).toMatchObject({
      revoked: true,
      active: false,
    })
    const expired = await make()
    await service.db.execute(sql`update access_tokens set expires_at = now() where id = ${expired.id}`)
    expect((await clientOf(expired.token).get('/user')).status).toBe(401)
    const ids = async (query: string) =>
      (await root.get(`/personal_access_tokens?user_id=${idOf('bob')}&${query}`)).body.map(
        ({ id }: { id: number }) => id,
      )
    expect(await ids('state=inactive')).toEqual([revoked.id, expired.id])
    expect(await ids('revoked=true')).toEqual([revoked.id])
    expect(await ids('state=active&search=SCRI')).toHaveLength(1)
    const good = await make()
    await service.db.execute(sql`update users set blocked = true where id = ${idOf('bob')}`)
    expect((await clientOf(good.token).get('/user')).status).toBe(401)
    await service.db.execute(sql`update users set blocked = false where id = ${idOf('bob')}`)
    expect((await clientOf(good.token).get('/user')).status).toBe(200)
  })

  test('one is rotated: the new one works, the old one does not', async () => {
    const make = async (fields: object = {}) =>
      (await root.post(tokensOf('bob'), { name: 'old', scopes: ['api'], ...fields })).body
    const old = await make()
    const rotated = await clientOf(old.token).post('/personal_access_tokens/self/rotate')
    expect([rotated.status, rotated.body]).toEqual([
      200,
      expect.objectContaining({ name: 'old', scopes: ['api'], user_id: idOf('bob') }),
    ])
    const inAWeek = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10)
    expect(rotated.body.expires_at).toBe(inAWeek)
    expect((await clientOf(old.token).get('/user')).status).toBe(401)
    expect((await clientOf(rotated.body.token).get('/user')).body.id).toBe(idOf('bob'))
    const dated = await root.post(`/personal_access_tokens/${rotated.body.id}/rotate`, { expires_at: nextYear })
    expect(dated.body).toMatchObject({ expires_at: nextYear, user_id: idOf('bob') })
    expect((await root.post(`/personal_access_tokens/${rotated.body.id}/rotate`)).status).toBe(400)
    expect(
      faulted(await root.post(`/personal_access_tokens/${dated.body.id}/rotate`, { expires_at: '2020-01-01' })),
    ).toEqual(['expires_at'])
    expect((await clientOf(dated.body.token).get('/user')).status).toBe(200)
    expect(refusal(await ann.post(`/personal_access_tokens/${dated.body.id}/rotate`))).toEqual([
      404,
      '404 Token Not Found',
    ])
    const reader = await make({ scopes: ['read_api'] })
    expect((await clientOf(reader.token).post('/personal_access_tokens/self/rotate')).status).toBe(403)
    const twice = await make()
    const both = await Promise.all([1, 2].map(() => root.post(`/personal_access_tokens/${twice.id}/rotate`)))
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400])
  })

  test('one of a user who is no administrator any more makes nothing more', async () => {
    const { body: user } = await root.post('/users', {
      username: 'temp',
      name: 'Temp',
      email: 'temp@x.io',
      admin: true,
    })
    const { body } = await root.post(`/users/${user.id}/personal_access_tokens`, { name: 't', scopes: ['api'] })
    const temp = clientOf(body.token)
    expect((await temp.get('/user')).body.is_admin).toBe(true)
    await service.db.execute(sql`update users set administrator = false where id = ${user.id}`)
    expect((await temp.post(tokensOf('ann'), { name: 't', scopes: ['api'] })).status).toBe(403)
    expect((await temp.get(`/personal_access_tokens?user_id=${idOf('ann')}`)).status).toBe(403)
  })

  test('everybody sees and ends their own, administrators all; sessions and sign-in links are none', async () => {
    const { body: own } = await ann.get('/personal_access_tokens')
    expect(own).toHaveLength(1)
    const bobs = (await root.get(`/personal_access_tokens?user_id=${idOf('bob')}`)).body[0].id
    expect(refusal(await ann.get(`/personal_access_tokens/${bobs}`))).toEqual([404, '404 Token Not Found'])
    expect(refusal(await ann.delete(`/personal_access_tokens/${bobs}`))).toEqual([404, '404 Token Not Found'])
    expect((await ann.get(`/personal_access_tokens?user_id=${idOf('bob')}`)).status).toBe(403)
    await here.signInLink('ann')
    const [link] = await rowsOf<{ id: number }>(service.db, sql`select max(id) as id from access_tokens`)
    expect((await ann.get('/personal_access_tokens')).body).toEqual([{ ...own[0], last_used_at: expect.anything() }])
    expect((await root.delete(`/personal_access_tokens/${link?.id}`)).status).toBe(404)
    expect((await visitor().get('/personal_access_tokens')).status).toBe(401)
    expect(pagingOf(await root.get('/personal_access_tokens?per_page=1'))).toMatchObject({ page: 1, next: '2' })
  })

  test.each([
    ['no name', { scopes: ['api'] }, 400, ['name']],
    ['no scopes', { name: 't' }, 400, ['scopes']],
    ['empty scopes', { name: 't', scopes: [] }, 400, ['scopes']],
    ['a scope that is not known', { name: 't', scopes: ['api', 'sudo'] }, 400, ['scopes']],
    ['a day that is over', { name: 't', scopes: ['api'], expires_at: '2020-01-01' }, 400, ['expires_at']],
    ['a day that is none', { name: 't', scopes: ['api'], expires_at: '2035-02-30' }, 400, ['expires_at']],
    ['a number for scopes', { name: 't', scopes: 7 }, 422, ['scopes']],
    ['a field that is not known', { name: 't', scopes: ['api'], kind: 'session' }, 422, ['kind']],
  ])('a new one with %s: refused, by field', async (_, fields, status, wrong) => {
    const answer = await root.post(tokensOf('bob'), fields)
    expect([answer.status, faulted(answer)]).toEqual([status, wrong])
  })

  test('only administrators make them, for users that there are', async () => {
    expect((await ann.post(tokensOf('ann'), { name: 't', scopes: ['api'] })).status).toBe(403)
    expect(refusal(await root.post('/users/999999/personal_access_tokens', { name: 't', scopes: ['api'] }))).toEqual([
      404,
      '404 User Not Found',
    ])
  })
})
