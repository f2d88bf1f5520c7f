// What settings of Slack change: whom we believe, who reads answers, and what lacks.
import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { readSettings, SettingsFault } from '../../src/config.ts'
import { connectors } from '../../src/connectors/index.ts'
import { rowsOf } from '../../src/storage/db.ts'
import { startTeam, teamIn } from '../support/slack/team.ts'

const people = { ann: 'planner' } as const

describe('who is linked by address (SLACK_TRUST_EMAIL=1)', async () => {
  const team = await startTeam({ SLACK_TRUST_EMAIL: '1' })
  let number = 0

  async function known(workspace: string) {
    const rows = await rowsOf<{ n: number }>(
      team.service.db,
      sql`select count(*)::int as n from user_names where external_id like ${`${workspace}:%`}`,
    )
    return rows[0]?.n
  }

  async function stranger(options: Record<string, unknown>, theirs?: string) {
    const here = await teamIn(team, { people, contacts: ['a@x.io'], strangers: [] })
    const address = theirs ?? `Ann-${++number}@Corp.example`
    await team.service.db.execute(
      `update users set email = '${address}', email_key = '${address.toLowerCase()}' where id = ${here.users.get('ann')?.id}`,
    )
    const sam = team.slack.user(`sam-${number}`, { email: address.toUpperCase(), emailConfirmed: true, ...options })
    const channel = here.channelNamed('sams', { members: [sam.id] })
    const speaks = here.client.as(sam).in(channel)
    return { ...here, speaks, reads: () => team.slack.seenBy(sam, channel).at(-1) }
  }

  test('who has the confirmed address of one of ours is that one, from the first word on', async () => {
    const { speaks, reads, reference, issue, users } = await stranger({})
    await speaks.types(`/add_contacts ${reference} a@x.io`)
    await expect.poll(reads).toBe('Added a@x.io.')
    expect((await issue.history())[0]?.actor_id).toBe(users.get('ann')?.id)
    const asked = () => team.slack.calls.filter(({ method }) => method === 'users.info').length
    const before = asked()
    await speaks.types(`/contacts ${reference}`)
    expect(asked()).toBe(before)
  })

  test.each([
    ['an address that is not confirmed', { emailConfirmed: false }],
    ['a bot', { bot: true }],
    ['an account that is deleted', { deleted: true }],
    ['no address', { email: undefined }],
    ['an address of nobody', { email: 'nobody@corp.example' }],
  ])('%s is a stranger', async (_, options) => {
    const { speaks, reads, reference, issue } = await stranger(options)
    await speaks.types(`/add_contacts ${reference} a@x.io`)
    await expect.poll(reads).toContain('/rolobot link')
    expect(await issue.contacts()).toEqual([])
  })

  test('an administrator is not known by an address alone', async () => {
    const { speaks, reads, reference, users } = await stranger({})
    await team.service.db.execute(`update users set administrator = true where id = ${users.get('ann')?.id}`)
    await speaks.types(`/contacts ${reference}`)
    await expect.poll(reads).toContain('/rolobot link')
  })

  test('a user of another workspace is a stranger, whatever address they have confirmed', async () => {
    const { client, reference, issue } = await stranger({})
    const foreign = team.slack.user('foreign', { email: `Ann-${number}@Corp.example`, emailConfirmed: true })
    const channel = team.slack.channel('shared', { members: [foreign.id] })
    const text = `<@${team.slack.bot.userId}> add_contacts ${reference} a@x.io`
    await client.happens({
      type: 'app_mention',
      user: foreign.id,
      user_team: 'TFOREIGN',
      text,
      ts: '1700000003.000100',
      channel: channel.id,
    })
    expect(await issue.contacts()).toEqual([])
    expect(await known('TFOREIGN')).toBe(0)
  })

  test('Slack is slow to tell: answered in time, and known the next time', { timeout: 30_000 }, async () => {
    const { speaks, reads, reference } = await stranger({})
    team.slack.slow(4_000)
    const { ms } = await speaks.types(`/add_contacts ${reference} a@x.io`)
    expect(ms).toBeLessThan(3_000)
    expect(reads()).toContain('/rolobot link')
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    team.slack.heal()
    await speaks.types(`/add_contacts ${reference} a@x.io`)
    await expect.poll(reads).toBe('Added a@x.io.')
  })
})

test('without that setting an address is nothing', async () => {
  const team = await startTeam()
  const here = await teamIn(team, { people })
  const address = 'ann@corp.example'
  await team.service.db.execute(
    `update users set email = '${address}', email_key = '${address}' where id = ${here.users.get('ann')?.id}`,
  )
  const sam = team.slack.user('sam', { email: address, emailConfirmed: true })
  const channel = here.channelNamed('sams', { members: [sam.id] })
  await here.client.as(sam).in(channel).types(`/contacts ${here.reference}`)
  expect(team.slack.seenBy(sam, channel).at(-1)).toContain('/rolobot link')
})

test('SLACK_IN_CHANNEL=1: everybody reads what was done, in numbers; the person alone reads whom', async () => {
  const team = await startTeam({ SLACK_IN_CHANNEL: '1' })
  const { as, reads, reference } = await teamIn(team, { people: { ...people, bob: 'guest' }, contacts: ['a@x.io'] })
  await as('ann').types(`/add_contacts ${reference} a@x.io nobody@x.io`)
  await expect
    .poll(() => reads('ann'))
    .toEqual(['Added a@x.io. No contact has the address nobody@x.io.', 'Added 1 contact; 1 was not added.'])
  expect(reads('bob')).toEqual(['Added 1 contact; 1 was not added.'])
  await as('bob').types(`/add_contacts ${reference} a@x.io`)
  await expect.poll(() => reads('bob').at(-1)).toBe("You don't have permission to change this issue's contacts.")
  expect(reads('ann')).toHaveLength(2)
  await as('ann').types(`/contacts ${reference}`)
  await expect.poll(() => reads('ann').at(-1)).toContain("This issue's contacts")
  expect(reads('bob')).toHaveLength(2)
  // It is tried again until the person is answered; everybody is told once.
  team.slack.limit('response_url', { retryAfter: 1, times: 2 })
  await as('ann').types(`/remove_contacts ${reference} a@x.io`)
  await expect.poll(() => reads('ann').at(-1), { timeout: 15_000 }).toBe('Removed 1 contact.')
  expect(reads('bob').filter((text) => text === 'Removed 1 contact.')).toHaveLength(1)
})

describe('what lacks is named, all at once', () => {
  const faults = (environment: Record<string, string>): string[] => {
    try {
      readSettings(environment, connectors)
      return []
    } catch (fault) {
      if (!(fault instanceof SettingsFault)) throw fault
      return fault.faults.map((one) => one.split(':')[0] as string)
    }
  }
  const [bot, secret, app] = [
    { SLACK_BOT_TOKEN: 'xoxb-1' },
    { SLACK_SIGNING_SECRET: 's' },
    { SLACK_APP_TOKEN: 'xapp-1' },
  ]
  const install = { SLACK_CLIENT_ID: '1', SLACK_CLIENT_SECRET: '2', SLACK_TOKEN_KEY: 'x'.repeat(32) }

  test.each<[string, Record<string, string>, string[]]>([
    ['nothing: off', {}, []],
    ['empty values: off', { SLACK_BOT_TOKEN: '', SLACK_SIGNING_SECRET: ' ' }, []],
    ['the token alone', bot, ['SLACK_SIGNING_SECRET']],
    ['the secret alone', secret, ['SLACK_BOT_TOKEN']],
    ['over HTTP', { ...bot, ...secret }, []],
    ['over a socket', { ...bot, ...app }, []],
    ['the socket alone', app, ['SLACK_BOT_TOKEN']],
    ['only whom to trust', { SLACK_TRUST_EMAIL: '1' }, ['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET']],
    ['several workspaces', { ...install, ...secret }, []],
    ['a half of that', { SLACK_CLIENT_ID: '1', ...secret }, ['SLACK_CLIENT_SECRET', 'SLACK_TOKEN_KEY']],
    ['a key too short', { ...install, ...secret, SLACK_TOKEN_KEY: 'short' }, ['SLACK_TOKEN_KEY']],
    [
      'tokens mixed up',
      { SLACK_BOT_TOKEN: 'xapp-1', SLACK_APP_TOKEN: 'xoxb-1' },
      ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN'],
    ],
    ['beside other faults', { PORT: 'x', SLACK_IN_CHANNEL: 'yes', ...bot, ...secret }, ['PORT', 'SLACK_IN_CHANNEL']],
    ['of others, which are not ours', { SLACK_WEBHOOK_URL: 'https://hooks.example' }, []],
  ])('%s', (_, environment, expected) => {
    expect(faults(environment)).toEqual(expected)
  })
})
