// What is kept of contacts and organizations, of edits and their history, and where they can be held.
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ContactFields, contactFields } from '../../src/domain/contacts/contact-fields.ts'
import { createContact, editContact } from '../../src/domain/contacts/contacts.ts'
import type { OrganizationFields } from '../../src/domain/contacts/organization-fields.ts'
import { createOrganization, editOrganization } from '../../src/domain/contacts/organizations.ts'
import { type IssueFacts, readFacts } from '../../src/domain/issues/issues.ts'
import { previewChange } from '../../src/domain/issues/linking.ts'
import { setIssueContacts } from '../../src/domain/issues/linking-by-id.ts'
import type { Actor } from '../../src/domain/rules/history.ts'
import { readTexts } from '../../src/domain/rules/text-fields.ts'
import { interpret } from '../../src/quick-actions/interpreter.ts'
import { type Db, rowsOf } from '../../src/storage/db.ts'
import { owner } from '../quick-actions/facts.ts'
import { startService } from '../support/service/service.ts'
import { faultsOf, must } from '../support/world/results.ts'
import { type Tree, tree } from '../support/world/tree.ts'
import { andUndo, fingerprint } from '../support/world/undo.ts'

let db: Db
let t: Tree
let dana: Actor
let groupId: number

beforeAll(async () => {
  db = (await startService({ idle: true })).db
})

beforeEach(async () => {
  t = await tree(db, ['acme', 'acme/support', 'other', 'acme/support:shop'])
  dana = await t.person('dana', { acme: 'developer', other: 'developer' })
  groupId = t.group('acme').id
})

const create = (given: ContactFields) =>
  createContact(db, dana, groupId, { firstName: 'Ann', lastName: 'Lee', ...given })
const found = (given: OrganizationFields) => createOrganization(db, dana, groupId, { name: 'Acme', ...given })

interface Fact {
  action: string
  before: unknown
  after: unknown
}

/** The history of a contact or an organization. */
const factsOf = (which: { contact: number } | { organization: number }) =>
  rowsOf<Fact>(
    db,
    'contact' in which
      ? sql`select action, before, after from history where contact_id = ${which.contact} order by id`
      : sql`select action, before, after from history where organization_id = ${which.organization} order by id`,
  )

const emoji = '👩🏽‍🚀'

describe('what is kept', () => {
  const texts = [
    `Zoë ${emoji}`,
    '\u05D3\u05D5\u05D3 \u200Fabc\u200E \u202Bx\u202C',
    'e\u0301 and é',
    'Z\u0336a\u0336\u0353l\u0336g\u0336o\u0336',
    '\u1112\u1161\u11AB 한',
    'İstanbul ıI ﬁ ẞ',
    'a\u00A0b\u200Bc',
    '%_\\\'"; drop table contacts; --',
  ]

  test('is exactly what was given', async () => {
    for (const text of texts) {
      const firm = { name: text, description: text }
      expect(must(await found(firm))).toMatchObject(firm)
      const given = { firstName: text, lastName: text, phone: text, description: `${text}\n\n${text}` }
      const { id } = must(await create(given))
      expect(must(await editContact(db, dana, id, { lastName: `${text}!` }))).toMatchObject({
        ...given,
        lastName: `${text}!`,
      })
    }
  })

  test('is without the blanks around it', async () => {
    const given = { firstName: '\u00A0 Ann ', lastName: '\tLee\n', phone: '\u2003123 ', description: '\n a\nb \n' }
    expect(must(await create(given))).toMatchObject({
      firstName: 'Ann',
      lastName: 'Lee',
      phone: '123',
      description: 'a\nb',
    })
    expect(must(await found({ name: '\u3000Acme\uFEFF' })).name).toBe('Acme')
  })

  test('is found by whatever its characters are, at full length', async () => {
    const letters = (from: number) => String.fromCodePoint(...Array.from({ length: 255 }, (_, at) => from + at * 7))
    const [first, last, name] = [letters(0x20000), letters(0x21000), letters(0x22000)]
    const organizationId = must(await found({ name, description: letters(0x24000).repeat(4) })).id
    const given = { firstName: first, lastName: last, description: letters(0x23000).repeat(4), organizationId }
    expect(must(await create(given))).toMatchObject(given)
  })

  test.each([
    ['12', '12.00'],
    [0, '0.00'],
    ['+1.5', '1.50'],
    ['.5', '0.50'],
    [' 140.100 ', '140.10'],
    ['9007199254740993.01', '9007199254740993.01'],
  ])('of the rate %s is %s', async (defaultRate, kept) => {
    expect(must(await found({ defaultRate })).defaultRate).toBe(kept)
  })
})

describe('an edit', () => {
  const ann = { firstName: 'Ann', lastName: 'Lee', email: 'ann@x.io', phone: '1', jobTitle: 'Buyer', description: 'd' }

  test('leaves what is absent, and clears what is null or blank', async () => {
    const { id } = must(await create(ann))
    expect(must(await editContact(db, dana, id, { phone: '2' }))).toMatchObject({ ...ann, phone: '2' })
    expect(must(await editContact(db, dana, id, { phone: null, description: ' ' }))).toMatchObject({
      ...ann,
      phone: null,
      description: null,
    })
    const firm = { name: 'Acme', defaultRate: '12.50', description: 'd' }
    const organization = must(await found(firm))
    expect(must(await editOrganization(db, dana, organization.id, { name: 'New' }))).toMatchObject({
      ...firm,
      name: 'New',
    })
    const cleared = await editOrganization(db, dana, organization.id, { defaultRate: null, description: null })
    expect(must(cleared)).toMatchObject({ name: 'New', defaultRate: null, description: null })
  })

  test('that changes nothing leaves nothing behind', async () => {
    const contact = must(await create(ann))
    const organization = must(await found({ defaultRate: '12.5' }))
    const before = await fingerprint(db)
    for (const given of [{}, ann, { firstName: ' Ann ' }, { active: true }, { active: null }])
      expect(must(await editContact(db, dana, contact.id, given))).toEqual(contact)
    for (const given of [{}, { name: 'Acme ', defaultRate: 12.5, description: '' }, { active: true }])
      expect(must(await editOrganization(db, dana, organization.id, given))).toEqual(organization)
    expect(await fingerprint(db)).toBe(before)
  })

  test('and every other operation is in the history, with what was before and after', async () => {
    const { id } = must(await create(ann))
    for (const given of [{ phone: '2', lastName: 'Lee' }, { active: false }, { active: true, description: null }])
      must(await editContact(db, dana, id, given))
    expect(await factsOf({ contact: id })).toEqual([
      { action: 'contact_created', before: null, after: { ...ann, organizationId: null } },
      { action: 'contact_edited', before: { phone: '1' }, after: { phone: '2' } },
      { action: 'contact_deactivated', before: null, after: null },
      { action: 'contact_edited', before: { description: 'd' }, after: { description: null } },
      { action: 'contact_activated', before: null, after: null },
    ])
    const organization = must(await found({ defaultRate: 1 })).id
    for (const given of [{ defaultRate: 2 }, { active: false }, { active: true }])
      must(await editOrganization(db, dana, organization, given))
    expect(await factsOf({ organization })).toEqual([
      { action: 'organization_created', before: null, after: { name: 'Acme', defaultRate: '1.00', description: null } },
      { action: 'organization_edited', before: { defaultRate: '1.00' }, after: { defaultRate: '2.00' } },
      { action: 'organization_deactivated', before: null, after: null },
      { action: 'organization_activated', before: null, after: null },
    ])
    const [fact] = await rowsOf(
      db,
      sql`select actor_id as "userId", via, group_id as "groupId", at <= now() as past from history
        where contact_id = ${id}`,
    )
    expect(fact).toEqual({ ...dana, groupId, past: true })
  })

  test('that makes a contact inactive leaves them on the issue', async () => {
    const issue = await t.issue('acme/support:shop')
    const { id } = must(await create(ann))
    const name = { id: issue.id }
    await setIssueContacts(db, dana, name, { mode: 'add', contactIds: [id], mostAtOnce: 50 })
    must(await editContact(db, dana, id, { active: false }))
    expect(await t.linked(issue)).toHaveLength(1)
    const again = await setIssueContacts(db, dana, name, { mode: 'remove', contactIds: [id], mostAtOnce: 50 })
    expect(again.value).toEqual([{ contactId: id, outcome: 'removed' }])
    expect((await setIssueContacts(db, dana, name, { mode: 'add', contactIds: [id], mostAtOnce: 50 })).value).toEqual([
      { contactId: id, outcome: 'inactive' },
    ])
  })
})

describe('an address that a contact can have', () => {
  const letter = fc.constantFrom(...'abzAZ09éßİıΩжא한字\u{1D482}\u{20000}½', 'e\u0301')
  const sign = fc.constantFrom(..."_+'&!#$%*/=?^{}~-..@", ...' \\`"’|,;([<\u200B\u00AD\u3164')
  const word = (signs: fc.Arbitrary<string>, most: number) =>
    fc
      .array(fc.oneof({ weight: 5, arbitrary: letter }, { weight: 2, arbitrary: signs }), {
        minLength: 1,
        maxLength: most,
        size: 'max',
      })
      .map((all) => all.join(''))
  const host = fc
    .array(word(fc.constantFrom('-', '_'), 8), { minLength: 1, maxLength: 4 })
    .map((labels) => labels.join('.'))
  const address = fc.oneof(
    { weight: 8, arbitrary: fc.tuple(word(sign, 12), host).map((two) => two.join('@')) },
    { weight: 1, arbitrary: fc.tuple(word(letter, 280), host).map((two) => two.join('@')) },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }) },
  )
  const isGood = (email: string) => readTexts(contactFields, { email }, { whole: false }).faults.length === 0
  const named = (words: string) => {
    const { change, faults, refused } = interpret(`/add_contacts ${words}`, owner)
    return { addresses: change.wishes.map(({ ref }) => ref.text), faults, refused }
  }
  const expectNamed = (email: string) => {
    for (const words of [email, `[contact:${email}]`, `<${email}>`])
      expect(named(words)).toEqual({ addresses: [email], faults: [], refused: [] })
  }

  test('can be named in a command, and is exactly that', () => {
    let good = 0
    const property = fc.property(address, (email) => {
      if (email === '' || !isGood(email)) return
      good += 1
      expectNamed(email)
    })
    fc.assert(property, { numRuns: 5000 })
    expect(good).toBeGreaterThan(500)
  })

  test('is created when its fields say that it is good, and only then', async () => {
    const property = fc.asyncProperty(address, async (email) => {
      const { value } = await andUndo(db, (tx) =>
        createContact(tx, dana, groupId, { firstName: 'Ann', lastName: 'Lee', email }),
      )
      expect(value?.email).toBe(isGood(email) ? email || null : undefined)
    })
    await fc.assert(property, { numRuns: 200, interruptAfterTimeLimit: 15_000 })
  })

  test.each([
    ['of 200 letters, each two units long', `${'\u{1D482}'.repeat(200)}@x.io`],
    ['of 255 characters', `${'a'.repeat(250)}@x.io`],
  ])('can be named %s', async (_, email) => {
    must(await create({ email }))
    expectNamed(email)
  })

  test('is found by it in the end, in any letter case', async () => {
    const issue = await t.issue('acme/support:shop')
    const facts = (await readFacts(db, { id: issue.id }, dana.userId)) as IssueFacts
    const odd = [
      "o'neil+x!#$%&*/=?^{}~-@x.io",
      '_@x',
      'Żółć.ὀδός@МИР.example',
      'e\u0301@x.io',
      '\u1112\u1161\u11AB@한.example',
    ]
    for (const email of odd) must(await create({ email }))
    for (const spelt of [odd, odd.map((email) => email.toUpperCase()), odd.map((email) => email.normalize('NFC'))]) {
      const { change } = interpret(`/add_contacts ${spelt.join(' ')}`, owner)
      const { outcomes } = await previewChange(db, facts, change, 50)
      expect(outcomes.filter(({ outcome }) => outcome !== 'added')).toEqual([])
      expect(outcomes).toHaveLength(odd.length)
    }
  })
})

describe('a group that may hold no contacts says so', () => {
  const contacts = 'group: contacts can only be added to root groups and groups configured as CRM targets'
  const organizations = 'group: organizations can only be added to root groups and groups configured as CRM targets'
  const intoGroup = async (name: string) => {
    const { id } = t.group(name)
    return [
      ...faultsOf(await andUndo(db, (tx) => createContact(tx, dana, id, { firstName: 'A', lastName: 'B' }))),
      ...faultsOf(await andUndo(db, (tx) => createOrganization(tx, dana, id, { name: 'C' }))),
    ]
  }

  test('a subgroup, until some group names it', async () => {
    expect(await intoGroup('acme/support')).toEqual([contacts, organizations])
    await t.nameSource('other', 'acme/support')
    expect(await intoGroup('acme/support')).toEqual([])
    await t.nameSource('other', null)
    await t.nameSource('acme/support', 'acme/support')
    expect(await intoGroup('acme/support')).toEqual([])
  })

  test('a top-level group that names another source, until some group names it', async () => {
    await t.nameSource('acme', 'other')
    expect(await intoGroup('acme')).toEqual([contacts, organizations])
    await t.nameSource('acme/support', 'acme')
    expect(await intoGroup('acme')).toEqual([])
  })

  test('but a top-level group that names itself, or nothing, may', async () => {
    expect(await intoGroup('acme')).toEqual([])
    await t.nameSource('acme', 'acme')
    expect(await intoGroup('acme')).toEqual([])
  })

  test('what it holds already can still be edited', async () => {
    const [ann] = await t.hold('acme', ['ann@x.io'])
    await t.nameSource('acme', 'other')
    expect(must(await editContact(db, dana, ann?.id as number, { phone: '1', active: false }))).toMatchObject({
      phone: '1',
      state: 'inactive',
    })
  })
})
