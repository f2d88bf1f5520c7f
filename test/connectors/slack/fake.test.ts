// The stand-in for Slack refuses what the real one refuses, asked with Slack's own clients.
import { once } from 'node:events'
import { SocketModeClient } from '@slack/socket-mode'
import { WebClient } from '@slack/web-api'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import {
  ask,
  button,
  choices,
  many,
  menu,
  modal,
  quiet,
  section,
  startBoltApp,
  words,
} from '../../support/slack/bolt-app.ts'
import { connectTo, type SlackClient } from '../../support/slack/people.ts'
import { newResponseUrl } from '../../support/slack/response-urls.ts'
import { type FakeSlack, startSlack } from '../../support/slack/server.ts'
import { type Block, type Json, newTrigger, type SlackChannel, type SlackUser } from '../../support/slack/world.ts'

let [slack, web, ann, general] = [] as unknown as [FakeSlack, WebClient, SlackUser, SlackChannel]
beforeAll(async () => {
  slack = await startSlack()
  web = new WebClient(slack.botToken, { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 }, logger: quiet })
  ann = slack.user('ann', { email: 'ann@x.io' })
  general = slack.channel('general', { members: [ann] })
})

/** What a call is refused with, and where it is wrong. */
async function refusal(call: Promise<unknown>): Promise<string> {
  const data = await call.then(
    () => ({ error: 'nothing' }),
    ({ data }: { data: { error: string; errors?: string[] } }) => data,
  )
  return [data.error, ...((data as { errors?: string[] }).errors ?? [])].join(' ')
}

describe('who asks', () => {
  test('a token is needed, a good one, and of the right kind', async () => {
    const call = (token?: string) => refusal(new WebClient(token, { slackApiUrl: slack.apiUrl }).auth.test())
    expect(await call()).toBe('not_authed')
    expect(await call('xoxb-wrong')).toBe('invalid_auth')
    expect(await call(slack.appToken)).toBe('not_allowed_token_type')
    expect(await call(slack.botToken)).toBe('nothing')
    expect(await refusal(web.apps.connections.open({}))).toBe('not_allowed_token_type')
    expect(await refusal(web.apiCall('no.such'))).toBe('unknown_method')
  })

  test('without a scope nothing is done, and without users:read.email nobody has an address', async () => {
    slack.scopes.delete('chat:write')
    expect(await refusal(web.chat.postMessage({ channel: general.id, text: 'Hi' }))).toBe('missing_scope')
    slack.scopes.add('chat:write')
    expect((await web.users.info({ user: ann.id })).user?.profile?.email).toBe('ann@x.io')
    slack.scopes.delete('users:read.email')
    expect((await web.users.info({ user: ann.id })).user?.profile?.email).toBeUndefined()
    slack.scopes.add('users:read.email')
    expect(await refusal(web.users.info({ user: 'U0' }))).toBe('user_not_found')
  })
})

describe('messages', () => {
  test('the bot writes where it is, and to people alone', async () => {
    const { ts } = await web.chat.postMessage({ channel: general.id, text: `Hello <@${ann.id}> &amp; all` })
    expect(slack.seenBy(ann, general)).toEqual(['Hello @ann & all'])
    await web.chat.update({ channel: general.id, ts: ts as string, text: 'Bye' })
    expect(slack.messages(general).map(({ text }) => text)).toEqual(['Bye'])
    await web.chat.postMessage({ channel: ann.id, text: 'Psst' })
    expect(slack.directMessages(ann)).toEqual(['Psst'])
    await web.chat.postEphemeral({ channel: general.id, user: ann.id, text: 'For you' })
    expect(slack.seenBy(ann, general)).toEqual(['Bye', 'For you'])
    expect(slack.seenBy(slack.user('bob'), general)).toEqual(['Bye'])
  })

  test.each([
    ['not_in_channel', () => ({ channel: slack.channel('far', { botIsIn: false }).id, text: 'Hi' })],
    [
      'channel_not_found',
      () => ({ channel: slack.channel('closed', { botIsIn: false, private: true }).id, text: 'Hi' }),
    ],
    ['channel_not_found', () => ({ channel: 'C0', text: 'Hi' })],
    ['is_archived', () => ({ channel: slack.channel('old', { archived: true }).id, text: 'Hi' })],
    ['no_text', () => ({ channel: general.id, text: '' })],
    ['msg_too_long', () => ({ channel: general.id, text: 'x'.repeat(40_001) })],
    ['thread_not_found', () => ({ channel: general.id, text: 'Hi', thread_ts: '1.000000' })],
    ['invalid_thread_ts 1 is not a valid thread_ts', () => ({ channel: general.id, text: 'Hi', thread_ts: '1' })],
    ['invalid_blocks_format', () => ({ channel: general.id, text: 'Hi', blocks: '[' as unknown as [] })],
  ])('a message is refused with %s', async (code, given) => {
    expect(await refusal(web.chat.postMessage(given()))).toBe(code)
  })

  test('an ephemeral message is for who is there', async () => {
    const text = 'For you'
    const bob = slack.user('bob')
    expect(await refusal(web.chat.postEphemeral({ channel: general.id, user: bob.id, text }))).toBe(
      'user_not_in_channel',
    )
    const far = slack.channel('far', { botIsIn: false, members: [ann] })
    expect(await refusal(web.chat.postEphemeral({ channel: far.id, user: ann.id, text }))).toBe('not_in_channel')
  })

  test('an emoji goes on a message once', async () => {
    const { ts = '' } = await web.chat.postMessage({ channel: general.id, text: 'Look' })
    const on = { channel: general.id, timestamp: ts, name: 'eyes' }
    await web.reactions.add(on)
    expect(slack.messages(general).at(-1)?.reactions).toEqual({ eyes: [slack.bot.userId] })
    expect(await refusal(web.reactions.add(on))).toBe('already_reacted')
    expect(await refusal(web.reactions.add({ ...on, name: 'No Emoji' }))).toBe('invalid_name')
    expect(await refusal(web.reactions.add({ ...on, timestamp: '1.000000' }))).toBe('message_not_found')
    await web.reactions.remove(on)
    expect(await refusal(web.reactions.remove(on))).toBe('no_reaction')
    expect(slack.messages(general).at(-1)?.reactions).toEqual({})
  })
})

const long = 'x'.repeat(3_001)

describe('blocks', () => {
  test.each<[string, Block[]]>([
    ['no more than 50 items allowed [json-pointer:/blocks]', many(51, () => section())],
    ['unsupported type: nonsense [json-pointer:/blocks/0/type]', [{ type: 'nonsense' }]],
    ['must define either `text` or `fields` [json-pointer:/blocks/0/type]', [{ type: 'section' }]],
    ['must be less than 3001 characters [json-pointer:/blocks/0/text/text]', [section({ text: words(long) })]],
    ['must be more than 0 characters [json-pointer:/blocks/0/text/text]', [section({ text: words('') })]],
    [
      'no more than 10 items allowed [json-pointer:/blocks/0/fields]',
      [section({ fields: many(11, () => words('x')) })],
    ],
    ['must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]', [section({ fields: [words(long)] })]],
    ['invalid additional property: color [json-pointer:/blocks/0]', [section({ color: 'red' })]],
    ['`block_id` must be unique [json-pointer:/blocks]', [section({ block_id: 'a' }), section({ block_id: 'a' })]],
    [
      'no more than 10 items allowed [json-pointer:/blocks/0/elements]',
      [{ type: 'context', elements: many(11, () => words('x')) }],
    ],
    [
      'no more than 25 items allowed [json-pointer:/blocks/0/elements]',
      [{ type: 'actions', elements: many(26, () => button()) }],
    ],
    [
      'must be a valid enum value [json-pointer:/blocks/0/accessory/text/type]',
      [section({ accessory: button({ text: words('Go', 'mrkdwn') }) })],
    ],
    [
      'must be less than 76 characters [json-pointer:/blocks/0/accessory/text/text]',
      [section({ accessory: button({ text: words(long) }) })],
    ],
    [
      'must be less than 2001 characters [json-pointer:/blocks/0/accessory/value]',
      [section({ accessory: button({ value: long }) })],
    ],
    ['`action_id` must be unique [json-pointer:/blocks/0]', [{ type: 'actions', elements: [button(), button()] }]],
    [
      'no more than 100 items allowed [json-pointer:/blocks/0/accessory/options]',
      [section({ accessory: { type: 'static_select', options: choices(101) } })],
    ],
    [
      'must provide at least 1 items [json-pointer:/blocks/0/accessory/options]',
      [section({ accessory: { type: 'static_select', options: [] } })],
    ],
  ])('%s', async (problem, blocks) => {
    expect(await refusal(web.chat.postMessage({ channel: general.id, text: 'x', blocks }))).toBe(
      `invalid_blocks ${problem}`,
    )
  })

  test.each<[string, Json]>([
    [
      'must be less than 25 characters [json-pointer:/view/title/text]',
      modal([section()], { title: words('x'.repeat(25)) }),
    ],
    ['missing required field: submit [json-pointer:/view]', modal([ask(menu())], { submit: undefined })],
    [
      'must be less than 3001 characters [json-pointer:/view/private_metadata]',
      modal([section()], { private_metadata: long }),
    ],
    [
      'must be less than 256 characters [json-pointer:/view/callback_id]',
      modal([section()], { callback_id: 'x'.repeat(256) }),
    ],
    ['no more than 100 items allowed [json-pointer:/view/blocks]', modal(many(101, () => section()))],
    [
      'must be a valid integer [json-pointer:/view/blocks/0/element/min_query_length]',
      modal([ask(menu({ min_query_length: -1 }))]),
    ],
    [
      'must be a valid integer [json-pointer:/view/blocks/0/element/max_selected_items]',
      modal([ask(menu({ max_selected_items: 0 }))]),
    ],
    [
      'must be less than 2001 characters [json-pointer:/view/blocks/0/label/text]',
      modal([ask(menu(), { label: words(long) })]),
    ],
    [
      'must be a valid integer [json-pointer:/view/blocks/0/element/max_length]',
      modal([ask({ type: 'plain_text_input', max_length: 3_001 })]),
    ],
  ])('of a modal: %s', async (problem, view) => {
    const trigger_id = newTrigger(slack.world, ann.id)
    expect(await refusal(web.apiCall('views.open', { trigger_id, view }))).toBe(`invalid_arguments ${problem}`)
  })
})

describe('an app built with Bolt', () => {
  let [client, heard, room] = [] as unknown as [SlackClient, string[], SlackChannel]
  const speaker = () => client.as(ann).in(room)
  beforeAll(async () => {
    const app = await startBoltApp(slack)
    heard = app.heard
    client = connectTo(slack, app.url)
    room = slack.channel('room', { members: [ann] })
  })
  beforeEach(() => {
    heard.length = 0
    slack.world.messages = []
    slack.calls.length = 0
  })

  test('a command is acknowledged and answered, and a button under the answer removes it', async () => {
    expect(await speaker().types('/add a & b@x.io')).toMatchObject({ status: 200, body: 'Working on a &amp; b@x.io' })
    await expect.poll(() => slack.seenBy(ann, room)).toEqual(['Working on a & b@x.io', 'Hello'])
    expect(slack.seenBy(slack.user('bob'), room)).toEqual([])
    await speaker().presses('Go & see')
    await expect.poll(() => slack.seenBy(ann, room)).toEqual(['Working on a & b@x.io'])
    expect(heard).toEqual(['block_actions Go &amp; see'])
  })

  test('a command needs an answer in time, and does not work in a thread', async () => {
    await expect(client.as(ann).in(room, { thread: '1.0' }).types('/add')).rejects.toThrow(
      '/add is not supported in threads. Sorry!',
    )
    await expect(speaker().types('/never')).rejects.toThrow('operation_timeout')
    const elsewhere = connectTo(slack, `${client.url}/elsewhere`).as(ann).in(room)
    await expect(elsewhere.types('/add')).rejects.toThrow('http_client_error: 404')
  })

  test('an address is escaped where the app asks for it', async () => {
    const { body } = await connectTo(slack, client.url, { escape: true }).as(ann).in(room).types('/add a@x.io @ann')
    expect(body).toBe(`Working on <mailto:a@x.io|a@x.io> <@${ann.id}|ann>`)
  })

  test('a modal is filled in, refused, changed and closed', async () => {
    const person = client.as(ann)
    await speaker().types('/pick')
    await expect.poll(() => slack.view(ann)?.callback_id).toBe('pick')
    await expect(person.submits()).rejects.toThrow('ask: Please complete this required field.')
    expect(await person.typesInto('ask', '')).toEqual([])
    expect(await person.typesInto('ask', '2')).toContain('c21')
    await person.chooses('ask', 'c21')
    await expect(person.chooses('ask', 'c3')).rejects.toThrow('ask does not offer c3')
    await person.chooses('ask', 'c2')
    expect(await person.submits()).toEqual({ errors: { ask: 'Only one' } })
    await person.clears('ask')
    await person.chooses('ask', 'c2')
    expect(await person.submits()).toEqual({})
    expect(heard).toEqual(['picked 2 with m'])
    expect(slack.view(ann)).toBeUndefined()
  })

  test('what a menu is offered is checked', async () => {
    await speaker().types('/pick')
    await expect.poll(() => slack.view(ann)).toBeDefined()
    await expect(client.as(ann).typesInto('who', 'too many')).rejects.toThrow('no more than 100 items allowed')
    await client.as(ann).closesView()
  })

  test('a mention is told twice, its edit as well, and the bot hears itself', async () => {
    const { ts, deliveries } = await speaker().says('Hello @rolobot, a secret: ann@x.io')
    expect(deliveries).toMatchObject([
      { event: 'app_mention', attempts: [200] },
      { event: 'message', attempts: [200] },
    ])
    await expect
      .poll(() => slack.messages(room).map(({ text, thread_ts }) => [text, thread_ts]))
      .toEqual([
        [`Hello <@${slack.bot.userId}>, a secret: <mailto:ann@x.io|ann@x.io>`, undefined],
        ['Yes?', ts],
      ])
    expect((await client.idle()).at(-1)).toMatchObject({ event: 'message', attempts: [200] })
    expect((await speaker().edits(ts, '@rolobot no secret')).map(({ event }) => event)).toEqual([
      'app_mention',
      'message',
    ])
    expect((await speaker().deletes(ts)).map(({ event }) => event)).toEqual(['message'])
    expect(heard).toContain('heard a message')
  })

  test('a link gets a preview from who knows it, and no other', async () => {
    const { ts } = await speaker().shares('See https://rolobot.example/a/-/issues/1?x=1&y=2')
    await expect
      .poll(() => Object.keys(slack.messages(room)[0]?.unfurls ?? {}))
      .toEqual(['https://rolobot.example/a/-/issues/1?x=1&y=2'])
    const unfurls = { 'https://elsewhere.example/': { blocks: [section()] } } as never
    expect(await refusal(web.chat.unfurl({ channel: room.id, ts, unfurls }))).toBe('cannot_unfurl_url')
    expect(await refusal(web.chat.unfurl({ channel: room.id, ts: '1.0', unfurls }))).toBe('cannot_find_message')
  })

  test('shortcuts, of the workspace and of a message', async () => {
    const { ts } = await speaker().says('Hello')
    expect(await client.as(ann).opensShortcut('later')).toMatchObject({ status: 200, body: '' })
    expect(await speaker().opensMessageShortcut('later', ts)).toMatchObject({ status: 200 })
    expect(heard).toEqual(['shortcut', 'message_action'])
  })

  test('what is not signed by Slack, or long ago, is refused', async () => {
    const body = JSON.stringify({ type: 'url_verification', challenge: 'abc' })
    const type = { 'content-type': 'application/json' }
    expect(await client.raw(body, { ...type, ...client.sign(body) })).toMatchObject({
      status: 200,
      body: '{"challenge":"abc"}',
    })
    expect(await client.raw(`${body} `, { ...type, ...client.sign(body) })).toMatchObject({ status: 401 })
    expect(await client.raw(body, { ...type, ...client.sign(body, Date.now() / 1000 - 3_600) })).toMatchObject({
      status: 401,
    })
  })

  test('an event that nobody takes is sent again', async () => {
    const gone = connectTo(slack, 'http://127.0.0.1:9', { events: ['message'], retries: [1, 2, 3] })
    const { deliveries } = await gone.as(ann).in(room).says('Hello')
    expect(deliveries).toMatchObject([{ event: 'message', attempts: Array(4).fill('connection_failed') }])
  })
})

test('a modal opens once, soon, and changes while it is there', async () => {
  const open = (trigger_id: string) => web.apiCall('views.open', { trigger_id, view: modal([section()]) })
  const trigger = newTrigger(slack.world, ann.id)
  const { view } = (await open(trigger)) as unknown as { view: { id: string; hash: string } }
  expect(await refusal(open(trigger))).toBe('exchanged_trigger_id')
  const late = newTrigger(slack.world, ann.id)
  Object.assign(slack.world.triggers.get(late) as object, { at: Date.now() - 3_001 })
  expect(await refusal(open(late))).toBe('expired_trigger_id')
  const update = (hash: string) => web.apiCall('views.update', { view_id: view.id, hash, view: modal([section()]) })
  await update(view.hash)
  expect(await refusal(update(view.hash))).toBe('hash_conflict')
  await connectTo(slack, 'socket').as(ann).closesView()
  expect(await refusal(update(''))).toBe('not_found')
})

test('a response URL takes five answers, for half an hour', async () => {
  const url = () => slack.url + newResponseUrl(slack.world, 'commands', { user: ann.id, channel: general.id })
  const answer = async (to: string, body: unknown, type = 'application/json') => {
    const { status, text } = await fetch(to, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': type },
    }).then(async (response) => ({ status: response.status, text: await response.text() }))
    return `${status} ${text}`
  }
  const address = url()
  for (let use = 0; use < 5; use++) expect(await answer(address, { text: 'Hi' })).toBe('200 {"ok":true}')
  expect(await answer(address, { text: 'Hi' })).toBe('404 used_url')
  expect(await answer(url(), { text: 'Hi' }, 'text/plain')).toBe('400 invalid_payload')
  expect(await answer(url(), {})).toBe('400 no_text')
  expect(await answer(url(), { blocks: [{ type: 'x' }] })).toBe('400 invalid_blocks')
  const old = url()
  slack.expire()
  expect(await answer(old, { text: 'Hi' })).toBe('404 expired_url')
})

test('Slack is slow, full, broken, and away', async () => {
  slack.limit('auth.test', { retryAfter: 7 })
  const impatient = new WebClient(slack.botToken, {
    slackApiUrl: slack.apiUrl,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
  })
  await expect(impatient.auth.test()).rejects.toMatchObject({ retryAfter: 7 })
  slack.fail('auth.test', 'internal_error')
  expect(await refusal(web.auth.test())).toBe('internal_error')
  slack.fail('auth.test', 503)
  await expect(impatient.auth.test()).rejects.toMatchObject({ statusCode: 503 })
  slack.lose('chat.postMessage')
  await expect(web.chat.postMessage({ channel: general.id, text: 'Lost' })).rejects.toThrow()
  expect(slack.messages(general).at(-1)?.text).toBe('Lost')
  await slack.away()
  await expect(web.auth.test()).rejects.toThrow()
  await slack.back()
  slack.slow(50)
  const begun = Date.now()
  await web.auth.test()
  expect(Date.now() - begun).toBeGreaterThanOrEqual(49)
  slack.heal()
})

test('over Socket Mode each thing goes to one connection, and again where it is not taken', async () => {
  const received: number[] = []
  let over = false
  const dial = async (name: string) => {
    const clientOptions = { slackApiUrl: slack.apiUrl }
    const socket = new SocketModeClient({
      appToken: slack.appToken,
      clientOptions,
      // As in the product: nothing handles what the library's own reconnect is refused.
      autoReconnectEnabled: false,
      logger: quiet,
    })
    const again = () => over || socket.start().catch(() => {})
    socket.on('disconnected', () => setTimeout(again, 1_000))
    socket.on('slash_commands', ({ ack }) => ack({ text: `Hello from ${name}` }))
    socket.on('message', ({ ack, event, retry_num: again = 0 }) => {
      if (event.text === 'Hello') received.push(again)
      if (again) ack()
    })
    await socket.start()
    return socket
  }
  const sockets = [await dial('one'), await dial('two')]
  const speaker = connectTo(slack, 'socket', { events: ['message'] })
    .as(ann)
    .in(general)
  const bodies = [await speaker.types('/x'), await speaker.types('/x')].map(({ body }) => body)
  expect(bodies.sort()).toEqual(['{"text":"Hello from one"}', '{"text":"Hello from two"}'])
  const { deliveries } = await speaker.says('Hello')
  expect(deliveries).toMatchObject([{ event: 'message', attempts: ['timeout', 200] }])
  expect(received).toEqual([0, 1])
  slack.sockets.refresh()
  await expect(speaker.types('/x')).rejects.toThrow('dispatch_failed')
  await expect.poll(() => slack.sockets.count, { timeout: 20_000 }).toBe(2)
  slack.sockets.drop()
  await expect.poll(() => slack.sockets.count).toBe(0)
  await expect.poll(() => slack.sockets.count, { timeout: 20_000 }).toBe(2)
  over = true
  await Promise.all(sockets.map((socket) => socket.disconnect()))
})

test('a ticket lets one connection in, and there are ten at most', async () => {
  const { url = '' } = await new WebClient(slack.appToken, { slackApiUrl: slack.apiUrl }).apps.connections.open({})
  const dial = async (address: string) => {
    const socket = new WebSocket(address)
    const [data] = await once(socket, 'message')
    return { socket, said: JSON.parse(String(data)) }
  }
  const first = await dial(url)
  expect(first.said).toMatchObject({ type: 'hello', num_connections: 1, connection_info: { app_id: slack.bot.appId } })
  await expect(dial(url)).rejects.toThrow('408')
  const more = await Promise.all(many(9, () => dial(slack.sockets.open())))
  expect((await dial(slack.sockets.open())).said).toMatchObject({ type: 'disconnect', reason: 'too_many_websockets' })
  for (const { socket } of [first, ...more]) socket.close()
})

test('who agrees gives the app a token of its own, once', async () => {
  const redirect_uri = 'http://127.0.0.1/slack/oauth_redirect'
  const prompt = async (query: Record<string, string>) => {
    const { headers } = await fetch(`${slack.authorizeUrl}?${new URLSearchParams(query)}`, { redirect: 'manual' })
    return new URL(headers.get('location') ?? 'none:').searchParams
  }
  const wanted = { client_id: slack.clientId, scope: 'commands', state: 's', redirect_uri }
  const given = await prompt(wanted)
  expect(given.get('state')).toBe('s')
  const exchange = (more: object) =>
    new WebClient(undefined, { slackApiUrl: slack.apiUrl, logger: quiet }).oauth.v2.access({
      client_id: slack.clientId,
      client_secret: slack.clientSecret,
      code: given.get('code') ?? '',
      ...more,
    })
  expect(await refusal(exchange({ client_secret: 'x' }))).toBe('bad_client_secret')
  expect(await refusal(exchange({ redirect_uri: 'http://x' }))).toBe('bad_redirect_uri')
  const { access_token, bot_user_id, team } = await exchange({ redirect_uri })
  expect([bot_user_id, team?.id]).toEqual([slack.bot.userId, slack.team.id])
  expect((await new WebClient(access_token, { slackApiUrl: slack.apiUrl }).auth.test()).ok).toBe(true)
  expect(await refusal(exchange({}))).toBe('code_already_used')
  slack.throwOut()
  expect(await refusal(web.auth.test())).toBe('account_inactive')
  slack.consent.agrees = false
  expect((await prompt(wanted)).get('error')).toBe('access_denied')
})
