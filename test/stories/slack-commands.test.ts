// Slash commands in Slack: what people type, what they alone read, and how the world is after.
import { describe, expect, test } from 'vitest'
import { createLinkCode } from '../../src/domain/people/link-codes.ts'
import { publicUrl, startTeam, teamIn } from '../support/slack/team.ts'

const team = await startTeam()
const planner = { ann: 'planner' } as const
const noSuchIssue = "This issue doesn't exist, or you don't have access to it."

test('ann adds a contact, and reads what came of it; nobody else does', async () => {
  const { as, reads, reference, issue } = await teamIn(team, {
    people: { ...planner, bob: 'guest' },
    contacts: ['a@x.io'],
  })
  const { ms } = await as('ann').types(`/add_contacts ${reference} [contact:a@x.io]`)
  expect(ms).toBeLessThan(3_000)
  await expect.poll(() => reads('ann')).toEqual(['Added a@x.io.'])
  expect(reads('bob')).toEqual([])
  expect(await issue.contacts()).toEqual(['a@x.io'])
  expect(await issue.comments()).toEqual(['[added 1 contact]'])
  expect(await issue.history()).toMatchObject([{ via: 'slack', action: 'contact_linked' }])
})

describe('what Slack makes of what is typed', () => {
  test.each([
    ['a plain address', 'a@x.io'],
    ['a link, as Slack makes of an address', '<mailto:a@x.io|a@x.io>'],
    ['a link without a label', '<mailto:a@x.io>'],
    ['a reference with a link in it', '[contact:<mailto:a@x.io|a@x.io>]'],
    ['curly quotes', '[contact:“a@x.io”]'],
    ['angle brackets, which Slack escapes', '<a@x.io>'],
    ['commas and blanks', ' , a@x.io , '],
  ])('%s: %s', async (_, written) => {
    const { as, lastRead, reference } = await teamIn(team, { people: planner, contacts: ['a@x.io'] })
    await as('ann').types(`/add_contacts ${reference} ${written}`)
    await expect.poll(() => lastRead('ann')).toBe('Added a@x.io.')
  })

  test('with the escaping of Slack', async () => {
    const { as, lastRead, reference } = await teamIn(team, { people: planner, contacts: ['a@x.io'] }, { escape: true })
    await as('ann').types(`/add_contacts ${reference} a@x.io`)
    await expect.poll(() => lastRead('ann')).toBe('Added a@x.io.')
  })

  test('a second line is no second command', async () => {
    const { as, lastRead, reference, issue } = await teamIn(team, { people: planner, contacts: ['a@x.io', 'b@x.io'] })
    await as('ann').types(`/add_contacts ${reference} a@x.io\n/remove_contacts a@x.io`)
    await expect.poll(() => lastRead('ann')).toContain('Added a@x.io.')
    expect(await issue.contacts()).toEqual(['a@x.io'])
  })
})

describe('names in plain words', () => {
  const people = [
    { firstName: 'Ann', lastName: 'Lee', email: 'ann.lee@x.io', company: 'Acme' },
    { firstName: 'Ann', lastName: 'Leeson', email: 'ann.leeson@x.io' },
    { firstName: 'Jürgen', lastName: 'Groß', email: 'jg@x.io' },
  ]

  test('who has that very name is meant, either way round and whatever the accents', async () => {
    const { as, reads, reference, issue } = await teamIn(team, { people: planner, contacts: people })
    await as('ann').types(`/add_contacts ${reference} ann lee, jurgen`)
    await expect.poll(() => reads('ann')).toEqual(['Added Ann Lee (ann.lee@x.io) and Jürgen Groß (jg@x.io).'])
    await as('ann').types(`/remove_contacts ${reference} Lee Ann`)
    await expect.poll(() => reads('ann').at(-1)).toBe('Removed Ann Lee (ann.lee@x.io).')
    expect(await issue.contacts()).toEqual(['jg@x.io'])
  })

  test('where more than one could be meant there is a choice, which becomes the outcome; what was clear is done', async () => {
    const { as, reads, lastRead, reference, issue, slack, userOf, support } = await teamIn(team, {
      people: planner,
      contacts: people,
    })
    await as('ann').types(`/add_contacts ${reference} jg@x.io, ann`)
    await expect.poll(issue.contacts).toEqual(['jg@x.io'])
    await expect.poll(() => reads('ann').join('\n')).toContain('Added jg@x.io.')
    expect(reads('ann').join('\n')).toContain('Which “ann”?')
    const values = JSON.stringify(slack.visibleTo(userOf('ann'), support).map(({ blocks }) => blocks)).match(
      /"value":"[^"]*"/g,
    )
    expect(values?.join()).not.toContain('@')
    await as('ann').presses('Ann Leeson · ann.leeson@x.io')
    await expect.poll(() => reads('ann').join('\n')).toContain('Added Ann Leeson (ann.leeson@x.io).')
    expect(reads('ann').join('\n')).not.toContain('Which')
    expect(await issue.contacts()).toEqual(['ann.leeson@x.io', 'jg@x.io'])
    expect(lastRead('ann')).toBeDefined()
  })

  test('the beginning of a word is no name, nor is what stands in an address', async () => {
    const { as, reads, reference, issue, say } = await teamIn(team, {
      people: planner,
      contacts: [{ firstName: 'Bob', lastName: 'Stone', email: 'bob@fleet.io', company: 'Leeway' }, ...people],
    })
    await say('ann', '/add_contacts bob@fleet.io')
    await as('ann').types(`/remove_contacts ${reference} lee`)
    await expect.poll(() => reads('ann')).toEqual(['No linked contact is named "lee".'])
    await as('ann').types(`/add_contacts ${reference} j`)
    await expect.poll(() => reads('ann').at(-1)).toBe('No active contact is named "j".')
    await as('ann').types(`/remove_contacts ${reference} stone, STONE`)
    await expect.poll(() => reads('ann').at(-1)).toBe('Removed Bob Stone (bob@fleet.io).')
    expect(await issue.contacts()).toEqual([])
  })

  test('nobody of that name', async () => {
    const { as, reads, reference } = await teamIn(team, { people: planner, contacts: people })
    await as('ann').types(`/add_contacts ${reference} zoe`)
    await expect.poll(() => reads('ann')).toEqual(['No active contact is named "zoe".'])
  })

  test('a user who may not see contacts learns nothing from a name', async () => {
    const { as, reads, reference } = await teamIn(team, { people: { gus: 'guest' }, contacts: people })
    await as('gus').types(`/add_contacts ${reference} ann lee`)
    await as('gus').types(`/add_contacts ${reference} zoe nobody`)
    await expect.poll(() => reads('gus').length).toBe(2)
    expect(reads('gus')[0]).toBe("You don't have permission to change this issue's contacts.")
    expect(reads('gus')[1]).toBe(reads('gus')[0])
  })
})

describe('which issue', () => {
  test('the channel that is bound to one needs no name; a project needs a number', async () => {
    const { as, lastRead, reference, project, issue, open } = await teamIn(team, {
      people: planner,
      contacts: ['a@x.io', 'b@x.io'],
    })
    await as('ann').types('/add_contacts a@x.io')
    expect(lastRead('ann')).toContain('Which issue?')
    await as('ann').types(`/rolobot bind ${reference}`)
    expect(lastRead('ann')).toContain(`This channel is now bound to ${reference}`)
    await as('ann').types('/add_contacts a@x.io')
    // What was not named is named in the answer.
    await expect.poll(() => lastRead('ann')).toBe(`${reference}: Added a@x.io.`)
    const second = await open()
    await as('ann').types(`/rolobot bind ${project.fullPath}`)
    await as('ann').types('/add_contacts b@x.io')
    expect(lastRead('ann')).toContain('Which issue?')
    await as('ann').types(`/add_contacts #${second.iid} b@x.io`)
    await expect.poll(() => lastRead('ann')).toBe('Added b@x.io.')
    expect(await issue.contacts()).toEqual(['a@x.io'])
    await as('ann').types('/rolobot unbind')
    await as('ann').types('/contacts')
    expect(lastRead('ann')).toContain('Which issue?')
  })

  test('who may not comment there does not decide what a channel is about', async () => {
    const { as, lastRead, reference } = await teamIn(team, {
      people: { ...planner, eve: 'nobody' },
      contacts: ['a@x.io'],
    })
    await as('ann').types(`/rolobot bind ${reference}`)
    for (const line of ['/rolobot unbind', `/rolobot bind ${reference}`, '/rolobot bind no/such#1', '/rolobot bind']) {
      await as('eve').types(line)
      expect(lastRead('eve')).not.toContain(reference)
    }
    await as('ann').types('/rolobot bind')
    expect(lastRead('ann')).toBe(`This channel is bound to ${reference}.`)
  })

  test('by the address of its page', async () => {
    const { as, lastRead, issue } = await teamIn(team, { people: planner, contacts: ['a@x.io'] })
    await as('ann').types(`/add_contacts ${publicUrl}${issue.path} a@x.io`)
    await expect.poll(() => lastRead('ann')).toBe('Added a@x.io.')
  })

  test('one that does not exist, and one that may not be seen: the same words', async () => {
    const { as, reads, reference } = await teamIn(team, { people: { eve: 'nobody' }, contacts: ['a@x.io'] })
    for (const command of ['/add_contacts', '/remove_contacts', '/contacts'])
      for (const issue of [reference, 'no/such#1']) await as('eve').types(`${command} ${issue} a@x.io`)
    await as('eve').types(`/rolobot bind ${reference}`)
    await as('eve').types('/rolobot bind no/such#1')
    expect(new Set(reads('eve').slice(0, 6))).toEqual(new Set([noSuchIssue]))
    expect(reads('eve')[6]).toBe(reads('eve')[7])
  })
})

describe('who is it', () => {
  test('a stranger reads one sentence on how to link, whatever they type; with a code they are known', async () => {
    const { as, reads, lastRead, reference, users, issue } = await teamIn(team, {
      people: planner,
      strangers: ['sam'],
      contacts: ['a@x.io'],
    })
    for (const line of [
      `/add_contacts ${reference} a@x.io`,
      '/contacts no/such#1',
      `/rolobot bind ${reference}`,
      '/remove_contacts nobody',
    ])
      await as('sam').types(line)
    expect(new Set(reads('sam')).size).toBe(1)
    expect(lastRead('sam')).toContain('/rolobot link')
    const { code } = await createLinkCode(team.service.db, users.get('ann')?.id as number)
    await as('sam').types(`/rolobot link ${code.toLowerCase().replace('-', ' ')}`)
    expect(lastRead('sam')).toContain('now linked to ann-')
    await as('sam').types(`/add_contacts ${reference} a@x.io`)
    await expect.poll(() => lastRead('sam')).toBe('Added a@x.io.')
    expect((await issue.history())[0]?.actor_id).toBe(users.get('ann')?.id)
    await as('sam').types(`/rolobot link ${code}`)
    expect(lastRead('sam')).toContain('now linked to ann-')
    await as('ann').types(`/rolobot link ${code}`)
    expect(lastRead('ann')).toContain("This code isn't valid")
    await as('sam').types('/rolobot unlink')
    await as('sam').types('/contacts')
    expect(lastRead('sam')).toContain('/rolobot link')
  })
})

test('/contacts and help', async () => {
  const { as, lastRead, reference, say } = await teamIn(team, {
    people: planner,
    contacts: [{ firstName: 'Ann', lastName: '<b>Lee</b>', email: 'a@x.io', company: 'A & B' }],
  })
  await say('ann', '/add_contacts a@x.io')
  await as('ann').types(`/contacts ${reference}`)
  await expect.poll(() => lastRead('ann')).toBe("This issue's contacts:\n• Ann <b>Lee</b> <a@x.io> (A & B)")
  await as('ann').types('/rolobot')
  expect(lastRead('ann')).toContain('/add_contacts acme/shop#12')
  await as('ann').types('/rolobot dance')
  expect(lastRead('ann')).toContain("I don't know “dance”.")
})

test('3,000 characters of anything are answered in time', async () => {
  const { as, reads, reference } = await teamIn(team, { people: planner, contacts: ['a@x.io'] })
  const texts = [
    'x '.repeat(1_500),
    '[contact:'.repeat(333),
    'a@'.repeat(1_500),
    '<'.repeat(3_000),
    '“ann '.repeat(600),
    'a, '.repeat(1_000),
  ]
  for (const text of texts) expect((await as('ann').types(`/add_contacts ${reference} ${text}`)).ms).toBeLessThan(3_000)
  await expect.poll(() => reads('ann').length).toBeGreaterThanOrEqual(texts.length)
})
