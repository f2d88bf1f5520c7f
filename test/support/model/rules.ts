// The rules of who may do what, and whose contacts count, told a second time: over a photo, by walking up from parent
// to parent.
import type { Ability } from '../../../src/domain/rules/permissions.ts'
import { type Photo, rowOf } from './photo.ts'

/** The ids of a group and of all above it, from the group up to the top. */
export function wayUp(photo: Photo, groupId: number): number[] {
  const { parent_id } = rowOf(photo.groups, groupId)
  return parent_id === null ? [groupId] : [groupId, ...wayUp(photo, parent_id)]
}

export const isBelow = (photo: Photo, groupId: number, above: number): boolean => wayUp(photo, groupId).includes(above)

export function settingsOf(
  photo: Photo,
  groupId: number,
): { customer_relations: boolean; contact_source_id: number | null } {
  const own = photo.group_settings.find(({ group_id }) => group_id === groupId)
  return { customer_relations: own?.customer_relations ?? true, contact_source_id: own?.contact_source_id ?? null }
}

export const namedSourceOf = (photo: Photo, groupId: number): number | null =>
  settingsOf(photo, groupId).contact_source_id

/** The contact source of a group: the first that is named on the way up, else the top. */
export function sourceOf(photo: Photo, groupId: number): number {
  const up = wayUp(photo, groupId)
  for (const id of up) {
    const named = namedSourceOf(photo, id)
    if (named !== null) return named
  }
  return up.at(-1) as number
}

export const groupOfIssue = (photo: Photo, issueId: number): number =>
  rowOf(photo.projects, rowOf(photo.issues, issueId).project_id).group_id
export const sourceOfIssue = (photo: Photo, issueId: number): number => sourceOf(photo, groupOfIssue(photo, issueId))

export const isNamedAsSource = (photo: Photo, groupId: number): boolean =>
  photo.group_settings.some(({ contact_source_id }) => contact_source_id === groupId)

/** May a group hold contacts and organizations? */
export function mayHold(photo: Photo, groupId: number): boolean {
  const named = namedSourceOf(photo, groupId)
  const isTop = rowOf(photo.groups, groupId).parent_id === null
  return (isTop && (named === null || named === groupId)) || isNamedAsSource(photo, groupId)
}

const isOn = (photo: Photo, groupId: number): boolean => settingsOf(photo, groupId).customer_relations

const [guest, planner, reporter, developer, maintainer, owner] = [10, 15, 20, 30, 40, 50] as const

/** What one person may do, as the photo shows the world. */
export function rightsOf(photo: Photo, userId: number) {
  const known = photo.users.find(({ id, blocked }) => id === userId && !blocked)
  const mine = known ? photo.members.filter(({ user_id }) => user_id === userId) : []
  const levelInGroup = (groupId: number): number => {
    const up = wayUp(photo, groupId)
    return Math.max(
      0,
      ...mine.filter(({ group_id }) => group_id !== null && up.includes(group_id)).map(({ level }) => level),
    )
  }
  const levelInProject = (id: number): number => {
    const own = mine.filter(({ project_id }) => project_id === id).map(({ level }) => level)
    return Math.max(levelInGroup(rowOf(photo.projects, id).group_id), ...own)
  }
  const every = known?.administrator ?? false
  const inGroup = (id: number, least: number) => every || levelInGroup(id) >= least
  const inProject = (id: number, least: number) => every || levelInProject(id) >= least
  const isOnFor = (groupId: number) => isOn(photo, groupId) && isOn(photo, sourceOf(photo, groupId))
  return {
    levelInGroup: (id: number) => (every ? owner : levelInGroup(id)),
    levelInProject: (id: number) => (every ? owner : levelInProject(id)),
    seesGroup: (id: number) => rowOf(photo.groups, id).visibility === 'public' || inGroup(id, guest),
    ownsGroup: (id: number) => inGroup(id, owner),
    maintainsGroup: (id: number) => inGroup(id, maintainer),
    seesProject: (id: number) => rowOf(photo.projects, id).visibility === 'public' || inProject(id, guest),
    reportsIn: (id: number) => inProject(id, reporter),
    maintainsProject: (id: number) => inProject(id, maintainer),
    ownsProject: (id: number) => inProject(id, owner),
    commentsIn: (id: number) => inProject(id, guest),
    /** Of the contacts that a group holds itself. */
    seesContactsHeldBy: (id: number) => isOn(photo, id) && inGroup(id, planner),
    managesContactsHeldBy: (id: number) => isOn(photo, id) && inGroup(id, developer),
    /** Of the contacts that a group uses. */
    seesContactsUsedBy: (id: number) => isOnFor(id) && inGroup(sourceOf(photo, id), planner),
    managesContactsIn: (id: number) => isOnFor(id) && inGroup(id, developer),
    setsContactsIn: (projectId: number) => {
      const { group_id } = rowOf(photo.projects, projectId)
      return isOnFor(group_id) && inGroup(sourceOf(photo, group_id), planner) && inProject(projectId, planner)
    },
  }
}

type Rights = Partial<Record<Ability, boolean>>

/** What the table of abilities says of one person and one issue. */
export function rightsOnIssue(photo: Photo, userId: number, issueId: number): Rights {
  const rights = rightsOf(photo, userId)
  const { project_id } = rowOf(photo.issues, issueId)
  return {
    read_issue: rights.seesProject(project_id),
    comment: rights.commentsIn(project_id),
    read_issue_contacts: rights.seesContactsUsedBy(groupOfIssue(photo, issueId)),
    set_issue_contacts: rights.setsContactsIn(project_id),
    admin_project: rights.maintainsProject(project_id),
  }
}

/** The same of one group and the contacts that it uses. */
export function rightsInGroup(photo: Photo, userId: number, groupId: number): Rights {
  const rights = rightsOf(photo, userId)
  return {
    read_group: rights.seesGroup(groupId),
    read_contacts: rights.seesContactsUsedBy(groupId),
    admin_contacts: rights.managesContactsIn(groupId),
    change_settings: rights.ownsGroup(groupId),
    admin_group: rights.ownsGroup(groupId),
    create_subgroup: rights.ownsGroup(groupId),
    create_project: rights.maintainsGroup(groupId),
  }
}

/** The same of one group and the contacts that it holds itself. */
export function rightsInOwnerGroup(photo: Photo, userId: number, groupId: number): Rights {
  const rights = rightsOf(photo, userId)
  return { read_contacts: rights.seesContactsHeldBy(groupId), admin_contacts: rights.managesContactsHeldBy(groupId) }
}

export type Verdict = 'done' | 'not found' | 'forbidden' | 'invalid' | 'conflict'

/** The first verdict whose condition holds; `done` if none does. */
export const firstOf = (...rules: readonly (readonly [boolean, Verdict])[]): Verdict =>
  rules.find(([holds]) => holds)?.[1] ?? 'done'

/** Has another group or project this full path, in any letter case? */
export const isTaken = (photo: Photo, fullPath: string, except?: { id: number }): boolean =>
  [...photo.groups, ...photo.projects].some(
    (place) => place !== except && place.full_path.toLowerCase() === fullPath.toLowerCase(),
  )
