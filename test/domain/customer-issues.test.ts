// The issues of a contact and of an organization: those that whoever asks may read, newest first.
import { eq, sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { insertContacts } from '../../src/domain/contacts/contacts.ts'
import {
  type Customer,
  countCustomerIssues,
  listCustomerIssues,
  type WantedIssues,
} from '../../src/domain/contacts/customer-issues.ts'
import { insertOrganizations } from '../../src/domain/contacts/organizations.ts'
import { insertGroup, insertProject } from '../../src/domain/groups/groups.ts'
import { saveSettings } from '../../src/domain/groups/settings.ts'
import { insertIssueAs } from '../../src/domain/issues/issues.ts'
import { createUser } from '../../src/domain/people/users.ts'
import { setRole } from '../../src/domain/rules/members.ts'
import type { Role } from '../../src/domain/rules/permissions.ts'
import type { Contact } from '../../src/storage/contacts-schema.ts'
import { type Group, type Issue, issues as issuesTable, type Project } from '../../src/storage/schema.ts'
import { type RunningService, startService } from '../support/service/service.ts'

let service: RunningService
let customers = 0
beforeAll(async () => {
  service = await startService({ idle: true })
})

/** Ann and Bob of Acme, contacts of a group with a private and a public project, and a private project elsewhere that uses the same contacts. */
async function customer() {
  const { db } = service
  const number = ++customers
  const group = await insertGroup(db, { path: `customer${number}`, name: 'Customer' })
  const other = await insertGroup(db, { path: `other${number}`, name: 'Other' })
  await saveSettings(db, other.id, { contactSourceId: group.id })
  const own = await insertProject(db, { path: 'own', name: 'Own', group })
  const open = await insertProject(db, { path: 'open', name: 'Open', group: other, visibility: 'public' })
  const hidden = await insertProject(db, { path: 'hidden', name: 'Hidden', group: other })
  const [acme] = await insertOrganizations(db, group.id, [{ name: 'Acme' }])
  const [ann, bob] = (await insertContacts(db, group.id, [
    { firstName: 'Ann', lastName: 'Lee', organization: acme },
    { firstName: 'Bob', lastName: 'Lee', organization: acme, state: 'inactive' },
  ])) as [Contact, Contact]
  const author = await createUser(db, { username: `author-${number}` })

  /** Opens an issue and links contacts to it. */
  async function issue(project: Project, contacts: readonly Contact[], { closed = false } = {}): Promise<Issue> {
    const made = await insertIssueAs(db, {
      projectId: project.id,
      title: 'It does not work',
      description: '',
      authorId: author.id,
    })
    for (const { id } of contacts)
      await db.execute(sql`insert into issue_contacts (issue_id, contact_id) values (${made.id}, ${id})`)
    if (closed) await db.execute(sql`update issues set state = 'closed', closed_at = now() where id = ${made.id}`)
    return made
  }
  /** Somebody with roles. */
  async function person(...held: (readonly [{ group: Group } | { project: Project }, Role])[]): Promise<number> {
    const { id } = await createUser(db, { username: `person-${number}-${Math.random()}` })
    for (const [place, role] of held) await setRole(db, id, place, role)
    return id
  }
  /** What somebody is shown: references and counts. */
  async function shown(who: Customer, userId: number | null, wanted: Partial<WantedIssues> = {}) {
    const { issues, hasNext } = await listCustomerIssues(db, who, userId, { limit: 100, ...wanted })
    const references = issues.map(({ projectPath, iid }) => `${projectPath.replace(String(number), '')}#${iid}`)
    return { issues: references, hasNext, counts: await countCustomerIssues(db, who, userId) }
  }
  return {
    group,
    other,
    own,
    open,
    hidden,
    ann,
    bob,
    ofAnn: { contactId: ann.id },
    ofAcme: { organizationId: acme?.id as number },
    issue,
    person,
    shown,
  }
}

const nothing = { issues: [], hasNext: false, counts: null }

test('of a contact, newest first, with counts of open and closed', async () => {
  const { own, ann, bob, ofAnn, group, issue, person, shown } = await customer()
  await issue(own, [ann])
  await issue(own, [ann, bob], { closed: true })
  await issue(own, [bob])
  const planner = await person([{ group }, 'planner'])
  const counts = { opened: 1, closed: 1 }
  expect(await shown(ofAnn, planner)).toEqual({ issues: ['customer/own#2', 'customer/own#1'], hasNext: false, counts })
  expect(await shown(ofAnn, planner, { state: 'opened' })).toEqual({
    issues: ['customer/own#1'],
    hasNext: false,
    counts,
  })
  expect(await shown(ofAnn, planner, { state: 'closed' })).toEqual({
    issues: ['customer/own#2'],
    hasNext: false,
    counts,
  })
})

test('of an organization through its contacts, each issue once', async () => {
  const { own, ann, bob, ofAcme, group, issue, person, shown } = await customer()
  await issue(own, [ann, bob])
  await issue(own, [bob], { closed: true })
  await issue(own, [])
  const planner = await person([{ group }, 'planner'])
  const counts = { opened: 1, closed: 1 }
  expect(await shown(ofAcme, planner)).toEqual({ issues: ['customer/own#2', 'customer/own#1'], hasNext: false, counts })
})

test('a row tells what a list shows', async () => {
  const { own, ann, ofAnn, group, issue, person } = await customer()
  const { id } = await issue(own, [ann], { closed: true })
  const planner = await person([{ group }, 'planner'])
  const moment = (at: number) => new Date(Date.UTC(2024, 4, at, 12, 30))
  const [createdAt, updatedAt, closedAt] = [moment(1), moment(2), moment(3)]
  await service.db.update(issuesTable).set({ createdAt, updatedAt, closedAt }).where(eq(issuesTable.id, id))
  const row = {
    id,
    iid: 1,
    title: 'It does not work',
    state: 'closed',
    createdAt,
    updatedAt,
    closedAt,
    projectId: own.id,
    projectPath: own.fullPath,
  }
  expect((await listCustomerIssues(service.db, ofAnn, planner, { limit: 1 })).issues).toEqual([row])
  await service.db.update(issuesTable).set({ closedAt: null }).where(eq(issuesTable.id, id))
  expect((await listCustomerIssues(service.db, ofAnn, planner, { limit: 1 })).issues).toEqual([
    { ...row, closedAt: null },
  ])
})

describe('only issues that one may read', () => {
  async function everywhere() {
    const there = await customer()
    for (const project of [there.own, there.open, there.hidden]) await there.issue(project, [there.ann])
    return there
  }
  const own = 'customer/own#1'
  const [open, hidden] = ['other/open#1', 'other/hidden#1']

  test('public ones, and those of projects where one has a role', async () => {
    const { ofAnn, ofAcme, group, person, shown } = await everywhere()
    const planner = await person([{ group }, 'planner'])
    for (const who of [ofAnn, ofAcme])
      expect(await shown(who, planner)).toEqual({
        issues: [open, own],
        hasNext: false,
        counts: { opened: 2, closed: 0 },
      })
  })
  test('a guest of the project reads its issues', async () => {
    const { ofAnn, group, hidden: project, person, shown } = await everywhere()
    const guest = await person([{ group }, 'planner'], [{ project }, 'guest'])
    expect((await shown(ofAnn, guest)).issues).toEqual([hidden, open, own])
  })
  test('and a guest of the group above it', async () => {
    const { ofAcme, group, other, person, shown } = await everywhere()
    const guest = await person([{ group }, 'planner'], [{ group: other }, 'guest'])
    expect((await shown(ofAcme, guest)).counts).toEqual({ opened: 3, closed: 0 })
  })
  test('an administrator reads all', async () => {
    const { ofAnn, shown } = await everywhere()
    const { id } = await createUser(service.db, { username: `root-${customers}`, administrator: true })
    expect((await shown(ofAnn, id)).issues).toEqual([hidden, open, own])
    await service.db.execute(sql`update users set blocked = true where id = ${id}`)
    expect(await shown(ofAnn, id)).toEqual(nothing)
  })
})

describe('nothing for whoever may not see the contact', () => {
  test.each(['guest', undefined] as const)('%s of the group that holds it', async (role) => {
    const { open, ann, ofAnn, ofAcme, group, other, issue, person, shown } = await customer()
    await issue(open, [ann])
    const somebody = await person([{ group: other }, 'owner'], ...(role ? [[{ group }, role] as const] : []))
    expect(await shown(ofAnn, somebody)).toEqual(nothing)
    expect(await shown(ofAcme, somebody)).toEqual(nothing)
  })
  test('a visitor, where customer relations are off, and of what does not exist', async () => {
    const { open, ann, ofAnn, ofAcme, group, issue, person, shown } = await customer()
    await issue(open, [ann])
    const planner = await person([{ group }, 'planner'])
    expect(await shown(ofAnn, null)).toEqual(nothing)
    expect(await shown({ contactId: 2 ** 40 }, planner)).toEqual(nothing)
    expect(await shown({ organizationId: 2 ** 40 }, planner)).toEqual(nothing)
    await saveSettings(service.db, group.id, { customerRelations: false })
    expect(await shown(ofAnn, planner)).toEqual(nothing)
    expect(await shown(ofAcme, planner)).toEqual(nothing)
  })
})

test.each([1, 2, 3, 5, 6])('pages of %d, forward and back, meet every issue once', async (limit) => {
  const { own, hidden, ann, bob, ofAcme, group, issue, person } = await customer()
  const planner = await person([{ group }, 'planner'])
  const ids: number[] = []
  for (let at = 0; at < 5; at++) {
    ids.unshift((await issue(own, at % 2 ? [ann, bob] : [bob])).id)
    await issue(hidden, [ann])
  }
  const page = (wanted: Partial<WantedIssues>) => listCustomerIssues(service.db, ofAcme, planner, { limit, ...wanted })
  let here = await page({})
  expect(here.hasPrevious).toBe(false)
  const forward = here.issues.map(({ id }) => id)
  while (here.hasNext) {
    here = await page({ below: forward.at(-1) })
    expect(here.hasPrevious).toBe(true)
    forward.push(...here.issues.map(({ id }) => id))
  }
  expect(forward).toEqual(ids)
  const back = here.issues.map(({ id }) => id)
  for (let first = true; first || here.hasPrevious; first = false) {
    here = await page({ above: back[0] })
    back.unshift(...here.issues.map(({ id }) => id))
  }
  expect(back).toEqual(ids)
})
