// Redis forgets everything, dies, comes late: it only carries pointers, so nothing is lost, nothing happens twice, and
// the work goes on by itself.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { adminToken, expectAllHeard, openCrowd, unfinished } from '../support/processes/crowd.ts'
import { run, type Serving, type Started, serve, work } from '../support/processes/processes.ts'
import { lookForRedisServer, type RedisServer, startRedis } from '../support/processes/redis-server.ts'
import { hasPostgres, lookInto, whileIssuesAreHeld } from '../support/service/databases.ts'
import { newPostgres } from '../support/service/db.ts'

const hasRedis = hasPostgres && lookForRedisServer()

describe.skipIf(!hasRedis)('Redis', () => {
  let redis: RedisServer
  let environment: { DATABASE_URL: string; [name: string]: string }
  let server: Serving
  let worker: Started

  beforeAll(async () => {
    redis = await startRedis()
  })
  beforeEach(async () => {
    environment = {
      ROLOBOT_ADMIN_TOKEN: adminToken,
      SWEEP_SECONDS: '1',
      REDIS_URL: redis.url,
      DATABASE_URL: await newPostgres(),
    }
  })
  afterEach(async () => {
    await redis.kill()
    await redis.start()
  })

  async function settle(): Promise<void> {
    server = await serve(environment)
    worker = await work(environment)
    expect(await run(['sample'], { environment })).toMatchObject({ code: 0 })
  }

  async function expectDone(crowd: Parameters<typeof expectAllHeard>[1]): Promise<void> {
    await lookInto({ url: environment.DATABASE_URL }, async (db) => {
      await expect.poll(() => unfinished(db), { timeout: 60_000, interval: 200 }).toBe(0)
      await expectAllHeard(db, crowd)
    })
    expect(server.isRunning() && worker.isRunning()).toBe(true)
  }

  test('is emptied in the middle, again and again', { timeout: 120_000 }, async () => {
    await settle()
    const crowd = openCrowd(() => server.url)
    for (const end = Date.now() + 2_000; Date.now() < end; await sleep(20)) await redis.flush()
    // What waits in the queue now is lost for certain.
    await whileIssuesAreHeld(environment.DATABASE_URL, async () => {
      await sleep(500)
      await redis.flush()
    })
    await sleep(500)
    await crowd.hush()
    expect(crowd.figures.unanswered).toBe(0)
    await expectDone(crowd)
    expect(await worker.stop()).toMatchObject({ code: 0 })
    expect(await server.stop()).toMatchObject({ code: 0 })
  })

  test('dies and comes back empty: comments are taken meanwhile, within the patience of five seconds', {
    timeout: 120_000,
  }, async () => {
    await settle()
    const crowd = openCrowd(() => server.url)
    await sleep(1_500)
    await redis.kill()
    await expect.poll(() => crowd.figures.waiting, { timeout: 20_000 }).toBeGreaterThanOrEqual(crowd.people.length)
    expect(crowd.figures.slowest).toBeLessThan(10_000)
    await redis.start()
    await sleep(1_000)
    await crowd.hush()
    expect(crowd.figures.unanswered).toBe(0)
    await expectDone(crowd)
    expect(await worker.stop()).toMatchObject({ code: 0 })
    expect(await server.stop()).toMatchObject({ code: 0 })
  })

  test('is away at the start: both processes start, and go to work when it comes', { timeout: 120_000 }, async () => {
    await redis.kill()
    await settle()
    const crowd = openCrowd(() => server.url)
    await expect.poll(() => crowd.figures.waiting, { timeout: 20_000 }).toBe(crowd.people.length)
    expect(crowd.figures).toMatchObject({ unanswered: 0, acknowledged: crowd.people.length })
    await redis.start()
    await sleep(1_000)
    await crowd.hush()
    await expectDone(crowd)
  })

  test('is away at the end: both processes stop in order all the same', async () => {
    await settle()
    await redis.kill()
    const stopped = Promise.all([worker.stop(), server.stop()])
    expect(await Promise.race([stopped, sleep(20_000, 'still running')])).toMatchObject([{ code: 0 }, { code: 0 }])
  })
})
