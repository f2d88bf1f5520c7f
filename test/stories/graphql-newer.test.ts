// What newer clients of GitLab ask over GraphQL: widgets by type, features, counts, permissions, keys that make a
// mutation happen once.
import { beforeAll, describe, expect, test } from 'vitest'
import { createToken } from '../../src/domain/people/access-tokens.ts'
import type { Contact } from '../../src/storage/contacts-schema.ts'
import type { Issue } from '../../src/storage/schema.ts'
import { type GraphqlClient, graphqlClient } from '../support/api/graphql.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { countStatements } from '../support/service/statements.ts'
import { type Tree, tree } from '../support/world/tree.ts'

let service: RunningService
let t: Tree
let pia: GraphqlClient
let gus: GraphqlClient
let token: string
let contacts: Contact[]
let issue: Issue

beforeAll(async () => {
  service = await startService()
  t = await tree(service.db, ['acme', 'acme:shop'])
  token = await createToken(service.db, (await t.person('pia', { acme: 'planner' })).userId, 'api')
  pia = graphqlClient(service, token)
  gus = graphqlClient(service, await createToken(service.db, (await t.person('gus', { acme: 'guest' })).userId, 'api'))
  contacts = await t.hold('acme', ['a@x.io', 'b@x.io', { email: 'off@x.io', state: 'inactive' }])
  issue = await t.issue('acme:shop', contacts.slice(0, 2))
  await t.issue('acme:shop')
})

test('widgets by type: those that there are', async () => {
  const query = `query ($id: WorkItemID!, $only: [WorkItemWidgetType!], $except: [WorkItemWidgetType!]) {
    workItem(id: $id) { widgets(onlyTypes: $only, exceptTypes: $except) { type ... on WorkItemWidgetCrmContacts { contacts { count } } } } }`
  const id = `gid://gitlab/WorkItem/${issue.id}`
  const types = async (variables: object) => {
    const { workItem } = await pia.get<{ workItem: { widgets: { type: string }[] } }>(query, { id, ...variables })
    return workItem.widgets.map(({ type }) => type)
  }
  expect(await types({})).toEqual(['DESCRIPTION', 'CRM_CONTACTS'])
  expect(await types({ only: ['CRM_CONTACTS', 'LABELS', 'MILESTONE', 'ASSIGNEES'] })).toEqual(['CRM_CONTACTS'])
  expect(await types({ only: ['HIERARCHY'] })).toEqual([])
  expect(await types({ only: [] })).toEqual([])
  expect(await types({ except: ['CRM_CONTACTS'] })).toEqual(['DESCRIPTION'])
  expect((await pia.faults(query, { id, only: ['NONSENSE'] })).join()).toContain('NONSENSE')
})

test('features beside them', async () => {
  const query = `query ($id: WorkItemID!) { workItem(id: $id) { features {
    description { description } crmContacts { contactsAvailable contacts { count nodes { email } } } } } }`
  expect(await pia.get(query, { id: `gid://gitlab/WorkItem/${issue.id}` })).toEqual({
    workItem: {
      features: {
        description: { description: expect.any(String) },
        crmContacts: {
          contactsAvailable: true,
          contacts: { count: 2, nodes: [{ email: 'b@x.io' }, { email: 'a@x.io' }] },
        },
      },
    },
  })
})

describe('counts', () => {
  const query = `query ($path: ID!, $project: ID!) {
    group(fullPath: $path) {
      all: contacts { count } off: contacts(state: inactive) { count } found: contacts(search: "a@x") { count }
      issues(includeSubgroups: true) { count }
    }
    project(fullPath: $project) {
      issues(first: 1) { count nodes { customerRelationsContacts { count } } } closed: issues(state: closed) { count }
    }
    namespace(fullPath: $project) { workItems { count } tasks: workItems(types: [TASK, EPIC]) { count nodes { iid } } both: workItems(types: [ISSUE, TASK]) { count } }
  }`
  const ask = (client: GraphqlClient) => client.get(query, { path: t.pathOf('acme'), project: t.pathOf('acme:shop') })

  test('of everything, not only of the page', async () => {
    expect(await ask(pia)).toEqual({
      group: { all: { count: 3 }, off: { count: 1 }, found: { count: 1 }, issues: { count: 2 } },
      project: { issues: { count: 2, nodes: [{ customerRelationsContacts: { count: 0 } }] }, closed: { count: 0 } },
      namespace: { workItems: { count: 2 }, tasks: { count: 0, nodes: [] }, both: { count: 2 } },
    })
  })

  test('of contacts that may not be seen: none', async () => {
    expect(await ask(gus)).toMatchObject({
      group: { all: { count: 0 }, off: { count: 0 }, found: { count: 0 }, issues: { count: 2 } },
    })
  })

  test('take as many statements for one issue as for many', async () => {
    for (let n = 0; n < 10; n++) await t.issue('acme:shop', contacts.slice(0, 1))
    const counted = countStatements(service.db)
    const statements = async (first: number) => {
      const before = counted()
      await pia.get(
        `query ($path: ID!, $first: Int) { project(fullPath: $path) { issues(first: $first) { nodes { customerRelationsContacts { count } } } } }`,
        {
          path: t.pathOf('acme:shop'),
          first,
        },
      )
      return counted() - before
    }
    await statements(1)
    expect(await statements(10)).toBe(await statements(1))
  })
})

test('who asks, and what they may do in a group', async () => {
  const query = `query ($path: ID!) { currentUser { active } group(fullPath: $path) { description userPermissions { readCrmContact readCrmOrganization } } }`
  const asked = (client: GraphqlClient) => client.get(query, { path: t.pathOf('acme') })
  const may = (yes: boolean) => ({ userPermissions: { readCrmContact: yes, readCrmOrganization: yes } })
  expect(await asked(pia)).toMatchObject({ currentUser: { active: true }, group: may(true) })
  expect(await asked(gus)).toMatchObject({ group: may(false) })
})

describe('an Idempotency-Key', () => {
  const send = async (key: string, query: string, variables: object) => {
    const answer = await fetch(`${service.url}/api/graphql`, {
      method: 'POST',
      headers: { 'private-token': token, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ query, variables }),
    })
    return { status: answer.status, body: (await answer.json()) as { data: Record<string, { errors: string[] }> } }
  }
  const note = 'mutation ($input: CreateNoteInput!) { createNote(input: $input) { note { id body } errors } }'
  const noteOn = (body: string) => ({ input: { noteableId: `gid://gitlab/Issue/${issue.id}`, body } })

  test('makes a note and an issue once, however often they are sent', async () => {
    const first = await send('note', note, noteOn('Once'))
    expect(await send('note', note, noteOn('Once'))).toEqual(first)
    const create = 'mutation ($input: CreateIssueInput!) { createIssue(input: $input) { issue { id iid } errors } }'
    const input = { projectPath: t.pathOf('acme:shop'), title: 'Once', description: 'x' }
    const opened = await Promise.all(Array.from({ length: 5 }, () => send('issue', create, { input })))
    expect(new Set(opened.map((one) => JSON.stringify(one))).size).toBe(1)
  })

  test('of another request is refused', async () => {
    await send('taken', note, noteOn('One'))
    expect((await send('taken', note, noteOn('Other'))).body.data.createNote?.errors).toEqual([
      expect.stringMatching(/key/i),
    ])
  })

  test('tells the mutations of a document apart', async () => {
    const two = `mutation ($a: CreateNoteInput!, $b: CreateNoteInput!) {
      a: createNote(input: $a) { note { id body } errors } b: createNote(input: $b) { note { id body } errors } }`
    const variables = { a: noteOn('A').input, b: noteOn('B').input }
    const first = await send('both', two, variables)
    expect(first.body.data).toMatchObject({
      a: { note: { body: 'A' }, errors: [] },
      b: { note: { body: 'B' }, errors: [] },
    })
    expect(await send('both', two, variables)).toEqual(first)
  })

  test('that is too long is refused', async () => {
    expect((await send('x'.repeat(300), note, noteOn('x'))).status).toBe(422)
  })
})
