// kill -9 at each step of the way of what is typed in Slack: what Slack was told is taken has its effect once, and is
// answered.
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { newFolder, run } from '../support/processes/processes.ts'
import { hasPostgres, thisDatabase, whileNothingIsMarked } from '../support/service/databases.ts'
import { newPostgres } from '../support/service/db.ts'
import { type Office, openOffice } from '../support/slack/office.ts'
import { SlackFailure } from '../support/slack/people.ts'
import { type FakeSlack, startSlack } from '../support/slack/server.ts'

const shop = (iid: number) => `acme/support/shop#${iid}`
const [hannah, jonas, tor, paolo, rosa] = [
  'hannah.weiss@mail.example',
  'jonas.petrauskas@mail.example',
  'tor.nygaard@halvorsen-marine.example',
  'paolo.ferrante@castellano.example',
  'rosa.dimarco@castellano.example',
] as const

let slack: FakeSlack
let office: Office

/** What happens on either database. */
function either(): void {
  afterEach(async () => {
    slack.heal()
    await slack.back()
  })
  afterAll(async () => expect(await office.stop()).toMatchObject({ code: 0 }))

  test('a command is applied and cannot be answered: the answer comes after the restart', async () => {
    await slack.away()
    expect(await office.as('priya').types(`/add_contacts ${shop(1)} ${hannah}`)).toMatchObject({ status: 200 })
    await expect.poll(() => office.notesOf(1)).toEqual(['[added 1 contact]'])
    await office.kill()
    await slack.back()
    await office.start()
    await expect.poll(() => office.lastRead('priya'), { timeout: 20_000 }).toBe(`Added ${hannah}.`)
    expect(await office.notesOf(1)).toEqual(['[added 1 contact]'])
  })

  test('a command is answered, and that is not noted: it is answered again, and not done again', async () => {
    slack.slow(1_500)
    expect(await office.as('dana').types(`/add_contacts ${shop(2)} ${jonas}`)).toMatchObject({ status: 200 })
    await expect.poll(() => office.notesOf(2)).toEqual(['[added 1 contact]'])
    await office.kill()
    const answers = () => office.reads('dana').filter((text) => text === `Added ${jonas}.`).length
    await expect.poll(answers, { timeout: 5_000 }).toBe(1)
    slack.heal()
    await office.start()
    await expect.poll(answers, { timeout: 20_000 }).toBe(2)
    expect(await office.notesOf(2)).toEqual(['[added 1 contact]'])
  })

  test('a mention is taken and not acknowledged: Slack sends it again, and it is one comment', async () => {
    // Before it is acknowledged they are asked who is meant.
    slack.slow(4_000)
    const said = office.as('marcus').says(`They called twice.\n@rolobot add_contacts ${shop(3)} ${tor}, Okafor`)
    await expect.poll(async () => (await office.notesOf(3))[0], { timeout: 10_000 }).toBe('They called twice.')
    await office.kill()
    slack.heal()
    await office.start()
    const mention = (await said).deliveries.find(({ event }) => event === 'app_mention')
    expect(mention?.attempts.length).toBeGreaterThan(1)
    expect(mention?.attempts.at(-1)).toBe(200)
    await expect.poll(() => office.reads('marcus').join('\n'), { timeout: 20_000 }).toContain(`Added ${tor}.`)
    await expect.poll(() => office.reads('marcus').join('\n'), { timeout: 10_000 }).toContain('Which “Okafor”?')
    expect(await office.notesOf(3)).toEqual(['They called twice.', '[added 1 contact]'])
  })

  test('a mention comes again after everything was done, and a restart: nothing is said of it any more', async () => {
    const { ts, deliveries } = await office.as('olivia').says(`From Rosa.\n@rolobot add_contacts ${shop(1)} ${rosa}`)
    await expect.poll(() => office.lastRead('olivia'), { timeout: 10_000 }).toBe(`Added ${rosa}.`)
    const [before, notes] = [office.reads('olivia'), await office.notesOf(1)]
    await office.kill()
    await office.start()
    const { payload } = deliveries.find(({ event }) => event === 'app_mention') as (typeof deliveries)[number]
    expect(await office.client.event(payload)).toMatchObject({ attempts: [200] })
    // A sign under it would be set beside the acknowledgement.
    await sleep(300)
    expect(office.reads('olivia')).toEqual(before)
    expect(await office.notesOf(1)).toEqual(notes)
    expect(Object.keys(slack.world.messages.find((message) => message.ts === ts)?.reactions ?? {}).sort()).toEqual([
      'eyes',
      'white_check_mark',
    ])
  })
}

describe('on the embedded database', () => {
  beforeAll(async () => {
    slack = await startSlack()
    office = await openOffice(slack, { ROLOBOT_DATA: newFolder() })
  })
  either()
})

describe.skipIf(!hasPostgres)('on Postgres', () => {
  let address: string
  beforeAll(async () => {
    slack = await startSlack()
    address = await newPostgres()
    const environment = { DATABASE_URL: address }
    office = await openOffice(slack, environment, async () =>
      expect(await run(['sample'], { environment })).toMatchObject({ code: 0 }),
    )
  })
  either()

  test('a command is acknowledged and not applied: it is applied after the restart', async () => {
    await whileNothingIsMarked(address, async (isWaiting) => {
      const typed = await office.as('priya').types(`/add_contacts ${shop(4)} ${hannah}`)
      expect(typed.status).toBe(200)
      expect(office.lastRead('priya')).toBe('Working on it …')
      expect(await isWaiting()).toBe(true)
      expect(await office.notesOf(4)).toEqual([])
      await office.kill()
    })
    await office.start()
    await expect.poll(() => office.lastRead('priya'), { timeout: 20_000 }).toBe(`Added ${hannah}.`)
    expect(await office.notesOf(4)).toEqual(['[added 1 contact]'])
    await forgetTrigger(address)
  })

  test('a form is taken and not acknowledged: it is sent again, and taken once', async () => {
    const dana = office.as('dana')
    await dana.opensShortcut('link_contacts')
    await expect.poll(() => slack.view(office.userOf('dana'))).toBeDefined()
    await dana.typesInto('issue', '#4')
    await dana.chooses('issue', `${shop(4)} Class lists cannot be printed`)
    await expect.poll(() => slack.view(office.userOf('dana'))?.private_metadata).toContain('issue')
    await dana.typesInto('contacts', 'paolo')
    await dana.chooses('contacts', `Paolo Ferrante · ${paolo} · Castellano Foods`)
    await dana.writes('reason', 'By phone.')
    await whileNothingIsMarked(address, async (isWaiting) => {
      const sent = expect(dana.submits()).rejects.toThrow(SlackFailure)
      await expect.poll(isWaiting, { timeout: 1_400, interval: 20 }).toBe(true)
      await office.kill()
      await sent
    })
    await office.start()
    await dana.submits()
    await expect.poll(() => JSON.stringify(slack.view(office.userOf('dana')))).toContain(`Added ${paolo}.`)
    expect((await office.notesOf(4)).slice(-2)).toEqual(['By phone.', '[added 1 contact]'])
    await forgetTrigger(address)
  })

  test('a mention is about to be written down: Slack sends it again, and it is one comment', async () => {
    const before = (await office.notesOf(1)).length
    let said: ReturnType<ReturnType<Office['as']>['says']> | undefined
    await whileNothingIsWritten(address, async (isWaiting) => {
      said = office.as('priya').says(`From Paolo.\n@rolobot add_contacts ${shop(1)} ${paolo}`)
      await expect.poll(isWaiting, { timeout: 2_900, interval: 20 }).toBe(true)
      await office.kill()
    })
    await office.start()
    const mention = (await said)?.deliveries.find(({ event }) => event === 'app_mention')
    expect(mention?.attempts.at(-1)).toBe(200)
    await expect.poll(() => office.reads('priya'), { timeout: 20_000 }).toContain(`Added ${paolo}.`)
    expect((await office.notesOf(1)).slice(before)).toEqual(['From Paolo.', '[added 1 contact]'])
  })
})

/** Does something while no delivery can be written down: a transaction about to do so waits. */
async function whileNothingIsWritten(
  url: string,
  work: (isWaiting: () => Promise<boolean>) => Promise<void>,
): Promise<void> {
  const [holder, looker] = [
    postgres(url, { max: 1, onnotice: () => {} }),
    postgres(url, { max: 1, onnotice: () => {} }),
  ]
  await holder.begin(async (tx) => {
    await tx`lock table deliveries in share row exclusive mode`
    await work(
      async () => (await looker.unsafe(`select from pg_locks where not granted and ${thisDatabase}`)).length > 0,
    )
  })
  await Promise.all([holder.end(), looker.end()])
}

async function forgetTrigger(url: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => {} })
  await client`drop trigger if exists wait on deliveries`
  await client`drop function if exists wait`
  await client.end()
}
