// Sessions of browsers: they end with what opened them, with time, by their user, and with their user; what is open in
// their name ends too.
import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { createToken, forgetEndedSessions, revokeToken } from '../../src/domain/people/access-tokens.ts'
import { setBlocked } from '../../src/domain/people/users.ts'
import { rowsOf } from '../../src/storage/db.ts'
import { refusal, restOf } from '../support/api/rest.ts'
import { cookieOf, pressSignIn } from '../support/api/sign-in.ts'
import { startService } from '../support/service/service.ts'
import { world } from '../support/world/world.ts'

const service = await startService()
const { db, url } = service
const rest = restOf(service)
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

async function people() {
  const here = await world(service, { people: { ann: 'planner', bob: 'planner', root: 'administrator' } })
  const idOf = (person: string) => here.users.get(person)?.id as number
  const byLink = async (person: string) =>
    cookieOf(await pressSignIn(url, await here.signInLink(person), { 'user-agent': firefox }))
  const byToken = async (token: string) => {
    const body = new URLSearchParams({ token })
    return cookieOf(await fetch(`${url}/users/sign_in`, { method: 'POST', redirect: 'manual', body }))
  }
  return { ...here, idOf, byLink, byToken }
}

/** Does a cookie, or a token, still let its user in? */
const letsIn = async (headers: Record<string, string>) =>
  (await fetch(`${url}/api/v4/user`, { headers })).status === 200
const isIn = (cookie: string) => letsIn({ cookie })
const sessions = async (cookie: string, init: RequestInit & { path?: string } = {}) => {
  const answer = await fetch(`${url}/api/sessions${init.path ?? ''}`, { ...init, headers: { cookie } })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
}
const alter = (userId: number, change: string) =>
  db.execute(sql`update access_tokens set ${sql.raw(change)} where user_id = ${userId} and kind = 'session'`)

test('a link is not used up by a sign-in that fails', async () => {
  const { signInLink } = await people()
  const link = await signInLink('ann')
  await db.execute(
    sql`create function refuse_session() returns trigger language plpgsql as
      'begin raise exception $$no session$$; end'`,
  )
  await db.execute(
    sql`create trigger refuse before insert on access_tokens for each row
      when (new.kind = 'session') execute function refuse_session()`,
  )
  const failed = await pressSignIn(url, link)
  await db.execute(sql`drop function refuse_session cascade`)
  expect([failed.status, failed.headers.get('set-cookie')]).toEqual([500, null])
  expect(await isIn(cookieOf(await pressSignIn(url, link)))).toBe(true)
})

describe('a session ends', () => {
  test('with the token that opened it: revoked', async () => {
    const { token, byToken, byLink } = await people()
    const secret = await token('ann')
    const [first, second, other] = [await byToken(secret), await byToken(secret), await byLink('ann')]
    expect(await Promise.all([first, second, other].map(isIn))).toEqual([true, true, true])
    expect((await rest(secret).delete('/personal_access_tokens/self')).status).toBe(204)
    expect(await Promise.all([first, second, other].map(isIn))).toEqual([false, false, true])
  })

  test('with the token that opened it: expired', async () => {
    const { idOf, byToken } = await people()
    const secret = await createToken(db, idOf('ann'), 'api', { lasts: '1 hour' })
    const session = await byToken(secret)
    expect(await isIn(session)).toBe(true)
    await db.execute(sql`update access_tokens set expires_at = now() where user_id = ${idOf('ann')} and kind = 'api'`)
    expect(await isIn(session)).toBe(false)
  })

  test.each([
    ['14 days without use', "last_used_at = now() - interval '14 days 1 second'", false],
    ['almost 14 days without use', "last_used_at = now() - interval '13 days 23 hours'", true],
    ['never used, and 14 days old', "last_used_at = null, created_at = now() - interval '14 days 1 second'", false],
    ['90 days in use', 'expires_at = now()', false],
  ])('%s', async (_, change, stays) => {
    const { idOf, byLink } = await people()
    const session = await byLink('ann')
    expect(await isIn(session)).toBe(true)
    await alter(idOf('ann'), change)
    expect(await isIn(session)).toBe(stays)
  })

  test('and is good for 90 days at most', async () => {
    const { idOf, byLink } = await people()
    await byLink('ann')
    const days = sql`select extract(day from expires_at - created_at)::int as days from access_tokens
      where user_id = ${idOf('ann')} and kind = 'session'`
    expect(await rowsOf(db, days)).toEqual([{ days: 90 }])
  })
})

describe('their user', () => {
  test('sees them, where from and which is the current one, and ends any of them', async () => {
    const { token, byLink, byToken } = await people()
    const [here, there] = [await byLink('ann'), await byToken(await token('ann', { name: 'laptop' }))]
    const { body } = await sessions(here)
    expect(body).toMatchObject([
      { token_name: 'laptop', current: false },
      { user_agent: firefox, token_name: null, current: true },
    ])
    expect((await sessions(here, { method: 'DELETE', path: `/${body[0].id}` })).status).toBe(204)
    expect([await isIn(here), await isIn(there)]).toEqual([true, false])
    expect((await sessions(here, { method: 'DELETE', path: `/${body[0].id}` })).status).toBe(404)
  })

  test('ends all the others', async () => {
    const { byLink } = await people()
    const all = [await byLink('ann'), await byLink('ann'), await byLink('ann'), await byLink('bob')]
    expect((await sessions(all[0] as string, { method: 'DELETE' })).status).toBe(204)
    expect(await Promise.all(all.map(isIn))).toEqual([true, false, false, true])
  })

  test('alone: those of other users are not found', async () => {
    const { byLink, token, byToken, idOf } = await people()
    const [ann, root] = [await byLink('ann'), await byLink('root')]
    const id = (await sessions(ann)).body[0].id
    expect((await sessions(root)).body.map((one: { id: number }) => one.id)).not.toContain(id)
    for (const path of [`/${id}`, '/0', '/x', '/99999999999999999999'])
      expect((await sessions(root, { method: 'DELETE', path })).status).toBe(404)
    // A token is none, though it is their own.
    const secret = await token('ann')
    const [{ id: tokenId }] = (await rest(secret).get('/personal_access_tokens')).body
    expect((await sessions(ann, { method: 'DELETE', path: `/${tokenId}` })).status).toBe(404)
    expect(await isIn(ann)).toBe(true)
    expect((await fetch(`${url}/api/sessions`)).status).toBe(401)
    const reader = await byToken(await createToken(db, idOf('ann'), 'api', { scopes: ['read_api'] }))
    expect((await sessions(reader)).status).toBe(200)
    expect((await sessions(reader, { method: 'DELETE' })).status).toBe(403)
  })
})

describe('blocking', () => {
  test('ends sessions and sign-in links for good, and tokens until the user is unblocked', async () => {
    const { token, byLink, signInLink, idOf } = await people()
    const secret = await token('ann')
    const [session, link, root] = [await byLink('ann'), await signInLink('ann'), rest(await token('root'))]
    const path = `/users/${idOf('ann')}`
    expect(await root.post(`${path}/block`)).toMatchObject({ status: 201, body: true })
    expect((await root.get(path)).body.state).toBe('blocked')
    expect([await isIn(session), await letsIn({ 'private-token': secret })]).toEqual([false, false])
    expect((await pressSignIn(url, link)).status).toBe(403)
    expect(await root.post(`${path}/unblock`)).toMatchObject({ status: 201, body: true })
    expect((await root.get(path)).body.state).toBe('active')
    expect([await isIn(session), await letsIn({ 'private-token': secret })]).toEqual([false, true])
    expect((await pressSignIn(url, link)).status).toBe(403)
    expect(await isIn(await byLink('ann'))).toBe(true)
    const kept = sql`select action, actor_id from history where actor_id = ${idOf('root')} order by id`
    expect(await rowsOf(db, kept)).toEqual([
      { action: 'user_blocked', actor_id: idOf('root') },
      { action: 'user_unblocked', actor_id: idOf('root') },
    ])
  })

  test('is for administrators, and not of themselves', async () => {
    const { token, idOf } = await people()
    const [ann, root] = [rest(await token('ann')), rest(await token('root'))]
    for (const verb of ['block', 'unblock']) {
      expect((await ann.post(`/users/${idOf('bob')}/${verb}`)).status).toBe(403)
      expect((await rest().post(`/users/${idOf('bob')}/${verb}`)).status).toBe(401)
      expect((await root.post(`/users/0/${verb}`)).status).toBe(404)
    }
    expect(refusal(await root.post(`/users/${idOf('root')}/block`))).toEqual([400, "You can't block yourself."])
    expect((await root.get(`/users/${idOf('bob')}`)).body.state).toBe('active')
  })
})

describe('what is open in a user’s name ends at once', () => {
  interface Stream {
    name: string
    open(headers: Record<string, string>, issue: { id: number; path: string }): Promise<Response>
  }
  const query = 'subscription ($id: IssuableID!) { issueCrmContactsUpdated(issuableId: $id) { ... on Issue { iid } } }'
  const streams: Stream[] = [
    {
      name: '/live',
      open: (headers, { path }) =>
        fetch(`${url}${path}/live`, { headers: { ...headers, accept: 'text/event-stream' } }),
    },
    {
      name: 'a subscription',
      open: (headers, { id }) =>
        fetch(`${url}/api/graphql`, {
          method: 'POST',
          headers: { ...headers, accept: 'text/event-stream', 'content-type': 'application/json' },
          body: JSON.stringify({ query, variables: { id: `gid://gitlab/Issue/${id}` } }),
        }),
    },
  ]
  const endings: [
    how: string,
    by: 'session' | 'token',
    end: (cookie: string, ann: { userId: number; tokenId: number }) => Promise<unknown>,
  ][] = [
    [
      'signing out',
      'session',
      (cookie) => fetch(`${url}/users/sign_out`, { method: 'POST', redirect: 'manual', headers: { cookie } }),
    ],
    ['its token is revoked', 'session', (_, { tokenId }) => revokeToken(db, tokenId)],
    ['the token is revoked', 'token', (_, { tokenId }) => revokeToken(db, tokenId)],
    [
      'its user is blocked',
      'session',
      (_, { userId }) =>
        db.transaction((tx) => setBlocked(tx, { userId: null, via: 'command line' }, { id: userId, blocked: true })),
    ],
  ]
  const all = streams.flatMap((stream) => endings.map((ending) => [stream.name, ending[0], stream, ending] as const))

  test.each(all)('%s: %s', async (_, __, stream, [, by, end]) => {
    const { token, byToken, byLink, issue, idOf } = await people()
    const secret = await token('ann')
    const [cookie, other] = [await byToken(secret), await byLink('bob')]
    const tokenId = (await rest(secret).get('/personal_access_tokens/self')).body.id as number
    const mine = await stream.open(by === 'token' ? { 'private-token': secret } : { cookie }, issue)
    const bobs = await stream.open({ cookie: other }, issue)
    expect([mine.status, bobs.status]).toEqual([200, 200])
    let bobsEnded = false
    void bobs.text().then(() => {
      bobsEnded = true
    })
    const ended = mine.text()
    await end(cookie, { userId: idOf('ann'), tokenId })
    // It would go on for ever.
    await ended
    expect(bobsEnded).toBe(false)
  })
})

test('the sweep deletes what is over, and nothing else', async () => {
  const { token, byLink, byToken, signInLink, idOf } = await people()
  const [secret, other] = [await token('ann'), await token('ann')]
  const [kept] = [await byToken(secret), await byToken(other), await signInLink('bob')]
  await revokeToken(db, (await rest(other).get('/personal_access_tokens/self')).body.id)
  await byLink('bob')
  await forgetEndedSessions(db)
  const rows = sql`select kind from access_tokens where user_id in (${idOf('ann')}, ${idOf('bob')}) order by id`
  expect((await rowsOf<{ kind: string }>(db, rows)).map(({ kind }) => kind)).toEqual([
    'api',
    'api',
    'session',
    'session',
  ])
  expect(await isIn(kept)).toBe(true)
})
