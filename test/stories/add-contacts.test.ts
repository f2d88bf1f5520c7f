// /add_contacts: what people type, what they read, and how the world is after.
import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { type RunningService, startService } from '../support/service/service.ts'
import { world } from '../support/world/world.ts'

let service: RunningService
beforeAll(async () => {
  service = await startService()
})

const planner = { ann: 'planner' } as const

test('a planner adds two contacts', async () => {
  const { say, issue } = await world(service, { people: planner, contacts: ['a@x.io', 'b@x.io'] })
  expect(await say('ann', '/add_contacts [contact:a@x.io]\n/add_contacts b@x.io')).toBe('Added a@x.io and b@x.io.')
  expect(await issue.contacts()).toEqual(['a@x.io', 'b@x.io'])
  expect(await issue.comments()).toEqual(['[added 2 contacts]'])
})

test('every address has its own outcome, and the good ones take effect though others fail', async () => {
  const { say, issue } = await world(service, {
    people: planner,
    contacts: ['ann@example.com'],
    inactive: ['bob@example.com'],
  })
  expect(await say('ann', 'They called.\n/add_contacts ann@example.com bob@example.com zoe@example.com')).toBe(
    'Added ann@example.com. bob@example.com is inactive and was not added. No contact has the address zoe@example.com.',
  )
  expect(await issue.contacts()).toEqual(['ann@example.com'])
  expect(await issue.comments()).toEqual(['They called.', '[added 1 contact]'])
})

test('letter case does not matter, and adding what is there is no error', async () => {
  const { say, issue } = await world(service, { people: planner, contacts: ['Ann@Example.com'] })
  await say('ann', '/add_contacts aNN@eXample.COM')
  expect(await issue.contacts()).toEqual(['Ann@Example.com'])
  expect(await say('ann', '/add_contact ann@example.com')).toBe('ann@example.com was already linked.')
  expect(await issue.comments()).toEqual(['[added 1 contact]'])
})

test('the last word on a contact counts', async () => {
  const { say, issue } = await world(service, { people: planner, contacts: ['a@x.io', 'b@x.io'] })
  await say('ann', '/add_contacts a@x.io b@x.io\n/remove_contacts A@x.io')
  expect(await issue.contacts()).toEqual(['b@x.io'])
  await say('ann', '/remove_contacts b@x.io\n/add_contacts b@x.io')
  expect(await issue.contacts()).toEqual(['b@x.io'])
})

test('a change of more than fifty is refused whole, with the number, and all commands of the comment count', async () => {
  const addresses = Array.from({ length: 51 }, (_, at) => `c${at}@x.io`)
  const { say, issue } = await world(service, { people: planner, contacts: addresses })
  const twoLines = `/add_contacts ${addresses.slice(0, 30).join(' ')}\n/add_contacts ${addresses.slice(30).join(' ')}`
  expect(await say('ann', twoLines)).toBe(
    'At most 50 contacts can be added at once; this would add 51. Nothing was changed.',
  )
  expect(await issue.contacts()).toEqual([])
  await say('ann', `/add_contacts ${addresses.slice(0, 50).join(', ')}`)
  expect(await issue.contacts()).toHaveLength(50)
  expect(await say('ann', `/add_contacts ${addresses.join(' ')}`)).toMatch(/^Added c50@x.io\./)
})

test('contacts of another group are unknown', async () => {
  await world(service, { contacts: ['elsewhere@x.io'] })
  const { say, issue } = await world(service, { people: planner, contacts: ['here@x.io'] })
  expect(await say('ann', '/add_contacts elsewhere@x.io')).toBe('No contact has the address elsewhere@x.io.')
  expect(await issue.contacts()).toEqual([])
})

test('what is no reference and no name is told, and the good ones beside it count', async () => {
  const { say, issue } = await world(service, { people: planner, contacts: ['a@x.io'] })
  const told = await say('ann', 'Hello\n/add_contacts bob@ a@x.io')
  expect(told).toBe('Added a@x.io. "bob@" isn\'t an email address or a name.')
  expect(await issue.contacts()).toEqual(['a@x.io'])
})

test('the history knows who, from where, what', async () => {
  const { say, issue, users, contacts } = await world(service, { people: planner, contacts: ['a@x.io', 'b@x.io'] })
  await say('ann', '/add_contacts a@x.io b@x.io')
  await say('ann', '/remove_contacts a@x.io')
  const by = { via: 'web', actor_id: users.get('ann')?.id }
  expect(await issue.history()).toEqual([
    { ...by, action: 'contact_linked', contact_id: contacts[0]?.id },
    { ...by, action: 'contact_linked', contact_id: contacts[1]?.id },
    { ...by, action: 'contact_unlinked', contact_id: contacts[0]?.id },
  ])
})

describe('who may not', () => {
  test.each([
    ['a guest', 'guest'],
    ['a member of nothing', 'nobody'],
  ] as const)('%s reads the same words whether the contact exists or not', async (_, role) => {
    const { say, issue } = await world(service, { people: { gus: role }, contacts: ['a@x.io'], visibility: 'public' })
    const existing = await say('gus', '/add_contacts a@x.io')
    expect(await say('gus', '/add_contacts nobody@x.io')).toBe(existing)
    expect(existing).not.toBe('')
    expect(await issue.contacts()).toEqual([])
  })

  test('a user who may not see a private project cannot tell it from one that does not exist', async () => {
    const { say } = await world(service, { people: { eve: 'nobody' } })
    expect(await say('eve', '/help')).toBe("This issue doesn't exist, or you don't have access to it.")
    expect(await say('eve', '/help', { on: { project: 'no/such', iid: 1 } })).toBe(
      "This issue doesn't exist, or you don't have access to it.",
    )
  })
})

test('hostile text is kept as far as a database can, and changes nothing', async () => {
  const { say, issue } = await world(service, { people: planner, contacts: ['a@x.io'] })
  await say('ann', 'NUL \0 and half a pair \uD800 and "; drop table issues; --\n/add_contacts \0@x.io \uD800@x.io')
  expect(await issue.comments()).toEqual(['NUL \uFFFD and half a pair \uFFFD and "; drop table issues; --'])
  expect(await issue.contacts()).toEqual([])
})

describe('a blank text', () => {
  const blanks = [' \n\t ', '\u200B', '']

  test.each(blanks)('is no comment: %j', async (body) => {
    const { say, post, issue } = await world(service, { people: planner })
    expect(await say('ann', body)).toBe("A comment can't be blank.")
    expect(await say('ann', body, { via: 'chat' })).toBe("A comment can't be blank.")
    const delivery = randomUUID()
    expect(await post('ann', 'Words', { delivery })).toMatchObject({ status: 'taken' })
    const edit = { replaces: { delivery, text: 'Words' } }
    expect(await say('ann', body, edit)).toBe("A comment can't be blank.")
    expect(await issue.comments()).toEqual(['Words'])
  })

  test.each(blanks)('can be the description of an issue, also after an edit: %j', async (body) => {
    const { commentOf, project, issue } = await world(service, { people: { ann: 'developer' } })
    const { on: _, ...comment } = commentOf('ann', body)
    const opening = { ...comment, kind: 'issue' as const, project: project.fullPath, title: 'Blank' }
    expect(await service.receive(opening)).toMatchObject({ status: 'taken', issue: { iid: issue.iid + 1 } })
    const edit = { ...commentOf('ann', body), kind: 'edit' as const, edits: { description: {} } }
    expect(await service.receive(edit)).toMatchObject({ status: 'taken', issue: { iid: issue.iid } })
  })
})
