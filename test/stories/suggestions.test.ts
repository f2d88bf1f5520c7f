// GET /api/suggestions: what fits at the caret, for someone who may see it.
import { beforeAll, describe, expect, test } from 'vitest'
import { saveSettings } from '../../src/domain/crm-settings.ts'
import { type RunningService, startService } from '../support/service.ts'
import { type Wanted, world } from '../support/world.ts'

let service: RunningService
beforeAll(async () => {
  service = await startService()
})

const contacts: Wanted['contacts'] = [
  { firstName: 'Ann', lastName: 'Lee', email: 'ann@example.com', company: 'Acme' },
  { firstName: 'Élodie', lastName: 'Annan', email: 'e.annan@north.example', company: 'Zürich Re' },
  { firstName: 'Bob', lastName: 'Stone', email: 'bob@annual.example' },
  { firstName: 'Cy', lastName: 'Young', email: 'cy@example.com', company: 'Annex Ltd' },
  { firstName: 'No', lastName: 'Address', email: null },
  { firstName: 'Anna', lastName: 'Gone', email: 'gone@example.com', state: 'inactive' },
]

async function asking(wanted: Wanted = {}) {
  const there = await world(service, { people: { ann: 'planner', gus: 'guest' }, contacts, ...wanted })
  const ask = async (person: string, text: string, more: Record<string, string> = {}) => {
    const query = new URLSearchParams({ issue: there.reference, text, ...more })
    const answer = await fetch(`${service.url}/api/suggestions?${query}`, { headers: { 'private-token': await there.token(person) } })
    return answer.json()
  }
  const labels = async (person: string, text: string, more: Record<string, string> = {}) =>
    (await ask(person, text, more)).items.map((item: { label: string }) => item.label)
  return { ...there, ask, labels }
}

test('the answer says what to replace and what to insert', async () => {
  const { ask, contacts: made } = await asking()
  expect(await ask('ann', '/add_contacts [contact:ann@')).toEqual({
    kind: 'contact',
    from: 14,
    to: 27,
    items: [
      {
        label: 'Ann Lee',
        detail: 'ann@example.com · Acme',
        insert: '[contact:ann@example.com] ',
        id: `gid://gitlab/CustomerRelations::Contact/${made[0]?.id}`,
      },
    ],
  })
})

test('best match first: names, then address, domain, organization', async () => {
  const { labels } = await asking()
  expect(await labels('ann', '/add_contacts [contact:ann')).toEqual(['Ann Lee', 'Élodie Annan', 'Bob Stone', 'Cy Young'])
})

test.each([
  ['the whole name', 'ann lee', ['Ann Lee']],
  ['the whole name the other way round', 'lee a', ['Ann Lee']],
  ['accents and letter case', 'ELODIE', ['Élodie Annan']],
  ['the organization', 'zurich', ['Élodie Annan']],
  ['the domain', 'example.com', ['Ann Lee', 'Cy Young']],
  ['the domain with its @', '@north', ['Élodie Annan']],
  ['nothing yet: everybody active with an address, by name', '', ['Élodie Annan', 'Ann Lee', 'Bob Stone', 'Cy Young']],
  ['what stands inside a word', 'tone', []],
  ['the signs of patterns', '%', []],
])('typed is %s', async (_, term, expected) => {
  const { labels } = await asking()
  expect(await labels('ann', `/add_contacts [contact:${term}`)).toEqual(expected)
  expect(await labels('ann', `/add_contacts ${term}`)).toEqual(expected)
})

test('without [contact: the whole unfinished phrase is looked up and replaced', async () => {
  const { ask } = await asking({
    contacts: [
      { firstName: 'Chidi', lastName: 'Okafor', email: 'chidi@example.com' },
      { firstName: 'Ngozi', lastName: 'Okoro', email: 'ngozi@example.com' },
    ],
  })
  const ngozi = { label: 'Ngozi Okoro', insert: '[contact:ngozi@example.com] ' }
  expect(await ask('ann', '/add_contacts ngozi ok')).toMatchObject({ kind: 'contact', from: 14, to: 22, items: [ngozi] })
  expect(await ask('ann', '/add_contacts [contact:chidi@example.com] ngozi ok')).toMatchObject({ from: 42, to: 50, items: [ngozi] })
  expect(await ask('ann', '/add_contacts somebody else, ngozi ok')).toMatchObject({ from: 29, to: 37, items: [ngozi] })
})

test('what is on the issue, or earlier on the line, is not offered for adding', async () => {
  const { labels, say } = await asking()
  await say('ann', '/add_contacts ann@example.com')
  expect(await labels('ann', '/add_contacts [contact:')).toEqual(['Élodie Annan', 'Bob Stone', 'Cy Young'])
  expect(await labels('ann', '/add_contacts [contact:cy@example.com] BOB@annual.example [contact:')).toEqual(['Élodie Annan'])
})

test('for removing: what is on the issue, matched anywhere in the word', async () => {
  const { labels, say } = await asking()
  await say('ann', '/add_contacts ann@example.com bob@annual.example')
  expect(await labels('ann', '/remove_contacts [contact:')).toEqual(['Ann Lee', 'Bob Stone'])
  expect(await labels('ann', '/remove_contacts [contact:ton')).toEqual(['Bob Stone'])
  expect(await labels('ann', '/remove_contacts ann@example.com b')).toEqual(['Bob Stone'])
})

test('commands are offered at the start of a line, as far as they fit here', async () => {
  const { ask, labels, say } = await asking()
  expect(await labels('ann', '/')).toEqual(['/add_contacts', '/contacts', '/help'])
  await say('ann', '/add_contacts ann@example.com')
  expect(await labels('ann', '/re')).toEqual(['/remove_contacts'])
  expect(await labels('gus', '/')).toEqual(['/help'])
  expect(await ask('ann', '/rem')).toMatchObject({ kind: 'command', from: 0, to: 4, items: [{ insert: '/remove_contacts ' }] })
  expect(await ask('ann', 'see /add')).toEqual({ kind: 'none', from: 8, to: 8, items: [] })
})

test('at most ten, or as many as are asked for up to fifty', async () => {
  const many = Array.from({ length: 60 }, (_, at) => `many${at}@x.io`)
  const { labels } = await asking({ contacts: many })
  expect(await labels('ann', '/add_contacts many')).toHaveLength(10)
  expect(await labels('ann', '/add_contacts many', { limit: '50' })).toHaveLength(50)
})

describe('nothing is revealed', () => {
  const nobody = { kind: 'contact', items: [] }
  test('to a guest', async () => {
    const { ask } = await asking()
    expect(await ask('gus', '/add_contacts [contact:ann')).toMatchObject(nobody)
  })
  test('where customer relations are off, not even to an administrator', async () => {
    const { ask, group } = await asking({ people: { ann: 'planner', root: 'administrator' } })
    await saveSettings(service.db, group.id, { customerRelations: false })
    expect(await ask('ann', '/add_contacts [contact:ann')).toMatchObject(nobody)
    expect(await ask('root', '/add_contacts [contact:ann')).toMatchObject(nobody)
  })
  test('of an issue that does not exist', async () => {
    const { ask } = await asking()
    expect(await ask('ann', '/add_contacts [contact:ann', { issue: 'no/such#1' })).toMatchObject(nobody)
    expect(await ask('ann', '/add_contacts [contact:ann', { issue: 'nonsense' })).toMatchObject(nobody)
  })
})

test('an issue of a subgroup uses the contacts of the source that is named above it', async () => {
  const source = await world(service, { people: { ann: 'planner' }, contacts: ['theirs@source.example'] })
  const here = await world(service, { people: { ben: 'planner' }, contacts: ['ours@here.example'] })
  await saveSettings(service.db, here.group.id, { contactSourceId: source.group.id })
  expect(await here.say('ben', '/add_contacts theirs@source.example')).toMatch(/may not/)
  const { setRole } = await import('../../src/domain/members.ts')
  await setRole(service.db, here.users.get('ben')?.id as number, { group: source.group }, 'planner')
  expect(await here.say('ben', '/add_contacts theirs@source.example')).toBe('Added theirs@source.example.')
  expect(await here.say('ben', '/add_contacts ours@here.example')).toBe('No contact has the address ours@here.example.')
})
