// What comes to /slack/events that is not as it should be: refused or ignored, and nothing is stored.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { nameUserElsewhere } from '../../src/domain/people/users.ts'
import { rowsOf } from '../../src/storage/db.ts'
import { startTeam, teamIn } from '../support/slack/team.ts'

const team = await startTeam()
const here = await teamIn(team, { people: { ann: 'planner' }, contacts: ['a@x.io'] })
const { client, slack } = here
const ann = here.userOf('ann')
const form = 'application/x-www-form-urlencoded'

const kept = async () =>
  (await rowsOf<{ n: number }>(team.service.db, sql`select count(*)::int as n from deliveries`))[0]?.n

const commandBody = (more: Record<string, string> = {}) =>
  new URLSearchParams({
    command: '/add_contacts',
    text: `${here.reference} a@x.io`,
    team_id: slack.team.id,
    user_id: ann.id,
    user_name: 'ann',
    channel_id: here.support.id,
    trigger_id: `1.2.${Math.random()}`,
    response_url: `${slack.url}/commands/none`,
    ...more,
  }).toString()

const send = (
  body: string,
  { type = form, headers = client.sign(body) }: { type?: string; headers?: Record<string, string> } = {},
) => client.raw(body, { 'content-type': type, ...headers })

describe('signatures', () => {
  const now = Math.floor(Date.now() / 1000)
  const body = commandBody()
  const good = client.sign(body)
  test.each([
    ['none', {}],
    ['no time', { 'x-slack-signature': good['x-slack-signature'] as string }],
    ['no signature', { 'x-slack-request-timestamp': good['x-slack-request-timestamp'] as string }],
    ['of another text', client.sign(`${body}&x=1`)],
    ['five minutes old', client.sign(body, now - 5 * 60 - 1)],
    // The test itself takes a while.
    ['six minutes ahead', client.sign(body, now + 6 * 60)],
    [
      'of another version',
      { ...good, 'x-slack-signature': (good['x-slack-signature'] as string).replace('v0=', 'v1=') },
    ],
    ['cut short', { ...good, 'x-slack-signature': (good['x-slack-signature'] as string).slice(0, 20) }],
    ['a time that is none', { ...good, 'x-slack-request-timestamp': 'now' }],
  ])('%s: 401, and nothing is stored', async (_, headers) => {
    const before = await kept()
    const { status, body: said } = await send(body, { headers })
    expect(status).toBe(401)
    expect(JSON.parse(said)).toMatchObject({ status: 401 })
    expect(await kept()).toBe(before)
  })

  test('the question whether our certificate is good needs none, and does nothing', async () => {
    const before = await kept()
    expect((await send(`${commandBody()}&ssl_check=1`, { headers: {} })).status).toBe(200)
    expect(await kept()).toBe(before)
  })
})

const eventBody = (event: unknown) =>
  JSON.stringify({ type: 'event_callback', team_id: slack.team.id, event_id: `Ev${Math.random()}`, event })

describe('signed, but not as it should be', () => {
  test.each([
    ['plain text', 'hello', 'text/plain', 415],
    ['no content type at all', 'hello', '', 415],
    ['JSON that is none', '{', 'application/json', 400],
    ['JSON that is no object', '[]', 'application/json', 400],
    ['a payload that is no JSON', 'payload=%7B', form, 400],
    ['a payload that is null', 'payload=null', form, 400],
    ['nothing', '', form, 200],
    ['an object of nothing', '{}', 'application/json', 200],
    ['a kind that there is none of', '{"type":"dance"}', 'application/json', 200],
    [
      'an action of another app',
      `payload=${encodeURIComponent(JSON.stringify({ type: 'block_actions', team: { id: slack.team.id }, user: { id: ann.id }, actions: [{ type: 'button', action_id: 'dance', block_id: 'b' }] }))}`,
      form,
      200,
    ],
    [
      'an event that we do not use',
      JSON.stringify({
        type: 'event_callback',
        team_id: slack.team.id,
        event_id: 'Ev1',
        event: { type: 'star_added', user: ann.id },
      }),
      'application/json',
      200,
    ],
    ['an event that is null', eventBody(null), 'application/json', 200],
    ['an event that is a word', eventBody('message'), 'application/json', 200],
    ['an event that is a list', eventBody([]), 'application/json', 200],
    ['an event of nothing', eventBody({}), 'application/json', 200],
    ['revoked tokens that are not named', eventBody({ type: 'tokens_revoked' }), 'application/json', 200],
    ['a command that is not ours', commandBody({ command: '/dance' }), form, 200],
  ])('%s', async (_, body, type, status) => {
    const before = await kept()
    expect((await send(body, { type })).status).toBe(status)
    expect(await kept()).toBe(before)
  })

  test.each(['/dance', '/acme_contacts', '/add_contacts_now', '/ROLOBOT'])(
    'the command %s is answered with help',
    async (command) => {
      const before = await kept()
      const { body } = await send(commandBody({ command }))
      expect(JSON.parse(body)).toMatchObject({
        response_type: 'ephemeral',
        text: expect.stringContaining('/add_contacts acme/shop#12'),
      })
      expect(JSON.parse(body).text).toContain(`\`${command}\``)
      expect(await kept()).toBe(before)
    },
  )

  test('a choice that says what none of ours says', async () => {
    for (const value of [
      '',
      'add',
      'add 1',
      'add 1 x',
      'add 999999999999999 1',
      'drop 1 1',
      `add ${'9'.repeat(140)} 1`,
    ]) {
      const payload = {
        type: 'block_actions',
        team: { id: slack.team.id },
        user: { id: ann.id },
        channel: { id: here.support.id },
        trigger_id: '1.2.3',
        response_url: `${slack.url}/actions/none`,
        actions: [
          {
            type: 'button',
            action_id: 'choose alone 0 0',
            block_id: 'b',
            text: { type: 'plain_text', text: 'x' },
            value,
          },
        ],
      }
      expect((await send(`payload=${encodeURIComponent(JSON.stringify(payload))}`)).status).toBe(200)
    }
    expect(await here.issue.contacts()).toEqual([])
  })

  test('a body of two megabytes: 413', async () => {
    expect((await send(commandBody({ text: 'x'.repeat(2 * 1024 * 1024) }))).status).toBe(413)
  })

  test('Slack asks whether it is us', async () => {
    const body = JSON.stringify({ type: 'url_verification', challenge: 'abc', token: 'x' })
    expect(JSON.parse((await send(body, { type: 'application/json' })).body)).toEqual({ challenge: 'abc' })
  })
})

test('a user of another workspace is another user, though they have the same id', async () => {
  const before = await kept()
  const body = commandBody({ team_id: 'TOTHER' })
  const { body: said } = await send(body)
  expect(said).toMatch(/not installed in this workspace|link/)
  expect(await kept()).toBe(before)
})

test('a guest of another company in a shared channel is not who has that id with us', async () => {
  const event = {
    type: 'app_mention',
    user: ann.id,
    user_team: 'TOTHER',
    text: `<@${slack.bot.userId}> add_contacts ${here.reference} a@x.io`,
    ts: '1700000000.000100',
    channel: here.support.id,
  }
  const before = await kept()
  await client.event({
    type: 'event_callback',
    team_id: slack.team.id,
    event_id: 'EvGuest',
    event,
    authorizations: [
      {
        enterprise_id: null,
        team_id: slack.team.id,
        user_id: slack.bot.userId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
  })
  expect(await kept()).toBe(before)
})

test('a response_url that is not one of Slack’s is not asked: the answer comes in the channel', async () => {
  let asked = 0
  const elsewhere = createServer((_, response) => {
    asked++
    response.end()
  })
  await once(elsewhere.listen(0, '127.0.0.1'), 'listening')
  const response_url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/x`
  await send(commandBody({ command: '/contacts', text: here.reference, response_url }))
  await expect.poll(() => slack.seenBy(ann, here.support).at(-1)).toContain('This issue has no contacts.')
  elsewhere.close()
  expect(asked).toBe(0)
})

describe('sent again word by word', () => {
  const rolobot = (text: string) => commandBody({ command: '/rolobot', text })
  const answerTo = async (body: string) => (await send(body)).body
  const meant = async () => answerTo(rolobot('bind'))

  test('bind and unbind do nothing, whatever has happened since', async () => {
    const [bind, unbind] = [rolobot(`bind ${here.reference}`), rolobot('unbind')]
    expect(await answerTo(bind)).toContain('is now bound to')
    expect(await answerTo(unbind)).toContain('is no longer bound')
    expect(await answerTo(bind)).toBe('')
    expect(await meant()).toContain("isn't bound")
    expect(await answerTo(rolobot(`bind ${here.reference}`))).toContain('is now bound to')
    expect(await answerTo(unbind)).toBe('')
    expect(await meant()).toContain(`is bound to ${here.reference}`)
    await send(rolobot('unbind'))
  })

  test('nor does unlink', async () => {
    const unlink = rolobot('unlink')
    expect(await answerTo(unlink)).toContain('no longer linked')
    const name = { via: 'slack', externalId: `${slack.team.id}:${ann.id}` }
    await nameUserElsewhere(team.service.db, here.users.get('ann')?.id as number, name)
    expect(await answerTo(unlink)).toBe('')
    expect(await meant()).toContain("isn't bound")
  })
})

test('GET is not for us', async () => {
  expect((await fetch(`${team.service.url}/slack/events`)).status).toBe(404)
})
