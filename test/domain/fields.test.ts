// The fields of contacts and organizations: what they may hold, and every fault that is told. What is kept of them is
// in records.test.ts.
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ContactFields } from '../../src/domain/contacts/contact-fields.ts'
import { createContact, editContact } from '../../src/domain/contacts/contacts.ts'
import type { OrganizationFields } from '../../src/domain/contacts/organization-fields.ts'
import { createOrganization, editOrganization } from '../../src/domain/contacts/organizations.ts'
import type { Actor } from '../../src/domain/rules/history.ts'
import type { Result } from '../../src/domain/rules/results.ts'
import type { Db } from '../../src/storage/db.ts'
import { startService } from '../support/service/service.ts'
import { faultsOf, must, refusedIn } from '../support/world/results.ts'
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
  t = await tree(db, ['acme', 'other'])
  dana = await t.person('dana', { acme: 'developer', other: 'developer' })
  groupId = t.group('acme').id
})

const create = (given: ContactFields) =>
  createContact(db, dana, groupId, { firstName: 'Ann', lastName: 'Lee', ...given })
const found = (given: OrganizationFields) => createOrganization(db, dana, groupId, { name: 'Acme', ...given })

const long = (codePoints: number) => '😀'.repeat(codePoints)
const cannotBeKept = "contains a character that can't be stored (NUL, or half of a surrogate pair)"
const oneLine = 'must be one line without control characters'
const tooLong = (most: number) => `is too long (maximum is ${most} characters)`

// What is given for a field, and what is wrong with it; undefined: nothing.
type Case = [what: string, given: unknown, wrong: string | undefined]

const blanks: Case[] = [
  ['is missing', null, "can't be blank"],
  ['is empty', '', "can't be blank"],
  ['is made of blanks', ' \t\n ', "can't be blank"],
  ['is a zero-width space', '\u200B', "can't be blank"],
  ['is a no-break space', '\u00A0', "can't be blank"],
  ['is a joiner and a byte order mark', '\u200D\uFEFF', "can't be blank"],
  ['is a filler of Hangul', '\u3164', "can't be blank"],
]

const lines: Case[] = [
  ['holds a NUL', 'a\0b', cannotBeKept],
  ['holds half of a pair', 'a\uD83Db', cannotBeKept],
  ['ends with half of a pair', 'a\uDE00', cannotBeKept],
  ['holds a line break', 'a\nb', oneLine],
  ['holds a bell', 'a\u0007b', oneLine],
]

const required: Case[] = [
  ...blanks,
  ...lines,
  ['has 255 characters', long(255), undefined],
  ['has 255 characters and blanks around', ` ${long(255)} `, undefined],
  ['has 256 characters', long(256), tooLong(255)],
]

const phone: Case[] = [
  ...lines,
  ['has 32 characters', long(32), undefined],
  ['has 33 characters', long(33), tooLong(32)],
  ['is blank', ' ', undefined],
  ['is anything', 'ask for Tom, ext. 12', undefined],
]

const jobTitle: Case[] = [
  ...lines,
  ['has 255 characters and blanks around', ` ${long(255)} `, undefined],
  ['has 256 characters', long(256), tooLong(255)],
  ['is blank', ' ', undefined],
]

const description: Case[] = [
  ['has 1024 characters', long(1024), undefined],
  ['has 1025 characters', long(1025), tooLong(1024)],
  ['has lines', 'a\n\tb\r\nc', undefined],
  ['holds a NUL', 'a\0', cannotBeKept],
  ['holds half of a pair', '\uD83D', cannotBeKept],
]

const invalid = 'is invalid'
const domain = `${'x'.repeat(60)}.`.repeat(3)

const email: Case[] = [
  ['holds a blank', 'ann lee@x.io', invalid],
  ['begins with a blank', ' ann@x.io', invalid],
  ['ends with a no-break space', 'ann@x.io\u00A0', invalid],
  ['has two @', 'ann@lee@x.io', invalid],
  ['has none', 'ann.x.io', invalid],
  ['has nothing before it', '@x.io', invalid],
  ['has nothing after it', 'ann@', invalid],
  ['begins with a dot', '.ann@x.io', invalid],
  ['has a dot before the @', 'ann.@x.io', invalid],
  ['has two dots in a row', 'ann..lee@x.io', invalid],
  ['ends with a dot', 'ann@x.io.', invalid],
  ['has a dot after the @', 'ann@.x.io', invalid],
  ['has two dots in a row in the domain', 'ann@x..io', invalid],
  ['is two', 'ann@x.io,bob@x.io', invalid],
  ['is in brackets', '<ann@x.io>', invalid],
  ['has a name before it', 'Ann <ann@x.io>', invalid],
  ['is a link', 'mailto:ann@x.io', invalid],
  ['holds a line break', 'ann@x.io\n', invalid],
  ['holds a NUL', 'a\0@x.io', invalid],
  ['holds half of a pair', 'a\uD83D@x.io', invalid],
  ['has 255 characters', `${'a'.repeat(255 - 4 - domain.length)}@${domain}io`.padEnd(255, 'o'), undefined],
  ['has 256 characters', `${'a'.repeat(255 - 4 - domain.length)}@${domain}io`.padEnd(256, 'o'), tooLong(255)],
  ['has signs in it', "o'neil_b+tag-1.x!#$%&*/=?^{}~@sub-domain.x-y.io", undefined],
  ['has letters beyond ASCII', 'józef.Ωmega@bücher.example', undefined],
]

const rate: Case[] = [
  ['is nothing', null, undefined],
  ['is zero', 0, undefined],
  ['has two decimals', '140.25', undefined],
  ['has noughts behind', '140.2500', undefined],
  ['is the highest', '9999999999999998.99', undefined],
  ['is below zero', -0.01, 'must be greater than or equal to 0'],
  ['has three decimals', 140.255, 'can have at most two decimals'],
  ['is a tiny number', 1e-7, 'can have at most two decimals'],
  ['is no number', Number.NaN, 'is not a number'],
  ['is without end', Number.POSITIVE_INFINITY, 'is not a number'],
  ['is a word', 'free', 'is not a number'],
  ['is hexadecimal', '0x10', 'is not a number'],
  ['has a comma', '140,25', 'is not a number'],
  ['is huge', 1e21, 'must be less than 10000000000000000'],
  ['is huge as a text', '1'.repeat(400), 'must be less than 10000000000000000'],
]

const contactFields: readonly [keyof ContactFields, label: string, Case[]][] = [
  ['firstName', 'First name', required],
  ['lastName', 'Last name', required],
  ['email', 'Email', email],
  ['phone', 'Phone', phone],
  ['jobTitle', 'Job title', jobTitle],
  ['description', 'Description', description],
]

const organizationFields: readonly [keyof OrganizationFields, label: string, Case[]][] = [
  ['name', 'Name', required],
  ['defaultRate', 'Default rate', rate],
  ['description', 'Description', description],
]

/** Tries each case as a new one and as an edit of one that is there, and tells where something else came of it. */
async function wrongIn(
  cases: readonly Case[],
  { field, label }: { field: string; label: string },
  ways: readonly ((tx: Db, given: object) => Promise<Result<unknown>>)[],
): Promise<string[]> {
  const before = await fingerprint(db)
  const wrong: string[] = []
  for (const [what, given, fault] of cases)
    for (const [at, way] of ways.entries())
      await andUndo(db, async (tx) => {
        const told = await way(tx, { [field]: given }).then(faultsOf, (fault: unknown) => [`threw ${fault}`])
        const expected = fault === undefined ? [] : [`${field}: ${label} ${fault}`]
        if (told.join() !== expected.join()) wrong.push(`${['created', 'edited'][at]}, ${what}: ${told}`)
        if (told.length > 0 && (await fingerprint(tx)) !== before) wrong.push(`${what}: something has changed`)
      })
  return wrong
}

test.each(contactFields)('a contact: %s', async (field, label, cases) => {
  const { id } = must(await create({ firstName: 'Bob' }))
  const created = (tx: Db, given: object) =>
    createContact(tx, dana, groupId, { firstName: 'Ann', lastName: 'Lee', ...given })
  const edited = (tx: Db, given: object) => editContact(tx, dana, id, given)
  expect(await wrongIn(cases, { field, label }, [created, edited])).toEqual([])
})

test.each(organizationFields)('an organization: %s', async (field, label, cases) => {
  const { id } = must(await found({ name: 'There' }))
  const created = (tx: Db, given: object) => createOrganization(tx, dana, groupId, { name: 'Acme', ...given })
  const edited = (tx: Db, given: object) => editOrganization(tx, dana, id, given)
  expect(await wrongIn(cases, { field, label }, [created, edited])).toEqual([])
})

describe('all faults are told at once, by field, and nothing is written', () => {
  const badContact = {
    firstName: '',
    lastName: long(256),
    email: 'a@b@c',
    phone: '1\n2',
    description: '\0',
    organizationId: 999_999_999,
  }
  const faults = [
    "firstName: First name can't be blank",
    `lastName: Last name ${tooLong(255)}`,
    `phone: Phone ${oneLine}`,
    `description: Description ${cannotBeKept}`,
    'email: Email is invalid',
    'organizationId: The specified organization was not found or does not belong to this group',
  ]
  const badOrganization = { name: ' ', defaultRate: -1, description: long(1025) }
  const theirFaults = [
    "name: Name can't be blank",
    `description: Description ${tooLong(1024)}`,
    'defaultRate: Default rate must be greater than or equal to 0',
  ]

  test('of a contact', async () => {
    const { id } = must(await create({}))
    expect(await refusedIn(db, () => create(badContact))).toEqual(faults)
    expect(await refusedIn(db, () => editContact(db, dana, id, { ...badContact, active: false }))).toEqual(faults)
    expect(await refusedIn(db, () => createContact(db, dana, groupId, {}))).toHaveLength(2)
  })

  test('of an organization', async () => {
    const { id } = must(await found({}))
    expect(await refusedIn(db, () => found(badOrganization))).toEqual(theirFaults)
    expect(await refusedIn(db, () => editOrganization(db, dana, id, { ...badOrganization, active: false }))).toEqual(
      theirFaults,
    )
    expect(await refusedIn(db, () => createOrganization(db, dana, groupId, {}))).toEqual(["name: Name can't be blank"])
  })

  test('also that the address is taken, and that the group may hold none', async () => {
    await t.nameSource('acme', 'other')
    await t.hold('acme', ['ann@x.io'])
    expect(await refusedIn(db, () => create({ email: 'ANN@x.io', phone: long(33) }))).toEqual([
      'group: contacts can only be added to root groups and groups configured as CRM targets',
      `phone: Phone ${tooLong(32)}`,
      'email: Email has already been taken',
    ])
  })
})

describe('what is taken', () => {
  const taken = ['email: Email has already been taken']

  test('an address is, whatever the letter case, also by an inactive contact', async () => {
    const [{ id }, bob] = [
      must(await create({ email: 'Ann.Ö@Example.com' })),
      must(await create({ email: 'bob@x.io' })),
    ]
    expect(await refusedIn(db, () => create({ email: 'aNN.ö@eXample.COM' }))).toEqual(taken)
    expect(await refusedIn(db, () => create({ email: 'ann.o\u0308@example.com' }))).toEqual(taken)
    expect(await refusedIn(db, () => editContact(db, dana, bob.id, { email: 'ANN.Ö@EXAMPLE.COM' }))).toEqual(taken)
    must(await editContact(db, dana, id, { active: false }))
    expect(await refusedIn(db, () => create({ email: 'ann.ö@example.com' }))).toEqual(taken)
    expect(must(await editContact(db, dana, id, { email: 'ann.ö@EXAMPLE.com' })).email).toBe('ann.ö@EXAMPLE.com')
    expect(
      must(
        await createContact(db, dana, t.group('other').id, {
          firstName: 'A',
          lastName: 'L',
          email: 'ann.ö@example.com',
        }),
      ).id,
    ).toBeGreaterThan(id)
  })

  test('of two who take it at the same moment one gets it', async () => {
    const both = await Promise.all([create({ email: 'one@x.io' }), create({ email: 'ONE@x.io' })])
    expect(both.map(faultsOf).sort()).toEqual([[], taken])
    const firms = await Promise.all([found({ name: 'One' }), found({ name: 'ONE' })])
    expect(firms.map(faultsOf).sort()).toEqual([[], ['name: Name has already been taken']])
  })

  test('no address is taken by nobody: any number of contacts is without one', async () => {
    for (const email of [undefined, null, '']) expect(must(await create({ email })).email).toBeNull()
    const { id } = must(await create({ email: 'd@x.io' }))
    expect(must(await editContact(db, dana, id, { email: null })).email).toBeNull()
    expect(must(await create({ email: 'd@x.io' })).email).toBe('d@x.io')
  })

  test('a name of an organization is, whatever the letter case and the blanks around it', async () => {
    const nameTaken = ['name: Name has already been taken']
    const [{ id }, other] = [must(await found({ name: 'Große Æon' })), must(await found({ name: 'Other' }))]
    expect(await refusedIn(db, () => found({ name: ' GROßE æON ' }))).toEqual(nameTaken)
    expect(await refusedIn(db, () => editOrganization(db, dana, other.id, { name: 'große æon' }))).toEqual(nameTaken)
    must(await editOrganization(db, dana, id, { active: false }))
    expect(await refusedIn(db, () => found({ name: 'große æon' }))).toEqual(nameTaken)
    expect(must(await editOrganization(db, dana, id, { name: 'GROßE ÆON' })).name).toBe('GROßE ÆON')
    expect(must(await createOrganization(db, dana, t.group('other').id, { name: 'Große Æon' })).state).toBe('active')
  })
})

describe('the organization of a contact', () => {
  test('is one of its own group', async () => {
    const fault = ['organizationId: The specified organization was not found or does not belong to this group']
    const theirs = await t.company('other', 'Theirs')
    const ours = must(await found({ name: 'Ours' }))
    for (const organizationId of [theirs.id, 999_999_999, 0, -1])
      expect(await refusedIn(db, () => create({ organizationId }))).toEqual(fault)
    const { id } = must(await create({ organizationId: ours.id }))
    expect(await refusedIn(db, () => editContact(db, dana, id, { organizationId: theirs.id }))).toEqual(fault)
    expect(must(await editContact(db, dana, id, { firstName: 'Anna' })).organizationId).toBe(ours.id)
    expect(must(await editContact(db, dana, id, { organizationId: null })).organizationId).toBeNull()
  })

  test('may be inactive', async () => {
    const ours = must(await found({}))
    must(await editOrganization(db, dana, ours.id, { active: false }))
    expect(must(await create({ organizationId: ours.id })).organizationId).toBe(ours.id)
  })
})
