// Several people work with us in Slack while our processes are killed and started again: over HTTP, over sockets, and
// with a worker of its own.
import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { unfinished } from '../support/processes/crowd.ts'
import { newFolder, run, type Started, work } from '../support/processes/processes.ts'
import { lookForRedisServer, startRedis } from '../support/processes/redis-server.ts'
import { hasPostgres, lookInto } from '../support/service/databases.ts'
import { newPostgres } from '../support/service/db.ts'
import { expectAllAnswered, openSlackCrowd, type SlackCrowd } from '../support/slack/crowd.ts'
import { type Office, openOffice } from '../support/slack/office.ts'
import { type FakeSlack, startSlack } from '../support/slack/server.ts'

const hasRedis = hasPostgres && lookForRedisServer()

// Not before everybody can have said something since the last time.
async function amid({ figures, people }: SlackCrowd): Promise<void> {
  const enough = figures.acknowledged + people.length
  await expect.poll(() => figures.acknowledged, { timeout: 60_000, interval: 20 }).toBeGreaterThanOrEqual(enough)
  await sleep(randomInt(0, 300))
}

async function killAndStart(office: Office, crowd: SlackCrowd): Promise<void> {
  await amid(crowd)
  await office.kill()
  await office.start()
}

const overSockets = (slack: FakeSlack) => ({ ...slack.socketEnvironment, SLACK_SIGNING_SECRET: '' })

test('over HTTP, on the embedded database: killed twice', { timeout: 120_000 }, async () => {
  const slack = await startSlack()
  const folder = newFolder()
  const office = await openOffice(slack, { ROLOBOT_DATA: folder })
  const crowd = openSlackCrowd(office)
  for (let round = 0; round < 2; round++) await killAndStart(office, crowd)
  await amid(crowd)
  await crowd.hush()
  expect(crowd.figures.refused + crowd.figures.sentAgain).toBeGreaterThan(0)
  // The server is asked, as nobody else may look into its folder.
  const sweep = async () => (await run(['sweep'], { environment: office.environment })).out
  await expect.poll(sweep, { timeout: 60_000 }).toBe('Re-queued 0 comments.\n')
  expect(await office.stop()).toMatchObject({ code: 0 })
  await lookInto({ folder }, (db) => expectAllAnswered(db, office, crowd))
})

describe.skipIf(!hasPostgres)('on Postgres', () => {
  async function settle(slack: FakeSlack, more: Record<string, string> = {}) {
    const environment = { DATABASE_URL: await newPostgres(), ...more }
    return openOffice(slack, environment, async () =>
      expect(await run(['sample'], { environment })).toMatchObject({ code: 0 }),
    )
  }

  const expectDone = (office: Office, crowd: SlackCrowd) =>
    lookInto({ url: office.environment.DATABASE_URL as string }, async (db) => {
      await expect.poll(() => unfinished(db), { timeout: 60_000, interval: 100 }).toBe(0)
      await expectAllAnswered(db, office, crowd)
    })

  test.skipIf(!hasRedis)(
    'and Redis: the worker answers; it and the server are killed in turn',
    { timeout: 120_000 },
    async () => {
      const slack = await startSlack()
      const redis = await startRedis()
      const office = await settle(slack, { REDIS_URL: redis.url })
      await office.as('priya').types('/contacts acme/support/shop#1')
      expect(office.lastRead('priya')).toBe('Working on it …')
      let worker: Started = await work(office.environment)
      await expect.poll(() => office.lastRead('priya'), { timeout: 10_000 }).toMatch(/Ingrid Halvorsen/)
      const crowd = openSlackCrowd(office)
      await amid(crowd)
      expect(await worker.stop('SIGKILL')).toMatchObject({ signal: 'SIGKILL' })
      worker = await work(office.environment)
      await killAndStart(office, crowd)
      await amid(crowd)
      await crowd.hush()
      await expectDone(office, crowd)
      expect(await worker.stop()).toMatchObject({ code: 0 })
      expect(await office.stop()).toMatchObject({ code: 0 })
    },
  )

  test.each([
    ['over HTTP', () => ({})],
    ['over sockets', overSockets],
  ])('%s: killed three times', { timeout: 120_000 }, async (_, more) => {
    const slack = await startSlack()
    const office = await settle(slack, more(slack))
    const crowd = openSlackCrowd(office)
    for (let round = 0; round < 3; round++) await killAndStart(office, crowd)
    await amid(crowd)
    await crowd.hush()
    expect(crowd.figures.refused + crowd.figures.sentAgain).toBeGreaterThan(0)
    await expectDone(office, crowd)
    expect(await office.stop()).toMatchObject({ code: 0 })
  })
})
