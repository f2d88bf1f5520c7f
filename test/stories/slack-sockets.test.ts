// Socket Mode: Slack is dialled, twice; what it sends is acknowledged when it is safe, and nothing gets lost when
// connections end.
import { describe, expect, test } from 'vitest'
import { startService } from '../support/service/service.ts'
import { connectTo } from '../support/slack/people.ts'
import { startSlack } from '../support/slack/server.ts'
import { publicUrl, teamIn } from '../support/slack/team.ts'

const people = { ann: 'planner' } as const

async function crew() {
  const slack = await startSlack()
  const service = await startService({ environment: { ...slack.socketEnvironment, PUBLIC_URL: publicUrl } })
  await expect.poll(() => slack.sockets.count).toBe(2)
  const here = await teamIn({ slack, service }, { people, contacts: ['a@x.io', 'b@x.io', 'c@x.io'] })
  const client = connectTo(slack, 'socket', { events: ['app_mention'], retries: [50, 500, 2_000] })
  const ann = client.as(here.userOf('ann')).in(here.support)
  return { ...here, slack, service, client, ann }
}

test('commands, messages and forms come over the sockets', async () => {
  const { ann, reads, reference, issue, slack, userOf } = await crew()
  await ann.types(`/add_contacts ${reference} a@x.io`)
  await expect.poll(() => reads('ann').at(-1)).toBe('Added a@x.io.')
  await ann.says(`@rolobot add_contacts ${reference} b@x.io`)
  await expect.poll(() => reads('ann').at(-1)).toBe('Added b@x.io.')
  await ann.opensShortcut('link_contacts')
  await expect.poll(() => slack.view(userOf('ann'))).toBeDefined()
  await ann.typesInto('issue', '')
  await ann.chooses('issue', `${reference} It does not work`)
  await expect.poll(() => slack.view(userOf('ann'))?.private_metadata).toContain('issue')
  await ann.typesInto('contacts', 'c')
  await ann.chooses('contacts', 'c Example · c@x.io')
  await ann.submits()
  await expect.poll(() => JSON.stringify(slack.view(userOf('ann')))).toContain('Added c@x.io.')
  expect(await issue.contacts()).toEqual(['a@x.io', 'b@x.io', 'c@x.io'])
})

describe('connections end', () => {
  test('Slack asks to come again: two are open again at once', async () => {
    const { ann, reads, reference, slack } = await crew()
    slack.sockets.refresh()
    await expect.poll(() => slack.sockets.count, { timeout: 5_000 }).toBe(2)
    await ann.types(`/add_contacts ${reference} a@x.io`)
    await expect.poll(() => reads('ann').at(-1)).toBe('Added a@x.io.')
  })

  test('they are cut: they come back', async () => {
    const { ann, reads, reference, slack } = await crew()
    slack.sockets.drop()
    await expect
      .poll(() => slack.calls.filter(({ method }) => method === 'apps.connections.open').length, { timeout: 10_000 })
      .toBe(4)
    await expect.poll(() => slack.sockets.count, { timeout: 10_000 }).toBe(2)
    await ann.types(`/add_contacts ${reference} a@x.io`)
    await expect.poll(() => reads('ann').at(-1)).toBe('Added a@x.io.')
  })

  test('Slack is away for a while, and refuses to give an address', async () => {
    const { ann, reads, reference, slack } = await crew()
    slack.fail('apps.connections.open', 'internal_error', 2)
    await slack.away()
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    await slack.back()
    await expect.poll(() => slack.sockets.count, { timeout: 30_000 }).toBe(2)
    await ann.types(`/add_contacts ${reference} a@x.io`)
    await expect.poll(() => reads('ann').at(-1)).toBe('Added a@x.io.')
  })

  test('an event that was not acknowledged comes again, over another connection, and is one comment', async () => {
    const { ann, slack, reference, issue, client } = await crew()
    slack.sockets.lose()
    await ann.says(`Hello\n@rolobot add_contacts ${reference} a@x.io`)
    const deliveries = await client.idle()
    expect(deliveries.find(({ event }) => event === 'app_mention')?.attempts).toEqual(['connection_closed', 200])
    await expect.poll(issue.comments, { timeout: 10_000 }).toEqual(['Hello', '[added 1 contact]'])
  })
})

test('two processes on one database, four connections: each thing is done once', async () => {
  const { ann, reads, reference, issue, slack, service } = await crew()
  const other = await startService({
    environment: { ...slack.socketEnvironment, PUBLIC_URL: publicUrl },
    database: { ...service.database, close: async () => {} },
  })
  expect(other.url).not.toBe(service.url)
  await expect.poll(() => slack.sockets.count).toBe(4)
  for (const address of ['a@x.io', 'b@x.io', 'c@x.io'])
    await ann.says(`About ${address}\n@rolobot add_contacts ${reference} ${address}`)
  await expect.poll(issue.contacts).toEqual(['a@x.io', 'b@x.io', 'c@x.io'])
  expect((await issue.comments()).filter((text) => text.startsWith('About'))).toHaveLength(3)
  await expect.poll(() => reads('ann').filter((text) => text.startsWith('Added')).length).toBe(3)
})

test('without a signing secret nothing is taken over HTTP', async () => {
  const { service, slack } = await crew()
  const overHttp = connectTo(slack, service.url)
  const body = 'command=%2Fcontacts'
  expect(
    (await overHttp.raw(body, { 'content-type': 'application/x-www-form-urlencoded', ...overHttp.sign(body) })).status,
  ).toBe(401)
})
