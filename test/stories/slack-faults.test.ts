// When Slack is away, slow, or asks us to wait: the command has its effect once, and the answer comes when it can, or
// is given up.
import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { failedDeliveries } from '../../src/pipeline/failures.ts'
import { rowsOf } from '../../src/storage/db.ts'
import { startTeam, teamIn } from '../support/slack/team.ts'

const people = { ann: 'planner' } as const
const contacts = ['a@x.io', 'b@x.io']

async function crew(environment: Record<string, string> = {}, options: { idle?: boolean } = {}) {
  const team = await startTeam(environment, options)
  const here = await teamIn(team, { people, contacts })
  const { db } = team.service
  const posts = () => team.slack.calls.filter(({ method }) => method === 'response_url')
  const statuses = async () =>
    (await rowsOf<{ status: string }>(db, sql`select status from deliveries order by id`)).map(({ status }) => status)
  return { ...here, team, db, posts, statuses }
}

test('Slack is away: the effect is there at once, the answer when it is back', async () => {
  const { as, reads, reference, issue, slack, statuses } = await crew()
  slack.away()
  await as('ann').types(`/add_contacts ${reference} a@x.io`)
  await expect.poll(issue.contacts).toEqual(['a@x.io'])
  expect(await statuses()).toEqual(['applied'])
  await slack.back()
  await expect.poll(() => reads('ann').at(-1), { timeout: 15_000 }).toBe('Added a@x.io.')
  await expect.poll(statuses).toEqual(['replied'])
  expect(await issue.history()).toHaveLength(1)
})

test('Slack is away for good: after the last try the answer is given up, and the operator sees it', async () => {
  const { as, reference, issue, slack, statuses, db } = await crew({ WORK_ATTEMPTS: '2' })
  slack.away()
  await as('ann').types(`/add_contacts ${reference} a@x.io`)
  await expect.poll(statuses, { timeout: 15_000 }).toEqual(['failed'])
  expect(await issue.contacts()).toEqual(['a@x.io'])
  expect(await failedDeliveries(db)).toMatchObject([{ attempts: 2 }])
})

test('Slack takes ten seconds to answer: one answer, nothing twice', { timeout: 60_000 }, async () => {
  const { as, reads, reference, issue, slack, posts, statuses } = await crew()
  slack.slow(10_000)
  const { ms } = await as('ann').types(`/add_contacts ${reference} a@x.io`)
  expect(ms).toBeLessThan(3_000)
  await expect.poll(issue.contacts).toEqual(['a@x.io'])
  await expect.poll(statuses, { timeout: 30_000 }).toEqual(['replied'])
  expect(reads('ann').filter((text) => text === 'Added a@x.io.')).toHaveLength(1)
  expect(posts()).toHaveLength(1)
})

describe('a limit', () => {
  test('is waited for as long as Slack asks', async () => {
    const { as, reads, reference, slack, posts } = await crew()
    slack.limit('response_url', { retryAfter: 3, times: 1 })
    const start = Date.now()
    await as('ann').types(`/add_contacts ${reference} a@x.io`)
    await expect.poll(() => reads('ann').at(-1), { timeout: 20_000 }).toBe('Added a@x.io.')
    expect(Date.now() - start).toBeGreaterThanOrEqual(3_000)
    expect(posts().map(({ status }) => status)).toEqual([429, 200])
  })

  test('for messages too', async () => {
    const { as, reads, reference, slack, issue } = await crew()
    slack.limit('chat.postEphemeral', { retryAfter: 2, times: 1 })
    await as('ann').says(`@rolobot add_contacts ${reference} a@x.io`)
    await expect.poll(() => reads('ann').at(-1), { timeout: 20_000 }).toBe('Added a@x.io.')
    expect(await issue.history()).toHaveLength(1)
  })
})

describe('a place that is gone', () => {
  test('the response_url is too old: the answer comes in the channel, to the person alone', async () => {
    const { as, reads, reference, slack, team, statuses, issue } = await crew({}, { idle: true })
    const { ms } = await as('ann').types(`/add_contacts ${reference} a@x.io`)
    expect(ms).toBeLessThan(3_000)
    expect(reads('ann')).toEqual(['Working on it …'])
    slack.expire()
    team.service.work()
    await expect.poll(() => reads('ann').at(-1)).toBe('Added a@x.io.')
    await expect.poll(statuses).toEqual(['replied'])
    expect(await issue.history()).toHaveLength(1)
  })

  test('the channel is deleted: the answer comes directly', async () => {
    const { as, reference, slack, userOf, issue } = await crew()
    slack.fail('chat.postEphemeral', 'channel_not_found', 99)
    await as('ann').says(`@rolobot add_contacts ${reference} a@x.io`)
    await expect.poll(() => slack.directMessages(userOf('ann'))).toEqual(['Added a@x.io.'])
    expect(await issue.contacts()).toEqual(['a@x.io'])
  })

  test('nobody can be reached: given up at once, with the reasons; nothing is tried for ever', async () => {
    const { as, reference, slack, statuses, db, issue } = await crew()
    slack.fail('response_url', 404, 99)
    for (const method of ['chat.postEphemeral', 'chat.postMessage']) slack.fail(method, 'account_inactive', 99)
    await as('ann').types(`/add_contacts ${reference} a@x.io`)
    await expect.poll(statuses).toEqual(['failed'])
    expect(await issue.contacts()).toEqual(['a@x.io'])
    const [failed] = await failedDeliveries(db)
    expect(failed).toMatchObject({ attempts: 0 })
    expect(failed?.fault).toContain('account_inactive')
  })
})

describe('our own database', () => {
  const broken = async (db: Parameters<typeof rowsOf>[0], work: () => Promise<void>) => {
    await db.execute(sql`alter table user_names rename to user_names_away`)
    await work()
    await db.execute(sql`alter table user_names_away rename to user_names`)
  }

  test('fails: a command is answered in words, a message comes again', async () => {
    const { as, reads, reference, issue, db, client } = await crew()
    await broken(db, async () => {
      await as('ann').types(`/add_contacts ${reference} a@x.io`)
      expect(reads('ann')).toEqual([expect.stringContaining('Send it again')])
    })
    await db.execute(sql`alter table user_names rename to user_names_away`)
    const said = as('ann').says(`@rolobot add_contacts ${reference} a@x.io`)
    await new Promise((resolve) => setTimeout(resolve, 150))
    await db.execute(sql`alter table user_names_away rename to user_names`)
    await said
    const deliveries = await client.idle()
    expect(deliveries.find(({ event }) => event === 'app_mention')?.attempts[0]).toBe(500)
    await expect.poll(issue.contacts, { timeout: 10_000 }).toEqual(['a@x.io'])
  })
})

test('a scope that lacks does not keep the answer back', async () => {
  const { as, reads, reference, slack } = await crew()
  slack.fail('reactions.add', 'missing_scope', 99)
  await as('ann').says(`@rolobot add_contacts ${reference} a@x.io`)
  await expect.poll(() => reads('ann').at(-1)).toBe('Added a@x.io.')
})
