import { describe, expect, test } from 'vitest'
import { sql } from 'drizzle-orm'
import { startTeam, teamIn } from '../support/slack-team.ts'
const team = await startTeam()
const people = { ann: 'planner', bob: 'planner' } as const
const contacts = [
  { firstName: 'Ann', lastName: 'Lee', email: 'ann.lee@x.io' },
  { firstName: 'Bob', lastName: 'Stone', email: 'bob@fleet.io' },
  { firstName: 'A', lastName: 'Ex', email: 'a@x.io' },
]
const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms))
const crew = async (more: any = {}) => {
  const here = await teamIn(team, { people, contacts, ...more })
  const signsOn = (ts: string) => Object.keys(team.slack.messages(here.support).find((m) => m.ts === ts)?.reactions ?? {})
  return { ...here, signsOn }
}
test('D1 dup event after it was applied: what is said', async () => {
  const { as, client, reference, reads, signsOn } = await crew()
  const { ts } = await as('ann').says(`@rolobot add_contacts ${reference} a@x.io`)
  await expect.poll(() => reads('ann').at(-1)).toBe('Added a@x.io.')
  const all = await client.idle()
  const p = all.filter(({ event }) => event === 'app_mention').at(-1)?.payload ?? {}
  await client.event({ ...p, event_id: 'EvOTHER1' })
  await sleep(500)
  console.log('D1', reads('ann'), signsOn(ts))
})
test('D2 mention with an unknown name beside a good one', async () => {
  const { as, reference, reads, signsOn } = await crew()
  const { ts } = await as('ann').says(`@rolobot add_contacts ${reference} a@x.io, zoe`)
  await sleep(1500)
  console.log('D2', reads('ann'), signsOn(ts))
})
test('D3 edit that corrects the issue', async () => {
  const { as, reference, reads, issue } = await crew()
  const { ts } = await as('ann').says(`@rolobot add_contacts no/such#1 a@x.io`)
  await sleep(500)
  await as('ann').edits(ts, `@rolobot add_contacts ${reference} a@x.io`)
  await sleep(1500)
  console.log('D3', reads('ann'), await issue.contacts())
})
test('D4 edit re-runs a name command', async () => {
  const { as, reference, reads, issue, say } = await crew()
  const { ts } = await as('ann').says(`@rolobot add_contacts ${reference} ann lee`)
  await expect.poll(() => reads('ann').at(-1)).toBe('Added ann.lee@x.io.')
  await say('bob', '/remove_contacts ann.lee@x.io')
  console.log('D4 before', await issue.contacts())
  await as('ann').edits(ts, `@rolobot add_contacts ${reference} ann lee\n@rolobot add_contacts a@x.io`)
  await sleep(1500)
  console.log('D4', reads('ann'), await issue.contacts())
})
test('D5 remove by substring of address', async () => {
  const { as, reference, reads, issue, say } = await crew()
  await say('bob', '/add_contacts bob@fleet.io')
  await as('ann').types(`/remove_contacts ${reference} lee`)
  await sleep(1000)
  console.log('D5', reads('ann'), await issue.contacts())
})
test('D6 edit before the original', async () => {
  const { as, client, reference, reads, issue, slack, support, userOf } = await crew()
  const us = slack.bot.userId
  const env = (event: any, id: string) => ({ type: 'event_callback', team_id: slack.team.id, event_id: id, event, authorizations: [{ team_id: slack.team.id, user_id: us, is_bot: true }] })
  const t0 = `<@${us}> add_contacts ${reference} a@x.io`
  const t1 = `Text.\n<@${us}> remove_contacts ${reference} a@x.io`
  const msg = { type: 'message', user: userOf('ann').id, ts: '1700000001.000100' }
  await client.event(env({ type: 'message', subtype: 'message_changed', channel: support.id, channel_type: 'channel', ts: '1700000002.000100', message: { ...msg, text: t1, edited: { user: userOf('ann').id, ts: '1700000002.000000' } }, previous_message: { ...msg, text: t0 } }, 'EvE'))
  await sleep(700)
  await client.event(env({ type: 'app_mention', user: userOf('ann').id, ts: msg.ts, channel: support.id, text: `Text of old.\n${t0}` }, 'EvO'))
  await sleep(1000)
  console.log('D6', await issue.contacts(), await issue.comments())
})
test('D7 hint in an unbound channel', async () => {
  const { as, reference, reads } = await crew()
  await as('ann').says(`@rolobot add_contcts ${reference} a@x.io`)
  await sleep(500)
  console.log('D7', reads('ann').at(-1))
})
test('D8 a fault of the database', async () => {
  const { as, reference, reads } = await crew()
  await team.service.db.execute(sql`alter table user_names rename to user_names_away`)
  const r = await as('ann').types(`/add_contacts ${reference} a@x.io`).catch((e) => e)
  console.log('D8', r instanceof Error ? r.message : r)
  const r2 = await as('ann').opensShortcut('link_contacts').catch((e) => e)
  console.log('D8b', r2 instanceof Error ? r2.message : r2)
  await team.service.db.execute(sql`alter table user_names_away rename to user_names`)
})
test('D9 unbind by who may not see', async () => {
  const { as, reference, reads } = await crew({ people: { ...people, eve: 'nobody' } })
  await as('ann').types(`/rolobot bind ${reference}`)
  await as('eve').types('/rolobot unbind')
  console.log('D9', reads('eve'))
})
test('D10 labelled link', async () => {
  const { as, reference, reads, issue, client, slack, support, userOf } = await crew()
  const us = slack.bot.userId
  await client.event({ type: 'event_callback', team_id: slack.team.id, event_id: 'EvL', authorizations: [{ team_id: slack.team.id, user_id: us, is_bot: true }],
    event: { type: 'app_mention', user: userOf('ann').id, ts: '1700000011.000100', channel: support.id, text: `<@${us}> add_contacts <http://rolobot.example${issue.path}|${reference}> a@x.io` } })
  await sleep(800)
  console.log('D10', reads('ann'))
})
