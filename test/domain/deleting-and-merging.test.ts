// Deleting and merging: what goes, what follows, what the history keeps.
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { createContact, editContact } from '../../src/domain/contacts/contacts.ts'
import { deleteContact, deleteOrganization } from '../../src/domain/contacts/erasure.ts'
import { listHistory } from '../../src/domain/contacts/history-lists.ts'
import { mergeContacts, mergeOrganizations } from '../../src/domain/contacts/merging.ts'
import { createOrganization, editOrganization } from '../../src/domain/contacts/organizations.ts'
import type { Contact } from '../../src/storage/contacts-schema.ts'
import { rowsOf } from '../../src/storage/db.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { tree } from '../support/world/tree.ts'

let service: RunningService
beforeAll(async () => {
  service = await startService()
})

const both = async (t: Awaited<ReturnType<typeof tree>>) => ({
  boss: await t.person('boss', { acme: 'maintainer' }),
  dev: await t.person('dev', { acme: 'developer' }),
  planner: await t.person('planner', { acme: 'planner' }),
  eve: await t.person('eve'),
})

describe('deleting a contact', () => {
  test('takes its links, noted on each issue, and leaves the history without what it was', async () => {
    const { db } = service
    const t = await tree(db, ['acme', 'acme:shop'])
    const { boss, dev } = await both(t)
    const ann = (
      await createContact(db, dev, t.group('acme').id, { firstName: 'Ann', lastName: 'Lee', email: 'old@x.io' })
    ).value as Contact
    await editContact(db, dev, ann.id, { email: 'ann@x.io', phone: '1' })
    const [other] = await t.hold('acme', ['b@x.io'])
    const [one, two] = [await t.issue('acme:shop', [ann, other as Contact]), await t.issue('acme:shop', [ann])]
    expect(await deleteContact(db, dev, ann.id)).toEqual({ value: true })
    expect([await t.linked(one), await t.linked(two)]).toEqual([['b@x.io of acme'], []])
    expect([await t.notes(one), await t.notes(two)]).toEqual([['removed 1 contact'], ['removed 1 contact']])
    const history = (await listHistory(db, boss.userId, { groupId: t.group('acme').id }, { limit: 10 })).value?.rows
    expect(
      history?.map(({ action, before, after, contactId, actor }) => ({
        action,
        before,
        after,
        contactId,
        by: actor?.id,
      })),
    ).toEqual(
      ['contact_deleted', 'contact_edited', 'contact_created'].map((action) => ({
        action,
        before: null,
        after: null,
        contactId: ann.id,
        by: dev.userId,
      })),
    )
    expect((await deleteContact(db, dev, ann.id)).refused?.why).toBe('not found')
  })

  test.each([
    ['a planner', 'planner', 'forbidden'],
    ['a user who may not know of it', 'eve', 'not found'],
  ] as const)('is not for %s', async (_, who, why) => {
    const { db } = service
    const t = await tree(db, ['acme', 'acme:shop'])
    const [ann] = (await t.hold('acme', ['a@x.io'])) as [Contact]
    const issue = await t.issue('acme:shop', [ann])
    expect((await deleteContact(db, (await both(t))[who], ann.id)).refused?.why).toBe(why)
    expect(await t.linked(issue)).toEqual(['a@x.io of acme'])
  })
})

test('deleting an organization leaves its contacts, without it', async () => {
  const { db } = service
  const t = await tree(db, ['acme'])
  const { boss, dev } = await both(t)
  const organization = (await createOrganization(db, dev, t.group('acme').id, { name: 'Secret Ltd' })).value
  const [a] = (await t.hold('acme', [{ email: 'a@x.io', company: 'Secret Ltd' }, 'b@x.io'])) as [Contact]
  expect(await t.held('acme')).toEqual(['a@x.io, Secret Ltd', 'b@x.io'])
  expect(await deleteOrganization(db, dev, organization?.id as number)).toEqual({ value: true })
  expect(await t.held('acme')).toEqual(['a@x.io', 'b@x.io'])
  expect(
    await rowsOf(
      db,
      sql`select from contacts where group_id = ${t.group('acme').id} and find_by_organization is not null`,
    ),
  ).toEqual([])
  const history = (await listHistory(db, boss.userId, { groupId: t.group('acme').id }, { limit: 10 })).value?.rows
  expect(history?.map(({ action, before, after }) => [action, before, after])).toEqual([
    ['organization_deleted', null, null],
    ['contact_edited', { organizationId: organization?.id }, { organizationId: null }],
    ['organization_created', null, null],
  ])
  expect(history?.[1]?.contactId).toBe(a.id)
})

describe('merging', () => {
  test('contacts: links with their times, empty fields and history follow; what is there stays', async () => {
    const { db } = service
    const t = await tree(db, ['acme', 'acme:shop'])
    const { boss, dev } = await both(t)
    await t.company('acme', 'Acme')
    const [keep, other] = (await t.hold('acme', [
      { firstName: 'Ann', lastName: 'Lee', phone: '1' },
      {
        firstName: 'A.',
        lastName: 'Lee',
        email: 'ann@x.io',
        phone: '2',
        description: 'Likes tea',
        company: 'Acme',
        state: 'inactive',
      },
    ])) as [Contact, Contact]
    const [one, two] = [await t.issue('acme:shop', [other]), await t.issue('acme:shop', [keep, other])]
    await editContact(db, dev, other.id, { description: 'Likes coffee' })
    const merged = await mergeContacts(db, dev, { keepId: keep.id, otherId: other.id })
    expect(merged.value).toMatchObject({
      id: keep.id,
      firstName: 'Ann',
      email: 'ann@x.io',
      phone: '1',
      description: 'Likes coffee',
      state: 'active',
    })
    expect(await t.held('acme')).toEqual(['ann@x.io, Acme'])
    expect([await t.linked(one), await t.linked(two)]).toEqual([['ann@x.io of acme'], ['ann@x.io of acme']])
    const history = (await listHistory(db, boss.userId, { contactId: keep.id }, { limit: 10 })).value?.rows
    expect(history?.map(({ action }) => action)).toEqual(['contact_merged', 'contact_edited'])
    expect(history?.[0]?.before).toMatchObject({
      firstName: 'Ann',
      email: null,
      merged: { firstName: 'A.', email: 'ann@x.io' },
    })
    expect(
      await rowsOf(db, sql`select from contacts where search_text like '%ann@x.io%' and id = ${keep.id}`),
    ).toHaveLength(1)
  })

  test('organizations: contacts and empty fields follow', async () => {
    const { db } = service
    const t = await tree(db, ['acme'])
    const { dev } = await both(t)
    const keep = await t.company('acme', 'Acme')
    const other = await t.company('acme', 'Acme Inc', '12.50')
    await t.hold('acme', [
      { email: 'a@x.io', company: 'Acme' },
      { email: 'b@x.io', company: 'Acme Inc' },
    ])
    const merged = await mergeOrganizations(db, dev, { keepId: keep.id, otherId: other.id })
    expect(merged.value).toMatchObject({ id: keep.id, name: 'Acme', defaultRate: '12.50' })
    expect(await t.held('acme')).toEqual(['a@x.io, Acme', 'b@x.io, Acme'])
    expect(await t.companies('acme')).toEqual(['Acme at 12.50'])
    await editOrganization(db, dev, keep.id, { name: 'Zenith' })
    const found = await rowsOf(
      db,
      sql`select from contacts where group_id = ${t.group('acme').id} and find_by_organization = 'zenith'`,
    )
    expect(found).toHaveLength(2)
  })

  test.each([
    ['with itself', 'itself', 'A contact cannot be merged into itself.'],
    ['of two groups', 'elsewhere', 'Only contacts of the same group can be merged.'],
  ])('does nothing %s', async (_, which, reason) => {
    const { db } = service
    const t = await tree(db, ['acme', 'other'])
    const dev = await t.person('dev', { acme: 'developer', other: 'developer' })
    const [here] = (await t.hold('acme', ['a@x.io'])) as [Contact]
    const [there] = (await t.hold('other', ['b@x.io'])) as [Contact]
    const merged = await mergeContacts(db, dev, { keepId: here.id, otherId: which === 'itself' ? here.id : there.id })
    expect(merged.refused?.reason).toBe(reason)
  })

  test.each([
    ['a planner', 'planner', 'forbidden'],
    ['a user who may not know of them', 'eve', 'not found'],
  ] as const)('is not for %s', async (_, who, why) => {
    const { db } = service
    const t = await tree(db, ['acme'])
    const [a, b] = (await t.hold('acme', ['a@x.io', 'b@x.io'])) as [Contact, Contact]
    expect((await mergeContacts(db, (await both(t))[who], { keepId: a.id, otherId: b.id })).refused?.why).toBe(why)
    expect(await t.held('acme')).toEqual(['a@x.io', 'b@x.io'])
  })
})
