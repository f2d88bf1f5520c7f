// Names in plain words, in any spelling and order: the contacts found are those that a naive check of every contact
// finds.
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { contactsFitting } from '../../src/domain/issues/contact-names.ts'
import { type IssueFacts, readFacts } from '../../src/domain/issues/issues.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { world } from '../support/world/world.ts'

const seed = 7
const most = 20
const unhurried = 600_000

// Few words, so that they often meet. Each can be written in several ways.
const spellings = ['ann', 'ÁNN', 'lee', 'Lée', 'jo', 'JO', 'o', 'Ö', 'acme', 'Acmé', 'li', 'X', '7']
const signs = [' ', '-', "'", '. ', ', ', ' (', '’', ' & ']
const written = (longest: number) =>
  fc
    .array(fc.tuple(fc.constantFrom(...signs), fc.constantFrom(...spellings)), { minLength: 1, maxLength: longest })
    .map((parts) => parts.map(([sign, word], at) => (at === 0 ? word : sign + word)).join(''))
const contact = fc.record({
  firstName: written(3),
  lastName: written(2),
  company: fc.option(written(2), { nil: undefined }),
  state: fc.constantFrom('active' as const, 'active' as const, 'inactive' as const),
})
const sought = fc.record({ name: written(5), wish: fc.constantFrom('add' as const, 'remove' as const) })

/** The words of a text, read in another way than the service does. */
const plain = (text: string): string[] => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().match(/\w+/g) ?? []

interface Known {
  id: number
  own: string[]
  all: string[]
  active: boolean
  linked: boolean
}

let service: RunningService
let facts: IssueFacts
let other: IssueFacts
let known: Known[]

beforeAll(async () => {
  service = await startService()
  const given = fc.sample(contact, { seed, numRuns: 150 })
  const companies = new Map(given.map(({ company }) => [company?.toLowerCase(), company]))
  const people = given.map((one, n) => ({
    ...one,
    email: `c${n}@x.io`,
    company: companies.get(one.company?.toLowerCase()),
  }))
  const { contacts, reference, issue, users, open } = await world(service, {
    contacts: people,
    people: { ann: 'planner' },
  })
  // The same names, in another group.
  await world(service, { contacts: people })
  const linked = contacts.filter((_, at) => at % 3 === 0).map(({ id }) => id)
  await service.db.execute(sql`insert into issue_contacts select ${issue.id}, unnest(${sql.param(linked)}::bigint[])`)
  const project = reference.replace(/#.*/, '')
  const factsOf = async (iid: number) =>
    (await readFacts(service.db, { project, iid }, users.get('ann')?.id ?? 0)) as IssueFacts
  facts = await factsOf(issue.iid)
  other = await factsOf((await open()).iid)
  known = contacts.map(({ id, state, firstName, lastName }, at) => {
    const own = plain(`${firstName} ${lastName}`)
    const all = [...own, ...plain(people[at]?.company ?? '')]
    return { id, own, all, active: state === 'active', linked: linked.includes(id) }
  })
})

/** Who fits a name, contact by contact. */
function fitting({ name, wish }: { name: string; wish: 'add' | 'remove' }): number[] {
  const words = plain(name)
  return known
    .filter(({ active, linked }) => (wish === 'add' ? active : linked))
    .filter(({ own, all }) => words.every((word) => all.includes(word)) && words.some((word) => own.includes(word)))
    .map(({ id }) => id)
}

test('exactly those who fit are found, and of many some', async () => {
  const names = fc.sample(sought, { seed, numRuns: 600 })
  const found = await contactsFitting(
    service.db,
    names.map((one, position) => ({ ...one, position, facts })),
    unhurried,
  )
  const sizes = new Set<number>()
  for (const [position, one] of names.entries()) {
    const wanted = fitting(one)
    sizes.add(Math.min(wanted.length, most + 1))
    const { contacts, more } = found.get(position) ?? { contacts: [], more: false }
    const ids = contacts.map(({ id }) => id)
    expect({ one, more, offered: ids.length }).toEqual({
      one,
      more: wanted.length > most,
      offered: Math.min(wanted.length, most),
    })
    expect(wanted).toEqual(expect.arrayContaining(ids))
    expect(new Set(ids).size).toBe(ids.length)
  }
  expect([...sizes]).toEqual(expect.arrayContaining([0, 1, 2, most + 1]))
})

describe('once the time is over', () => {
  const names = [
    { position: 0, name: 'ann', wish: 'add' as const },
    { position: 1, name: 'nobody', wish: 'add' as const },
    { position: 2, name: 'ann', wish: 'remove' as const },
  ]

  test('no name resolves, nor is it said that nobody fits', async () => {
    const found = await contactsFitting(
      service.db,
      names.map((one) => ({ ...one, facts })),
      0,
    )
    expect([found.get(0), found.get(1)]).toEqual(Array(2).fill({ contacts: [], more: true }))
    // What is linked is looked through in any case.
    expect(found.get(2)?.contacts.length).toBeGreaterThan(0)
  })

  test('several issues are refused together, so that each is retried alone', async () => {
    const both = names.map((one, at) => ({ ...one, facts: at === 0 ? other : facts }))
    await expect(contactsFitting(service.db, both, 0)).rejects.toThrow('several issues')
  })
})
