// Names in plain words, numbers, and lists as mail clients write them: which contact is meant, and what is said when
// that is not clear.
import { beforeAll, describe, expect, test } from 'vitest'
import { type RunningService, startService } from '../support/service/service.ts'
import { type Wanted, world } from '../support/world/world.ts'

let service: RunningService
beforeAll(async () => {
  service = await startService()
})

const contacts = [
  { firstName: 'Hannah', lastName: 'Weiss', email: 'hannah@x.io', company: 'Marine School' },
  { firstName: 'Hannah', lastName: 'Lee', email: 'hl@x.io', company: 'Acme' },
  { firstName: 'Jürgen', lastName: 'van der Groß', email: 'jg@x.io', company: 'Acme' },
  { firstName: "Sinéad O'Neill", lastName: 'Okafor-Ray', email: 'sinead@x.io' },
  { firstName: '李雷', lastName: 'Foo★Bar', email: 'li@x.io' },
]

const here = (wanted: Partial<Wanted> = {}) =>
  world(service, { people: { ann: 'planner', gus: 'guest' }, contacts, ...wanted })

describe('one contact fits', () => {
  test.each([
    ['Hannah Weiss', 'Added Hannah Weiss (hannah@x.io).', ['hannah@x.io']],
    ['weiss hannah', 'Added Hannah Weiss (hannah@x.io).', ['hannah@x.io']],
    ['JURGEN', 'Added Jürgen van der Groß (jg@x.io).', ['jg@x.io']],
    ['hannah acme', 'Added Hannah Lee (hl@x.io).', ['hl@x.io']],
    ['Hannah (Marine School)', 'Added Hannah Weiss (hannah@x.io).', ['hannah@x.io']],
    ['ray', "Added Sinéad O'Neill Okafor-Ray (sinead@x.io).", ['sinead@x.io']],
    ["o'neill", "Added Sinéad O'Neill Okafor-Ray (sinead@x.io).", ['sinead@x.io']],
    ['foo★bar 李雷。', 'Added 李雷 Foo★Bar (li@x.io).', ['li@x.io']],
    ['der', 'Added Jürgen van der Groß (jg@x.io).', ['jg@x.io']],
    [
      'Weiss, jürgen; hl@x.io',
      'Added Hannah Weiss (hannah@x.io), Jürgen van der Groß (jg@x.io) and hl@x.io.',
      ['hannah@x.io', 'hl@x.io', 'jg@x.io'],
    ],
    ['hannah@x.io, Hannah Weiss', 'Added Hannah Weiss (hannah@x.io).', ['hannah@x.io']],
    ['[contact:Hannah Weiss]', 'Added Hannah Weiss (hannah@x.io).', ['hannah@x.io']],
    [
      'Hannah Weiss <hannah@x.io>, "Lee, Hannah" <hl@x.io>',
      'Added hannah@x.io and hl@x.io.',
      ['hannah@x.io', 'hl@x.io'],
    ],
  ])('%s', async (words, told, linked) => {
    const { say, issue } = await here()
    expect(await say('ann', `/add_contacts ${words}`)).toBe(told)
    expect(await issue.contacts()).toEqual(linked)
  })
})

describe('no contact fits', () => {
  test.each(['Hann', 'acme', 'Marine School', 'Weiss Lee', 'hannah zoe', 'van der Groß van Hannah'])(
    '%s',
    async (words) => {
      const { say, issue } = await here()
      expect(await say('ann', `/add_contacts ${words}`)).toBe(`No active contact is named "${words}".`)
      expect(await issue.contacts()).toEqual([])
    },
  )

  test('who is inactive is not meant', async () => {
    const { say } = await here({ contacts: [], inactive: ['zoe@x.io'] })
    expect(await say('ann', '/add_contacts zoe')).toBe('No active contact is named "zoe".')
  })

  test('nor a contact of another group', async () => {
    await here({ contacts: [{ firstName: 'Xaver', lastName: 'Elsewhere', email: 'x@x.io' }] })
    const { say } = await here()
    expect(await say('ann', '/add_contacts Xaver')).toBe('No active contact is named "Xaver".')
  })
})

describe('several fit', () => {
  test('nothing is linked for that name, each is offered by address, and the rest takes effect', async () => {
    const { say, issue } = await here()
    expect(await say('ann', '/add_contacts hannah, jg@x.io')).toBe(
      'Added jg@x.io. More than one active contact is named "hannah": Hannah Lee (hl@x.io) and Hannah Weiss (hannah@x.io).',
    )
    expect(await issue.contacts()).toEqual(['jg@x.io'])
  })

  test('who has exactly that name is not preferred', async () => {
    const two = [
      { firstName: 'Ann', lastName: 'Lee', email: 'ann@x.io' },
      { firstName: 'Ann Mary', lastName: 'Lee', email: 'mary@x.io' },
    ]
    const { say, issue } = await here({ contacts: two })
    expect(await say('ann', '/add_contacts Ann Lee')).toContain('More than one active contact is named "Ann Lee"')
    expect(await issue.contacts()).toEqual([])
  })

  test('of many, the first twenty are offered', async () => {
    const many = Array.from({ length: 23 }, (_, n) => ({
      firstName: 'Ann',
      lastName: `Number${n}`,
      email: `ann${n}@x.io`,
    }))
    const { say } = await here({ contacts: many })
    const told = await say('ann', '/add_contacts ann')
    expect(told.match(/@x\.io/g)?.length).toBe(20)
    expect(told).toContain('and others. Write more of the name, or the address.')
  })
})

test('to remove, those that are linked are meant, whatever their state', async () => {
  const { say, issue } = await here()
  await say('ann', '/add_contacts hannah@x.io')
  expect(await say('ann', '/remove_contacts Jürgen, hannah')).toBe(
    'Removed Hannah Weiss (hannah@x.io). No linked contact is named "Jürgen".',
  )
  expect(await issue.contacts()).toEqual([])
})

test('the last command for a contact wins, however it refers to it', async () => {
  const { say, issue } = await here()
  await say('ann', '/add_contacts hl@x.io')
  expect(await say('ann', '/remove_contacts hl@x.io\n/remove_contacts Hannah Lee\n/add_contacts weiss')).toBe(
    'Removed Hannah Lee (hl@x.io). Added Hannah Weiss (hannah@x.io).',
  )
  expect(await issue.contacts()).toEqual(['hannah@x.io'])
})

test('a contact without an address is referred to by its number, or by its name', async () => {
  const { say, issue, contacts: made } = await here({ contacts: [{ firstName: 'Cy', lastName: 'Fox', email: null }] })
  const id = made[0]?.id
  expect(await say('ann', `/add_contacts [contact:#${id}]`)).toBe(`Added Cy Fox (#${id}).`)
  expect(await say('ann', `/add_contacts [contact:#${id}]`)).toBe(`Cy Fox (#${id}) was already linked.`)
  expect(await say('ann', '/remove_contacts cy')).toBe(`Removed Cy Fox (#${id}).`)
  expect(await say('ann', '/add_contacts [contact:#999999999999999]')).toBe(
    'No contact has the number #999999999999999.',
  )
  expect(await issue.comments()).toEqual(['[added 1 contact]', '[removed 1 contact]'])
})

test('someone without permission learns nothing from a name', async () => {
  const { say } = await here()
  const told = await say('gus', '/add_contacts Hannah Weiss')
  expect(told).toBe(await say('gus', '/add_contacts zoe nobody'))
  expect(told).not.toContain('named')
})

test('more than fifty names are refused whole', async () => {
  const { say, issue } = await here()
  const names = Array.from({ length: 51 }, (_, n) => `Ann${n}`).join(', ')
  expect(await say('ann', `/add_contacts ${names}\n/add_contacts hl@x.io`)).toBe(
    'A comment can hold at most 50 names; this one holds 51. Nothing was changed.',
  )
  expect(await issue.contacts()).toEqual([])
})
