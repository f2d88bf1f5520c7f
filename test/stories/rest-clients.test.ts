// A client made for GitLab works here as it is: users, tokens, groups, members, projects from beginning to end.
import { Gitlab } from '@gitbeaker/rest'
import { beforeAll, expect, test } from 'vitest'
import { type RunningService, startService } from '../support/service.ts'
import { world } from '../support/world.ts'

let service: RunningService
let root: InstanceType<typeof Gitlab>
const clientOf = (token: string) => new Gitlab({ host: service.url, token })

beforeAll(async () => {
  service = await startService({ idle: true })
  root = clientOf(await (await world(service, { people: { root: 'administrator' } })).token('root'))
})

test('from a new user to a project with members, moved, renamed and deleted', async () => {
  const user = await root.Users.create({ username: 'ann', name: 'Ann', email: 'ann@x.io', password: 'secret', skipConfirmation: true })
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
  expect((await ann.ProjectMembers.all(project.id, { includeInherited: true })).map(({ username }) => username)).toEqual(['ann', 'zoe'])
  expect(
    (await ann.Projects.all({ pagination: 'keyset', orderBy: 'id', sort: 'asc', perPage: 1, membership: true })).map(({ id }) => id),
  ).toEqual([project.id])
  await ann.GroupMembers.remove(group.id, zoe.id)

  await ann.Groups.transfer(below.id, {})
  expect((await ann.Groups.show(below.id)).full_path).toBe('below')
  await ann.Projects.remove(project.id)
  await ann.Groups.remove(group.id)
  expect((await ann.Groups.all({ perPage: 1 })).map(({ full_path }) => full_path)).toEqual(['below'])
})
