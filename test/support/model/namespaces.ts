// Operations of the model test with groups, projects, settings and roles.
import fc from 'fast-check'
import { expect } from 'vitest'
import { createProject, editProject } from '../../../src/domain/groups/edits.ts'
import { createGroup, editGroup } from '../../../src/domain/groups/edits-with-settings.ts'
import { giveRole, takeRole } from '../../../src/domain/groups/roles.ts'
import { type Role, roles } from '../../../src/domain/rules/permissions.ts'
import { type Photo, rowOf } from './photo.ts'
import {
  firstOf,
  isTaken,
  namedSourceOf,
  rightsOf,
  settingsOf,
  sourceOf,
  sourceOfIssue,
  type Verdict,
} from './rules.ts'
import { aPath, aRole, one, which } from './seed.ts'
import { stepsOf } from './step.ts'

const aVisibility = fc.constantFrom('public' as const, 'private' as const)

export const isReserved = (path: string, parentId: number | null): boolean =>
  parentId === null && path.toLowerCase() === 'api'

const pathIn = (photo: Photo, groupId: number | null, path: string): string =>
  groupId === null ? path : `${rowOf(photo.groups, groupId).full_path}/${path}`

const creatingGroups = stepsOf({
  name: 'creates a group',
  given: fc.record({ parent: fc.option(which), path: aPath, visibility: aVisibility }),
  choose: (
    photo,
    { parent, path, visibility },
  ): { parentId: number | null; path: string; visibility: string; name: string } => ({
    parentId: parent === null ? null : one(photo.groups, parent).id,
    path,
    visibility,
    name: 'A group',
  }),
  verdict(photo, userId, { parentId, path }) {
    const rights = rightsOf(photo, userId)
    return firstOf(
      [parentId !== null && !rights.seesGroup(parentId), 'not found'],
      [parentId !== null && !rights.ownsGroup(parentId), 'forbidden'],
      [isReserved(path, parentId) || isTaken(photo, pathIn(photo, parentId, path)), 'invalid'],
    )
  },
  act: (db, actor, meant) => createGroup(db, actor, meant),
  afterwards: ({ after, meant, value }) =>
    expect(rowOf(after.groups, value.id)).toMatchObject({ parent_id: meant.parentId, path: meant.path }),
})

const creatingProjects = stepsOf({
  name: 'creates a project',
  given: fc.record({ group: which, path: aPath }),
  choose: (photo, { group, path }): { groupId: number; path: string; name: string } => ({
    groupId: one(photo.groups, group).id,
    path,
    name: 'A project',
  }),
  verdict(photo, userId, { groupId, path }) {
    const rights = rightsOf(photo, userId)
    return firstOf(
      [!rights.seesGroup(groupId), 'not found'],
      [!rights.maintainsGroup(groupId), 'forbidden'],
      [isTaken(photo, pathIn(photo, groupId, path)), 'invalid'],
    )
  },
  act: (db, actor, meant) => createProject(db, actor, meant),
})

const anEdit = fc.record({
  at: which,
  path: fc.option(aPath, { nil: undefined }),
  visibility: fc.option(aVisibility, { nil: undefined }),
})

const editingGroups = stepsOf({
  name: 'edits a group',
  given: anEdit,
  choose: (photo, { at, ...edit }) => ({ id: one(photo.groups, at).id, edit }),
  verdict(photo, userId, { id, edit: { path } }) {
    const rights = rightsOf(photo, userId)
    const group = rowOf(photo.groups, id)
    const isWrong = (own: string) =>
      isReserved(own, group.parent_id) || isTaken(photo, pathIn(photo, group.parent_id, own), group)
    return firstOf(
      [!rights.seesGroup(id), 'not found'],
      [!rights.ownsGroup(id), 'forbidden'],
      [path !== undefined && isWrong(path), 'invalid'],
    )
  },
  act: (db, actor, { id, edit }) => editGroup(db, actor, id, edit),
  afterwards: ({ after, meant: { id, edit } }) => expect(rowOf(after.groups, id)).toMatchObject(defined(edit)),
})

const editingProjects = stepsOf({
  name: 'edits a project',
  given: anEdit,
  choose: (photo, { at, ...edit }) => ({ id: one(photo.projects, at).id, edit }),
  verdict(photo, userId, { id, edit: { path } }) {
    const rights = rightsOf(photo, userId)
    const project = rowOf(photo.projects, id)
    return firstOf(
      [!rights.seesProject(id), 'not found'],
      [!rights.maintainsProject(id), 'forbidden'],
      [path !== undefined && isTaken(photo, pathIn(photo, project.group_id, path), project), 'invalid'],
    )
  },
  act: (db, actor, { id, edit }) => editProject(db, actor, id, edit),
  afterwards: ({ after, meant: { id, edit } }) => expect(rowOf(after.projects, id)).toMatchObject(defined(edit)),
})

/** What was given, without what is absent. */
export const defined = <Fields extends object>(fields: Fields): Partial<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Fields>

interface WantedSettings {
  groupId: number
  wanted: { customerRelations?: boolean; contactSourceId?: number | null }
}

/** The world as it would be with these settings. */
const withSettings = (photo: Photo, { groupId, wanted }: WantedSettings): Photo => {
  const { customer_relations, contact_source_id } = settingsOf(photo, groupId)
  const row = {
    group_id: groupId,
    customer_relations: wanted.customerRelations ?? customer_relations,
    contact_source_id: wanted.contactSourceId === undefined ? contact_source_id : wanted.contactSourceId,
  }
  return { ...photo, group_settings: [...photo.group_settings.filter((one) => one.group_id !== groupId), row] }
}

const changingSettings = stepsOf({
  name: 'changes settings',
  given: fc.record({
    group: which,
    customerRelations: fc.option(
      fc.nat({ max: 3 }).map((n) => n > 0),
      { nil: undefined },
    ),
    source: fc.option(fc.option(which, { freq: 3 }), { nil: undefined, freq: 3 }),
  }),
  choose(photo, { group, customerRelations, source }): WantedSettings {
    const contactSourceId = typeof source === 'number' ? one(photo.groups, source).id : source
    return { groupId: one(photo.groups, group).id, wanted: { customerRelations, contactSourceId } }
  },
  verdict(photo, userId, meant): Verdict {
    const rights = rightsOf(photo, userId)
    const { groupId } = meant
    const named = meant.wanted.contactSourceId ?? groupId
    const mayName = named === groupId || named === namedSourceOf(photo, groupId) || rights.seesContactsHeldBy(named)
    const wanted = withSettings(photo, meant)
    const linked = new Set(photo.issue_contacts.map(({ issue_id }) => issue_id))
    return firstOf(
      [!rights.seesGroup(groupId), 'not found'],
      [!rights.ownsGroup(groupId), 'forbidden'],
      [!mayName, 'invalid'],
      [[...linked].some((id) => sourceOfIssue(photo, id) !== sourceOfIssue(wanted, id)), 'conflict'],
    )
  },
  act: (db, actor, { groupId, wanted }) => editGroup(db, actor, groupId, { settings: wanted }),
  afterwards({ before, after, meant, value }) {
    expect(settingsOf(after, meant.groupId)).toEqual(settingsOf(withSettings(before, meant), meant.groupId))
    expect(value.sourceId).toBe(sourceOf(after, meant.groupId))
  },
})

type GroupOrProject = { group: { id: number } } | { project: { id: number } }

const namespaceOf = (photo: Photo, at: number): GroupOrProject => {
  const namespace = one([...photo.groups, ...photo.projects], at)
  return 'parent_id' in namespace ? { group: { id: namespace.id } } : { project: { id: namespace.id } }
}

const isHeldIn = (namespace: GroupOrProject) => (member: Photo['members'][number]) =>
  'group' in namespace ? member.group_id === namespace.group.id : member.project_id === namespace.project.id

const ownLevel = (photo: Photo, namespace: GroupOrProject, userId: number): number =>
  photo.members.find((member) => member.user_id === userId && isHeldIn(namespace)(member))?.level ?? 0

/** Is this the only owner that a top-level group has? */
function isLastOwner(photo: Photo, namespace: GroupOrProject, userId: number): boolean {
  if (!('group' in namespace) || rowOf(photo.groups, namespace.group.id).parent_id !== null) return false
  const owners = photo.members.filter((member) => isHeldIn(namespace)(member) && member.level === roles.owner)
  return owners.length === 1 && owners[0]?.user_id === userId
}

/** What a user may do with the members of a namespace. */
function rightsOver(photo: Photo, namespace: GroupOrProject, userId: number) {
  const rights = rightsOf(photo, userId)
  return 'group' in namespace
    ? {
        sees: rights.seesGroup(namespace.group.id),
        may: rights.ownsGroup(namespace.group.id),
        level: rights.levelInGroup(namespace.group.id),
      }
    : {
        sees: rights.seesProject(namespace.project.id),
        may: rights.maintainsProject(namespace.project.id),
        level: rights.levelInProject(namespace.project.id),
      }
}

const givingRoles = stepsOf({
  name: 'gives a role',
  given: fc.record({ namespace: which, user: which, role: aRole }),
  choose: (photo, { namespace, user, role }): { namespace: GroupOrProject; userId: number; role: Role } => ({
    namespace: namespaceOf(photo, namespace),
    userId: one(photo.users, user).id,
    role,
  }),
  verdict(photo, actorId, { namespace, userId, role }) {
    const { sees, may, level } = rightsOver(photo, namespace, actorId)
    const before = ownLevel(photo, namespace, userId)
    return firstOf(
      [!sees, 'not found'],
      [!may, 'forbidden'],
      [Math.max(before, roles[role]) > level, 'conflict'],
      [role !== 'owner' && isLastOwner(photo, namespace, userId), 'conflict'],
    )
  },
  act: (db, actor, { namespace, ...member }) => giveRole(db, actor, namespace, member),
  afterwards: ({ after, meant: { namespace, userId, role } }) =>
    expect(ownLevel(after, namespace, userId)).toBe(roles[role]),
})

const takingRoles = stepsOf({
  name: 'takes a role away',
  given: fc.record({ member: which }),
  choose(photo, { member }): { namespace: GroupOrProject; userId: number } | undefined {
    if (photo.members.length === 0) return undefined
    const { group_id, project_id, user_id: userId } = one(photo.members, member)
    return {
      namespace: group_id === null ? { project: { id: project_id as number } } : { group: { id: group_id } },
      userId,
    }
  },
  verdict(photo, actorId, { namespace, userId }) {
    const { sees, may, level } = rightsOver(photo, namespace, actorId)
    const isSelf = userId === actorId
    return firstOf(
      [!sees, 'not found'],
      [!may && !isSelf, 'forbidden'],
      [!isSelf && ownLevel(photo, namespace, userId) > level, 'conflict'],
      [isLastOwner(photo, namespace, userId), 'conflict'],
    )
  },
  act: (db, actor, { namespace, userId }) => takeRole(db, actor, namespace, userId),
  afterwards: ({ after, meant: { namespace, userId } }) => expect(ownLevel(after, namespace, userId)).toBe(0),
})

export const stepsWithPlaces = [
  creatingGroups,
  creatingProjects,
  editingGroups,
  editingProjects,
  changingSettings,
  changingSettings,
  givingRoles,
  takingRoles,
]
