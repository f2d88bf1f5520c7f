// Operations of the model test with contacts and organizations.
import fc from 'fast-check'
import { expect } from 'vitest'
import { createContact, editContact } from '../../../src/domain/contacts/contacts.ts'
import { deleteContact, deleteOrganization } from '../../../src/domain/contacts/erasure.ts'
import { mergeContacts, mergeOrganizations } from '../../../src/domain/contacts/merging.ts'
import { createOrganization, editOrganization } from '../../../src/domain/contacts/organizations.ts'
import { expectNotes } from './notes.ts'
import { type ContactRow, type OrganizationRow, type Photo, rowOf } from './photo.ts'
import { firstOf, mayHold, rightsOf, sourceOf, type Verdict } from './rules.ts'
import { aCompany, aFirstName, aJobTitle, anAddress, one, which } from './seed.ts'
import { stepsOf } from './step.ts'

const aState = fc.option(fc.boolean(), { nil: undefined })
const maybe = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined })

/** Mostly where issues look for contacts. */
const ownerGroupOf = (photo: Photo, at: number): number =>
  at % 4 === 3 ? one(photo.groups, at).id : sourceOf(photo, one(photo.projects, at).group_id)

/** May a user manage what a group holds? To those who may not see it, it does not exist. */
function managing(photo: Photo, userId: number, ownerGroup: number): Verdict {
  const rights = rightsOf(photo, userId)
  return firstOf(
    [!rights.seesContactsHeldBy(ownerGroup), 'not found'],
    [!rights.managesContactsHeldBy(ownerGroup), 'forbidden'],
  )
}

/** The same for a user who wants to put something into it. */
function filling(photo: Photo, userId: number, ownerGroup: number): Verdict {
  const rights = rightsOf(photo, userId)
  return firstOf([!rights.seesGroup(ownerGroup), 'not found'], [!rights.managesContactsHeldBy(ownerGroup), 'forbidden'])
}

const orElse = (verdict: Verdict, isWrong: boolean): Verdict =>
  firstOf([verdict !== 'done', verdict], [isWrong, 'invalid'])

const hasAddress = (photo: Photo, groupId: number, email: string, except?: number) =>
  photo.contacts.some(
    (c) => c.group_id === groupId && c.id !== except && c.email?.toLowerCase() === email.toLowerCase(),
  )
const hasName = (photo: Photo, groupId: number, name: string, except?: number) =>
  photo.organizations.some(
    (o) => o.group_id === groupId && o.id !== except && o.name.toLowerCase() === name.toLowerCase(),
  )

/** Half of the time one of the group, else any; null: none. */
function companyFor(photo: Photo, groupId: number, at: number | null | undefined): number | null | undefined {
  if (typeof at !== 'number') return at
  const own = photo.organizations.filter((organization) => organization.group_id === groupId)
  const all = at % 2 === 0 && own.length > 0 ? own : photo.organizations
  return all.length > 0 ? one(all, at).id : null
}

const isElsewhere = (photo: Photo, groupId: number, organizationId: number | null | undefined): boolean =>
  typeof organizationId === 'number' && rowOf(photo.organizations, organizationId).group_id !== groupId

const creatingContacts = stepsOf({
  name: 'creates a contact',
  given: fc.record({
    near: which,
    firstName: aFirstName,
    email: fc.option(anAddress),
    jobTitle: fc.option(aJobTitle),
    company: fc.option(which),
  }),
  choose(photo, { near, firstName, email, jobTitle, company }) {
    const groupId = ownerGroupOf(photo, near)
    return {
      groupId,
      fields: { firstName, lastName: 'New', email, jobTitle, organizationId: companyFor(photo, groupId, company) },
    }
  },
  verdict: (photo, userId, { groupId, fields: { email, organizationId } }) =>
    orElse(
      filling(photo, userId, groupId),
      !mayHold(photo, groupId) ||
        isElsewhere(photo, groupId, organizationId) ||
        (email !== null && hasAddress(photo, groupId, email)),
    ),
  act: (db, actor, { groupId, fields }) => createContact(db, actor, groupId, fields),
  afterwards: ({ after, meant: { groupId, fields }, value }) =>
    expect(rowOf(after.contacts, value.id)).toMatchObject({
      group_id: groupId,
      email: fields.email,
      job_title: fields.jobTitle,
      state: 'active',
      organization_id: fields.organizationId,
    }),
})

const editingContacts = stepsOf({
  name: 'edits a contact',
  given: fc.record({
    contact: which,
    firstName: maybe(aFirstName),
    email: maybe(fc.option(anAddress)),
    jobTitle: maybe(fc.option(aJobTitle)),
    company: maybe(fc.option(which)),
    active: aState,
  }),
  choose(photo, { contact, company, ...fields }) {
    if (photo.contacts.length === 0) return undefined
    const { id, group_id } = one(photo.contacts, contact)
    return { id, fields: { ...fields, organizationId: companyFor(photo, group_id, company) } }
  },
  verdict(photo, userId, { id, fields: { email, organizationId } }) {
    const { group_id } = rowOf(photo.contacts, id)
    const isTaken = typeof email === 'string' && hasAddress(photo, group_id, email, id)
    return orElse(managing(photo, userId, group_id), isTaken || isElsewhere(photo, group_id, organizationId))
  },
  act: (db, actor, { id, fields }) => editContact(db, actor, id, fields),
  afterwards({ before, after, meant: { id, fields } }) {
    const [was, is] = [rowOf(before.contacts, id), rowOf(after.contacts, id)]
    expect(is.job_title).toBe(fields.jobTitle === undefined ? was.job_title : fields.jobTitle)
    expect(is.email).toBe(fields.email === undefined ? was.email : fields.email)
    expect(is.organization_id).toBe(fields.organizationId === undefined ? was.organization_id : fields.organizationId)
    expect(is.state).toBe(fields.active === undefined ? was.state : fields.active ? 'active' : 'inactive')
    expect(after.issue_contacts).toEqual(before.issue_contacts)
  },
})

const creatingOrganizations = stepsOf({
  name: 'creates an organization',
  given: fc.record({ near: which, name: aCompany }),
  choose: (photo, { near, name }) => ({ groupId: ownerGroupOf(photo, near), name }),
  verdict: (photo, userId, { groupId, name }) =>
    orElse(filling(photo, userId, groupId), !mayHold(photo, groupId) || hasName(photo, groupId, name)),
  act: (db, actor, { groupId, name }) => createOrganization(db, actor, groupId, { name }),
})

const editingOrganizations = stepsOf({
  name: 'edits an organization',
  given: fc.record({
    organization: which,
    name: maybe(aCompany),
    defaultRate: maybe(fc.constantFrom(null, '7.50', 8)),
    active: aState,
  }),
  choose: (photo, { organization, ...fields }) =>
    photo.organizations.length === 0 ? undefined : { id: one(photo.organizations, organization).id, fields },
  verdict(photo, userId, { id, fields: { name } }) {
    const { group_id } = rowOf(photo.organizations, id)
    return orElse(managing(photo, userId, group_id), name !== undefined && hasName(photo, group_id, name, id))
  },
  act: (db, actor, { id, fields }) => editOrganization(db, actor, id, fields),
  afterwards({ before, after, meant: { id, fields } }) {
    const [was, is] = [rowOf(before.organizations, id), rowOf(after.organizations, id)]
    expect(is.name).toBe(fields.name ?? was.name)
    expect(is.default_rate).toBe(
      fields.defaultRate === undefined ? was.default_rate : fields.defaultRate && Number(fields.defaultRate),
    )
    expect(after.contacts.map(({ id, state }) => [id, state])).toEqual(
      before.contacts.map(({ id, state }) => [id, state]),
    )
  },
})

const deletingContacts = stepsOf({
  name: 'deletes a contact',
  given: which,
  choose: (photo, at) => (photo.contacts.length === 0 ? undefined : { id: one(photo.contacts, at).id }),
  verdict: (photo, userId, { id }) => managing(photo, userId, rowOf(photo.contacts, id).group_id),
  act: (db, actor, { id }) => deleteContact(db, actor, id),
  afterwards({ before, after, meant: { id } }) {
    expect(after.contacts).toEqual(before.contacts.filter((contact) => contact.id !== id))
    expect(after.issue_contacts).toEqual(before.issue_contacts.filter((link) => link.contact_id !== id))
    const told = before.issue_contacts.filter((link) => link.contact_id === id)
    expectNotes({ before, after }, Object.fromEntries(told.map(({ issue_id }) => [issue_id, ['removed 1 contact']])))
  },
})

const deletingOrganizations = stepsOf({
  name: 'deletes an organization',
  given: which,
  choose: (photo, at) => (photo.organizations.length === 0 ? undefined : { id: one(photo.organizations, at).id }),
  verdict: (photo, userId, { id }) => managing(photo, userId, rowOf(photo.organizations, id).group_id),
  act: (db, actor, { id }) => deleteOrganization(db, actor, id),
  afterwards({ before, after, meant: { id } }) {
    expect(after.organizations).toEqual(before.organizations.filter((organization) => organization.id !== id))
    const without = before.contacts.map((contact) =>
      contact.organization_id === id ? { ...contact, organization_id: null } : contact,
    )
    expect(after.contacts.map(({ id, organization_id }) => [id, organization_id])).toEqual(
      without.map(({ id, organization_id }) => [id, organization_id]),
    )
    expect(after.issue_contacts).toEqual(before.issue_contacts)
  },
})

/** Two, mostly of the same group, rarely twice the same. */
function twoOf<Row extends { id: number; group_id: number }>(
  rows: readonly Row[],
  at: { keep: number; other: number },
) {
  if (rows.length === 0) return undefined
  const keep = one(rows, at.keep)
  const fellows = rows.filter((row) => row.group_id === keep.group_id && row.id !== keep.id)
  return { keepId: keep.id, otherId: one(at.other % 4 === 0 || fellows.length === 0 ? rows : fellows, at.other).id }
}

const merging = (
  photo: Photo,
  userId: number,
  keep: { id: number; group_id: number },
  other: { id: number; group_id: number },
): Verdict => {
  const [first, second] = [managing(photo, userId, keep.group_id), managing(photo, userId, other.group_id)]
  return firstOf(
    [first !== 'done', first],
    [second !== 'done', second],
    [keep.id === other.id || keep.group_id !== other.group_id, 'invalid'],
  )
}

const filled = <Row extends ContactRow | OrganizationRow>(keep: Row, other: Row, fields: readonly (keyof Row)[]) =>
  Object.fromEntries(fields.map((field) => [field, keep[field] ?? other[field]]))

const mergingContacts = stepsOf({
  name: 'merges contacts',
  given: fc.record({ keep: which, other: which }),
  choose: (photo, pair) => twoOf(photo.contacts, pair),
  verdict: (photo, userId, { keepId, otherId }) =>
    merging(photo, userId, rowOf(photo.contacts, keepId), rowOf(photo.contacts, otherId)),
  act: mergeContacts,
  afterwards({ before, after, meant: { keepId, otherId } }) {
    const [keep, other] = [rowOf(before.contacts, keepId), rowOf(before.contacts, otherId)]
    expect(rowOf(after.contacts, keepId)).toMatchObject({
      ...filled(keep, other, ['email', 'phone', 'job_title', 'description', 'organization_id']),
      first_name: keep.first_name,
      state: keep.state,
    })
    const rest = ({ id }: ContactRow) => id !== keepId && id !== otherId
    expect(after.contacts.filter(({ id }) => id !== keepId)).toEqual(before.contacts.filter(rest))
    const kept = before.issue_contacts.filter(({ contact_id }) => contact_id !== otherId)
    const followed = before.issue_contacts
      .filter(
        ({ contact_id, issue_id }) =>
          contact_id === otherId && !kept.some((l) => l.issue_id === issue_id && l.contact_id === keepId),
      )
      .map((link) => ({ ...link, contact_id: keepId }))
    expect(new Set(after.issue_contacts)).toEqual(new Set([...kept, ...followed]))
  },
})

const mergingOrganizations = stepsOf({
  name: 'merges organizations',
  given: fc.record({ keep: which, other: which }),
  choose: (photo, pair) => twoOf(photo.organizations, pair),
  verdict: (photo, userId, { keepId, otherId }) =>
    merging(photo, userId, rowOf(photo.organizations, keepId), rowOf(photo.organizations, otherId)),
  act: mergeOrganizations,
  afterwards({ before, after, meant: { keepId, otherId } }) {
    const [keep, other] = [rowOf(before.organizations, keepId), rowOf(before.organizations, otherId)]
    expect(rowOf(after.organizations, keepId)).toMatchObject({
      ...filled(keep, other, ['default_rate', 'description']),
      name: keep.name,
    })
    expect(after.organizations).toHaveLength(before.organizations.length - 1)
    const followed = before.contacts.map(({ id, organization_id }) => [
      id,
      organization_id === otherId ? keepId : organization_id,
    ])
    expect(after.contacts.map(({ id, organization_id }) => [id, organization_id])).toEqual(followed)
    expect(after.issue_contacts).toEqual(before.issue_contacts)
  },
})

export const stepsWithPeople = [
  creatingContacts,
  editingContacts,
  editingContacts,
  creatingOrganizations,
  editingOrganizations,
  deletingContacts,
  deletingOrganizations,
  mergingContacts,
  mergingOrganizations,
]
