// The issues of a contact and of an organization over GraphQL: those that the caller can read, with counts.
import { eq, sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { insertContacts } from '../../src/domain/contacts/contacts.ts'
import { insertOrganizations } from '../../src/domain/contacts/organizations.ts'
import { insertGroup, insertProject } from '../../src/domain/groups/groups.ts'
import { saveSettings } from '../../src/domain/groups/settings.ts'
import { insertIssueAs } from '../../src/domain/issues/issues.ts'
import { createToken } from '../../src/domain/people/access-tokens.ts'
import { createUser } from '../../src/domain/people/users.ts'
import { setRole } from '../../src/domain/rules/members.ts'
import type { Role } from '../../src/domain/rules/permissions.ts'
import type { Contact } from '../../src/storage/contacts-schema.ts'
import { type Group, type Issue, issues as issuesTable, type Project } from '../../src/storage/schema.ts'
import { type GraphqlClient, graphqlClient } from '../support/api/graphql.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { countStatements } from '../support/service/statements.ts'

let service: RunningService
let customers = 0
beforeAll(async () => {
  service = await startService({ idle: true })
})

/** A contact or an organization in the lists of its group. */
interface Customer {
  list: 'contacts' | 'organizations'
  gid: string
}

interface Shown {
  issues: {
    count: number
    nodes: Record<string, unknown>[]
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null }
  }
  issueStatusCounts: { all: number; opened: number; closed: number; locked: number }
}

const filters = '$state: IssuableState, $search: String, $authorUsername: String, $iids: [String!], $sort: IssueSort'
const pages = '$first: Int, $last: Int, $after: String, $before: String'
const given = (declared: string) => declared.replaceAll(/\$(\w+): [^,]+/g, '$1: $$$1')

/** What a user is shown of the customer; undefined if they are not shown the customer itself. */
async function askFor(
  client: GraphqlClient,
  path: string,
  { list, gid }: Customer,
  { fields = 'reference(full: true)', ...variables }: Record<string, unknown> = {},
): Promise<Shown | undefined> {
  const type = list === 'contacts' ? 'CustomerRelationsContactID' : 'CustomerRelationsOrganizationID'
  const query = `query ($path: ID!, $ids: [${type}!], ${filters}, ${pages}) {
    group(fullPath: $path) { ${list}(ids: $ids) { nodes {
    issues(${given(filters)}, ${given(pages)}) {
      count nodes { ${fields} } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
    issueStatusCounts { all opened closed locked } } } } }`
  const { group } = await client.get<{ group: Record<string, { nodes: Shown[] }> | null }>(query, {
    path,
    ids: [gid],
    sort: 'CREATED_DESC',
    ...variables,
  })
  return group?.[list]?.nodes[0]
}

/**
 * Ann and Bob of Acme, contacts of a group with a private and a public project, and a private project elsewhere that
 * uses the same contacts.
 */
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
  const clientOf = async (userId: number) => graphqlClient(service, await createToken(db, userId, 'api'))
  /** A user with roles. */
  async function person(...held: (readonly [{ group: Group } | { project: Project }, Role])[]): Promise<GraphqlClient> {
    const { id } = await createUser(db, { username: `person-${number}-${Math.random()}` })
    for (const [place, role] of held) await setRole(db, id, place, role)
    return clientOf(id)
  }
  /** What a user is shown: references and counts. */
  async function shown(who: Customer, client: GraphqlClient, wanted: Record<string, unknown> = {}) {
    const found = await askFor(client, group.fullPath, who, wanted)
    if (!found) return nothing
    const { all, opened, closed, locked } = found.issueStatusCounts
    expect({ all, locked }).toEqual({ all: opened + closed, locked: 0 })
    return {
      issues: found.issues.nodes.map(({ reference }) => String(reference).replace(String(number), '')),
      hasNext: found.issues.pageInfo.hasNextPage,
      counts: { opened, closed },
      count: found.issues.count,
    }
  }
  return {
    group,
    other,
    own,
    open,
    hidden,
    ann,
    bob,
    author,
    ofAnn: contactNamed(ann.id),
    ofAcme: organizationNamed(acme?.id as number),
    issue,
    person,
    clientOf,
    shown,
  }
}

const contactNamed = (id: number): Customer => ({
  list: 'contacts',
  gid: `gid://gitlab/CustomerRelations::Contact/${id}`,
})
const organizationNamed = (id: number): Customer => ({
  list: 'organizations',
  gid: `gid://gitlab/CustomerRelations::Organization/${id}`,
})

const nothing = { issues: [], hasNext: false, counts: null, count: null }

test('of a contact, newest first, with counts of open and closed', async () => {
  const { own, ann, bob, ofAnn, group, issue, person, shown } = await customer()
  await issue(own, [ann])
  await issue(own, [ann, bob], { closed: true })
  await issue(own, [bob])
  const planner = await person([{ group }, 'planner'])
  const counts = { opened: 1, closed: 1 }
  const [first, second] = ['customer/own#1', 'customer/own#2']
  expect(await shown(ofAnn, planner)).toEqual({ issues: [second, first], hasNext: false, counts, count: 2 })
  expect(await shown(ofAnn, planner, { state: 'all' })).toMatchObject({ issues: [second, first], count: 2 })
  expect(await shown(ofAnn, planner, { sort: 'CREATED_ASC' })).toMatchObject({ issues: [first, second] })
  expect(await shown(ofAnn, planner, { state: 'opened' })).toEqual({
    issues: [first],
    hasNext: false,
    counts,
    count: 1,
  })
  expect(await shown(ofAnn, planner, { state: 'closed' })).toEqual({
    issues: [second],
    hasNext: false,
    counts,
    count: 1,
  })
})

test('of an organization through its contacts, each issue once', async () => {
  const { own, ann, bob, ofAcme, group, issue, person, shown } = await customer()
  await issue(own, [ann, bob])
  await issue(own, [bob], { closed: true })
  await issue(own, [])
  const planner = await person([{ group }, 'planner'])
  const counts = { opened: 1, closed: 1 }
  const issues = ['customer/own#2', 'customer/own#1']
  expect(await shown(ofAcme, planner)).toEqual({ issues, hasNext: false, counts, count: 2 })
})

test('filters are those of every list of issues', async () => {
  const { own, ann, bob, author, ofAnn, ofAcme, group, issue, person, shown } = await customer()
  const { id } = await issue(own, [ann])
  await issue(own, [ann, bob])
  await service.db.update(issuesTable).set({ title: 'Printer', authorId: null }).where(eq(issuesTable.id, id))
  await service.db.execute(sql`update issue_texts set search_text = 'printer' where issue_id = ${id}`)
  const planner = await person([{ group }, 'planner'])
  const [first, second] = ['customer/own#1', 'customer/own#2']
  for (const who of [ofAnn, ofAcme]) {
    expect(await shown(who, planner, { search: 'PRINT' })).toMatchObject({ issues: [first], count: 1 })
    expect(await shown(who, planner, { iids: ['2', '7'] })).toMatchObject({ issues: [second], count: 1 })
    expect(await shown(who, planner, { authorUsername: author.username.toUpperCase() })).toMatchObject({
      issues: [second],
      count: 1,
    })
    expect(await shown(who, planner, { authorUsername: 'nobody' })).toMatchObject({ issues: [], count: 0 })
    expect(await shown(who, planner, { first: 0 })).toMatchObject({ issues: [], count: 2 })
  }
})

test('a row tells what a list shows', async () => {
  const { own, ann, ofAnn, group, issue, person } = await customer()
  const { id } = await issue(own, [ann], { closed: true })
  const planner = await person([{ group }, 'planner'])
  const moment = (at: number) => new Date(Date.UTC(2024, 4, at, 12, 30))
  const [createdAt, updatedAt, closedAt] = [moment(1), moment(2), moment(3)]
  await service.db.update(issuesTable).set({ createdAt, updatedAt, closedAt }).where(eq(issuesTable.id, id))
  const row = {
    id: `gid://gitlab/Issue/${id}`,
    iid: '1',
    title: 'It does not work',
    state: 'closed',
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    closedAt: closedAt.toISOString(),
    projectId: own.id,
    project: { fullPath: own.fullPath },
  }
  const fields = 'id iid title state createdAt updatedAt closedAt projectId project { fullPath }'
  const rows = async () => (await askFor(planner, group.fullPath, ofAnn, { fields, first: 1 }))?.issues.nodes
  expect(await rows()).toEqual([row])
  await service.db.update(issuesTable).set({ closedAt: null }).where(eq(issuesTable.id, id))
  expect(await rows()).toEqual([{ ...row, closedAt: null }])
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
    const counts = { opened: 2, closed: 0 }
    for (const who of [ofAnn, ofAcme])
      expect(await shown(who, planner)).toEqual({ issues: [open, own], hasNext: false, counts, count: 2 })
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
    const { group, ofAnn, clientOf, shown } = await everywhere()
    const { id } = await createUser(service.db, { username: `root-${customers}`, administrator: true })
    const root = await clientOf(id)
    expect((await shown(ofAnn, root)).issues).toEqual([hidden, open, own])
    const token = await createToken(service.db, id, 'api')
    await service.db.execute(sql`update users set blocked = true where id = ${id}`)
    const answer = await fetch(`${service.url}/api/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'private-token': token },
      body: JSON.stringify({ query: `{ group(fullPath: "${group.fullPath}") { contacts { nodes { id } } } }` }),
    })
    expect(answer.status).toBe(401)
  })
  test('none where customer relations are off: nobody sees contacts there', async () => {
    const { ofAnn, ofAcme, group, other, person, shown } = await everywhere()
    const owner = await person([{ group }, 'owner'], [{ group: other }, 'owner'])
    await saveSettings(service.db, other.id, { customerRelations: false })
    for (const who of [ofAnn, ofAcme])
      expect(await shown(who, owner)).toMatchObject({ issues: [own], counts: { opened: 1, closed: 0 }, count: 1 })
  })
})

describe('nothing for callers who may not see the contact', () => {
  test.each(['guest', undefined] as const)('%s of the group that owns it', async (role) => {
    const { open, ann, ofAnn, ofAcme, group, other, issue, person, shown } = await customer()
    await issue(open, [ann])
    const user = await person([{ group: other }, 'owner'], ...(role ? [[{ group }, role] as const] : []))
    expect(await shown(ofAnn, user)).toEqual(nothing)
    expect(await shown(ofAcme, user)).toEqual(nothing)
  })
  test('a visitor, where customer relations are off, and of what does not exist', async () => {
    const { open, ann, ofAnn, ofAcme, group, issue, person, shown } = await customer()
    await issue(open, [ann])
    const planner = await person([{ group }, 'planner'])
    expect(await shown(ofAnn, graphqlClient(service))).toEqual(nothing)
    expect(await shown(contactNamed(2 ** 40), planner)).toEqual(nothing)
    expect(await shown(organizationNamed(2 ** 40), planner)).toEqual(nothing)
    await saveSettings(service.db, group.id, { customerRelations: false })
    expect(await shown(ofAnn, planner)).toEqual(nothing)
    expect(await shown(ofAcme, planner)).toEqual(nothing)
  })
})

test.each([1, 2, 3, 5, 6])('pages of %d, forward and back, meet every issue once', async (limit) => {
  const { own, hidden, ann, bob, ofAcme, group, issue, person } = await customer()
  const planner = await person([{ group }, 'planner'])
  const ids: string[] = []
  for (let at = 0; at < 5; at++) {
    ids.unshift(`gid://gitlab/Issue/${(await issue(own, at % 2 ? [ann, bob] : [bob])).id}`)
    await issue(hidden, [ann])
  }
  const page = async (wanted: Record<string, unknown>) =>
    (await askFor(planner, group.fullPath, ofAcme, { fields: 'id', ...wanted }))?.issues as Shown['issues']
  const idsOn = ({ nodes }: Shown['issues']) => nodes.map(({ id }) => id)
  let here = await page({ first: limit })
  expect(here.pageInfo.hasPreviousPage).toBe(false)
  const forward = idsOn(here)
  while (here.pageInfo.hasNextPage) {
    here = await page({ first: limit, after: here.pageInfo.endCursor })
    expect(here.pageInfo.hasPreviousPage).toBe(true)
    forward.push(...idsOn(here))
  }
  expect(forward).toEqual(ids)
  here = await page({ last: limit })
  expect(here.pageInfo.hasNextPage).toBe(false)
  const back = idsOn(here)
  while (here.pageInfo.hasPreviousPage) {
    here = await page({ last: limit, before: here.pageInfo.startCursor })
    expect(here.pageInfo.hasNextPage).toBe(true)
    back.unshift(...idsOn(here))
  }
  expect(back).toEqual(ids)
})

test('a broken cursor is told, and so is a number that is none', async () => {
  const { ofAnn, group, person } = await customer()
  const planner = await person([{ group }, 'planner'])
  const faults = (issues: string) =>
    planner.faults(
      `{ group(fullPath: "${group.fullPath}") {
        contacts(ids: ["${ofAnn.gid}"]) { nodes { issues(${issues}) { nodes { id } } } } } }`,
    )
  expect(await faults('after: "nonsense"')).toEqual(['Please provide a valid cursor'])
  expect(await faults('iids: ["x"]')).toEqual(['`iids` must be a number'])
})

test.each(['contacts', 'organizations'])(
  'many %s take as many statements as one, with issues and counts',
  async (list) => {
    const { db } = service
    const { group, own, issue, person } = await customer()
    for (const company of await insertOrganizations(db, group.id, [{ name: 'B' }, { name: 'C' }, { name: 'D' }])) {
      const [one] = await insertContacts(db, group.id, [{ firstName: 'X', lastName: 'Y', organization: company }])
      await issue(own, [one as Contact])
    }
    const planner = await person([{ group }, 'planner'])
    const counted = countStatements(db)
    const statements = async (first: number) => {
      const before = counted()
      const query = `query ($path: ID!, $first: Int) { group(fullPath: $path) { ${list}(first: $first) { nodes {
      issues(authorUsername: "nobody") { count }
      open: issues(state: opened, first: 2) { count nodes { title } }
      issueStatusCounts { opened closed } } } } }`
      const { group: found } = await planner.get<{ group: Record<string, { nodes: { open: object }[] }> }>(query, {
        path: group.fullPath,
        first,
      })
      expect(found[list]?.nodes).toHaveLength(first)
      if (first > 1)
        expect(found[list]?.nodes.filter(({ open }) => (open as Shown['issues']).count === 1)).toHaveLength(3)
      return counted() - before
    }
    await statements(1)
    const all = list === 'contacts' ? 5 : 4
    expect(await statements(all)).toBe(await statements(1))
  },
)
