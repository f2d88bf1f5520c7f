// Several workspaces: an administrator lets us into each, its token is kept sealed, and each is answered with its own.
import { createHmac } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { nameUserElsewhere } from '../../src/domain/people/users.ts'
import { rowsOf } from '../../src/storage/db.ts'
import { startService } from '../support/service/service.ts'
import { connectTo } from '../support/slack/people.ts'
import { startSlack } from '../support/slack/server.ts'
import { world } from '../support/world/world.ts'

const tokenKey = 'a key of at least thirty-two characters'
const slack = await startSlack()
const service = await startService({
  environment: {
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_API_URL: slack.apiUrl,
    SLACK_CLIENT_ID: slack.clientId,
    SLACK_CLIENT_SECRET: slack.clientSecret,
    SLACK_TOKEN_KEY: tokenKey,
    PUBLIC_URL: 'http://rolobot.example',
  },
})
const ours = await world(service, { people: { root: 'administrator', ann: 'planner' }, contacts: ['a@x.io', 'b@x.io'] })

/** Follows the way that a browser goes, step by step. */
async function install(token: string | undefined, { cookie = true } = {}) {
  const headers: Record<string, string> = token === undefined ? {} : { 'private-token': token }
  const begun = await fetch(`${service.url}/slack/install`, { headers, redirect: 'manual' })
  const prompt = begun.headers.get('location') ?? ''
  if (begun.status !== 302 || !prompt.startsWith(slack.authorizeUrl)) return begun
  const agreed = await fetch(prompt, { redirect: 'manual' })
  const back = new URL(agreed.headers.get('location') ?? '')
  const state = begun.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  return fetch(`${service.url}${back.pathname}${back.search}`, {
    headers: { ...headers, ...(cookie && { cookie: state }) },
  })
}

const kept = () =>
  rowsOf<{ external_id: string; sealed: string }>(
    service.db,
    sql`select external_id, sealed from installations order by external_id`,
  )

describe('who may', () => {
  test('a visitor is sent to sign in; who is no administrator is refused', async () => {
    expect((await install(undefined)).headers.get('location')).toContain('/users/sign_in')
    expect((await install(await ours.token('ann'))).status).toBe(403)
    expect((await install(await ours.token('root', { scopes: ['read_api'] }))).status).toBe(403)
    expect(await kept()).toEqual([])
  })

  test('what was begun in another browser, or not agreed to, installs nothing', async () => {
    const root = await ours.token('root')
    expect((await install(root, { cookie: false })).status).toBe(400)
    slack.consent.agrees = false
    expect((await install(root)).status).toBe(400)
    slack.consent.agrees = true
    const forged = await fetch(`${service.url}/slack/oauth_redirect?code=1&state=2`, {
      headers: { 'private-token': root },
    })
    expect(forged.status).toBe(400)
    expect(await kept()).toEqual([])
  })

  test('a state is not signed with the key that seals tokens, and works once', async () => {
    const root = await ours.token('root')
    const begun = await fetch(`${service.url}/slack/install`, {
      headers: { 'private-token': root },
      redirect: 'manual',
    })
    const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state') ?? ''
    const [head, body, signature] = state.split('.')
    const signedWith = (key: string) => createHmac('sha256', key).update(`${head}.${body}`).digest('base64url')
    expect(signature).not.toBe(signedWith(tokenKey))

    const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] as string
    const comeBack = async () => {
      const agreed = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' })
      const { pathname, search } = new URL(agreed.headers.get('location') ?? '')
      return fetch(service.url + pathname + search, { headers: { 'private-token': root, cookie } })
    }
    expect((await comeBack()).status).toBe(200)
    const again = await comeBack()
    expect([again.status, await again.text()]).toEqual([400, expect.stringContaining('is already complete')])
    await service.db.execute(sql`delete from installations`)
  })
})

test('two workspaces, each with a token of its own, sealed; thrown out of one, the other goes on', async () => {
  const root = await ours.token('root')
  const second = slack.anotherTeam('Second')
  expect(await (await install(root)).text()).toContain('Rolobot is installed in')
  slack.consent.team = second
  expect((await install(root)).status).toBe(200)
  const rows = await kept()
  expect(rows.map(({ external_id }) => external_id)).toEqual([slack.team.id, second.id].sort())
  expect(JSON.stringify(rows)).not.toContain('xoxb')

  const member = async (team: typeof slack.team, name: string) => {
    const user = slack.user(name, { team: team.id })
    await nameUserElsewhere(service.db, ours.users.get('ann')?.id as number, {
      via: 'slack',
      externalId: `${team.id}:${user.id}`,
    })
    const channel = slack.channel(`support-${name}`, { members: [user.id] })
    return { user, channel, speaks: connectTo(slack, service.url, { team }).as(user).in(channel) }
  }
  const first = await member(slack.team, 'first')
  const other = await member(second, 'other')
  await first.speaks.says(`@rolobot add_contacts ${ours.reference} a@x.io`)
  await expect.poll(() => slack.seenBy(first.user, first.channel).at(-1)).toBe('Added a@x.io.')
  await other.speaks.says(`@rolobot add_contacts ${ours.reference} b@x.io`)
  await expect.poll(() => slack.seenBy(other.user, other.channel).at(-1)).toBe('Added b@x.io.')
  const tokens = new Set(slack.calls.filter(({ method }) => method === 'chat.postEphemeral').map(({ token }) => token))
  expect(tokens.size).toBe(2)

  const late = {
    type: 'event_callback',
    team_id: second.id,
    event_id: 'EvOld',
    event_time: Math.floor(Date.now() / 1000) - 3_600,
  }
  await connectTo(slack, service.url).event({ ...late, event: { type: 'app_uninstalled' } })
  expect(await kept()).toHaveLength(2)
  // What happens now happens after the installation, by Slack's whole seconds too.
  await new Promise((resolve) => setTimeout(resolve, 1_100))
  await connectTo(slack, service.url, { team: second }).happens({ type: 'app_uninstalled' })
  expect((await kept()).map(({ external_id }) => external_id)).toEqual([slack.team.id])
  const { body } = await other.speaks.types(`/contacts ${ours.reference}`)
  expect(body).toContain('Rolobot is not installed in this workspace.')
  await first.speaks.types(`/contacts ${ours.reference}`)
  await expect.poll(() => slack.seenBy(first.user, first.channel).at(-1)).toContain("This issue's contacts")
})
