// Operations of the model test that move projects and groups, and what must have become of contacts.
import fc from 'fast-check'
import { expect } from 'vitest'
import { transferGroup, transferProject } from '../../../src/domain/moves/transfers.ts'
import { roles } from '../../../src/domain/rules/permissions.ts'
import { isReserved } from './namespaces.ts'
import { counted, expectNotes, linkingsSince, personOf, personsOnIssues } from './notes.ts'
import { type ContactRow, type LinkRow, type OrganizationRow, type Photo, rowOf } from './photo.ts'
import { firstOf, isBelow, isNamedAsSource, isTaken, rightsOf, sourceOf, sourceOfIssue, type Verdict } from './rules.ts'
import { one, which } from './seed.ts'
import { stepsOf } from './step.ts'

interface ProjectMove {
  id: number
  toGroupId: number
}

const transferringProjects = stepsOf({
  name: 'transfers a project',
  given: fc.record({ project: which, to: which }),
  choose: (photo, { project, to }): ProjectMove => ({
    id: one(photo.projects, project).id,
    toGroupId: one(photo.groups, to).id,
  }),
  verdict(photo, userId, { id, toGroupId }): Verdict {
    const rights = rightsOf(photo, userId)
    const { group_id, path } = rowOf(photo.projects, id)
    return firstOf(
      [!rights.seesProject(id) || !rights.seesGroup(toGroupId), 'not found'],
      [!rights.ownsProject(id) || !rights.maintainsGroup(toGroupId), 'forbidden'],
      [group_id === toGroupId, 'conflict'],
      [isTaken(photo, `${rowOf(photo.groups, toGroupId).full_path}/${path}`), 'invalid'],
    )
  },
  act: (db, actor, { id, toGroupId }) => transferProject(db, actor, id, toGroupId),
  afterwards({ before, after, meant: { id, toGroupId } }) {
    const { group_id } = rowOf(before.projects, id)
    const isOfProject = ({ issue_id }: LinkRow) => rowOf(before.issues, issue_id).project_id === id
    const lost =
      sourceOf(before, group_id) === sourceOf(before, toGroupId) ? [] : before.issue_contacts.filter(isOfProject)
    expect(after.issue_contacts).toEqual(before.issue_contacts.filter((link) => !lost.includes(link)))
    expect(after.contacts).toEqual(before.contacts)
    expect(linkingsSince({ before, after })).toEqual(
      lost.map((link) => `contact_unlinked #${link.issue_id} ${link.contact_id}`).sort(),
    )
    const lostOn = (issueId: number) => lost.filter(({ issue_id }) => issue_id === issueId).length
    expectNotes(
      { before, after },
      Object.fromEntries(lost.map(({ issue_id }) => [issue_id, [`removed ${counted(lostOn(issue_id))}`]])),
    )
  },
})

interface GroupMove {
  id: number
  toGroupId: number | null
}

/** The tree as it would be; nothing but the parent is looked at when rules are asked. */
const withMoved = (photo: Photo, { id, toGroupId }: GroupMove): Photo => ({
  ...photo,
  groups: photo.groups.map((group) => (group.id === id ? { ...group, parent_id: toGroupId } : group)),
})

/** Who moves a group to the top owns it there, if nobody does by a role in the group itself. */
function withOwner(photo: Photo, { id, toGroupId }: GroupMove, userId: number): Photo {
  if (toGroupId !== null || photo.members.some(({ group_id, level }) => group_id === id && level === roles.owner))
    return photo
  return {
    ...photo,
    members: [...photo.members, { user_id: userId, group_id: id, project_id: null, level: roles.owner }],
  }
}

interface Along {
  oldSource: number
  newSource: number
  /** All that the old source holds goes; else only what is linked to the issues that get another source. */
  isWhole: boolean
  /** What goes stays there too. */
  isCopied: boolean
  issues: Set<number>
  contacts: ContactRow[]
  organizations: OrganizationRow[]
}

/** What must go along with a group; undefined: its contact source stays. */
function alongWith(before: Photo, move: GroupMove): Along | undefined {
  const moved = withMoved(before, move)
  const [oldSource, newSource] = [sourceOf(before, move.id), sourceOf(moved, move.id)]
  if (oldSource === newSource) return undefined
  const issues = new Set(
    before.issues.map(({ id }) => id).filter((id) => sourceOfIssue(before, id) !== sourceOfIssue(moved, id)),
  )
  const isWhole = isBelow(before, oldSource, move.id)
  const linked = new Set(
    before.issue_contacts.filter(({ issue_id }) => issues.has(issue_id)).map(({ contact_id }) => contact_id),
  )
  const contacts = before.contacts.filter(({ id, group_id }) => group_id === oldSource && (isWhole || linked.has(id)))
  const organizations = before.organizations.filter(
    ({ id, group_id }) =>
      group_id === oldSource && (isWhole || contacts.some(({ organization_id }) => organization_id === id)),
  )
  return {
    oldSource,
    newSource,
    isWhole,
    isCopied: !isWhole || isNamedAsSource(before, oldSource),
    issues,
    contacts,
    organizations,
  }
}

/** May a user do it, if everything else is all right? Asked of the world as it will be. */
function mayTakeAlong(photo: Photo, userId: number, move: GroupMove): boolean {
  const along = alongWith(photo, move)
  if (!along || along.contacts.length + along.organizations.length === 0) return true
  return rightsOf(withOwner(withMoved(photo, move), move, userId), userId).managesContactsHeldBy(along.newSource)
}

const pathAt = (photo: Photo, { id, toGroupId }: GroupMove): string => {
  const { path } = rowOf(photo.groups, id)
  return toGroupId === null ? path : `${rowOf(photo.groups, toGroupId).full_path}/${path}`
}

function transferring(photo: Photo, userId: number, move: GroupMove): Verdict {
  const { id, toGroupId } = move
  const rights = rightsOf(photo, userId)
  const isCircle = toGroupId !== null && isBelow(photo, toGroupId, id)
  const { parent_id, path } = rowOf(photo.groups, id)
  return firstOf(
    [!rights.seesGroup(id) || (toGroupId !== null && !rights.seesGroup(toGroupId)), 'not found'],
    [isCircle, 'invalid'],
    [!rights.ownsGroup(id) || (toGroupId !== null && !rights.ownsGroup(toGroupId)), 'forbidden'],
    [parent_id === toGroupId, 'conflict'],
    [isReserved(path, toGroupId) || isTaken(photo, pathAt(photo, move)), 'invalid'],
    [!isCircle && !mayTakeAlong(photo, userId, move), 'conflict'],
  )
}

const keyOf = (photo: Photo, organizationId: number | null): string | null =>
  organizationId === null ? null : rowOf(photo.organizations, organizationId).name_key

const contactsHeld = ({ contacts }: Photo, groupId: number) => contacts.filter(({ group_id }) => group_id === groupId)
const organizationsHeld = ({ organizations }: Photo, groupId: number) =>
  organizations.filter(({ group_id }) => group_id === groupId)

const shownContact = (photo: Photo) => (contact: ContactRow) =>
  JSON.stringify([
    personOf(contact),
    contact.email,
    contact.first_name,
    contact.job_title,
    contact.state,
    keyOf(photo, contact.organization_id),
  ])
const shownOrganization = ({ name, default_rate, description, state }: OrganizationRow) =>
  JSON.stringify([name, default_rate, description, state])

/** At the new source is what was there, as it was, and what came and was not there already. */
function expectArrived({ before, after }: { before: Photo; after: Photo }, along: Along): void {
  const { newSource } = along
  const [there, thereToo] = [contactsHeld(before, newSource), organizationsHeld(before, newSource)]
  const came = along.contacts.filter(
    ({ email_key }) => email_key === null || !there.some((one) => one.email_key === email_key),
  )
  const cameToo = along.organizations.filter(({ name_key }) => !thereToo.some((one) => one.name_key === name_key))
  expect(contactsHeld(after, newSource)).toEqual(expect.arrayContaining(there))
  expect(organizationsHeld(after, newSource)).toEqual(expect.arrayContaining(thereToo))
  expect(contactsHeld(after, newSource).map(shownContact(after)).sort()).toEqual(
    [...there, ...came].map(shownContact(before)).sort(),
  )
  expect(organizationsHeld(after, newSource).map(shownOrganization).sort()).toEqual(
    [...thereToo, ...cameToo].map(shownOrganization).sort(),
  )
}

/**
 * The old source, where it stays or a user needs it, holds what it held; else nothing. All other groups are as they
 * were.
 */
function expectLeft(
  { before, after }: { before: Photo; after: Photo },
  { oldSource, newSource, isCopied }: Along,
): void {
  const stays = ({ group_id }: { group_id: number }) => group_id !== newSource && (isCopied || group_id !== oldSource)
  expect(after.contacts.filter(({ group_id }) => group_id !== newSource)).toEqual(before.contacts.filter(stays))
  expect(after.organizations.filter(({ group_id }) => group_id !== newSource)).toEqual(
    before.organizations.filter(stays),
  )
}

const transferringGroups = stepsOf({
  name: 'transfers a group',
  given: fc.record({ group: which, to: fc.option(which) }),
  choose: (photo, { group, to }): GroupMove => ({
    id: one(photo.groups, group).id,
    toGroupId: to === null ? null : one(photo.groups, to).id,
  }),
  verdict: transferring,
  act: (db, actor, { id, toGroupId }) => transferGroup(db, actor, id, toGroupId),
  kindOf(photo, move) {
    const along = alongWith(photo, move)
    if (!along) return 'the source stays'
    return `${along.isWhole ? 'all' : 'what is linked'} is ${along.isCopied ? 'copied' : 'moved'}${along.contacts.length > 0 ? '' : ', which is nobody'}`
  },
  afterwards({ before, after, meant }) {
    expect(rowOf(after.groups, meant.id)).toMatchObject({
      parent_id: meant.toGroupId,
      full_path: pathAt(before, meant),
    })
    expect(personsOnIssues(after)).toEqual(personsOnIssues(before))
    expectNotes({ before, after }, {})
    const along = alongWith(before, meant)
    if (!along) {
      expect([after.issue_contacts, after.contacts, after.organizations]).toEqual([
        before.issue_contacts,
        before.contacts,
        before.organizations,
      ])
      return
    }
    const isElsewhere = ({ issue_id }: LinkRow) => !along.issues.has(issue_id)
    expect(after.issue_contacts.filter(isElsewhere)).toEqual(before.issue_contacts.filter(isElsewhere))
    expectArrived({ before, after }, along)
    expectLeft({ before, after }, along)
  },
})

export const stepsWithTransfers = [transferringProjects, ...Array(5).fill(transferringGroups)] as const
