// When something breaks: tried again with growing delays, given up, told, started again. Nothing is lost and nothing
// happens twice.
import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { nameUserElsewhere } from '../../src/domain/people/users.ts'
import { failedDeliveries, restart } from '../../src/pipeline/failures.ts'
import { sweep } from '../../src/pipeline/sweep.ts'
import { rowsOf } from '../../src/storage/db.ts'
import { freshQueue, startService } from '../support/service/service.ts'
import { world } from '../support/world/world.ts'

const planner = { ann: 'planner' } as const

/** Postgres itself refuses what the pipeline wants to write, for one address, until it is mended. */
async function breakFor(db: Parameters<typeof rowsOf>[0], contactId: number) {
  await db.execute(sql.raw(`alter table issue_contacts add constraint broken check (contact_id <> ${contactId})`))
  return () => db.execute(sql`alter table issue_contacts drop constraint broken`)
}

test('a fault that passes is tried again until it is mended; the answer comes once', async () => {
  const service = await startService()
  const { post, issue, contacts } = await world(service, { people: planner, contacts: ['a@x.io'] })
  const mend = await breakFor(service.db, contacts[0]?.id as number)
  await post('ann', '/add_contacts a@x.io', { via: 'chat' })
  await expect
    .poll(
      async () => (await rowsOf<{ attempts: number }>(service.db, sql`select attempts from deliveries`))[0]?.attempts,
    )
    .toBeGreaterThan(0)
  await mend()
  await expect.poll(() => service.chat.length, { timeout: 10_000 }).toBe(1)
  expect(await issue.contacts()).toEqual(['a@x.io'])
})

describe('a fault that stays', () => {
  test('is given up, told to the person without its insides, seen by the operator, and can be started again', async () => {
    const service = await startService({ environment: { WORK_ATTEMPTS: '2' } })
    const { post, issue, contacts } = await world(service, { people: planner, contacts: ['a@x.io', 'b@x.io'] })
    const mend = await breakFor(service.db, contacts[0]?.id as number)
    await post('ann', '/add_contacts a@x.io', { via: 'chat' })
    await post('ann', '/add_contacts b@x.io', { via: 'chat' })
    await expect.poll(() => failedDeliveries(service.db), { timeout: 10_000 }).toHaveLength(1)
    const [failed] = await failedDeliveries(service.db)
    expect(failed?.fault).toContain('broken')
    expect(service.chat[0]?.answer.toAuthor.join(' ')).toMatch(/went wrong on our side/)
    expect(JSON.stringify(service.chat[0])).not.toContain('broken')
    // What came after it on the same issue waited for it, and goes on without it.
    await sweep(service.db, service.queue, 0)
    await expect.poll(issue.contacts, { timeout: 10_000 }).toEqual(['b@x.io'])
    await mend()
    const restarted = await restart(service.db, 'all')
    await Promise.all(restarted.map((id) => service.queue.push(id)))
    await expect.poll(issue.contacts, { timeout: 10_000 }).toEqual(['a@x.io', 'b@x.io'])
    expect(await failedDeliveries(service.db)).toEqual([])
  })
})

test('a place that cannot be reached delays the answer, not the effect; the effect is not repeated', async () => {
  let away = true
  const said: string[] = []
  const service = await startService({
    reply: async (_, answer) => {
      if (away) throw new Error('503 from the tracker')
      said.push(...answer.toAuthor)
      return undefined
    },
  })
  const { post, issue } = await world(service, { people: planner, contacts: ['a@x.io'] })
  await post('ann', '/add_contacts a@x.io', { via: 'chat' })
  await expect.poll(issue.contacts).toEqual(['a@x.io'])
  away = false
  await expect.poll(() => said, { timeout: 10_000 }).toEqual(['Added a@x.io.'])
  expect(await issue.history()).toHaveLength(1)
})

test('a place that is slow does not keep others waiting', async () => {
  let release = () => {}
  const slow = new Promise<void>((resolve) => {
    release = resolve
  })
  const said: string[] = []
  const service = await startService({
    environment: { WORK_CONCURRENCY: '4' },
    reply: async (_, answer) => {
      await slow
      said.push(...answer.toAuthor)
      return undefined
    },
  })
  const worlds = []
  for (let number = 0; number < 6; number++)
    worlds.push(await world(service, { people: planner, contacts: ['a@x.io'] }))
  for (const { post } of worlds) await post('ann', '/add_contacts a@x.io', { via: 'chat' })
  const { say } = await world(service, { people: planner, contacts: ['b@x.io'] })
  expect(await say('ann', '/add_contacts b@x.io')).toBe('Added b@x.io.')
  for (const { issue } of worlds) await expect.poll(issue.contacts).toEqual(['a@x.io'])
  expect(said).toEqual([])
  release()
  await expect.poll(() => said.length, { timeout: 20_000 }).toBe(6)
})

test('a worker that lacks the settings of a connector does not pretend to have answered', async () => {
  const service = await startService({ environment: { WORK_ATTEMPTS: '2' } })
  const { post, issue, users } = await world(service, { people: planner, contacts: ['a@x.io'] })
  await nameUserElsewhere(service.db, users.get('ann')?.id as number, { via: 'slack', externalId: 'T1:U1' })
  await post('ann', '/add_contacts a@x.io', { via: 'slack', author: { account: 'T1:U1' } })
  await expect.poll(() => failedDeliveries(service.db), { timeout: 10_000 }).toHaveLength(1)
  const [failed] = await failedDeliveries(service.db)
  expect(failed?.fault).toContain('slack is not switched on here')
  expect(await issue.contacts()).toEqual(['a@x.io'])
})

test('what the queue lost the sweep brings back', async () => {
  const deaf = { push: async () => {}, work: () => {}, close: async () => {} }
  const service = await startService({ queue: deaf })
  const { post, issue } = await world(service, { people: planner, contacts: ['a@x.io'] })
  await post('ann', '/add_contacts a@x.io')
  const queue = freshQueue()
  const helper = await startService({ database: { ...service.database, close: async () => {} }, queue })
  expect(helper.queue).toBe(queue)
  await expect.poll(issue.contacts, { timeout: 10_000 }).toEqual(['a@x.io'])
})

test('a queue that refuses does not keep a comment from being taken', async () => {
  const broken = {
    push: async () => {
      throw new Error('Redis is away')
    },
    work: () => {},
    close: async () => {},
  }
  const service = await startService({ queue: broken, idle: true })
  const { post } = await world(service, { people: planner, contacts: ['a@x.io'] })
  expect(await post('ann', '/add_contacts a@x.io')).toMatchObject({ status: 'taken', done: false })
})
