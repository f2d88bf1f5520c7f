// The history as its maintainers read it: over GraphQL, and over REST as GitLab's audit events.
import { Gitlab } from '@gitbeaker/rest'
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { createContact, editContact } from '../../src/domain/contacts/contacts.ts'
import { deleteContact } from '../../src/domain/contacts/erasure.ts'
import { createOrganization } from '../../src/domain/contacts/organizations.ts'
import { createProject, editProject } from '../../src/domain/groups/edits.ts'
import { editGroup } from '../../src/domain/groups/edits-with-settings.ts'
import { giveRole } from '../../src/domain/groups/roles.ts'
import { editIssue } from '../../src/domain/issues/edits.ts'
import { setIssueContacts } from '../../src/domain/issues/linking-by-id.ts'
import { moveIssue } from '../../src/domain/issues/moves.ts'
import { transferProject } from '../../src/domain/moves/transfers.ts'
import { createToken } from '../../src/domain/people/access-tokens.ts'
import type { Actor } from '../../src/domain/rules/history.ts'
import type { Role } from '../../src/domain/rules/permissions.ts'
import type { Db } from '../../src/storage/db.ts'
import { type GraphqlClient, graphqlClient } from '../support/api/graphql.ts'
import { type Answer, type Client, faulted, pagingOf, refusal, restOf } from '../support/api/rest.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { must } from '../support/world/results.ts'
import { tree } from '../support/world/tree.ts'

let service: RunningService
let db: Db
beforeAll(async () => {
  service = await startService({ idle: true })
  db = service.db
})

interface User {
  actor: Actor
  token: string
  graphql: GraphqlClient
  rest: Client
}

async function userOf(actor: Actor): Promise<User> {
  const token = await createToken(db, actor.userId, 'api')
  return { actor, token, graphql: graphqlClient(service, token), rest: restOf(service)(token) }
}

/** A group in which a lot was done by its owner, Olga. */
async function busy() {
  const t = await tree(db, ['acme', 'secret', 'secret:lab'])
  const olga = await userOf(await t.person('olga', { acme: 'owner', secret: 'owner' }))
  const { actor } = olga
  const groupId = t.group('acme').id
  must(await editGroup(db, actor, groupId, { name: 'Acme!' }))
  must(await editGroup(db, actor, groupId, { settings: { customerRelations: true } }))
  const max = await t.person('max')
  must(await giveRole(db, actor, { group: { id: groupId } }, { userId: max.userId, role: 'guest', whose: 'new' }))
  const firm = must(await createOrganization(db, actor, groupId, { name: 'Firm' }))
  const ann = must(await createContact(db, actor, groupId, { firstName: 'Ann', lastName: 'Lee', email: 'ann@x.io' }))
  must(await editContact(db, actor, ann.id, { lastName: 'Yu' }))
  const project = must(await createProject(db, actor, { groupId, path: 'shop', name: 'Shop' }))
  must(await editProject(db, actor, project.id, { description: 'Sells' }))
  const issue = await t.issue('secret:lab')
  must(await moveIssue(db, actor, { id: issue.id }, project.id))
  must(await editIssue(db, actor, { id: issue.id }, { state: 'closed' }))
  const links = { mode: 'add', contactIds: [ann.id], mostAtOnce: 5 } as const
  must(await setIssueContacts(db, actor, { id: issue.id }, links))
  const subjects = { group: groupId, project: project.id, issue: issue.id, contact: ann.id, organization: firm.id }
  const user = async (name: string, roles: Parameters<typeof t.person>[1] = {}) => userOf(await t.person(name, roles))
  return { t, olga, max, ann, firm, project, issue, groupId, user, subjects, path: t.pathOf('acme') }
}

type Subjects = Awaited<ReturnType<typeof busy>>['subjects']
type Kind = keyof Subjects

interface Entry {
  id: string
  action: string
  author: { username: string } | null
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
  [more: string]: unknown
}

interface History {
  nodes: Entry[]
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null }
}

const entry = `nodes { id createdAt author { username } via action issueReference contactId organizationId before after }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`

/** The history of a subject; null for callers who can't see it, undefined for those who can't see the subject. */
async function historyOf(
  { graphql }: Pick<User, 'graphql'>,
  kind: Kind,
  { path, subjects }: { path: string; subjects: Subjects },
  page: Record<string, unknown> = {},
): Promise<History | null | undefined> {
  const history = `history(first: $first, last: $last, after: $after, before: $before) { ${entry} }`
  const contained = (list: string, name: string) =>
    `group(fullPath: "${path}") {
      ${list}(ids: ["gid://gitlab/CustomerRelations::${name}/${subjects[kind]}"]) { nodes { ${history} } } }`
  const queries = {
    group: `group(fullPath: "${path}") { ${history} }`,
    project: `project(fullPath: "${path}/shop") { ${history} }`,
    issue: `issue(id: "gid://gitlab/Issue/${subjects.issue}") { ${history} }`,
    contact: contained('contacts', 'Contact'),
    organization: contained('organizations', 'Organization'),
  }
  const data = await graphql.get<Record<string, Record<string, { nodes: unknown[] }> | null>>(
    `query ($first: Int, $last: Int, $after: String, $before: String) { ${queries[kind]} }`,
    page,
  )
  const [found] = Object.values(data)
  const subject = found?.contacts ?? found?.organizations
  const holder = subject ? (subject.nodes[0] as Record<string, History> | undefined) : found
  return holder?.history as History | null | undefined
}

const actionsOf = (history: History | null | undefined) => history?.nodes.map(({ action }) => action)

const expected: Record<Kind, string[]> = {
  group: ['contact_edited', 'contact_created', 'organization_created', 'role_given', 'group_edited'],
  project: ['issue_closed', 'issue_moved', 'project_edited', 'project_created'],
  issue: ['contact_linked', 'issue_closed', 'issue_moved'],
  contact: ['contact_linked', 'contact_edited', 'contact_created'],
  organization: ['organization_created'],
}
const kinds = Object.keys(expected) as Kind[]

describe('over GraphQL', () => {
  test('who did what, when, from where, and what changed, newest first', async () => {
    const world = await busy()
    for (const kind of kinds) expect(actionsOf(await historyOf(world.olga, kind, world)), kind).toEqual(expected[kind])
    const { nodes } = (await historyOf(world.olga, 'group', world)) as History
    expect(nodes[0]).toEqual({
      id: expect.stringMatching(/^gid:\/\/gitlab\/AuditEvent\/\d+$/),
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      author: { username: expect.stringMatching(/^olga/) },
      via: 'web',
      action: 'contact_edited',
      issueReference: null,
      contactId: `gid://gitlab/CustomerRelations::Contact/${world.ann.id}`,
      organizationId: null,
      before: { lastName: 'Lee' },
      after: { lastName: 'Yu' },
    })
    expect(nodes.at(-1)).toMatchObject({ before: { name: 'acme' }, after: { name: 'Acme!' } })
    const [linked] = ((await historyOf(world.olga, 'contact', world)) as History).nodes
    expect(linked).toMatchObject({ action: 'contact_linked', issueReference: `${world.path}/shop#1` })
  })

  test.each([1, 2, 5, 100])('in pages of %d, forward and back', async (size) => {
    const world = await busy()
    const page = async (wanted: object) => (await historyOf(world.olga, 'group', world, { ...wanted })) as History
    let here = await page({ first: size })
    expect(here.pageInfo.hasPreviousPage).toBe(false)
    const forward = actionsOf(here) as string[]
    while (here.pageInfo.hasNextPage) {
      here = await page({ first: size, after: here.pageInfo.endCursor })
      expect(here.pageInfo.hasPreviousPage).toBe(true)
      forward.push(...here.nodes.map(({ action }) => action))
    }
    expect(forward).toEqual(expected.group)
    here = await page({ last: size })
    const back = actionsOf(here) as string[]
    while (here.pageInfo.hasPreviousPage) {
      here = await page({ last: size, before: here.pageInfo.startCursor })
      expect(here.pageInfo.hasNextPage).toBe(true)
      back.unshift(...here.nodes.map(({ action }) => action))
    }
    expect(back).toEqual(expected.group)
    expect((await page({ first: 0 })).nodes).toEqual([])
  })

  test('entries of one moment keep their order from page to page', async () => {
    const world = await busy()
    await db.execute(sql`update history set at = '2024-05-06T07:08:09.123456Z' where group_id = ${world.groupId}`)
    const found: string[] = []
    let after: string | null = null
    do {
      const page = (await historyOf(world.olga, 'group', world, { first: 1, after })) as History
      found.push(...page.nodes.map(({ action }) => action))
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
    } while (after)
    expect(found).toEqual(expected.group)
  })

  test.each<[Role, boolean]>([
    ['guest', false],
    ['planner', false],
    ['developer', false],
    ['maintainer', true],
    ['owner', true],
  ])('a %s of the group reads it: %s', async (role, may) => {
    const world = await busy()
    const caller = await world.user(role, { acme: role })
    for (const kind of kinds) {
      const history = await historyOf(caller, kind, world)
      if (may) expect(actionsOf(history), kind).toEqual(expected[kind])
      else expect(history ?? null, kind).toBeNull()
    }
  })

  test('strangers and visitors see neither the subject nor its history; of what is public, no history', async () => {
    const world = await busy()
    const callers = [await world.user('stranger'), { graphql: graphqlClient(service) }]
    for (const caller of callers)
      for (const kind of kinds) expect(await historyOf(caller, kind, world), kind).toBeUndefined()
    await db.execute(sql`update groups set visibility = 'public' where id = ${world.groupId}`)
    await db.execute(sql`update projects set visibility = 'public' where id = ${world.project.id}`)
    for (const caller of callers)
      for (const kind of ['group', 'project', 'issue'] as const)
        expect(await historyOf(caller, kind, world), kind).toBeNull()
  })

  test('of a deleted contact only that it was there, and nothing of it', async () => {
    const world = await busy()
    must(await deleteContact(db, world.olga.actor, world.ann.id))
    const { nodes } = (await historyOf(world.olga, 'group', world)) as History
    const about = nodes.filter(({ contactId }) => contactId !== null)
    expect(about.map(({ action, before, after }) => [action, before, after])).toEqual(
      ['contact_deleted', 'contact_edited', 'contact_created'].map((action) => [action, null, null]),
    )
    expect(JSON.stringify(await historyOf(world.olga, 'issue', world))).not.toMatch(/ann|lee|yu"/i)
    expect(await historyOf(world.olga, 'contact', world)).toBeUndefined()
    const { body } = await world.olga.rest.get(`/groups/${world.groupId}/audit_events`)
    expect(JSON.stringify(body)).not.toMatch(/ann@|lee/i)
  })

  test('where customer relations are off, nothing about contacts', async () => {
    const world = await busy()
    must(await editGroup(db, world.olga.actor, world.groupId, { settings: { customerRelations: false } }))
    expect(actionsOf(await historyOf(world.olga, 'group', world))).toEqual([
      'settings_changed',
      'role_given',
      'group_edited',
    ])
    expect(actionsOf(await historyOf(world.olga, 'issue', world))).toEqual(['issue_closed', 'issue_moved'])
  })

  test('where an issue came from is not for maintainers who cannot see that project', async () => {
    const world = await busy()
    const maintainer = await world.user('maintainer', { acme: 'maintainer' })
    const moved = async (caller: User, kind: Kind) =>
      (await historyOf(caller, kind, world))?.nodes.find(({ action }) => action === 'issue_moved')
    const after = { reference: `${world.path}/shop#1` }
    for (const kind of ['project', 'issue'] as const) {
      const before = { reference: `${world.t.pathOf('secret:lab')}#1` }
      expect(await moved(world.olga, kind)).toMatchObject({ before, after })
      expect(await moved(maintainer, kind)).toMatchObject({ before: null, after })
    }
    expect((await maintainer.rest.get(`/projects/${world.project.id}/audit_events`)).body).toHaveLength(4)
    expect(
      JSON.stringify((await maintainer.rest.get(`/projects/${world.project.id}/audit_events`)).body),
    ).not.toContain('secret')
  })

  test('nor where it was in the meantime', async () => {
    const world = await busy()
    const maintainer = await world.user('maintainer', { acme: 'maintainer' })
    const { actor } = world.olga
    must(await moveIssue(db, actor, { id: world.issue.id }, world.t.project('secret:lab').id))
    must(await moveIssue(db, actor, { id: world.issue.id }, world.project.id))
    const moves = async (caller: User) =>
      (await historyOf(caller, 'issue', world))?.nodes.filter(({ action }) => action === 'issue_moved')
    expect(JSON.stringify(await moves(world.olga))).toContain('secret')
    expect(await moves(maintainer)).toHaveLength(3)
    expect(JSON.stringify(await moves(maintainer))).not.toContain('secret')
  })

  test('nor where a project was before its transfer', async () => {
    const world = await busy()
    const maintainer = await world.user('maintainer', { acme: 'maintainer' })
    const { actor, graphql } = world.olga
    const lab = world.t.project('secret:lab')
    must(await transferProject(db, actor, lab.id, world.groupId))
    const query = `{ project(fullPath: "${world.path}/lab") { history { nodes { action before after } } } }`
    const transferred = async (client: GraphqlClient) => {
      const { project } = await client.get<{ project: { history: History } }>(query)
      return project.history.nodes.find(({ action }) => action === 'project_transferred')
    }
    const after = { fullPath: `${world.path}/lab` }
    expect(await transferred(graphql)).toMatchObject({ before: { fullPath: world.t.pathOf('secret:lab') }, after })
    expect(await transferred(maintainer.graphql)).toMatchObject({ before: null, after })
  })

  test('contacts of an earlier contact source are not there for users who see the present one', async () => {
    const world = await busy()
    const { actor } = world.olga
    must(await moveIssue(db, actor, { id: world.issue.id }, world.t.project('secret:lab').id))
    const keeper = await world.user('keeper', { secret: 'owner' })
    expect(actionsOf(await historyOf(keeper, 'issue', world))).toEqual(['issue_moved', 'issue_closed', 'issue_moved'])
  })

  test('of each object of a list it is refused', async () => {
    const world = await busy()
    const query = `{ group(fullPath: "${world.path}") { contacts { nodes { history { nodes { id } } } } } }`
    expect(await world.olga.graphql.faults(query)).toEqual([
      '`history` can be requested for one object at a time, not for each object in a list',
    ])
  })

  test('a broken cursor is told', async () => {
    const world = await busy()
    const query = `{ group(fullPath: "${world.path}") { history(after: "x") { nodes { id } } } }`
    expect(await world.olga.graphql.faults(query)).toEqual(['Please provide a valid cursor'])
  })
})

describe('over REST', () => {
  const events = ({ body }: Answer): string[] => body.map((one: { event_name: string }) => one.event_name)

  test('as audit events of a group and of a project', async () => {
    const { olga, max, groupId, project, issue, ann, path } = await busy()
    const ofGroup = await olga.rest.get(`/groups/${groupId}/audit_events`)
    expect(events(ofGroup)).toEqual(expected.group)
    expect(pagingOf(ofGroup)).toMatchObject({ total: 5, pages: 1, page: 1, next: '' })
    const usual = {
      author_email: null,
      ip_address: null,
      entity_path: path,
      via: 'web',
      author_name: expect.any(String),
    }
    expect(ofGroup.body[0]).toEqual({
      id: expect.any(Number),
      author_id: olga.actor.userId,
      entity_id: groupId,
      entity_type: 'Group',
      event_name: 'contact_edited',
      details: {
        ...usual,
        custom_message: 'Contact edited',
        target_id: ann.id,
        target_type: 'CustomerRelations::Contact',
        target_details: `Contact ${ann.id}`,
        change: 'lastName',
        from: { lastName: 'Lee' },
        to: { lastName: 'Yu' },
      },
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    })
    expect(ofGroup.body[3].details).toMatchObject({ target_type: 'User', target_id: max.userId, to: { role: 'guest' } })
    expect(ofGroup.body[4].details).toMatchObject({ target_type: 'Group', target_id: path, target_details: path })
    const ofProject = await olga.rest.get(`/projects/${encodeURIComponent(`${path}/shop`)}/audit_events`)
    expect(events(ofProject)).toEqual(expected.project)
    expect(ofProject.body[0]).toMatchObject({
      entity_id: project.id,
      entity_type: 'Project',
      details: {
        entity_path: `${path}/shop`,
        target_type: 'Issue',
        target_id: issue.id,
        target_details: `${path}/shop#1`,
      },
    })
  })

  test('of a time range, by page, and by keyset', async () => {
    const { olga, groupId } = await busy()
    const at = `/groups/${groupId}/audit_events`
    const day = (n: number) => `2024-05-0${n}T12:00:00.000Z`
    const { body } = await olga.rest.get(at)
    for (const [index, { id }] of body.entries())
      await db.execute(sql`update history set at = ${day(9 - index)} where id = ${id}`)
    expect(events(await olga.rest.get(`${at}?created_after=${day(8)}`))).toEqual(expected.group.slice(0, 2))
    expect(events(await olga.rest.get(`${at}?created_before=2024-05-06`))).toEqual(expected.group.slice(4))
    const between = await olga.rest.get(`${at}?created_after=${day(6)}&created_before=${day(8)}&per_page=2`)
    expect(events(between)).toEqual(expected.group.slice(1, 3))
    expect(pagingOf(between)).toMatchObject({ total: 3, pages: 2, next: '2', links: ['next', 'first', 'last'] })
    const second = await olga.rest.get(`${at}?created_after=${day(6)}&created_before=${day(8)}&per_page=2&page=2`)
    expect(events(second)).toEqual(expected.group.slice(3, 4))
    expect(faulted(await olga.rest.get(`${at}?created_after=yesterday`))).toEqual(['created_after'])
    const found: string[] = []
    let next: string | undefined = `${at}?pagination=keyset&per_page=2&order_by=id&sort=desc`
    while (next) {
      const page: Answer = await olga.rest.get(next)
      expect(page.headers.get('x-total')).toBeNull()
      found.push(...events(page))
      next = /<[^>]*?\/api\/v4([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1]
    }
    expect(found).toEqual(expected.group)
    expect(faulted(await olga.rest.get(`${at}?pagination=keyset&cursor=x`))).toEqual(['cursor'])
  })

  test('a list of more than ten thousand has no total, and ends where it ends', async () => {
    const { olga, groupId } = await busy()
    await db.execute(
      sql`insert into history (via, action, group_id)
        select 'web', 'group_edited', ${groupId}::bigint from generate_series(1, 9996)`,
    )
    const at = `/groups/${groupId}/audit_events?per_page=100`
    const last = await olga.rest.get(`${at}&page=101`)
    expect(last.body).toHaveLength(1)
    expect(last.headers.get('x-total')).toBeNull()
    expect(pagingOf(last)).toMatchObject({ next: '', links: ['prev', 'first'] })
    const before = await olga.rest.get(`${at}&page=100`)
    expect(pagingOf(before)).toMatchObject({ next: '101', links: ['prev', 'next', 'first'] })
    await db.execute(sql`delete from history where id = (select max(id) from history where group_id = ${groupId})`)
    expect(pagingOf(await olga.rest.get(at))).toMatchObject({ total: 10_000, pages: 100, next: '2' })
  })

  test('one event, of its own group or project only', async () => {
    const { olga, groupId, project } = await busy()
    const [first] = (await olga.rest.get(`/groups/${groupId}/audit_events`)).body
    expect(await olga.rest.get(`/groups/${groupId}/audit_events/${first.id}`)).toMatchObject({
      status: 200,
      body: first,
    })
    const absent = [404, '404 Audit event Not Found']
    for (const path of [`/projects/${project.id}/audit_events/${first.id}`, `/groups/${groupId}/audit_events/x`])
      expect(refusal(await olga.rest.get(path))).toEqual(absent)
  })

  test('for maintainers: others are told that they may not, or that there is nothing', async () => {
    const { olga, user, groupId, project } = await busy()
    const [event] = (await olga.rest.get(`/groups/${groupId}/audit_events`)).body
    const developer = await user('developer', { acme: 'developer' })
    const stranger = await user('stranger')
    const visitor = restOf(service)()
    for (const path of [`/groups/${groupId}/audit_events`, `/groups/${groupId}/audit_events/${event.id}`]) {
      expect(refusal(await developer.rest.get(path))).toEqual([
        403,
        "403 Forbidden: You don't have permission to see the history of this group.",
      ])
      expect(refusal(await stranger.rest.get(path))).toEqual([404, '404 Group Not Found'])
      expect((await visitor.get(path)).status).toBe(401)
    }
    expect((await developer.rest.get(`/projects/${project.id}/audit_events`)).status).toBe(403)
    expect(refusal(await stranger.rest.get(`/projects/${project.id}/audit_events`))).toEqual([
      404,
      '404 Project Not Found',
    ])
  })

  test("what the operator did, and a user who was deleted, have GitLab's number for nobody", async () => {
    const { olga, groupId } = await busy()
    await db.execute(sql`insert into history (via, action, group_id) values ('command line', 'role_given', ${groupId})`)
    await db.execute(sql`insert into history (via, action, group_id) values ('web', 'group_edited', ${groupId})`)
    const [deleted, operator] = (await olga.rest.get(`/groups/${groupId}/audit_events`)).body
    expect(deleted).toMatchObject({ author_id: -1, details: { author_name: 'Deleted user' } })
    expect(operator).toMatchObject({ author_id: -1, details: { author_name: 'Operator' } })
  })

  test("GitLab's own client reads it", async () => {
    const { olga, groupId, project } = await busy()
    const gitlab = new Gitlab({ host: service.url, token: olga.token })
    const ofGroup = await gitlab.AuditEvents.all({ groupId, createdAfter: '2024-01-01', perPage: 2 })
    expect(ofGroup.map(({ event_name }) => event_name)).toEqual(expected.group)
    const ofProject = await gitlab.AuditEvents.all({ projectId: project.id, pagination: 'keyset', perPage: 3 })
    expect(ofProject.map(({ event_name }) => event_name)).toEqual(expected.project)
    const [first] = ofGroup
    expect(await gitlab.AuditEvents.show(first?.id as number, { groupId })).toEqual(first)
  })
})
