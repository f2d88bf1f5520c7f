// kill -9 in the middle of everything: what was acknowledged is there exactly once, in order, with its effect.
import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { adminToken, type Crowd, expectAllHeard, openCrowd, unfinished } from '../support/processes/crowd.ts'
import {
  type Environment,
  newFolder,
  run,
  type Serving,
  type Started,
  serve,
  start,
  work,
} from '../support/processes/processes.ts'
import { lookForRedisServer, startRedis } from '../support/processes/redis-server.ts'
import { ask, hasPostgres, lookInto, whileNothingIsMarked } from '../support/service/databases.ts'
import { newPostgres } from '../support/service/db.ts'

const hasRedis = hasPostgres && lookForRedisServer()
const base = { ROLOBOT_ADMIN_TOKEN: adminToken, SWEEP_SECONDS: '2' }

// What is killed comes back; the crowd asks for the address each time it speaks.
const place: { server?: Serving; worker?: Started } = {}
const url = () => place.server?.url ?? ''

const amid = () => sleep(randomInt(300, 1_200))

async function killServer(environment: Environment): Promise<void> {
  await amid()
  const killed = await place.server?.stop('SIGKILL')
  expect(killed).toMatchObject({ signal: 'SIGKILL' })
  place.server = await serve(environment)
}

async function killWorker(environment: Environment): Promise<void> {
  await amid()
  expect(await place.worker?.stop('SIGKILL')).toMatchObject({ signal: 'SIGKILL' })
  place.worker = await work(environment)
}

/** A Postgres with the sample workspace, and the service on it. */
async function settle(environment: Environment): Promise<void> {
  place.server = await serve(environment)
  expect(await run(['sample'], { environment })).toMatchObject({ code: 0 })
}

async function expectDone(address: string, crowd: Crowd): Promise<void> {
  await amid()
  await crowd.hush()
  expect(crowd.figures.unanswered).toBeGreaterThan(0)
  await lookInto({ url: address }, async (db) => {
    await expect.poll(() => unfinished(db), { timeout: 60_000, interval: 200 }).toBe(0)
    await expectAllHeard(db, crowd)
  })
}

test('the embedded database: killed three times, and during its first start', { timeout: 120_000 }, async () => {
  const environment = { ...base, ROLOBOT_DATA: newFolder() }
  await killedAtFirst(environment)
  place.server = await serve(environment)
  const crowd = openCrowd(url)
  for (let round = 0; round < 3; round++) await killServer(environment)
  await amid()
  await crowd.hush()
  expect(crowd.figures.unanswered).toBeGreaterThan(0)
  // The server is asked, as nobody else may look into its folder.
  const sweep = async () => (await run(['sweep'], { environment })).out
  await expect.poll(sweep, { timeout: 60_000 }).toBe('Re-queued 0 comments.\n')
  expect(await place.server.stop()).toMatchObject({ code: 0 })
  await lookInto({ folder: environment.ROLOBOT_DATA }, (db) => expectAllHeard(db, crowd))
})

async function killedAtFirst(environment: Environment): Promise<void> {
  for (const longest of [1_000, 5_000]) {
    const first = start(['serve'], { environment })
    await sleep(randomInt(200, longest))
    await first.stop('SIGKILL')
  }
}

describe.skipIf(!hasPostgres)('on Postgres', () => {
  test('with the queue in the process: killed three times', { timeout: 120_000 }, async () => {
    const environment = { ...base, DATABASE_URL: await newPostgres() }
    await settle(environment)
    const crowd = openCrowd(url)
    for (let round = 0; round < 3; round++) await killServer(environment)
    await expectDone(environment.DATABASE_URL, crowd)
    expect(await place.server?.stop()).toMatchObject({ code: 0 })
  })

  test('between a change and the mark that it was made: neither is there; then both are, once', async () => {
    const environment = { ...base, DATABASE_URL: await newPostgres() }
    await settle(environment)
    const address = environment.DATABASE_URL
    const changes = () => ask(address, `select action from history union all select body from comments where system`)
    await whileNothingIsMarked(address, async (isWaiting) => {
      const [body, headers] = [
        '{"body": "/add_contacts hannah.weiss@mail.example"}',
        { 'content-type': 'application/json' },
      ]
      const notes = `${url()}/api/v4/projects/acme%2Fsupport%2Fshop/issues/2/notes`
      fetch(notes, { method: 'POST', headers: { ...headers, 'private-token': adminToken }, body }).catch(() => {})
      await expect.poll(isWaiting, { timeout: 20_000 }).toBe(true)
      expect(await changes()).toEqual([])
      await place.server?.stop('SIGKILL')
    })
    place.server = await serve(environment)
    await expect
      .poll(changes, { timeout: 20_000 })
      .toEqual([{ action: 'contact_linked' }, { action: 'added 1 contact' }])
    expect(await place.server.stop()).toMatchObject({ code: 0 })
    expect(await ask(address, `select status, outcome->'answer' as answer from deliveries`)).toEqual([
      { status: 'replied', answer: ['Added hannah.weiss@mail.example.'] },
    ])
    expect(await changes()).toHaveLength(2)
  })

  test.skipIf(!hasRedis)('and Redis: worker and server are killed in turn', { timeout: 180_000 }, async () => {
    const redis = await startRedis()
    const environment = { ...base, DATABASE_URL: await newPostgres(), REDIS_URL: redis.url }
    await settle(environment)
    place.worker = await work(environment)
    const crowd = openCrowd(url)
    for (let round = 0; round < 2; round++) {
      await killWorker(environment)
      await killServer(environment)
    }
    await expectDone(environment.DATABASE_URL, crowd)
    expect(await place.worker.stop()).toMatchObject({ code: 0 })
    expect(await place.server?.stop()).toMatchObject({ code: 0 })
  })
})
