// SIGTERM while people work with us in Slack, and while Slack is away or says nothing: our processes end in order, and
// soon. And how they do not start.
import { createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newFolder, run, serve, work } from '../support/processes/processes.ts'
import { lookForRedisServer, startRedis } from '../support/processes/redis-server.ts'
import { hasPostgres } from '../support/service/databases.ts'
import { newPostgres } from '../support/service/db.ts'
import { type Colleague, colleagues, type Office, openOffice } from '../support/slack/office.ts'
import { SlackFailure } from '../support/slack/people.ts'
import { type FakeSlack, startSlack } from '../support/slack/server.ts'

const hasRedis = hasPostgres && lookForRedisServer()
const longest = 10_000
const ROLOBOT_DATA = newFolder()

/** A port that accepts everybody and says nothing. */
let silence: { url: string; connections: Set<Socket> }
beforeAll(async () => {
  const connections = new Set<Socket>()
  const server = createServer((socket) => connections.add(socket.on('error', () => {})))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  silence = { url: `http://127.0.0.1:${(server.address() as { port: number }).port}/api/`, connections }
  afterAll(() => {
    for (const socket of connections) socket.destroy()
    server.close()
  })
})

async function expectStops(stop: () => Promise<{ code: number | null }>): Promise<void> {
  const begun = performance.now()
  expect(await stop()).toMatchObject({ code: 0 })
  expect(performance.now() - begun).toBeLessThan(longest)
}

/** They type and mention us until nobody listens any more. */
async function chatter(office: Office, name: Colleague): Promise<number> {
  for (let turn = 0; ; turn++) {
    const command = `${turn % 2 ? 'remove' : 'add'}_contacts acme/support/shop#1 hannah.weiss@mail.example`
    try {
      if (turn % 3 === 0)
        office
          .as(name)
          .says(`@rolobot ${command}`)
          .catch(() => {})
      await office.as(name).types(`/${command}`)
    } catch (failure) {
      if (!(failure instanceof SlackFailure)) throw failure
      return turn
    }
  }
}

const overSockets = (slack: FakeSlack) => ({ ...slack.socketEnvironment, SLACK_SIGNING_SECRET: '' })

describe.each([
  ['over HTTP', () => ({})],
  ['over sockets', overSockets],
])('%s', (_, more) => {
  let slack: FakeSlack
  let office: Office
  beforeAll(async () => {
    slack = await startSlack()
    office = await openOffice(slack, { ROLOBOT_DATA: newFolder(), ...more(slack) })
  })

  test('amid traffic', async () => {
    const talk = colleagues.map((name) => chatter(office, name))
    await sleep(1_000)
    await expectStops(office.stop)
    expect((await Promise.all(talk)).every((turns) => turns > 0)).toBe(true)
  })

  test('when Slack went away, and there are answers to give', async () => {
    await office.start()
    await slack.away()
    if (more !== overSockets) await office.as('priya').types('/contacts acme/support/shop#2')
    await sleep(1_200)
    await expectStops(office.stop)
    await slack.back()
  })

  test('when Slack takes our answers and says nothing', async () => {
    await office.start()
    if (more === overSockets) await office.connected()
    slack.slow(30_000)
    await office.as('priya').types('/contacts acme/support/shop#2')
    await expectStops(office.stop)
    slack.heal()
    if (more === overSockets) return
    await office.start()
    await expect.poll(() => office.lastRead('priya'), { timeout: 20_000 }).toBe('This issue has no contacts.')
    await expectStops(office.stop)
  })
})

describe('Slack was never there', () => {
  const token = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', ROLOBOT_DATA }

  test('its port refuses', async () => {
    const server = await serve({ ...token, SLACK_API_URL: 'http://127.0.0.1:9/api/' })
    await sleep(1_000)
    await expectStops(() => server.stop())
  })

  test('its port accepts and says nothing', async () => {
    const server = await serve({ ...token, SLACK_API_URL: silence.url })
    await expect.poll(() => silence.connections.size, { timeout: 10_000 }).toBeGreaterThan(0)
    await expectStops(() => server.stop())
  })

  test('it gives addresses for sockets at which nothing is said', async () => {
    const slack = await startSlack()
    slack.sockets.open = () => silence.url.replace('http', 'ws')
    const before = silence.connections.size
    const server = await serve({ ...token, ...slack.socketEnvironment })
    await expect.poll(() => silence.connections.size, { timeout: 10_000 }).toBe(before + 2)
    await expectStops(() => server.stop())
  })
})

test.skipIf(!hasRedis)('a worker of its own, whose answers are taken and not acknowledged', async () => {
  const [slack, redis] = [await startSlack(), await startRedis()]
  const environment = { DATABASE_URL: await newPostgres(), REDIS_URL: redis.url }
  const office = await openOffice(slack, environment, async () =>
    expect(await run(['sample'], { environment })).toMatchObject({ code: 0 }),
  )
  const worker = await work(office.environment)
  slack.slow(30_000)
  await office.as('priya').types('/contacts acme/support/shop#2')
  await expectStops(() => worker.stop())
  await expectStops(office.stop)
})

describe('settings', () => {
  test('a token alone does not start: what lacks is named', async () => {
    const ended = await run(['serve'], { environment: { ROLOBOT_DATA, SLACK_BOT_TOKEN: 'xoxb-1' } })
    expect(ended).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/^ {2}SLACK_SIGNING_SECRET: is required/m),
    })
    expect(ended.err.trim().split('\n')).toHaveLength(2)
  })

  test('nothing set is off: there is no such address', async () => {
    const server = await serve({ ROLOBOT_DATA })
    expect((await fetch(`${server.url}/slack/events`, { method: 'POST', body: '{}' })).status).toBe(404)
    await expectStops(() => server.stop())
  })
})
