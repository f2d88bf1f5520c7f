// Postgres goes away and comes back: the processes stay, say so, and go on by themselves; what was acknowledged has its
// effect once.
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { adminToken, type Crowd, expectAllHeard, openCrowd, unfinished } from '../support/processes/crowd.ts'
import { type Environment, run, type Serving, serve, work } from '../support/processes/processes.ts'
import { startProxy } from '../support/processes/proxy.ts'
import { lookForRedisServer, startRedis } from '../support/processes/redis-server.ts'
import { ask, cutConnections, hasPostgres, lookInto } from '../support/service/databases.ts'
import { newPostgres } from '../support/service/db.ts'

const hasRedis = hasPostgres && lookForRedisServer()
const base = { ROLOBOT_ADMIN_TOKEN: adminToken, SWEEP_SECONDS: '1' }

async function settle(environment: Environment): Promise<Serving> {
  const server = await serve(environment)
  expect(await run(['sample'], { environment })).toMatchObject({ code: 0 })
  return server
}

async function expectDone(url: string, crowd: Crowd): Promise<void> {
  await lookInto({ url }, async (db) => {
    await expect.poll(() => unfinished(db), { timeout: 60_000, interval: 200 }).toBe(0)
    await expectAllHeard(db, crowd)
  })
}

const statusOf = async (server: Serving, path: string) => (await fetch(server.url + path)).status

async function timed<Result>(work: () => Promise<Result>): Promise<{ result: Result; ms: number }> {
  const start = performance.now()
  return { result: await work(), ms: performance.now() - start }
}

/**
 * It lives, says that it is not ready, and answers what needs the database with a document that says why; none of it
 * keeps people waiting.
 */
async function expectAway(server: Serving): Promise<void> {
  const readiness = await timed(() => statusOf(server, '/-/readiness'))
  expect(readiness.result).toBe(503)
  expect(readiness.ms).toBeLessThan(6_000)
  expect(await statusOf(server, '/-/liveness')).toBe(200)
  const notes = `${server.url}/api/v4/projects/acme%2Fsupport%2Fshop/issues/1/notes`
  const asked = await timed(() => fetch(notes, { headers: { 'private-token': adminToken } }))
  expect(asked.result.status).toBe(503)
  expect(asked.result.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  expect(await asked.result.json()).toMatchObject({
    status: 503,
    title: expect.any(String),
    detail: expect.stringMatching(/can't be reached/),
  })
  expect(asked.ms).toBeLessThan(10_000)
}

/** Connections that listen for news: without one every answer would come late. */
const listening = async (url: string) =>
  (await ask(url, `select from pg_stat_activity where datname = current_database() and query ilike 'listen %'`)).length

describe.skipIf(!hasPostgres)('Postgres', () => {
  test('ends all connections, again and again', { timeout: 120_000 }, async () => {
    const environment = { ...base, DATABASE_URL: await newPostgres() }
    const server = await settle(environment)
    const crowd = openCrowd(() => server.url)
    for (let round = 0; round < 5; round++) {
      await sleep(400)
      await expect.poll(() => cutConnections(environment.DATABASE_URL), { timeout: 10_000 }).toBeGreaterThan(0)
    }
    await sleep(500)
    await crowd.hush()
    await expect.poll(() => statusOf(server, '/-/readiness'), { timeout: 20_000 }).toBe(200)
    await expect.poll(() => listening(environment.DATABASE_URL), { timeout: 30_000 }).toBe(1)
    await expectDone(environment.DATABASE_URL, crowd)
    expect(server.isRunning()).toBe(true)
    expect(await server.stop()).toMatchObject({ code: 0 })
  })

  test.skipIf(!hasRedis)('ends all connections of server and worker', { timeout: 120_000 }, async () => {
    const redis = await startRedis()
    const environment = { ...base, DATABASE_URL: await newPostgres(), REDIS_URL: redis.url }
    const server = await settle(environment)
    const worker = await work(environment)
    const crowd = openCrowd(() => server.url)
    for (let round = 0; round < 5; round++) {
      await sleep(400)
      await cutConnections(environment.DATABASE_URL)
    }
    await sleep(500)
    await crowd.hush()
    await expectDone(environment.DATABASE_URL, crowd)
    expect(server.isRunning() && worker.isRunning()).toBe(true)
    expect(await worker.stop()).toMatchObject({ code: 0 })
    expect(await server.stop()).toMatchObject({ code: 0 })
  })

  /** The service on a Postgres to which the way can be cut. */
  async function settleBehindProxy() {
    const direct = new URL(await newPostgres())
    const proxy = await startProxy(direct.hostname, Number(direct.port || 5432))
    const behind = Object.assign(new URL(direct), { host: `127.0.0.1:${proxy.port}` })
    return { direct: direct.href, proxy, server: await settle({ ...base, DATABASE_URL: behind.href }) }
  }

  test('cannot be reached for a while', { timeout: 120_000 }, async () => {
    const { direct, proxy, server } = await settleBehindProxy()
    const crowd = openCrowd(() => server.url)
    await expect.poll(() => crowd.figures.acknowledged, { timeout: 20_000 }).toBeGreaterThan(0)
    await proxy.cut()
    for (let round = 0; round < 5; round++) {
      await expectAway(server)
      await sleep(500)
    }
    await expect.poll(() => crowd.figures.unanswered, { timeout: 20_000 }).toBeGreaterThan(0)
    await proxy.mend()
    await expect.poll(() => statusOf(server, '/-/readiness'), { timeout: 20_000 }).toBe(200)
    await expect.poll(() => listening(direct), { timeout: 20_000 }).toBe(1)
    await sleep(500)
    await crowd.hush()
    await expectDone(direct, crowd)
    expect(await server.stop()).toMatchObject({ code: 0 })
  })

  test('says nothing any more, and nobody is told', { timeout: 120_000 }, async () => {
    const { proxy, server } = await settleBehindProxy()
    proxy.freeze()
    await expectAway(server)
    await proxy.mend()
    await expect.poll(() => statusOf(server, '/-/readiness'), { timeout: 40_000 }).toBe(200)
    // Who is to stop waits a while for it, and not for ever.
    proxy.freeze()
    expect(await Promise.race([server.stop(), sleep(40_000, 'still running')])).toMatchObject({ signal: null })
  })
})
