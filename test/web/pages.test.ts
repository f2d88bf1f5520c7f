// The pages as a browser asks for them, without one: signing in and out, who sees what, paging, errors, live streams.
import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { createToken } from '../../src/domain/people/access-tokens.ts'
import { cookieOf, pressSignIn } from '../support/api/sign-in.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { makeInactive, world } from '../support/world/world.ts'

let service: RunningService
beforeAll(async () => {
  service = await startService()
})

const html = { accept: 'text/html' }

/** Asks like a browser that follows no redirects. */
const ask = (path: string, init: RequestInit = {}) =>
  fetch(service.url + path, { redirect: 'manual', ...init, headers: { ...html, ...init.headers } })

const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  ask(path, { method: 'POST', body: new URLSearchParams(fields), headers })

async function shop(wanted: Parameters<typeof world>[1] = {}) {
  const there = await world(service, {
    people: { pia: 'planner', gus: 'guest', eve: 'nobody' },
    contacts: ['ann@example.com'],
    ...wanted,
  })
  const cookie = async (person: string) => ({
    cookie: cookieOf(await pressSignIn(service.url, await there.signInLink(person))),
  })
  return { ...there, cookie }
}

test('a sign-in link works once, and goes on to where it should', async () => {
  const { signInLink } = await shop()
  const link = await signInLink('pia')
  const first = await pressSignIn(service.url, `${link}&to=/world/-/issues?below=3`)
  expect(first.status).toBe(303)
  expect(first.headers.get('location')).toBe('/world/-/issues?below=3')
  expect(first.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Lax/)
  expect((await ask('/', { headers: { cookie: cookieOf(first) } })).status).toBe(200)

  for (const second of [await ask(link), await pressSignIn(service.url, link)]) {
    expect(second.status).toBe(403)
    expect(second.headers.get('set-cookie')).toBe(null)
    expect(await second.text()).toContain("This sign-in link isn't valid: it has been used")
  }
})

test('opening a sign-in link shows the user and does not use the link up, as mail scanners and pages of other sites open links', async () => {
  const { signInLink } = await shop()
  const link = await signInLink('pia')
  for (const _ of [1, 2]) {
    const page = await ask(`${link}&to=/x`)
    expect([page.status, page.headers.get('set-cookie')]).toEqual([200, null])
    expect(await page.text()).toContain('This link signs you in as <bdi>pia</bdi>')
  }
  for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }] as Record<
    string,
    string
  >[])
    expect((await pressSignIn(service.url, link, headers)).status).toBe(403)
  expect((await pressSignIn(service.url, link, { origin: service.url })).status).toBe(303)
})

test('a new sign-in link replaces earlier ones, of the same user alone', async () => {
  const { signInLink } = await shop()
  const [first, other, second] = [await signInLink('pia'), await signInLink('gus'), await signInLink('pia')]
  const entered = await Promise.all(
    [first, other, second].map(async (link) => (await pressSignIn(service.url, link)).status),
  )
  expect(entered).toEqual([403, 303, 303])
})

test('signing in ends the session that the browser had, and no other', async () => {
  const { signInLink, cookie, token } = await shop()
  const [here, elsewhere] = [await cookie('pia'), await cookie('pia')]
  expect((await pressSignIn(service.url, await signInLink('gus'), here)).status).toBe(303)
  expect((await ask('/', { headers: here })).status).toBe(302)
  expect((await ask('/', { headers: elsewhere })).status).toBe(200)
  expect((await post('/users/sign_in', { token: await token('pia') }, elsewhere)).status).toBe(303)
  expect((await ask('/', { headers: elsewhere })).status).toBe(302)
})

test('signing out as a program does not revoke its token', async () => {
  const { token } = await shop()
  const headers = { 'private-token': await token('pia') }
  expect((await post('/users/sign_out', {}, headers)).status).toBe(303)
  expect((await ask('/', { headers })).status).toBe(200)
})

test.each([
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '/.//evil.example',
  '/\t/evil.example',
  'javascript:alert(1)',
])('nobody is sent elsewhere: %s', async (to) => {
  const { signInLink } = await shop()
  const answer = await pressSignIn(service.url, `${await signInLink('pia')}&to=${encodeURIComponent(to)}`)
  const location = answer.headers.get('location') ?? ''
  expect(new URL(location, service.url).origin).toBe(service.url)
})

test('an access token signs in, and the session may do no more than the token', async () => {
  const { token, issue, users } = await shop()
  const entered = await post('/users/sign_in', { token: ` ${await token('pia')} `, to: issue.path })
  expect([entered.status, entered.headers.get('location')]).toEqual([303, issue.path])

  const wrong = await post('/users/sign_in', { token: 'rbat-wrong', to: issue.path })
  expect(wrong.status).toBe(403)
  expect(await wrong.text()).toContain("This token isn't valid")

  const readOnly = await createToken(service.db, users.get('pia')?.id as number, 'api', { scopes: ['read_api'] })
  const cookie = cookieOf(await post('/users/sign_in', { token: readOnly }))
  const page = await (await ask(issue.path, { headers: { cookie } })).text()
  expect(page).not.toContain('<textarea')
  expect(page).toContain("You're signed in with a read-only token, so you can't comment.")
  expect((await post(issue.path, { body: 'Hello' }, { cookie })).status).toBe(403)
  expect(await issue.comments()).toEqual([])
})

test.each([
  ['a user without access', { visibility: 'private' }, 'eve', [404, "you don't have access to it."]],
  [
    'a user who can only read',
    { visibility: 'public' },
    'eve',
    [403, "You don't have permission to comment on this issue."],
  ],
  ['a visitor', { visibility: 'public' }, undefined, [401, 'Sign in first.']],
] as const)(
  'nothing that %s sends is posted, nor tells more than the page',
  async (_, wanted, person, [status, reason]) => {
    const { issue, cookie } = await shop(wanted)
    const headers = person ? await cookie(person) : {}
    for (const body of [
      'Hello',
      '/add_contacts ann@example.com',
      '/add contacts ann@example.com',
      ' ',
      'x'.repeat(300_000),
    ])
      for (const path of [issue.path, `${issue.path}/preview`]) {
        const answer = await post(path, { body }, headers)
        expect([answer.status, (await answer.text()).replaceAll('&#39;', "'")]).toEqual([
          status,
          expect.stringContaining(reason),
        ])
      }
    expect(await issue.comments()).toEqual([])
  },
)

test('signing out ends the session itself, not only the cookie', async () => {
  const { cookie } = await shop()
  const pia = await cookie('pia')
  const out = await post('/users/sign_out', {}, pia)
  expect([out.status, out.headers.get('location')]).toEqual([303, '/users/sign_in'])
  expect((await ask('/', { headers: pia })).headers.get('location')).toBe('/users/sign_in')
})

test('a comment that the page of another site sends is refused', async () => {
  const { cookie, issue, token } = await shop()
  const pia = await cookie('pia')
  const elsewhere: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: service.url.replace('http:', 'https:') },
    { origin: service.url.replace(/\d+$/, '1') },
  ]
  for (const headers of elsewhere) {
    expect((await post(issue.path, { body: 'Hello' }, { ...pia, ...headers })).status).toBe(403)
    const entered = await post('/users/sign_in', { token: await token('pia') }, headers)
    expect([entered.status, entered.headers.get('set-cookie')]).toEqual([403, null])
    expect((await post('/users/sign_out', {}, { ...pia, ...headers })).status).toBe(403)
  }
  expect(await issue.comments()).toEqual([])
  expect((await post(issue.path, { body: 'Hello' }, { ...pia, origin: service.url })).status).toBe(303)
})

test('what does not exist and what may not be seen look the same; a visitor is asked to sign in', async () => {
  const { cookie, issue, project } = await shop()
  const eve = await cookie('eve')
  const paths = [
    issue.path,
    `/${project.fullPath}/-/issues`,
    `/${project.fullPath}/-/issues/999`,
    '/nowhere/-/issues',
    '/nowhere/-/issues/1',
  ]
  const answers = await Promise.all(paths.map(async (path) => ask(path, { headers: eve })))
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404])
  expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1)
  for (const path of paths) {
    const visitor = await ask(path)
    expect([visitor.status, visitor.headers.get('location')]).toEqual([
      302,
      `/users/sign_in?to=${encodeURIComponent(path)}`,
    ])
  }
})

test('visitors read public issues, without contacts and without a box', async () => {
  const { issue, say } = await shop({ visibility: 'public' })
  await say('pia', 'Hello\n/add_contacts ann@example.com')
  const page = await (await ask(issue.path)).text()
  expect(page).toContain('Hello')
  expect(page).not.toContain('contacts-heading')
  expect(page).not.toContain('<textarea')
  expect(page).toContain('Sign in to comment')
  expect((await post(issue.path, { body: 'Hi' })).status).toBe(401)
})

test('contacts: inactive ones are marked, and only who may see them does', async () => {
  const { issue, cookie, say, contacts } = await shop({
    contacts: [{ firstName: 'Ann', lastName: 'Lee', email: 'ann@example.com', company: 'Acme' }],
  })
  await say('pia', '/add_contacts ann@example.com')
  await makeInactive(service.db, contacts[0]?.id as number)
  const page = await (await ask(issue.path, { headers: await cookie('pia') })).text()
  expect(page).toMatch(/1 contact<.*Ann Lee.*inactive.*Acme/s)
  expect(await (await ask(issue.path, { headers: await cookie('gus') })).text()).not.toMatch(/Ann Lee|contacts-heading/)
})

test('the same form sent twice is one comment; changed in between it is two', async () => {
  const { cookie, issue } = await shop()
  const pia = await cookie('pia')
  const delivery = 'b7e5c4de-0000-4000-8000-000000000000'
  await Promise.all(
    [1, 2, 3].map(() => post(issue.path, { body: 'One\r\n/add_contacts ann@example.com', delivery }, pia)),
  )
  const again = await post(issue.path, { body: 'One\r\n/add_contacts ann@example.com', delivery }, pia)
  // Sending it again gives the same answer again.
  expect(await again.text()).toContain('Added ann@example.com.')
  expect((await issue.comments()).sort()).toEqual(['One', '[added 1 contact]'])
  await post(issue.path, { body: 'One, and more', delivery }, pia)
  expect(await issue.comments()).toContain('One, and more')
})

test('what is not taken is still in the box', async () => {
  const { cookie, issue } = await shop()
  const body = `${'long '.repeat(60_000)}</textarea><b>`
  const answer = await post(issue.path, { body }, await cookie('pia'))
  expect(answer.status).toBe(413)
  const page = await answer.text()
  expect(page).toContain('A comment can be at most 256 KiB long.')
  expect(page).toContain('&lt;/textarea>&lt;b>')
})

test('issues and comments come in pages', async () => {
  const { cookie, issue, open, project, post: receive } = await shop()
  const pia = await cookie('pia')
  for (let number = 0; number < 51; number++) await open()
  const list = await (await ask(`/${project.fullPath}/-/issues`, { headers: pia })).text()
  expect(list.match(/<li>/g)).toHaveLength(50)
  const older = list.match(/href="([^"]+below=\d+)"/)?.[1] as string
  expect((await (await ask(older, { headers: pia })).text()).match(/<li>/g)).toHaveLength(2)

  for (let number = 1; number <= 102; number++) await receive('pia', `Words ${number}.`)
  const latest = await (await ask(issue.path, { headers: pia })).text()
  expect(latest.match(/class="comment"/g)).toHaveLength(100)
  const earlier = await (await ask(latest.match(/href="([^"]+before=\d+)"/)?.[1] as string, { headers: pia })).text()
  expect(earlier.match(/Words \d+/g)).toEqual(['Words 1', 'Words 2'])
  expect(earlier).not.toContain('<textarea')
})

test('browsers get an error as a page, programs as a document', async () => {
  const { cookie } = await shop()
  const page = await ask('/nothing/here', { headers: await cookie('pia') })
  expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
  const text = await page.text()
  expect(text).toMatch(/<bdi>pia<\/bdi>.*Sign out/s)
  expect(text).toContain("This page doesn't exist.")
  const visitor = await (await post('/nothing/here', {})).text()
  expect(visitor).toContain('href="/users/sign_in"')
  expect(visitor).not.toContain('Sign out')
  const program = await ask('/nothing/here', {
    method: 'POST',
    body: 'x',
    headers: { accept: '*/*', 'content-type': 'message/rfc822' },
  })
  expect([program.status, program.headers.get('content-type')]).toEqual([
    404,
    'application/problem+json; charset=utf-8',
  ])
})

test('script and stylesheet are kept by browsers, pages are not', async () => {
  const page = await ask('/users/sign_in')
  expect(page.headers.get('cache-control')).toBe('no-store')
  const addresses = (await page.text()).match(/\/assets\/page\.(js|css)\?v=[0-9a-f]{12}/g) ?? []
  expect(addresses).toHaveLength(2)
  for (const address of addresses)
    expect((await ask(address)).headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
})

/** Reads a stream of events until it ends; what came so far is in `text`. */
async function listen(path: string, headers: Record<string, string>) {
  const response = await fetch(service.url + path, { headers: { accept: 'text/event-stream', ...headers } })
  const heard = { status: response.status, text: '', ended: false }
  const reading = (async () => {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
      heard.text += new TextDecoder().decode(chunk)
    heard.ended = true
  })()
  return { heard, reading }
}

const changes = (text: string) => text.match(/event: changed/g)?.length ?? 0

test('a live stream tells of changes, at most five times a second, and ends with the service', async () => {
  const own = await startService()
  const there = await world(own, { people: { pia: 'planner' } })
  const before = service
  service = own
  try {
    const cookie = cookieOf(await pressSignIn(service.url, await there.signInLink('pia')))
    const { heard, reading } = await listen(`${there.issue.path}/live`, { cookie })
    expect(heard.status).toBe(200)
    const start = Date.now()
    while (Date.now() - start < 1_000) {
      await there.post('pia', `At ${Date.now()}`)
      await pause(20)
    }
    await expect.poll(() => changes(heard.text)).toBeGreaterThanOrEqual(2)
    expect(changes(heard.text)).toBeLessThanOrEqual(7)
    expect((await fetch(`${own.url}${there.issue.path}/live`)).status).toBe(401)
    await own.close()
    await reading
    expect(heard.ended).toBe(true)
  } finally {
    service = before
  }
})
