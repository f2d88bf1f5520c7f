// The same comment twice is once; comments of one issue take effect in the order in which they came; an edit runs only
// what is new.
import { sql } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { rowsOf } from '../../src/storage/db.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { world } from '../support/world/world.ts'

let service: RunningService
beforeAll(async () => {
  service = await startService()
})

const planner = { ann: 'planner' } as const
const unfinished = async () =>
  (
    await rowsOf<{ n: number }>(
      service.db,
      sql`select count(*)::int as n from deliveries where status not in ('replied', 'failed')`,
    )
  )[0]?.n

test('the same delivery ten times at once is applied once', async () => {
  const { post, issue } = await world(service, { people: planner, contacts: ['a@x.io'] })
  const receipts = await Promise.all(
    Array.from({ length: 10 }, () => post('ann', 'Hello\n/add_contacts a@x.io', { delivery: 'the-same' })),
  )
  await expect.poll(unfinished).toBe(0)
  expect(new Set(receipts.map((receipt) => receipt.status === 'taken' && receipt.deliveryId)).size).toBe(1)
  expect(await issue.comments()).toEqual(['Hello', '[added 1 contact]'])
  expect(await issue.history()).toHaveLength(1)
})

test('a delivery that comes again long after changes nothing', async () => {
  const { say, post, issue } = await world(service, { people: planner, contacts: ['a@x.io'] })
  await say('ann', '/add_contacts a@x.io', { delivery: 'old' })
  await say('ann', '/remove_contacts a@x.io')
  await post('ann', '/add_contacts a@x.io', { delivery: 'old' })
  await expect.poll(unfinished).toBe(0)
  expect(await issue.contacts()).toEqual([])
})

test('ten at a time on one issue keep the order in which they came', async () => {
  const { post, issue } = await world(service, { people: planner, contacts: ['a@x.io', 'b@x.io'] })
  for (let round = 0; round < 25; round++) {
    await post('ann', `/add_contacts a@x.io\n/remove_contacts b@x.io`)
    await post('ann', `/remove_contacts a@x.io\n/add_contacts b@x.io`)
  }
  await expect.poll(unfinished, { timeout: 20_000 }).toBe(0)
  expect(await issue.contacts()).toEqual(['b@x.io'])
  const notes = await issue.comments()
  expect(notes).toHaveLength(50)
  expect(notes.slice(1).every((note) => note === '[added 1 contact and removed 1 contact]')).toBe(true)
})

test('an edit runs only what the old text did not have', async () => {
  const { say, issue } = await world(service, { people: planner, contacts: ['a@x.io', 'b@x.io'] })
  const first = 'See below\n/add_contacts a@x.io'
  await say('ann', first, { delivery: '7' })
  await say('ann', '/remove_contacts a@x.io')
  const second = 'See above\n/add_contacts a@x.io b@x.io'
  expect(await say('ann', second, { delivery: '7@later', replaces: { delivery: '7', text: first } })).toBe(
    'Added b@x.io.',
  )
  expect(await issue.contacts()).toEqual(['b@x.io'])
  expect((await issue.comments())[0]).toBe('See above')
})

test('an edit that leaves commands only takes the comment away; one that adds words brings it', async () => {
  const { say, issue } = await world(service, { people: planner, contacts: ['a@x.io'] })
  await say('ann', 'Words', { delivery: '8' })
  await say('ann', '/add_contacts a@x.io', { delivery: '8@1', replaces: { delivery: '8', text: 'Words' } })
  expect(await issue.comments()).toEqual(['[added 1 contact]'])
  await say('ann', 'Other words\n/add_contacts a@x.io', {
    delivery: '8@2',
    replaces: { delivery: '8', text: '/add_contacts a@x.io' },
  })
  expect(await issue.comments()).toEqual(['[added 1 contact]', 'Other words'])
})

test('the description of a new issue is its first comment', async () => {
  const { commentOf, project } = await world(service, { people: planner, contacts: ['a@x.io'] })
  const { on: _, ...comment } = commentOf('ann', 'It smells.\n/add_contacts a@x.io', { delivery: 'issue-1' })
  const wanted = { ...comment, kind: 'issue' as const, project: project.fullPath, title: 'Printer on fire' }
  expect((await service.submit(wanted)).outcome?.answer).toEqual(['Added a@x.io.'])
  await service.receive(wanted)
  const opened = await rowsOf(
    service.db,
    sql`select iid, title, description from issues where project_id = ${project.id} and title = 'Printer on fire'`,
  )
  expect(opened).toEqual([{ iid: 2, title: 'Printer on fire', description: 'It smells.' }])
})

test('who lost the right between the comment and its turn is told so', async () => {
  const idle = await startService({ idle: true })
  const { post, users, group, issue } = await world(idle, { people: planner, contacts: ['a@x.io'] })
  await post('ann', '/add_contacts a@x.io', { via: 'chat', replyTo: 'late' })
  await idle.db.execute(sql`delete from members where user_id = ${users.get('ann')?.id} and group_id = ${group.id}`)
  idle.work()
  await expect.poll(() => idle.chat.length).toBe(1)
  expect(idle.chat[0]?.answer.toAuthor.join(' ')).toMatch(/you no longer have permission/)
  expect(await issue.contacts()).toEqual([])
})
