// GET /api/suggestions: what fits at the caret, for someone who may see it.

import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { editContact } from '../../src/domain/contacts/contacts.ts'
import { deleteContact } from '../../src/domain/contacts/erasure.ts'
import { editOrganization } from '../../src/domain/contacts/organizations.ts'
import { saveSettings } from '../../src/domain/groups/settings.ts'
import { createUser } from '../../src/domain/people/users.ts'
import { rowsOf } from '../../src/storage/db.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { type Wanted, world } from '../support/world/world.ts'

let service: RunningService
beforeAll(async () => {
  service = await startService()
})

const contacts: Wanted['contacts'] = [
  { firstName: 'Ann', lastName: 'Lee', email: 'ann@example.com', company: 'Acme' },
  { firstName: 'Élodie', lastName: 'Annan', email: 'e.annan@north.example', company: 'Zürich Re' },
  { firstName: 'Bob', lastName: 'Stone', email: 'bob@annual.example' },
  { firstName: 'Cy', lastName: 'Young', email: 'cy@example.com', company: 'Annex Ltd' },
  { firstName: 'No', lastName: 'Address', email: null, phone: '+49 (30) 12-34' },
  { firstName: 'Anna', lastName: 'Gone', email: 'gone@example.com', state: 'inactive' },
]

async function asking(wanted: Wanted = {}) {
  const there = await world(service, { people: { ann: 'planner', gus: 'guest' }, contacts, ...wanted })
  const ask = async (person: string, text: string, more: Record<string, string> = {}) => {
    const query = new URLSearchParams({ issue: there.reference, text, ...more })
    const answer = await fetch(`${service.url}/api/suggestions?${query}`, {
      headers: { 'private-token': await there.token(person) },
    })
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
  expect(await labels('ann', '/add_contacts [contact:ann')).toEqual([
    'Ann Lee',
    'Élodie Annan',
    'Bob Stone',
    'Cy Young',
  ])
})

test.each([
  ['the whole name', 'ann lee', ['Ann Lee']],
  ['the whole name the other way round', 'lee a', ['Ann Lee']],
  ['accents and letter case', 'ELODIE', ['Élodie Annan']],
  ['the organization', 'zurich', ['Élodie Annan']],
  ['the domain', 'example.com', ['Ann Lee', 'Cy Young']],
  ['the domain with its @', '@north', ['Élodie Annan']],
  ['nothing yet: everybody active, by name', '', ['No Address', 'Élodie Annan', 'Ann Lee', 'Bob Stone', 'Cy Young']],
  ['a later word of the organization', 're', ['Élodie Annan']],
  ['words of the name and of the organization', 'annan zur', ['Élodie Annan']],
  ['words of the organization and of the address', 'ltd cy@', ['Cy Young']],
  ['words of which one fits nothing', 'annan zzz', []],
  ['a phone number', '4930', ['No Address']],
  ['a phone number with its signs', '+49 30 1', ['No Address']],
  ['a phone number with other signs', '(49) 30/12', ['No Address']],
  ['what stands inside a phone number', '3012', []],
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
  expect(await ask('ann', '/add_contacts ngozi ok')).toMatchObject({
    kind: 'contact',
    from: 14,
    to: 22,
    items: [ngozi],
  })
  expect(await ask('ann', '/add_contacts [contact:chidi@example.com] ngozi ok')).toMatchObject({
    from: 42,
    to: 50,
    items: [ngozi],
  })
  expect(await ask('ann', '/add_contacts somebody else, ngozi ok')).toMatchObject({ from: 29, to: 37, items: [ngozi] })
})

test('what is on the issue, or earlier on the line, is not offered for adding', async () => {
  const { labels, say } = await asking()
  await say('ann', '/add_contacts ann@example.com')
  expect(await labels('ann', '/add_contacts [contact:')).toEqual([
    'No Address',
    'Élodie Annan',
    'Bob Stone',
    'Cy Young',
  ])
  const line = '/add_contacts [contact:cy@example.com] BOB@annual.example [contact:'
  expect(await labels('ann', line)).toEqual(['No Address', 'Élodie Annan'])
})

test('a contact without an address is offered by its number, and not again', async () => {
  const { ask, labels, contacts: made } = await asking()
  const { id } = made.find(({ email }) => email === null) as { id: number }
  expect(await ask('ann', '/add_contacts no add')).toMatchObject({
    items: [{ label: 'No Address', detail: '+49 (30) 12-34', insert: `[contact:#${id}] ` }],
  })
  expect(await labels('ann', `/add_contacts [contact:#${id}] addr`)).toEqual([])
  expect(await labels('ann', `/add_contacts [contact:#${id}], [contact:#0] ann le`)).toEqual(['Ann Lee'])
})

test('any word of a name or of an organization is found, whatever parts the words', async () => {
  const { labels } = await asking({
    contacts: [
      { firstName: 'Juan Carlos', lastName: 'García Márquez', email: 'jc@x.io', company: 'Okafor & Daughters' },
      { firstName: 'Anne-Marie', lastName: 'O’Brien', email: 'am@x.io', company: 'The Northgate School' },
      { firstName: 'Tor', lastName: 'Nygaard', email: 'tor@x.io', company: 'Blue Marine (Supplies), Ltd.' },
    ],
  })
  const found = { juan: ['Juan Carlos García Márquez'], anne: ['Anne-Marie O’Brien'], tor: ['Tor Nygaard'] }
  const typed: readonly (readonly [string, readonly string[]])[] = [
    ['carlos', found.juan],
    ['marquez', found.juan],
    ['carlos marq', found.juan],
    ['daughters', found.juan],
    ['okafor daugh', found.juan],
    ['okafor & d', found.juan],
    ['marie', found.anne],
    ['brien', found.anne],
    ["o'brien", found.anne],
    ['northgate anne', found.anne],
    ['school', found.anne],
    ['marine', found.tor],
    ['marine supplies ltd', found.tor],
    ['supplies marine tor', found.tor],
    ['arine', []],
  ]
  for (const [term, expected] of typed)
    expect([term, await labels('ann', `/add_contacts ${term}`)]).toEqual([term, expected])
})

test('the words follow whatever happens to a contact', async () => {
  const {
    labels,
    contacts: made,
    group,
  } = await asking({
    contacts: [{ firstName: 'Juan Carlos', lastName: 'Paz', email: 'jc@x.io', company: 'Blue Marine', phone: '040 1' }],
  })
  const juan = made[0] as { id: number; organizationId: number }
  const root = {
    userId: (await createUser(service.db, { username: `root-${group.id}`, administrator: true })).id,
    via: 'test',
  }
  const terms = async () => {
    const fit = ['carlos', 'maria', 'marine', 'schools', '0401', '0402'].map(
      async (term) => [term, await labels('ann', `/add_contacts ${term}`)] as const,
    )
    return (await Promise.all(fit)).filter(([, found]) => found.length > 0).map(([term]) => term)
  }
  expect(await terms()).toEqual(['carlos', 'marine', '0401'])
  await editOrganization(service.db, root, juan.organizationId, { name: 'Blue Schools' })
  expect(await terms()).toEqual(['carlos', 'schools', '0401'])
  await editContact(service.db, root, juan.id, { firstName: 'Ana Maria', phone: '040-2' })
  expect(await terms()).toEqual(['maria', 'schools', '0402'])
  await editContact(service.db, root, juan.id, { active: false })
  expect(await terms()).toEqual([])
  await editContact(service.db, root, juan.id, { active: true, organizationId: null })
  expect(await terms()).toEqual(['maria', '0402'])
  await deleteContact(service.db, root, juan.id)
  expect(await rowsOf(service.db, sql`select from contact_words where group_id = ${group.id}`)).toEqual([])
})

test('for removing: what is on the issue, matched anywhere in the word', async () => {
  const { labels, say } = await asking()
  await say('ann', '/add_contacts ann@example.com bob@annual.example')
  expect(await labels('ann', '/remove_contacts [contact:')).toEqual(['Ann Lee', 'Bob Stone'])
  expect(await labels('ann', '/remove_contacts [contact:ton')).toEqual(['Bob Stone'])
  expect(await labels('ann', '/remove_contacts ann@example.com b')).toEqual(['Bob Stone'])
  expect(await labels('ann', '/remove_contacts ston bo')).toEqual(['Bob Stone'])
  expect(await labels('ann', '/remove_contacts cme nn')).toEqual(['Ann Lee'])
})

test('commands are offered at the start of a line, as far as they fit here', async () => {
  const { ask, labels, say } = await asking()
  expect(await labels('ann', '/')).toEqual(['/add_contacts', '/contacts', '/help'])
  await say('ann', '/add_contacts ann@example.com')
  expect(await labels('ann', '/re')).toEqual(['/remove_contacts'])
  expect(await labels('gus', '/')).toEqual(['/help'])
  expect(await ask('ann', '/rem')).toMatchObject({
    kind: 'command',
    from: 0,
    to: 4,
    items: [{ insert: '/remove_contacts ' }],
  })
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
  test('to a guest, who is not told either that nobody matches', async () => {
    const { ask } = await asking()
    expect(await ask('gus', '/add_contacts [contact:ann')).toEqual({ ...nobody, from: 14, to: 26 })
    expect(await ask('gus', '/add_contacts [contact:zzz')).toEqual({ ...nobody, from: 14, to: 26 })
    expect(await ask('ann', '/add_contacts [contact:zzz')).toMatchObject({
      ...nobody,
      empty: 'No active contact matches',
    })
    expect(await ask('ann', '/remove_contacts zzz')).toMatchObject({ ...nobody, empty: 'No linked contact matches' })
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
  expect(await here.say('ben', '/add_contacts theirs@source.example')).toMatch(/permission/)
  const { setRole } = await import('../../src/domain/rules/members.ts')
  await setRole(service.db, here.users.get('ben')?.id as number, { group: source.group }, 'planner')
  expect(await here.say('ben', '/add_contacts theirs@source.example')).toBe('Added theirs@source.example.')
  expect(await here.say('ben', '/add_contacts ours@here.example')).toBe('No contact has the address ours@here.example.')
})
