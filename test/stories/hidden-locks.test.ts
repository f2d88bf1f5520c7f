// What a stranger tries to change: it takes no longer if it exists. They wait for no lock, and the database is sent as
// many statements.
import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { beforeAll, describe, expect, test } from 'vitest'
import { createToken } from '../../src/domain/people/access-tokens.ts'
import { openPostgres } from '../../src/storage/db.ts'
import { graphqlClient } from '../support/api/graphql.ts'
import { type Client, restOf } from '../support/api/rest.ts'
import { newPostgres, onServices } from '../support/service/db.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { countAllStatements } from '../support/service/statements.ts'
import { type Tree, tree } from '../support/world/tree.ts'

interface Things {
  group: number
  project: number
  issue: number
  /** Its project by path, and its number. */
  at: { path: string; iid: number }
  note: number
  contact: number
  organization: number
}

interface Stranger {
  rest: Client
  /** Calls a mutation, whose input has these fields. */
  mutate(name: string, input: object): Promise<unknown>
  own: { group: number; project: number; path: string }
}

const contactId = (id: number) => `gid://gitlab/CustomerRelations::Contact/${id}`
const organizationId = (id: number) => `gid://gitlab/CustomerRelations::Organization/${id}`
const issueAt = ({ project, at }: Things) => `/projects/${project}/issues/${at.iid}`

/** What the stranger does to things, by its name. */
const operations: Record<string, (by: Stranger, things: Things) => Promise<unknown>> = {
  'PUT an issue': ({ rest }, things) => rest.put(issueAt(things), { title: 'x' }),
  'PUT a description': ({ rest }, things) => rest.put(issueAt(things), { description: 'x' }),
  'DELETE an issue': ({ rest }, things) => rest.delete(issueAt(things)),
  'move an issue': ({ rest, own }, things) => rest.post(`${issueAt(things)}/move`, { to_project_id: own.project }),
  'clone an issue': ({ rest, own }, things) => rest.post(`${issueAt(things)}/clone`, { to_project_id: own.project }),
  'POST a note': ({ rest }, things) => rest.post(`${issueAt(things)}/notes`, { body: 'x' }),
  'PUT a note': ({ rest }, things) => rest.put(`${issueAt(things)}/notes/${things.note}`, { body: 'x' }),
  'DELETE a note': ({ rest }, things) => rest.delete(`${issueAt(things)}/notes/${things.note}`),
  'POST an issue': ({ rest }, { project }) => rest.post(`/projects/${project}/issues`, { title: 'x' }),
  'PUT a project': ({ rest }, { project }) => rest.put(`/projects/${project}`, { name: 'x' }),
  'DELETE a project': ({ rest }, { project }) => rest.delete(`/projects/${project}`),
  'transfer a project into it': ({ rest, own }, { group }) =>
    rest.put(`/projects/${own.project}/transfer`, { namespace: group }),
  'PUT a group': ({ rest }, { group }) => rest.put(`/groups/${group}`, { name: 'x' }),
  'DELETE a group': ({ rest }, { group }) => rest.delete(`/groups/${group}`),
  'create a group in it': ({ rest }, { group }) => rest.post('/groups', { name: 'x', path: 'x', parent_id: group }),
  'create a project in it': ({ rest }, { group }) => rest.post('/projects', { name: 'x', namespace_id: group }),
  'transfer a group into it': ({ rest, own }, { group }) =>
    rest.post(`/groups/${own.group}/transfer`, { group_id: group }),
  'name it as contact source': ({ rest, own }, { group }) =>
    rest.put(`/groups/${own.group}`, { crm_source_group_id: group }),
  'create a group that names it': ({ rest }, { group }) =>
    rest.post('/groups', { name: 'y', path: 'y', crm_source_group_id: group }),
  'give a role': ({ rest }, { group }) => rest.post(`/groups/${group}/members`, { user_id: 1, access_level: 10 }),
  'leave a group': ({ rest }, { group }) => rest.delete(`/groups/${group}/members/1`),
  'set contacts': ({ mutate }, { at }) =>
    mutate('issueSetCrmContacts', { projectPath: at.path, iid: String(at.iid), contactIds: [] }),
  'move by path': ({ mutate, own }, { at }) =>
    mutate('issueMove', { projectPath: at.path, iid: String(at.iid), targetProjectPath: own.path }),
  'update a work item': ({ mutate }, { issue }) =>
    mutate('workItemUpdate', { id: `gid://gitlab/WorkItem/${issue}`, title: 'x' }),
  'create a contact': ({ mutate }, { group }) =>
    mutate('customerRelationsContactCreate', { groupId: `gid://gitlab/Group/${group}`, firstName: 'x', lastName: 'x' }),
  'update a contact': ({ mutate }, { contact }) =>
    mutate('customerRelationsContactUpdate', { id: contactId(contact), firstName: 'x' }),
  'delete a contact': ({ mutate }, { contact }) => mutate('customerRelationsContactDelete', { id: contactId(contact) }),
  'merge a contact': ({ mutate }, { contact }) =>
    mutate('customerRelationsContactMerge', { id: contactId(contact), otherId: contactId(contact) }),
  'update an organization': ({ mutate }, { organization }) =>
    mutate('customerRelationsOrganizationUpdate', { id: organizationId(organization), name: 'x' }),
  'delete an organization': ({ mutate }, { organization }) =>
    mutate('customerRelationsOrganizationDelete', { id: organizationId(organization) }),
}

let service: RunningService
let url: string
let t: Tree
let eve: Stranger
let hidden: Things

const absent: Things = {
  group: 999_999,
  project: 999_999,
  issue: 999_999,
  at: { path: 'nowhere/nothing', iid: 1 },
  note: 999_999,
  contact: 999_999,
  organization: 999_999,
}

beforeAll(async () => {
  service = await startService({ idle: true, database: onServices ? await impatientDatabase() : undefined })
  t = await tree(service.db, ['hidden', 'hidden:shop', 'eves', 'eves:desk'])
  const issue = await t.issue('hidden:shop', await t.hold('hidden', ['ann@x.io']))
  await service.db.execute(sql`insert into comments (issue_id, body) values (${issue.id}, 'secret')`)
  hidden = {
    group: t.group('hidden').id,
    project: t.project('hidden:shop').id,
    issue: issue.id,
    at: { path: t.pathOf('hidden:shop'), iid: issue.iid },
    note: 1,
    contact: 1,
    organization: (await t.company('hidden', 'Acme')).id,
  }
  const token = await createToken(service.db, (await t.person('eve', { eves: 'owner' })).userId, 'api')
  const { ask } = graphqlClient(service, token)
  eve = {
    rest: restOf(service)(token),
    mutate: (name, input) =>
      ask(`mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { errors } }`, {
        input,
      }),
    own: { group: t.group('eves').id, project: t.project('eves:desk').id, path: t.pathOf('eves:desk') },
  }
})

/** A database in which nobody waits for a lock for long: they fail. */
async function impatientDatabase() {
  url = await newPostgres()
  const admin = postgres(url, { max: 1 })
  await admin.unsafe(`alter database ${new URL(url).pathname.slice(1)} set lock_timeout = '1s'`)
  await admin.end()
  return openPostgres(url, 10)
}

/** Nothing can be locked or changed while some work is done. */
async function whileLocked(work: () => Promise<void>): Promise<void> {
  const other = postgres(url, { max: 1 })
  await other.begin(async (tx) => {
    await tx`lock table groups, projects, issues, comments, contacts, organizations, members in exclusive mode`
    await tx`select pg_advisory_xact_lock(7202612, ${hidden.group})`
    await work()
  })
  await other.end()
}

// An operation on nothing isn't refused for another reason.
const refusal = /404 (Group|Project|Issue|Note|Namespace) Not Found|does not exist|Contact source doesn't exist/

const told = (answer: unknown): unknown => {
  const { headers: _, ...rest } = answer as { headers?: unknown }
  return rest
}

describe.skipIf(!onServices)('while everything hidden is locked', () => {
  test('each operation is answered, and as if there were nothing', async () => {
    await whileLocked(async () => {
      for (const [name, operation] of Object.entries(operations))
        expect([name, told(await operation(eve, hidden))]).toEqual([name, told(await operation(eve, absent))])
    })
  })
})

test.each(Object.entries(operations))('%s: as many statements as if it did not exist', async (_, operation) => {
  await operation(eve, absent)
  const count = countAllStatements(service.db)
  const before = count()
  const first = await operation(eve, absent)
  const forAbsent = count() - before
  const second = await operation(eve, hidden)
  expect(JSON.stringify(told(first))).toMatch(refusal)
  expect(told(second)).toEqual(told(first))
  expect(count() - before - forAbsent).toBe(forAbsent)
})
