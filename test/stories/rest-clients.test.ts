// A client made for GitLab works here as it is, from a new user to issues with contacts that go along.
import { Gitlab } from '@gitbeaker/rest'
import { sql } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { createToken } from '../../src/domain/people/access-tokens.ts'
import { rowsOf } from '../../src/storage/db.ts'
import { graphqlClient } from '../support/api/graphql.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { world } from '../support/world/world.ts'

let service: RunningService
let root: InstanceType<typeof Gitlab>
const clientOf = (token: string) => new Gitlab({ host: service.url, token })

beforeAll(async () => {
  service = await startService()
  root = clientOf(await (await world(service, { people: { root: 'administrator' } })).token('root'))
})

test('from a new user to a project with members, moved, renamed and deleted', async () => {
  const user = await root.Users.create({
    username: 'ann',
    name: 'Ann',
    email: 'ann@x.io',
    password: 'secret',
    skipConfirmation: true,
  })
  const made = await root.Users.createPersonalAccessToken(user.id, 'script', ['api'])
  const ann = clientOf((made as unknown as { token: string }).token)
  expect((await ann.Users.showCurrentUser()).username).toBe('ann')
  expect(await ann.PersonalAccessTokens.all()).toHaveLength(1)

  const group = await ann.Groups.create('Acme', 'acme')
  const below = await ann.Groups.create('Below', 'below', { parentId: group.id })
  expect((await ann.Groups.all({ owned: true, search: 'low' })).map(({ id }) => id)).toEqual([below.id])
  expect((await ann.Groups.allSubgroups('acme')).map(({ id }) => id)).toEqual([below.id])
  expect((await ann.Groups.edit(below.id, { name: 'Lower', visibility: 'public' })).name).toBe('Lower')

  const project = await ann.Projects.create({ name: 'Shop', namespaceId: below.id })
  expect((await ann.Projects.show('acme/below/shop')).id).toBe(project.id)
  expect((await ann.Groups.allProjects(group.id, { includeSubgroups: true })).map(({ id }) => id)).toEqual([project.id])
  expect((await ann.Projects.edit(project.id, { path: 'store' })).path_with_namespace).toBe('acme/below/store')
  expect((await ann.Projects.transfer(project.id, group.id)).path_with_namespace).toBe('acme/store')

  const zoe = await root.Users.create({ username: 'zoe', name: 'Zoe', email: 'zoe@x.io', forceRandomPassword: true })
  expect((await ann.GroupMembers.add(group.id, 20, { userId: zoe.id })).access_level).toBe(20)
  expect((await ann.GroupMembers.edit(group.id, zoe.id, 30)).access_level).toBe(30)
  expect(
    (await ann.ProjectMembers.all(project.id, { includeInherited: true })).map(({ username }) => username),
  ).toEqual(['ann', 'zoe'])
  expect(
    (await ann.Projects.all({ pagination: 'keyset', orderBy: 'id', sort: 'asc', perPage: 1, membership: true })).map(
      ({ id }) => id,
    ),
  ).toEqual([project.id])
  await ann.GroupMembers.remove(group.id, zoe.id)

  await ann.Groups.transfer(below.id, {})
  expect((await ann.Groups.show(below.id)).full_path).toBe('below')
  await ann.Projects.remove(project.id)
  await ann.Groups.remove(group.id)
  expect((await ann.Groups.all({ perPage: 1 })).map(({ full_path }) => full_path)).toEqual(['below'])
})

test('a customer is tied to an issue, which moves with its group', async () => {
  const { id: userId } = await root.Users.create({
    username: 'mia',
    name: 'Mia',
    email: 'mia@x.io',
    resetPassword: true,
  })
  const token = await createToken(service.db, userId, 'api')
  const mia = clientOf(token)
  const [firm, other] = [await mia.Groups.create('Firm', 'firm'), await mia.Groups.create('Other', 'other-firm')]
  const team = await mia.Groups.create('Team', 'team', { parentId: firm.id })
  const [shop, desk] = [
    await mia.Projects.create({ name: 'Shop', namespaceId: team.id }),
    await mia.Projects.create({ name: 'Desk', namespaceId: team.id }),
  ]
  const pat = await root.Users.create({ username: 'pat', name: 'Pat', email: 'pat@x.io', resetPassword: true })
  // The client does not know of planners yet.
  await mia.GroupMembers.add(firm.id, 15 as 20, { userId: pat.id })
  const planner = clientOf(await createToken(service.db, pat.id, 'api'))

  // Settings: this group, and no other, uses contacts of its own.
  const settings = { crmSourceGroupId: team.id, crmEnabled: true } as object
  expect(await mia.Groups.edit(team.id, settings)).toMatchObject({ crm_source_group_id: team.id, crm_enabled: true })
  const create =
    'mutation ($input: CustomerRelationsContactCreateInput!) { customerRelationsContactCreate(input: $input) { errors } }'
  const input = {
    groupId: `gid://gitlab/Group/${team.id}`,
    firstName: 'Cleo',
    lastName: 'Customer',
    email: 'cleo@customer.example',
  }
  expect(await graphqlClient(service, token).get(create, { input })).toEqual({
    customerRelationsContactCreate: { errors: [] },
  })

  const issue = await planner.Issues.create(shop.id, 'It is slow', { description: 'Since Monday' })
  const said = await planner.IssueNotes.create(
    shop.id,
    issue.iid,
    'She called.\n/add_contacts [contact:cleo@customer.example]',
  )
  expect(said).toMatchObject({ body: 'She called.', summary: ['Added cleo@customer.example.'] })
  const commands = await planner.IssueNotes.create(shop.id, issue.iid, '/remove_contacts nobody@x.io')
  expect(commands).toMatchObject({ commands_changes: {}, summary: ['No contact has the address nobody@x.io.'] })
  expect(await planner.IssueNotes.all(shop.id, issue.iid)).toMatchObject([
    { body: 'added 1 contact', system: true },
    { body: 'She called.' },
  ])
  const [cleo] = await rowsOf<{ id: number }>(
    service.db,
    sql`select id from contacts where email = 'cleo@customer.example'`,
  )
  const crmContactId = String(cleo?.id)
  const linked = async () =>
    (await planner.Issues.all({ groupId: firm.id, crmContactId } as object)).map(({ references }) => references.full)
  expect(await linked()).toEqual(['firm/team/shop#1'])

  await expect(planner.Issues.move(shop.id, issue.iid, desk.id)).rejects.toThrow()
  expect(await mia.Issues.move(shop.id, issue.iid, desk.id)).toMatchObject({ project_id: desk.id, iid: 1 })
  expect(await linked()).toEqual(['firm/team/desk#1'])
  expect(await mia.Issues.edit(desk.id, 1, { stateEvent: 'close', title: 'It was slow' })).toMatchObject({
    state: 'closed',
  })
  await mia.Groups.transfer(team.id, { groupId: other.id })
  expect(await mia.Issues.show(1, { projectId: 'other-firm/team/desk' })).toMatchObject({ title: 'It was slow' })
  await expect(planner.Projects.show(desk.id)).rejects.toThrow()
})

test('the client’s own paging walks all of 250 issues', async () => {
  const group = await root.Groups.create('Many', 'many')
  const { id } = await root.Projects.create({ name: 'Much', namespaceId: group.id })
  await service.db.execute(
    sql`insert into issues (project_id, iid, title) select ${id}, n, 'Issue ' || n from generate_series(1, 250) n`,
  )
  const expected = Array.from({ length: 250 }, (_, at) => 250 - at)
  const iids = (issues: { iid: number }[]) => issues.map(({ iid }) => iid)
  expect(iids(await root.Issues.all({ projectId: id, perPage: 100 }))).toEqual(expected)
  expect(iids(await root.Issues.all({ projectId: id, perPage: 40, pagination: 'keyset' } as object))).toEqual(expected)
  const { data, paginationInfo } = await root.Issues.all({
    projectId: id,
    perPage: 50,
    page: 3,
    showExpanded: true,
    maxPages: 1,
  })
  expect(iids(data)).toEqual(expected.slice(100, 150))
  expect(paginationInfo).toMatchObject({ total: 250, current: 3, next: 4, previous: 2, perPage: 50, totalPages: 5 })
})
