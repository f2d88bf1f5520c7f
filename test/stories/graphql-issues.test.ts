// Issues over GraphQL: the sidebar and its subscription, work items, notes, lists filtered by contacts.
import { createClient } from 'graphql-sse'
import { beforeAll, describe, expect, test } from 'vitest'
import { createToken } from '../../src/domain/people/access-tokens.ts'
import type { Contact } from '../../src/storage/contacts-schema.ts'
import type { Issue } from '../../src/storage/schema.ts'
import { type GraphqlClient, graphqlClient } from '../support/api/graphql.ts'
import * as documents from '../support/api/graphql-documents.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { countStatements } from '../support/service/statements.ts'
import { type Tree, tree } from '../support/world/tree.ts'

const noSuch =
  "The resource that you are attempting to access does not exist or you don't have permission to perform this action"

let service: RunningService
let t: Tree
let people: Record<'pia' | 'rita' | 'gus' | 'eve', { client: GraphqlClient; token: string; userId: number }>
let [ann, bob, off] = [] as unknown as [Contact, Contact, Contact]
let foreign: Contact
let issue: Issue

beforeAll(async () => {
  service = await startService({ environment: { CONTACTS_PER_CHANGE: '3' } })
  t = await tree(service.db, ['acme', 'acme/care', 'acme/care:shop', 'acme:desk', 'other', 'other:far'])
  const roles = {
    pia: { acme: 'planner' },
    rita: { 'acme/care': 'reporter' },
    gus: { acme: 'guest' },
    eve: { other: 'owner' },
  } as const
  const entries = Object.entries(roles).map(async ([name, held]) => {
    const { userId } = await t.person(name, held)
    const token = await createToken(service.db, userId, 'api')
    return [name, { token, userId, client: graphqlClient(service, token) }] as const
  })
  people = Object.fromEntries(await Promise.all(entries)) as typeof people
  ;[ann, bob, off] = (await t.hold('acme', ['ann@x.io', 'bob@x.io', { email: 'off@x.io', state: 'inactive' }])) as [
    Contact,
    Contact,
    Contact,
  ]
  ;[foreign] = (await t.hold('other', ['far@x.io'])) as [Contact]
  issue = await t.issue('acme/care:shop')
})

const gidOf = ({ id }: { id: number }) => `gid://gitlab/CustomerRelations::Contact/${id}`
const issueGid = (one: Issue = issue) => `gid://gitlab/Issue/${one.id}`
const projectPath = () => t.pathOf('acme/care:shop')

interface SetPayload {
  issueSetCrmContacts: {
    issue: { id: string; customerRelationsContacts: { nodes: { email: string }[] } } | null
    results: { contactId: string; outcome: string }[]
    errors: string[]
  }
}
const set = async (contactIds: string[], operationMode?: string, client: GraphqlClient = people.pia.client) =>
  (
    await client.get<SetPayload>(documents.setContacts, {
      input: {
        projectPath: projectPath(),
        iid: String(issue.iid),
        contactIds,
        ...(operationMode && { operationMode }),
      },
    })
  ).issueSetCrmContacts
const emails = (payload: SetPayload['issueSetCrmContacts']) =>
  payload.issue?.customerRelationsContacts.nodes.map(({ email }) => email)

describe('setting the contacts of an issue', () => {
  test('replaces, unless told otherwise; the latest contact is first; an empty list clears', async () => {
    expect(emails(await set([gidOf(ann), gidOf(bob)]))).toEqual(['bob@x.io', 'ann@x.io'])
    const replaced = await set([gidOf(bob)])
    expect(emails(replaced)).toEqual(['bob@x.io'])
    expect(replaced).toMatchObject({
      errors: [],
      results: [
        { contactId: gidOf(bob), outcome: 'ALREADY_THERE' },
        { contactId: gidOf(ann), outcome: 'REMOVED' },
      ],
    })
    expect(emails(await set([]))).toEqual([])
    expect(await t.notes(issue)).toEqual(['added 2 contacts', 'removed 1 contact', 'removed 1 contact'])
  })

  test('appends and removes', async () => {
    expect(emails(await set([gidOf(ann), gidOf(ann)], 'APPEND'))).toEqual(['ann@x.io'])
    expect(emails(await set([gidOf(bob)], 'APPEND'))).toEqual(['bob@x.io', 'ann@x.io'])
    const removed = await set([gidOf(ann), gidOf(foreign), 'gid://gitlab/CustomerRelations::Contact/999999'], 'REMOVE')
    expect(removed).toMatchObject({
      errors: [],
      results: [{ outcome: 'REMOVED' }, { outcome: 'UNKNOWN' }, { outcome: 'UNKNOWN' }],
    })
    expect(emails(removed)).toEqual(['bob@x.io'])
    await set([])
  })

  test('good ones take effect though others fail, and each is told', async () => {
    const came = await set([gidOf(ann), gidOf(foreign), gidOf(off)])
    expect(emails(came)).toEqual(['ann@x.io'])
    expect(came.errors).toEqual([
      `Issue customer relations contacts ${foreign.id}: ${noSuch} and Issue customer relations contacts ${off.id}: is inactive and was not added`,
    ])
    expect(came.results.map(({ outcome }) => outcome)).toEqual(['ADDED', 'UNKNOWN', 'INACTIVE'])
    await set([])
  })

  test('too many are refused whole', async () => {
    const ids = (await t.hold('acme', ['1@x.io', '2@x.io', '3@x.io', '4@x.io'])).map(gidOf)
    const came = await set(ids, 'APPEND')
    expect(came).toMatchObject({
      results: [],
      errors: ['At most 3 contacts can be added at once; this would add 4. Nothing was changed.'],
    })
    expect(emails(came)).toEqual([])
  })

  test('nobody named', async () => {
    for (const mode of ['APPEND', 'REMOVE'])
      expect((await set([], mode)).errors).toEqual(['Give at least one contact to add or remove'])
  })

  test('a user who may edit the issue but not see contacts is told so in the payload', async () => {
    const came = await set([gidOf(ann)], 'APPEND', people.rita.client)
    expect(came.errors).toEqual(['You have insufficient permissions to set customer relations contacts for this issue'])
    expect(emails(came)).toEqual([])
  })

  test.each(['gus', 'eve'] as const)('%s, who may not edit the issue, is told nothing of it', async (name) => {
    const input = { projectPath: projectPath(), iid: String(issue.iid), contactIds: [] }
    expect(await people[name].client.faults(documents.setContacts, { input })).toEqual([noSuch])
  })

  test.each([{ iid: '999' }, { iid: 'x' }, { projectPath: 'no/such' }])('there is no such issue: %j', async (wrong) => {
    const input = { projectPath: projectPath(), iid: String(issue.iid), contactIds: [], ...wrong }
    expect(await people.pia.client.faults(documents.setContacts, { input })).toEqual([noSuch])
  })

  test('customer relations are off', async () => {
    await t.switchOff('acme/care')
    const input = { projectPath: projectPath(), iid: String(issue.iid), contactIds: [] }
    expect(await people.pia.client.faults(documents.setContacts, { input })).toEqual(['Feature disabled'])
    await service.db.execute(`update group_settings set customer_relations = true`)
  })
})

interface Sidebar {
  issue: { id: string; customerRelationsContacts: { nodes: { email: string }[] } } | null
}

describe('the sidebar', () => {
  test('shows contacts, and inactive ones', async () => {
    const other = await t.issue('acme/care:shop', [ann, off])
    const { issue: shown } = await people.pia.client.get<Sidebar>(documents.issueContactsQuery, { id: issueGid(other) })
    expect(shown?.customerRelationsContacts.nodes).toMatchObject([
      { email: 'off@x.io', active: false },
      { email: 'ann@x.io', active: true },
    ])
  })

  test('shows nobody to those who may not see them; to others there is no issue', async () => {
    const other = await t.issue('acme/care:shop', [ann])
    for (const name of ['rita', 'gus'] as const) {
      const { issue: shown } = await people[name].client.get<Sidebar>(documents.issueContactsQuery, {
        id: issueGid(other),
      })
      expect(shown?.customerRelationsContacts.nodes).toEqual([])
    }
    expect(await people.eve.client.get(documents.issueContactsQuery, { id: issueGid(other) })).toEqual({ issue: null })
  })

  test('pages of the contacts of an issue, forwards and back', async () => {
    const many = await t.hold('acme', ['p1@x.io', 'p2@x.io', 'p3@x.io'])
    const other = await t.issue('acme/care:shop', many)
    const query = `query ($id: IssueID!, $first: Int, $last: Int, $after: String, $before: String) { issue(id: $id) {
      customerRelationsContacts(first: $first, last: $last, after: $after, before: $before) {
        nodes { email } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } } }`
    type Came = {
      issue: { customerRelationsContacts: { nodes: { email: string }[]; pageInfo: Record<string, unknown> } }
    }
    const page = async (variables: object) =>
      (await people.pia.client.get<Came>(query, { id: issueGid(other), ...variables })).issue.customerRelationsContacts
    const first = await page({ first: 2 })
    expect(first).toMatchObject({
      nodes: [{ email: 'p3@x.io' }, { email: 'p2@x.io' }],
      pageInfo: { hasNextPage: true, hasPreviousPage: false },
    })
    const second = await page({ first: 2, after: first.pageInfo.endCursor })
    expect(second).toMatchObject({
      nodes: [{ email: 'p1@x.io' }],
      pageInfo: { hasNextPage: false, hasPreviousPage: true },
    })
    const back = await page({ last: 1, before: second.pageInfo.startCursor })
    expect(back).toMatchObject({
      nodes: [{ email: 'p2@x.io' }],
      pageInfo: { hasNextPage: true, hasPreviousPage: true },
    })
    expect(await page({ last: 1 })).toMatchObject({
      nodes: [{ email: 'p1@x.io' }],
      pageInfo: { hasNextPage: false, hasPreviousPage: true },
    })
    expect(await people.pia.client.faults(query, { id: issueGid(other), after: 'x' })).toEqual([
      'Please provide a valid cursor',
    ])
    const [after, before] = [first.pageInfo.startCursor, second.pageInfo.endCursor]
    expect(await people.pia.client.faults(query, { id: issueGid(other), after, before })).toEqual([
      'Please provide either before or after',
    ])
  })
})

/** What a follower of an issue receives. */
function follow(name: keyof typeof people, one: Issue) {
  const { token } = people[name]
  const events = createClient({
    url: `${service.url}/api/graphql`,
    headers: { 'private-token': token },
    retryAttempts: 0,
  }).iterate<{
    issueCrmContactsUpdated: { customerRelationsContacts: { nodes: { email: string }[] } } | null
  }>({ query: documents.issueContactsSubscription, variables: { id: issueGid(one) } })
  return {
    async next() {
      const { value, done } = await events.next()
      if (done) return 'the end'
      if (value.errors) return value.errors.map(({ message }) => message).join()
      return value.data?.issueCrmContactsUpdated?.customerRelationsContacts.nodes.map(({ email }) => email) ?? null
    },
    leave: () => events.return?.(),
  }
}

describe('the subscription', () => {
  test('tells each change, as the follower may see it', async () => {
    const other = await t.issue('acme/care:shop')
    const [pia, rita] = [follow('pia', other), follow('rita', other)]
    const [heardByPia, heardByRita] = [pia.next(), rita.next()]
    await new Promise((resolve) => setTimeout(resolve, 500))
    const input = { projectPath: projectPath(), iid: String(other.iid), contactIds: [gidOf(ann)] }
    await people.pia.client.get(documents.setContacts, { input })
    expect(await heardByPia).toEqual(['ann@x.io'])
    expect(await heardByRita).toEqual([])
    const again = pia.next()
    await people.pia.client.get('mutation ($input: CreateNoteInput!) { createNote(input: $input) { errors } }', {
      input: { noteableId: issueGid(other), body: '/add_contacts bob@x.io' },
    })
    expect(await again).toEqual(['bob@x.io', 'ann@x.io'])
    await Promise.all([pia.leave(), rita.leave()])
  })

  test('is over when the follower has left', async () => {
    const other = await t.issue('acme/care:shop')
    const { follow: usual } = service.newsroom
    let following = 0
    service.newsroom.follow = (...given) => {
      following++
      const stop = usual(...given)
      return () => {
        following--
        stop()
      }
    }
    const pia = follow('pia', other)
    void pia.next()
    await expect.poll(() => following).toBe(1)
    await pia.leave()
    await expect.poll(() => following, { timeout: 5_000 }).toBe(0)
    service.newsroom.follow = usual
  })

  test('is not for those who may not see the issue', async () => {
    expect(await follow('eve', issue).next()).toBe(noSuch)
  })

  test('ends when the token is revoked', async () => {
    const other = await t.issue('acme/care:shop')
    const { userId } = await t.person('leaver', { acme: 'planner' })
    people = { ...people, leaver: { userId, token: await createToken(service.db, userId, 'api') } } as typeof people
    const leaver = follow('leaver' as 'pia', other)
    const heard = leaver.next()
    await new Promise((resolve) => setTimeout(resolve, 500))
    await service.db.execute(`update access_tokens set revoked_at = now() where user_id = ${userId}`)
    const input = { projectPath: projectPath(), iid: String(other.iid), contactIds: [gidOf(ann)] }
    await people.pia.client.get(documents.setContacts, { input })
    expect(await heard).toBe('the end')
  })
})

describe('work items', () => {
  type Updated = {
    workItemUpdate: {
      workItem: { widgets: { type: string; contacts?: { nodes: { email: string }[] } }[]; features: object }
      errors: string[]
    }
  }
  const update = async (crmContactsWidget: object, client = people.pia.client) =>
    (
      await client.get<Updated>(documents.updateWorkItem, {
        input: { id: `gid://gitlab/WorkItem/${issue.id}`, crmContactsWidget },
      })
    ).workItemUpdate

  test('in the three modes', async () => {
    const linked = ({ workItem }: Updated['workItemUpdate']) =>
      workItem.widgets.find(({ type }) => type === 'CRM_CONTACTS')?.contacts?.nodes.map(({ email }) => email)
    expect(linked(await update({ contactIds: [gidOf(ann)] }))).toEqual(['ann@x.io'])
    const appended = await update({ contactIds: [gidOf(bob)], operationMode: 'APPEND' })
    expect(linked(appended)).toEqual(['bob@x.io', 'ann@x.io'])
    expect(appended.workItem.features).toMatchObject({
      crmContacts: { contactsAvailable: true, contacts: { nodes: [{}, {}] } },
    })
    expect(linked(await update({ contactIds: [gidOf(ann)], operationMode: 'REMOVE' }))).toEqual(['bob@x.io'])
    expect(linked(await update({ contactIds: [] }))).toEqual([])
  })

  test('title, state and description', async () => {
    const change = `mutation ($input: WorkItemUpdateInput!) { workItemUpdate(input: $input) { workItem { title state description closedAt } errors } }`
    const one = await t.issue('acme/care:shop')
    const ask = (input: object) =>
      people.pia.client.get(change, { input: { id: `gid://gitlab/WorkItem/${one.id}`, ...input } })
    expect(await ask({ title: 'Other', stateEvent: 'CLOSE' })).toEqual({
      workItemUpdate: {
        workItem: { title: 'Other', state: 'CLOSED', description: '', closedAt: expect.any(String) },
        errors: [],
      },
    })
    expect(
      await ask({ stateEvent: 'REOPEN', descriptionWidget: { description: 'Text\n/add_contacts ann@x.io' } }),
    ).toEqual({
      workItemUpdate: { workItem: { title: 'Other', state: 'OPEN', description: 'Text', closedAt: null }, errors: [] },
    })
    await expect.poll(() => t.linked(one)).toEqual(['ann@x.io of acme (new)'])
    expect(await ask({ title: ' ' })).toMatchObject({
      workItemUpdate: { workItem: { title: 'Other' }, errors: ["Title can't be blank"] },
    })
  })

  test('one is opened with contacts', async () => {
    const create = `mutation ($input: WorkItemCreateInput!) { workItemCreate(input: $input) {
      workItem { title description features { crmContacts { contacts { nodes { email } } } } } errors } }`
    const input = {
      namespacePath: projectPath(),
      title: 'New',
      workItemTypeId: 'gid://gitlab/WorkItems::Type/1',
      descriptionWidget: { description: 'Look' },
      crmContactsWidget: { contactIds: [gidOf(ann)] },
    }
    expect(await people.pia.client.get(create, { input })).toEqual({
      workItemCreate: {
        workItem: {
          title: 'New',
          description: 'Look',
          features: { crmContacts: { contacts: { nodes: [{ email: 'ann@x.io' }] } } },
        },
        errors: [],
      },
    })
  })
})

describe('notes and issues', () => {
  test('a note with commands, and what came of them', async () => {
    const write = `mutation ($input: CreateNoteInput!) { createNote(input: $input) {
      note { body author { username } } quickActionsStatus { commandNames commandsOnly messages errorMessages } errors } }`
    const say = (body: string, client = people.pia.client) =>
      client.get<{ createNote: object }>(write, { input: { noteableId: issueGid(), body } })
    expect(await say('Hello')).toMatchObject({
      createNote: { note: { body: 'Hello' }, quickActionsStatus: null, errors: [] },
    })
    expect(await say('/add_contacts ann@x.io nobody@x.io')).toEqual({
      createNote: {
        note: null,
        quickActionsStatus: {
          commandNames: ['add_contacts'],
          commandsOnly: true,
          messages: ['Added ann@x.io. No contact has the address nobody@x.io.'],
          errorMessages: [],
        },
        errors: [],
      },
    })
    expect(await say(' ')).toMatchObject({ createNote: { note: null, errors: ["Note can't be blank"] } })
    expect(await people.eve.client.faults(write, { input: { noteableId: issueGid(), body: 'x' } })).toEqual([noSuch])
    await say('/remove_contacts ann@x.io')
  })

  test('an issue is opened, with commands in its description, and moved', async () => {
    const create = `mutation ($input: CreateIssueInput!) { createIssue(input: $input) { issue { id iid title description webUrl } errors } }`
    type Created = { createIssue: { issue: { id: string; iid: string; webUrl: string } | null; errors: string[] } }
    const input = { projectPath: projectPath(), title: 'Broken', description: 'Look\n/add_contacts ann@x.io' }
    const { createIssue } = await people.pia.client.get<Created>(create, { input })
    expect(createIssue.issue).toMatchObject({ title: 'Broken', description: 'Look' })
    const linked = async () =>
      (await people.pia.client.get<Sidebar>(documents.issueContactsQuery, { id: createIssue.issue?.id })).issue
        ?.customerRelationsContacts.nodes
    await expect.poll(linked).toMatchObject([{ email: 'ann@x.io' }])
    const move = `mutation ($input: IssueMoveInput!) { issueMove(input: $input) { issue { reference(full: true) } errors } }`
    const target = { projectPath: projectPath(), iid: createIssue.issue?.iid, targetProjectPath: t.pathOf('acme:desk') }
    expect(await people.pia.client.get(move, { input: target })).toEqual({
      issueMove: {
        issue: { reference: `${projectPath()}#${createIssue.issue?.iid}` },
        errors: ['Cannot move issue due to insufficient permissions!'],
      },
    })
    expect(await people.eve.client.faults(move, { input: target })).toEqual([noSuch])
    const mover = graphqlClient(
      service,
      await createToken(service.db, (await t.person('mover', { acme: 'reporter' })).userId, 'api'),
    )
    expect(await mover.get(move, { input: target })).toEqual({
      issueMove: { issue: { reference: `${t.pathOf('acme:desk')}#1` }, errors: [] },
    })
    expect(await linked()).toMatchObject([{ email: 'ann@x.io' }])
  })

  test('lists filtered by contact and organization; nobody gets an unfiltered one', async () => {
    const company = await t.company('acme', 'Filter Ltd')
    const [fay] = (await t.hold('acme', [{ email: 'fay@x.io', company: 'Filter Ltd' }])) as [Contact]
    const one = await t.issue('acme/care:shop', [fay])
    const query = `query ($path: ID!, $group: ID!, $contact: String, $organization: String) {
      project(fullPath: $path) {
        issues(crmContactId: $contact, crmOrganizationId: $organization) { nodes { iid } }
        issueStatusCounts(crmContactId: $contact, crmOrganizationId: $organization) { opened closed }
      }
      group(fullPath: $group) { issues(crmContactId: $contact, crmOrganizationId: $organization, includeSubgroups: true) { nodes { iid } } }
      namespace(fullPath: $path) { workItems(crmContactId: $contact, crmOrganizationId: $organization) { nodes { iid } } }
    }`
    const ask = (variables: object, client = people.pia.client) =>
      client.get(query, { path: projectPath(), group: t.pathOf('acme'), ...variables })
    const only = (nodes: object[]) => ({
      project: { issues: { nodes }, issueStatusCounts: { opened: nodes.length, closed: 0 } },
      group: { issues: { nodes } },
      namespace: { workItems: { nodes } },
    })
    const found = only([{ iid: String(one.iid) }])
    expect(await ask({ contact: String(fay.id) })).toEqual(found)
    expect(await ask({ organization: String(company.id) })).toEqual(found)
    expect(await ask({ contact: String(fay.id), organization: String(company.id) })).toEqual(found)
    expect(await ask({ contact: '999999' })).toEqual(only([]))
    expect(await ask({ contact: String(fay.id) }, people.gus.client)).toEqual(only([]))
    expect(JSON.stringify(await ask({ contact: '', organization: null }))).toContain(`"${issue.iid}"`)
    expect(
      await people.pia.client.faults(query, { path: projectPath(), group: t.pathOf('acme'), contact: gidOf(fay) }),
    ).toContain('`crmContactId` must be a number')
  })

  test('who is asking', async () => {
    expect(await people.pia.client.get('{ currentUser { __typename username } }')).toMatchObject({
      currentUser: { __typename: 'CurrentUser', username: expect.stringContaining('pia') },
    })
    expect(await graphqlClient(service).get('{ currentUser { username } }')).toEqual({ currentUser: null })
  })

  test('a page of issues with contacts and organizations takes as many statements for one issue as for twenty', async () => {
    const query = `query ($path: ID!, $first: Int!) { group(fullPath: $path) { issues(first: $first, includeSubgroups: true) { nodes {
      iid title author { username } project { fullPath group { fullPath } }
      customerRelationsContacts { nodes { firstName organization { name description } } } } } } }`
    await t.company('acme', 'Many Ltd')
    for (let n = 0; n < 20; n++)
      await t.issue('acme/care:shop', await t.hold('acme', [{ email: `n${n}@x.io`, company: 'Many Ltd' }]))
    const count = countStatements(service.db)
    const statements = async (first: number) => {
      const before = count()
      await people.pia.client.get(query, { path: t.pathOf('acme'), first })
      return count() - before
    }
    await statements(1)
    const one = await statements(1)
    expect(await statements(20)).toBe(one)
    expect(one).toBeLessThan(15)
  })
})
