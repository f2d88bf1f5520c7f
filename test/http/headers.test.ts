// What browsers and proxies are told: what to keep, what a page may load, whose cookie it is.
import { beforeAll, describe, expect, test } from 'vitest'
import { createToken } from '../../src/domain/people/access-tokens.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { world } from '../support/world/world.ts'

let service: RunningService
beforeAll(async () => {
  service = await startService()
})

const html = { accept: 'text/html' }
const signIn = (to: RunningService, token: string, headers: Record<string, string> = {}) =>
  fetch(`${to.url}/users/sign_in`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ token }),
    headers,
  })

test('nothing but script and style may be kept', async () => {
  const here = await world(service, { people: { ann: 'planner' } })
  const headers = { 'private-token': await here.token('ann') }
  const project = encodeURIComponent(here.project.fullPath)
  const asked: [string, RequestInit?][] = [
    [here.issue.path, { headers: { ...headers, ...html } }],
    ['/users/sign_in', { headers: html }],
    ['/nothing', { headers: html }],
    ['/api/v4/user', { headers }],
    ['/api/v4/user'],
    [`/api/v4/projects/${project}/issues`, { headers }],
    ['/api/suggestions?text=/', { headers }],
    ['/api/graphql?query=%7BcurrentUser%7Busername%7D%7D', { headers }],
    ['/api/nothing', { headers }],
  ]
  for (const [path, init] of asked) {
    const { headers: said } = await fetch(service.url + path, init)
    expect([path, said.get('cache-control')]).toEqual([path, 'no-store'])
  }
})

test('pages load script and style from us alone, none inline, and stand in no frame', async () => {
  const { headers } = await fetch(`${service.url}/users/sign_in`, { headers: html })
  const policy = headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'self'")
  expect(policy).toContain("form-action 'self'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toMatch(/unsafe|https:|\*/)
  expect(headers.get('x-frame-options')).toBe('DENY')
})

describe('with a public address', () => {
  const secret = async (there: RunningService) => {
    const here = await world(there, { people: { ann: 'planner' } })
    return createToken(there.db, here.users.get('ann')?.id as number, 'api')
  }

  test('under https the cookie is ours alone, and works', async () => {
    const there = await startService({ environment: { PUBLIC_URL: 'https://rolobot.example' } })
    const entered = await signIn(there, await secret(there), { origin: 'https://rolobot.example' })
    const cookie = entered.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^__Host-rolobot_session=/)
    expect(cookie).toMatch(/Path=\/;.*Secure/)
    expect(cookie).not.toMatch(/Domain/i)
    const home = await fetch(there.url, { headers: { ...html, cookie: cookie.split(';')[0] as string } })
    expect(await home.text()).toContain('Sign out')
    const out = await fetch(`${there.url}/users/sign_out`, { method: 'POST', redirect: 'manual', headers: { cookie } })
    expect(out.headers.get('set-cookie')).toMatch(/^__Host-rolobot_session=;.*Path=\/;.*Secure/)
    const plain = await fetch(there.url, {
      headers: { ...html, cookie: cookie.replace('__Host-', '') },
      redirect: 'manual',
    })
    expect(plain.status).toBe(302)
  })

  test('forms are sent from there: scheme, host and port are compared', async () => {
    const there = await startService({ environment: { PUBLIC_URL: 'http://rolobot.example:8080' } })
    const token = await secret(there)
    const from = async (origin: string) => (await signIn(there, token, { origin })).status
    expect(await from('http://rolobot.example:8080')).toBe(303)
    for (const origin of [
      'https://rolobot.example:8080',
      'http://rolobot.example',
      'http://rolobot.example:80801',
      there.url,
    ])
      expect([origin, await from(origin)]).toEqual([origin, 403])
  })
})
