// Operations of the model test with issues: their contacts, moving and cloning them.
import fc from 'fast-check'
import { expect } from 'vitest'
import { type Mode, setIssueContacts } from '../../../src/domain/issues/linking-by-id.ts'
import { cloneIssue, moveIssue } from '../../../src/domain/issues/moves.ts'
import { counted, expectNotes, linkingsSince } from './notes.ts'
import { type LinkRow, type Photo, rowOf } from './photo.ts'
import { firstOf, rightsOf, sourceOf, sourceOfIssue, type Verdict } from './rules.ts'
import { one, which } from './seed.ts'
import { stepsOf } from './step.ts'

const contactsOn = (photo: Photo, issueId: number): number[] =>
  photo.issue_contacts.filter(({ issue_id }) => issue_id === issueId).map(({ contact_id }) => contact_id)

interface Setting {
  issueId: number
  mode: Mode
  contactIds: number[]
  mostAtOnce: number
}

/** What is to become of each contact that is named, and of those that are left out. */
function outcomesOf(photo: Photo, { issueId, mode, contactIds }: Setting): Map<number, string> {
  const linked = contactsOn(photo, issueId)
  const outcome = (id: number): string => {
    const contact = photo.contacts.find((one) => one.id === id && one.group_id === sourceOfIssue(photo, issueId))
    if (!contact) return 'unknown'
    if (mode === 'remove') return linked.includes(id) ? 'removed' : 'was not there'
    if (linked.includes(id)) return 'already there'
    return contact.state === 'active' ? 'added' : 'inactive'
  }
  const outcomes = new Map(contactIds.map((id) => [id, outcome(id)]))
  if (mode === 'replace') for (const id of linked) if (!outcomes.has(id)) outcomes.set(id, 'removed')
  return outcomes
}

const settingContacts = stepsOf({
  name: 'sets contacts of an issue',
  given: fc.record({
    issue: which,
    mode: fc.constantFrom<Mode>('add', 'add', 'remove', 'replace'),
    contacts: fc.array(fc.record({ at: which, anywhere: fc.nat({ max: 4 }) }), { maxLength: 5 }),
    mostAtOnce: fc.constantFrom(50, 50, 1),
  }),
  choose(photo, { issue, mode, contacts, mostAtOnce }): Setting {
    const issueId = one(photo.issues, issue).id
    const fitting = photo.contacts.filter(({ group_id }) => group_id === sourceOfIssue(photo, issueId))
    const contactIds = contacts.map(({ at, anywhere }) => {
      const all = anywhere === 0 ? photo.contacts : fitting
      return all.length > 0 ? one(all, at).id : 4711
    })
    return { issueId, mode, contactIds, mostAtOnce }
  },
  verdict(photo, userId, meant): Verdict {
    const rights = rightsOf(photo, userId)
    const { project_id } = rowOf(photo.issues, meant.issueId)
    const linked = contactsOn(photo, meant.issueId)
    const toAdd = meant.mode === 'remove' ? 0 : new Set(meant.contactIds.filter((id) => !linked.includes(id))).size
    return firstOf(
      [!rights.seesProject(project_id), 'not found'],
      [!rights.setsContactsIn(project_id), 'forbidden'],
      [toAdd > meant.mostAtOnce, 'conflict'],
    )
  },
  act: (db, actor, { issueId, ...wanted }) => setIssueContacts(db, actor, { id: issueId }, wanted),
  afterwards({ before, after, meant, value }) {
    const outcomes = outcomesOf(before, meant)
    expect(new Map(value.map(({ contactId, outcome }) => [contactId, outcome]))).toEqual(outcomes)
    const { issueId } = meant
    const idsOf = (wanted: string) => [...outcomes].filter(([, outcome]) => outcome === wanted).map(([id]) => id)
    const [added, removed] = [idsOf('added'), idsOf('removed')]
    for (const id of added) expect(rowOf(before.contacts, id).state).toBe('active')
    const stays = ({ issue_id, contact_id }: LinkRow) =>
      issue_id !== issueId || !added.concat(removed).includes(contact_id)
    expect(after.issue_contacts.filter(stays)).toEqual(before.issue_contacts.filter(stays))
    expect(new Set(contactsOn(after, issueId))).toEqual(
      new Set([...contactsOn(before, issueId).filter((id) => !removed.includes(id)), ...added]),
    )
    const made = [
      ...added.map((id) => `contact_linked #${issueId} ${id}`),
      ...removed.map((id) => `contact_unlinked #${issueId} ${id}`),
    ]
    expect(linkingsSince({ before, after })).toEqual(made.sort())
    const note = [
      added.length > 0 && `added ${counted(added.length)}`,
      removed.length > 0 && `removed ${counted(removed.length)}`,
    ]
    expectNotes({ before, after }, made.length > 0 ? { [issueId]: [note.filter(Boolean).join(' and ')] } : {})
  },
})

interface Going {
  issueId: number
  projectId: number
}

const aGoing = {
  given: fc.record({ issue: which, project: which }),
  choose: (photo: Photo, { issue, project }: { issue: number; project: number }): Going => ({
    issueId: one(photo.issues, issue).id,
    projectId: one(photo.projects, project).id,
  }),
}

function going(photo: Photo, userId: number, { issueId, projectId }: Going): Verdict {
  const rights = rightsOf(photo, userId)
  const { project_id } = rowOf(photo.issues, issueId)
  return firstOf(
    [!rights.seesProject(project_id) || !rights.seesProject(projectId), 'not found'],
    [!rights.reportsIn(project_id) || !rights.reportsIn(projectId), 'forbidden'],
  )
}

const referenceOf = (photo: Photo, issueId: number): string => {
  const { project_id, iid } = rowOf(photo.issues, issueId)
  return `${rowOf(photo.projects, project_id).full_path}#${iid}`
}

const isSourceTheSame = (photo: Photo, { issueId, projectId }: Going): boolean =>
  sourceOfIssue(photo, issueId) === sourceOf(photo, rowOf(photo.projects, projectId).group_id)

const movingIssues = stepsOf({
  name: 'moves an issue',
  ...aGoing,
  verdict(photo, userId, meant): Verdict {
    const verdict = going(photo, userId, meant)
    return firstOf(
      [verdict !== 'done', verdict],
      [rowOf(photo.issues, meant.issueId).project_id === meant.projectId, 'conflict'],
    )
  },
  act: (db, actor, { issueId, projectId }) => moveIssue(db, actor, { id: issueId }, projectId),
  afterwards({ before, after, meant }) {
    const { issueId, projectId } = meant
    const { project_id, iid } = rowOf(before.issues, issueId)
    expect(rowOf(after.issues, issueId).project_id).toBe(projectId)
    expect(after.former_references).toContainEqual({ project_id, iid, issue_id: issueId })
    const lost = isSourceTheSame(before, meant) ? [] : contactsOn(before, issueId)
    expect(after.issue_contacts).toEqual(
      before.issue_contacts.filter(({ issue_id }) => lost.length === 0 || issue_id !== issueId),
    )
    expect(after.contacts).toEqual(before.contacts)
    expect(linkingsSince({ before, after })).toEqual(lost.map((id) => `contact_unlinked #${issueId} ${id}`).sort())
    const notes = [
      lost.length > 0 ? `removed ${counted(lost.length)}` : [],
      `moved from ${referenceOf(before, issueId)}`,
    ].flat()
    expectNotes({ before, after }, { [issueId]: notes })
  },
})

const cloningIssues = stepsOf({
  name: 'clones an issue',
  ...aGoing,
  verdict: going,
  act: (db, actor, { issueId, projectId }) => cloneIssue(db, actor, { id: issueId }, projectId),
  afterwards({ before, after, meant, value: { id } }) {
    const { issueId, projectId } = meant
    expect(rowOf(after.issues, id).project_id).toBe(projectId)
    const active = contactsOn(before, issueId).filter(
      (contactId) => rowOf(before.contacts, contactId).state === 'active',
    )
    const copied = isSourceTheSame(before, meant) ? active : []
    expect(new Set(contactsOn(after, id))).toEqual(new Set(copied))
    expect(after.issue_contacts.filter(({ issue_id }) => issue_id !== id)).toEqual(before.issue_contacts)
    const notes = [
      copied.length > 0 ? `added ${counted(copied.length)}` : [],
      `cloned from ${referenceOf(before, issueId)}`,
    ].flat()
    expectNotes({ before, after }, { [id]: notes, [issueId]: [`cloned to ${referenceOf(after, id)}`] })
  },
})

export const stepsWithIssues = [
  settingContacts,
  settingContacts,
  settingContacts,
  settingContacts,
  movingIssues,
  movingIssues,
  cloningIssues,
]
