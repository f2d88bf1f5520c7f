// Passwords: setting one with a link, signing in with it, changing it; what is refused, and how often one can try.
import { randomBytes, scryptSync } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterEach, describe, expect, test } from 'vitest'
import { runCommand } from '../../src/command-line/commands.ts'
import { createToken } from '../../src/domain/people/access-tokens.ts'
import { openHasher } from '../../src/domain/people/password-hashes.ts'
import { forgetAttempts } from '../../src/domain/people/sign-in-attempts.ts'
import { createUser, setBlocked } from '../../src/domain/people/users.ts'
import { openLog } from '../../src/log.ts'
import { rowsOf } from '../../src/storage/db.ts'
import { cookieOf, pressSignIn } from '../support/api/sign-in.ts'
import { startService } from '../support/service/service.ts'
import { world } from '../support/world/world.ts'

const lines: string[] = []
const service = await startService({ log: openLog('debug', { write: (line) => void lines.push(line) }) })
const { db, url } = service

const good = 'correct horse battery'
const other = 'staple of a stable'
const tooShort = 'Password is too short (minimum is 12 characters)'

afterEach(() => db.execute(sql`delete from sign_in_attempts`))

const ask = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
  fetch(url + path, { redirect: 'manual', ...init, headers: { accept: 'text/html', ...headers } })
const post = (path: string, fields: Record<string, string>, headers?: Record<string, string>) =>
  ask(path, headers, { method: 'POST', body: new URLSearchParams(fields) })
const signIn = (username: string, password: string, headers?: Record<string, string>) =>
  post('/users/sign_in', { username, password, to: '/-/profile' }, headers)
const block = (id: number, blocked: boolean) => setBlocked(db, { userId: null, via: 'command line' }, { id, blocked })
const isIn = async (cookie: string) => (await ask('/api/v4/user', { cookie })).status === 200
/** Fails without a hash being computed. */
const fail = (username: string, headers?: Record<string, string>) => signIn(username, 'x'.repeat(2_000), headers)
const known = (response: Response) => {
  const cookie = response.headers.getSetCookie().find((one) => one.startsWith('rolobot_browser='))
  return cookie?.split(';')[0] ?? ''
}
const session = (response: Response) => {
  const cookie = response.headers.getSetCookie().find((one) => one.startsWith('rolobot_session='))
  return cookie?.split(';')[0] ?? ''
}

let people = 0

/** A user with a long name and an address, and perhaps a password, whose hash is cheaper than today's. */
async function person({ password }: { password?: string } = {}) {
  const username = `annabelle.lee-${++people}`
  const user = await createUser(db, { username, name: 'Annabelle', email: `${username}@example.com` })
  if (password !== undefined) {
    const salt = randomBytes(16)
    const key = scryptSync(password, salt, 32, { N: 16, r: 8, p: 1 })
    const hash = `$scrypt$ln=4,r=8,p=1$${salt.toString('base64')}$${key.toString('base64')}`
    await db.execute(sql`insert into passwords (user_id, hash, changed_at) values (${user.id}, ${hash}, now())`)
  }
  const reset = async () => {
    const { out } = await runCommand(service, 'user reset', { username })
    return {
      secret: new URL(out).searchParams.get('reset_password_token') ?? '',
      path: out.slice(new URL(out).origin.length),
    }
  }
  const set = (secret: string, password = good, again = password, headers?: Record<string, string>) =>
    post('/users/password/edit', { reset_password_token: secret, password, again }, headers)
  const enter = async () => `rolobot_session=${await createToken(db, user.id, 'session')}`
  const hashes = () => rowsOf<{ hash: string }>(db, sql`select hash from passwords where user_id = ${user.id}`)
  const history = () => rowsOf(db, sql`select action, via from history where actor_id = ${user.id} order by id`)
  return { ...user, reset, set, enter, hashes, history }
}

describe('a link', () => {
  test('sets a password once, signs in, and ends whatever else was open', async () => {
    const ann = await person()
    const [before, token] = [await ann.enter(), await createToken(db, ann.id, 'api')]
    const { secret, path } = await ann.reset()
    const page = await ask(path)
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('12 to 128 characters')])
    const entered = await ann.set(secret)
    expect([entered.status, entered.headers.get('location')]).toEqual([303, '/'])
    expect(await Promise.all([session(entered), before].map(isIn))).toEqual([true, false])
    expect((await ask('/api/v4/user', { 'private-token': token })).status).toBe(200)
    expect(await ann.history()).toEqual([{ action: 'password_set', via: 'web' }])

    const again = await ann.set(secret, other)
    expect([again.status, again.headers.getSetCookie(), await again.text()]).toEqual([
      403,
      [],
      expect.stringContaining("This link isn't valid"),
    ])
    const byName = await signIn(` ${ann.username.toUpperCase()} `, good)
    expect([byName.status, byName.headers.get('location')]).toEqual([303, '/-/profile'])
    expect((await signIn(ann.email as string, good)).status).toBe(303)
  })

  test('is recorded in the history when it is created, without its secret', async () => {
    const ann = await person()
    const { secret } = await ann.reset()
    const entries = await rowsOf(
      db,
      sql`select * from history where action = 'password_link_created' and (after->>'userId')::bigint = ${ann.id}`,
    )
    expect(entries).toMatchObject([{ actor_id: null, via: 'command line', before: null, after: { userId: ann.id } }])
    expect(JSON.stringify(entries)).not.toContain(secret)
  })

  test('used in two tabs at once sets one password', async () => {
    const ann = await person()
    const { secret } = await ann.reset()
    const came = await Promise.all([ann.set(secret, good), ann.set(secret, other)])
    expect(came.map(({ status }) => status).sort()).toEqual([303, 403])
    expect((await signIn(ann.username, came[0]?.status === 303 ? good : other)).status).toBe(303)
  })

  test.each<[why: string, break_: (ann: Awaited<ReturnType<typeof person>>) => Promise<unknown>]>([
    ['replaced', (ann) => ann.reset()],
    ['expired', (ann) => db.execute(sql`update access_tokens set expires_at = now() where user_id = ${ann.id}`)],
    ['of a blocked user', (ann) => block(ann.id, true)],
    ['of a user who was blocked', async (ann) => [await block(ann.id, true), await block(ann.id, false)]],
  ])('%s shows and does nothing', async (_, breakIt) => {
    const ann = await person()
    const { secret, path } = await ann.reset()
    await breakIt(ann)
    for (const answer of [await ask(path), await ann.set(secret)]) {
      expect([answer.status, answer.headers.getSetCookie()]).toEqual([403, []])
      const text = await answer.text()
      expect(text).toContain("This link isn't valid: it has been used, replaced by a newer one, or has expired.")
      expect(text).not.toContain(ann.username)
    }
    expect(await ann.hashes()).toEqual([])
  })

  test.each(['', 'x', 'a\0b', 'x'.repeat(10_000)])('that never was: "%.10s"', async (secret) => {
    const ann = await person()
    expect((await ann.set(secret)).status).toBe(403)
    expect((await ask(`/users/password/edit?reset_password_token=${encodeURIComponent(secret)}`)).status).toBe(403)
  })

  test('works for an hour, and is no other kind of link', async () => {
    const ann = await person()
    const { secret } = await ann.reset()
    const left = sql`select round(extract(epoch from expires_at - created_at))::int as seconds from access_tokens
      where user_id = ${ann.id}`
    expect(await rowsOf(db, left)).toEqual([{ seconds: 3_600 }])
    expect((await pressSignIn(url, `/users/sign_in?link=${secret}`)).status).toBe(403)
    expect((await ask('/api/v4/user', { 'private-token': secret })).status).toBe(401)
    const here = await world(service, { people: { pia: 'planner' } })
    const link = new URL(await here.signInLink('pia'), url).searchParams.get('link') ?? ''
    expect((await ann.set(link)).status).toBe(403)
  })
})

test.each<
  [
    why: string,
    password: (ann: { username: string; email: string | null }) => string,
    again: string | undefined,
    fault: string,
  ]
>([
  ['empty', () => '', '', "Password can't be blank"],
  ['too short', () => 'x'.repeat(11), undefined, tooShort],
  ['too short, of characters that are two units each', () => '🐎'.repeat(11), undefined, tooShort],
  ['too short when composed', () => 'e\u0301'.repeat(11), undefined, tooShort],
  ['too long', () => 'x'.repeat(129), undefined, 'Password is too long (maximum is 128 characters)'],
  ['far too long', () => '\uFDFA'.repeat(10_000), undefined, 'Password is too long'],
  [
    'the username',
    ({ username }) => username.toUpperCase(),
    undefined,
    "Password can't be your username or email address",
  ],
  ['the address', ({ email }) => email ?? '', undefined, "Password can't be your username or email address"],
  ['not the same twice', () => good, other, "The two passwords don't match"],
])('a password that is %s is refused, and the link still works', async (_, password, again, fault) => {
  const ann = await person()
  const { secret, path } = await ann.reset()
  const answer = await ann.set(secret, password(ann), again)
  expect([answer.status, answer.headers.getSetCookie()]).toEqual([422, []])
  const text = await answer.text()
  expect(text.replaceAll('&#39;', "'")).toContain(fault)
  expect(text).not.toContain('horse')
  expect(await ann.hashes()).toEqual([])
  expect((await ask(path)).status).toBe(200)
})

test('128 characters are a password, and how a keyboard composes them makes no difference', async () => {
  const ann = await person()
  const [typed, stored] = ['e\u0301', '\u00e9'].map((one) => one + 'x 🐎'.repeat(42).padEnd(127, 'y')) as [
    string,
    string,
  ]
  expect((await ann.set((await ann.reset()).secret, [...stored].slice(0, 128).join(''))).status).toBe(303)
  expect((await signIn(ann.username, `${typed.slice(0, 2)}${[...stored].slice(1, 128).join('')}`)).status).toBe(303)
})

describe('signing in', () => {
  const wrong = 'Incorrect username or password.'
  test.each<[who: string, prepare: () => Promise<{ username: string; password: string }>]>([
    ['a wrong password', async () => ({ ...(await person({ password: good })), password: other })],
    [
      'a password in another letter case',
      async () => ({ ...(await person({ password: good })), password: good.toUpperCase() }),
    ],
    ['an empty password', async () => ({ ...(await person({ password: good })), password: '' })],
    [
      'a password that is too long',
      async () => ({ ...(await person({ password: good })), password: good.repeat(1_000) }),
    ],
    ['a user without a password', async () => ({ ...(await person()), password: good })],
    ['an unknown user', async () => ({ username: 'nobody', password: good })],
    ['an unknown address', async () => ({ username: 'nobody@example.com', password: good })],
    ['no user', async () => ({ username: '', password: good })],
    ['what the database cannot store', async () => ({ username: 'a\0b', password: 'c\0d' })],
    ['a very long name', async () => ({ username: 'x'.repeat(100_000), password: good })],
    [
      'a blocked user',
      async () => {
        const ann = await person({ password: good })
        await block(ann.id, true)
        return { ...ann, password: good }
      },
    ],
  ])('as %s gets the same answer', async (_, prepare) => {
    const { username, password } = await prepare()
    const answer = await signIn(username, password)
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([403, []])
    const text = await answer.text()
    expect(text).toContain(wrong)
    if (password) expect(text).not.toContain(password)
  })

  test('replaces a hash that was cheaper to compute', async () => {
    const ann = await person({ password: good })
    expect((await signIn(ann.username, good)).status).toBe(303)
    expect(await ann.hashes()).toEqual([{ hash: expect.stringMatching(/^\$scrypt\$ln=5,r=8,p=1\$/) }])
    expect((await signIn(ann.username, good)).status).toBe(303)
  })
})

describe('hashes', () => {
  test('have their parameters beside them, and two of the same password differ', async () => {
    const { hash, matches, isOutdated } = openHasher()
    const made = [await hash(good), await hash(good)]
    expect(made).toEqual(Array(2).fill(expect.stringMatching(/^\$scrypt\$ln=17,r=8,p=1\$[\w+/]{22}==\$[\w+/]{43}=$/)))
    expect(made[0]).not.toBe(made[1])
    expect([await matches(good, made[0]), await matches(other, made[0]), isOutdated(made[0] ?? '')]).toEqual([
      true,
      false,
      false,
    ])
  })

  test('are computed two at a time; sixteen wait, more are turned away, until there is room again', async () => {
    const { hash } = openHasher({ ln: 10, r: 8, p: 1 })
    for (const _ of ['a crowd', 'another']) {
      const crowd = await Promise.all(Array.from({ length: 30 }, () => hash(good)))
      expect(crowd.map((one) => one !== undefined)).toEqual([...Array(18).fill(true), ...Array(12).fill(false)])
    }
  })
})

describe('too many attempts', () => {
  const tooMany = async (answer: Response) => [
    answer.status,
    (await answer.text()).match(/Too many attempts\. Try again in \d+ minutes?\./)?.[0],
  ]

  test('per name: ten in a quarter of an hour, however many come at once', async () => {
    const [ann, bob] = [await person({ password: good }), await person({ password: good })]
    const came = await Promise.all(Array.from({ length: 30 }, () => fail(ann.username)))
    expect(came.filter(({ status }) => status === 403)).toHaveLength(10)
    const refused = await signIn(` ${ann.username.toUpperCase()}`, good)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(800)
    expect(await tooMany(refused)).toEqual([429, 'Too many attempts. Try again in 15 minutes.'])
    expect((await signIn(bob.username, good)).status).toBe(303)

    await db.execute(sql`update sign_in_attempts set since = now() - interval '14 minutes 30 seconds'`)
    expect(await tooMany(await signIn(ann.username, good))).toEqual([429, 'Too many attempts. Try again in 1 minute.'])
    await db.execute(sql`update sign_in_attempts set since = now() - interval '15 minutes'`)
    expect((await signIn(ann.username, good)).status).toBe(303)
  })

  test('do not lock a user out of a browser that is known, which has ten of its own', async () => {
    const [ann, bob] = [await person({ password: good }), await person({ password: good })]
    const browser = known(await signIn(ann.username, good))
    await Promise.all(Array.from({ length: 11 }, () => fail(ann.username)))
    expect((await signIn(ann.username, good)).status).toBe(429)
    const again = await signIn(ann.username, good, { cookie: browser })
    expect([again.status, known(again)]).toEqual([303, ''])
    // To other users it is like any browser.
    await Promise.all(Array.from({ length: 11 }, () => fail(bob.username, { cookie: browser })))
    expect((await signIn(bob.username, good)).status).toBe(429)
    await Promise.all(Array.from({ length: 10 }, () => fail(ann.username, { cookie: browser })))
    expect((await signIn(ann.username, good, { cookie: browser })).status).toBe(429)
  })

  test('signing in takes no attempt', async () => {
    const ann = await person({ password: good })
    await signIn(ann.username, good)
    expect(await rowsOf(db, sql`select attempts from sign_in_attempts`)).toEqual([{ attempts: 0 }, { attempts: 0 }])
  })

  test.each([
    ['203.0.113.7', '203.0.113.7', true],
    ['203.0.113.7', '203.0.113.8', false],
    ['203.0.113.7', '::ffff:203.0.113.7', true],
    ['2001:db8::1', '2001:DB8:0:0:ffff::2', true],
    ['2001:db8::1', '2001:db8:0:1::1', false],
    ['2001:db8::1', '2001:db8:1::1', false],
    ['203.0.113.7', '198.51.100.1, 203.0.113.7', true],
  ])('per client: a hundred from %s; is %s the same one? %s', async (from, to, same) => {
    expect((await fail('nobody', { 'x-forwarded-for': from })).status).toBe(403)
    await db.execute(sql`update sign_in_attempts set attempts = 100`)
    expect((await fail('stranger', { 'x-forwarded-for': to })).status).toBe(same ? 429 : 403)
    const names = sql`select count(*)::int as rows from sign_in_attempts`
    expect(await rowsOf(db, names)).toEqual([{ rows: same ? 2 : 4 }])
  })

  test('are forgotten when they are over', async () => {
    await fail('nobody')
    await db.execute(sql`update sign_in_attempts set since = now() - interval '16 minutes'`)
    await fail('nobody', { 'x-forwarded-for': '203.0.113.7' })
    await forgetAttempts(db)
    expect(await rowsOf(db, sql`select attempts from sign_in_attempts`)).toEqual([{ attempts: 1 }, { attempts: 1 }])
  })
})

describe('one’s own password', () => {
  const change = (cookie: string, fields: { current?: string; password: string; again?: string }, headers = {}) =>
    post('/-/profile/password', { again: fields.password, ...fields }, { cookie, ...headers })

  test('is changed with the current one; other sessions and links end, this session stays', async () => {
    const ann = await person({ password: good })
    const [here, there, { path }] = [await ann.enter(), await ann.enter(), await ann.reset()]
    const form = await (await ask('/-/profile', { cookie: here })).text()
    expect([...form.matchAll(/autocomplete="([\w-]*word|username)"/g)].map(([, one]) => one)).toEqual([
      'current-password',
      'username',
      'new-password',
      'new-password',
    ])
    const wrong = await change(here, { current: other, password: other })
    expect([wrong.status, await wrong.text()]).toEqual([
      422,
      expect.stringContaining('The current password is incorrect.'),
    ])
    expect((await change(here, { password: other })).status).toBe(422)
    const changed = await change(here, { current: good, password: other })
    expect([changed.status, await changed.text()]).toEqual([
      200,
      expect.stringContaining('Your password has been changed.'),
    ])
    expect(await Promise.all([here, there].map(isIn))).toEqual([true, false])
    expect((await ask(path)).status).toBe(403)
    expect(await ann.history()).toEqual([{ action: 'password_changed', via: 'web' }])
    expect([(await signIn(ann.username, good)).status, (await signIn(ann.username, other)).status]).toEqual([403, 303])
  })

  test('can be set without one in a session that no token opened', async () => {
    const ann = await person()
    const token = await createToken(db, ann.id, 'api')
    const byToken = cookieOf(await post('/users/sign_in', { token }))
    const ways: Record<string, string>[] = [{ cookie: byToken }, { 'private-token': token }]
    for (const headers of ways) {
      const refused = await post('/-/profile/password', { password: good, again: good }, headers)
      expect([refused.status, await refused.text()]).toEqual([
        403,
        expect.stringContaining('You signed in with an access token.'),
      ])
    }
    expect(await ann.hashes()).toEqual([])
    expect((await change(await ann.enter(), { password: good })).status).toBe(200)
    expect(await ann.hashes()).toHaveLength(1)
  })

  test('cannot be guessed in a session; a visitor and a read-only session change nothing', async () => {
    const ann = await person({ password: good })
    const cookie = await ann.enter()
    const guesses = await Promise.all(
      Array.from({ length: 11 }, () => change(cookie, { current: 'x'.repeat(2_000), password: other })),
    )
    expect(guesses.map(({ status }) => status).sort()).toEqual([...Array(10).fill(422), 429])
    expect((await post('/-/profile/password', { current: good, password: other, again: other })).status).toBe(401)
    const token = await createToken(db, ann.id, 'api', { scopes: ['read_api'] })
    const reader = cookieOf(await post('/users/sign_in', { token }))
    expect((await change(reader, { current: good, password: other })).status).toBe(403)
    expect(await (await ask('/-/profile', { cookie: reader })).text()).not.toContain('Change password')
    expect(await ann.history()).toEqual([])
  })
})

test.each<Record<string, string>>([{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }])(
  'the page of another site signs nobody in, sets no password, and uses no attempt: %s',
  async (headers) => {
    const ann = await person({ password: good })
    const [{ secret, path }, cookie] = [await ann.reset(), await ann.enter()]
    const before = await ann.hashes()
    const came = [
      await signIn(ann.username, good, headers),
      await ann.set(secret, other, other, headers),
      await post('/-/profile/password', { current: good, password: other, again: other }, { cookie, ...headers }),
    ]
    expect(came.map((one) => [one.status, one.headers.getSetCookie()])).toEqual(Array(3).fill([403, []]))
    expect(await ann.hashes()).toEqual(before)
    expect((await ask(path)).status).toBe(200)
    expect(await rowsOf(db, sql`select attempts from sign_in_attempts`)).toEqual([])
  },
)

test('nothing of it is logged', () => {
  expect(lines.join('')).not.toMatch(/horse|staple|annabelle|nobody/i)
})
