// Comments and their answers after a contact is deleted: what named the contact is removed from them, and nothing else.
import { sql } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { deleteContact } from '../../src/domain/contacts/erasure.ts'
import { forget } from '../../src/pipeline/forget.ts'
import { rowsOf } from '../../src/storage/db.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { world } from '../support/world/world.ts'

let service: RunningService
beforeAll(async () => {
  service = await startService()
})

test('the address is removed from comments and answers, and nothing else', async () => {
  const { db } = service
  const { say, issue, users, group } = await world(service, {
    people: { ann: 'developer' },
    contacts: ['ann@x.io', 'joann@x.io', 'b@x.io'],
  })
  await say('ann', 'Called.\n/add_contacts ann@x.io ANN@X.IO joann@x.io')
  await say('ann', '/remove_contacts <mailto:ann@x.io|ann@x.io>')
  const said = () =>
    rowsOf<{ body: string; answer: string[] }>(
      db,
      sql`select body, outcome->'answer' as answer from deliveries where issue_id = ${issue.id} order by id`,
    )
  expect((await said())[0]?.answer).toEqual(['Added ANN@X.IO and joann@x.io.'])
  const [{ id }] = (await rowsOf<{ id: number }>(
    db,
    sql`select id from contacts where group_id = ${group.id} and email = 'ann@x.io'`,
  )) as [{ id: number }]
  await deleteContact(db, { userId: users.get('ann')?.id as number, via: 'web' }, id)
  expect(await forget(db)).toBe(2)
  expect(await said()).toEqual([
    { body: 'Called.\n/add_contacts deleted deleted joann@x.io', answer: ['Added deleted and joann@x.io.'] },
    { body: '/remove_contacts <mailto:deleted|deleted>', answer: ['Removed deleted.'] },
  ])
  expect(await forget(db)).toBe(0)
  expect(await rowsOf(db, sql`select from erasures`)).toEqual([])
})

test('the name is removed too, in either order', async () => {
  const { db } = service
  const people = { ann: 'developer' } as const
  const { say, issue, users, contacts } = await world(service, {
    people,
    contacts: [{ firstName: 'Xenia', lastName: 'Quill', email: 'xq@x.io' }],
  })
  await say('ann', '/add_contacts xenia quill')
  await say('ann', '/remove_contacts Quill Xenia')
  await deleteContact(db, { userId: users.get('ann')?.id as number, via: 'web' }, contacts[0]?.id as number)
  await forget(db)
  const kept = await rowsOf<{ said: string }>(
    db,
    sql`select body || outcome::text as said from deliveries where issue_id = ${issue.id} order by id`,
  )
  expect(kept.map(({ said }) => said).join()).not.toMatch(/xenia|quill|xq@/i)
  expect(kept[0]?.said).toContain('/add_contacts deleted')
})
