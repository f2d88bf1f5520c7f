// /remove_contacts, /contacts, /help, near misses, and what is answered where.
import { beforeAll, expect, test } from 'vitest'
import { type RunningService, startService } from '../support/service/service.ts'
import { makeInactive, world } from '../support/world/world.ts'

let service: RunningService
beforeAll(async () => {
  service = await startService()
})

const planner = { ann: 'planner' } as const

test('removing: linked, not linked, unknown, in any letter case', async () => {
  const { say, issue } = await world(service, { people: planner, contacts: ['a@x.io', 'b@x.io', 'c@x.io'] })
  await say('ann', '/add_contacts a@x.io b@x.io')
  expect(await say('ann', '/remove_contacts A@X.io c@x.io nobody@x.io')).toBe(
    'Removed A@X.io. No contact has the address nobody@x.io. c@x.io was not linked.',
  )
  expect(await issue.contacts()).toEqual(['b@x.io'])
  expect(await issue.comments()).toEqual(['[added 2 contacts]', '[removed 1 contact]'])
})

test('adding and removing in one comment is one note', async () => {
  const { say, issue } = await world(service, { people: planner, contacts: ['a@x.io', 'b@x.io', 'c@x.io'] })
  await say('ann', '/add_contacts a@x.io')
  await say('ann', '/remove_contacts a@x.io\n/add_contacts b@x.io c@x.io')
  expect(await issue.comments()).toEqual(['[added 1 contact]', '[added 2 contacts and removed 1 contact]'])
})

test('an inactive contact that is linked stays, is shown as inactive, and can be removed', async () => {
  const { say, issue, contacts } = await world(service, {
    people: planner,
    contacts: [{ firstName: 'Ann', lastName: 'Lee', email: 'ann@example.com', company: 'Acme' }],
  })
  await say('ann', '/add_contacts ann@example.com')
  await makeInactive(service.db, contacts[0]?.id as number)
  expect(await issue.contacts()).toEqual(['ann@example.com'])
  expect(await say('ann', '/contacts')).toMatch(/Ann Lee.*ann@example\.com.*Acme.*inactive/s)
  expect(await say('ann', '/remove_contacts ann@example.com')).toBe('Removed ann@example.com.')
})

test('/contacts is for those who may see them, and leaves no comment', async () => {
  const { say, issue } = await world(service, { people: { ...planner, gus: 'guest' }, contacts: ['a@x.io'] })
  expect(await say('ann', '/contacts')).toBe('This issue has no contacts.')
  await say('ann', '/add_contacts a@x.io')
  expect(await say('ann', '/contacts')).toContain('a@x.io')
  expect(await say('gus', '/contacts')).not.toContain('a@x.io')
  expect(await issue.comments()).toEqual(['[added 1 contact]'])
})

test('/help tells what is offered here, to this person', async () => {
  const { say } = await world(service, { people: { ...planner, gus: 'guest' }, contacts: ['a@x.io'] })
  const forAnn = await say('ann', '/help')
  expect(forAnn).toContain('/add_contacts')
  expect(forAnn).not.toContain('/remove_contacts')
  await say('ann', '/add_contacts a@x.io')
  expect(await say('ann', '/help')).toContain('/remove_contacts')
  expect(await say('gus', '/help')).not.toContain('/add_contacts')
})

test('a near miss stays in the text and is answered with a suggestion', async () => {
  const { say, issue } = await world(service, { people: planner, contacts: ['a@x.io'] })
  expect(await say('ann', '/add_contcts a@x.io')).toContain('/add_contacts')
  expect(await issue.comments()).toEqual(['/add_contcts a@x.io'])
})

test('in public places there are no addresses', async () => {
  const { post } = await world(service, {
    people: planner,
    contacts: ['ann@example.com'],
    inactive: ['bob@example.com'],
  })
  await post('ann', '/add_contacts ann@example.com bob@example.com zoe@example.com\n/contacts', {
    via: 'chat',
    replyTo: 'room 1',
  })
  await expect.poll(() => service.chat.filter(({ place }) => place === 'room 1')).toHaveLength(1)
  const { answer } = service.chat.find(({ place }) => place === 'room 1') as (typeof service.chat)[0]
  expect(answer.inPublic).toEqual(['Added 1 contact; 2 were not added.'])
  expect(answer.toAuthor.join(' ')).toContain('Added ann@example.com.')
})

test('a comment with no command is said, and nothing is answered', async () => {
  const { say, issue } = await world(service, { people: planner })
  expect(await say('ann', 'Only words.\r\nTwo lines.  ')).toBe('')
  expect(await issue.comments()).toEqual(['Only words.\nTwo lines.'])
})
