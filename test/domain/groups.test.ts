// Groups and projects: trees of any depth, full paths, renaming, and who holds which role in them.
import { sql } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createProject, editProject } from '../../src/domain/groups/edits.ts'
import { createGroup, editGroup } from '../../src/domain/groups/edits-with-settings.ts'
import { readGroupFacts, readProject } from '../../src/domain/groups/facts.ts'
import { findGroup, findProject, visibleProjects } from '../../src/domain/groups/groups.ts'
import { giveRole, takeRole } from '../../src/domain/groups/roles.ts'
import { insertIssueAs, parseReference, readFacts, referenceOf } from '../../src/domain/issues/issues.ts'
import { createUser } from '../../src/domain/people/users.ts'
import type { Actor } from '../../src/domain/rules/history.ts'
import { setRole } from '../../src/domain/rules/members.ts'
import { type Role, roles } from '../../src/domain/rules/permissions.ts'
import { type Db, rowsOf } from '../../src/storage/db.ts'
import { startService } from '../support/service/service.ts'
import { faultsOf, must, refusedIn } from '../support/world/results.ts'
import { type Tree, tree } from '../support/world/tree.ts'

let db: Db
let t: Tree
let olga: Actor

beforeAll(async () => {
  db = (await startService({ idle: true })).db
})

beforeEach(async () => {
  t = await tree(db, ['acme', 'acme/support', 'acme/support:shop', 'other'])
  olga = await t.person('olga', { acme: 'owner' })
})

const numbered = (count: number) => Array.from({ length: count }, (_, at) => at + 1)
const taken = ['path: Path has already been taken']

describe('a tree twenty levels deep', () => {
  const deepest = `deep/${numbered(19)
    .map((at) => `l${at}`)
    .join('/')}`
  let groupIds: number[]
  let projectIds: number[]
  let deep: string

  beforeEach(async () => {
    // The tree of the top-level group is named after the test's own.
    const top = must(await createGroup(db, olga, { path: `deep-${t.group('acme').id}`, name: 'Deep' }))
    deep = top.fullPath
    groupIds = [top.id]
    projectIds = []
    for (const at of numbered(19)) {
      const parentId = groupIds.at(-1) as number
      groupIds.push(must(await createGroup(db, olga, { parentId, path: `l${at}`, name: `Level ${at}` })).id)
      projectIds.push(
        must(await createProject(db, olga, { groupId: groupIds.at(-1) as number, path: 'Shop', name: 'Shop' })).id,
      )
    }
  })

  const pathsBelow = async (key: string) =>
    (
      await rowsOf<{ path: string; key: string }>(
        db,
        sql`select full_path as path, path_key as key from groups where path_key like ${`${key}%`}
          union all select full_path, path_key from projects where path_key like ${`${key}%`} order by key`,
      )
    ).map((row) => row.path)

  test('is made by its owner, group by group, and everything in it is found by its full path in any letter case', async () => {
    const path = deepest.replace('deep', deep)
    expect(await findGroup(db, path.toUpperCase())).toMatchObject({ fullPath: path, ancestors: groupIds })
    expect((await findProject(db, `${path}/sHOP`))?.fullPath).toBe(`${path}/Shop`)
    expect(await readGroupFacts(db, path, olga.userId)).toMatchObject({
      ancestors: groupIds,
      sourceId: groupIds[0],
      standing: { group: roles.owner, source: roles.owner },
    })
  })

  test('has its paths changed by renaming the top, and references to issues follow', async () => {
    const issue = await insertIssueAs(db, {
      projectId: projectIds.at(-1) as number,
      title: 'T',
      description: '',
      authorId: olga.userId,
    })
    const before = await pathsBelow(deep)
    expect(before).toHaveLength(39)
    const renamed = `New.${deep}`
    expect(must(await editGroup(db, olga, groupIds[0] as number, { path: renamed })).fullPath).toBe(renamed)
    expect(await pathsBelow(`new.${deep}`)).toEqual(before.map((path) => path.replace(deep, renamed)))
    expect(await pathsBelow(deep)).toEqual([])
    const reference = `${deepest.replace('deep', renamed)}/Shop#1`
    const facts = await readFacts(db, parseReference(reference.toLowerCase()) ?? { id: 0 }, olga.userId)
    expect(facts && { id: facts.issueId, reference: referenceOf(facts) }).toEqual({ id: issue.id, reference })
    expect(
      await readFacts(db, parseReference(reference.replace(renamed, deep)) ?? { id: 0 }, olga.userId),
    ).toBeUndefined()
  })

  test('has its paths changed below a group in the middle, and nowhere else', async () => {
    const above = await pathsBelow(deep)
    must(await editGroup(db, olga, groupIds[10] as number, { path: 'L10', name: 'Another' }))
    expect(await pathsBelow(deep)).toEqual(above.map((path) => path.replace('/l10', '/L10')))
    const sibling = must(await createGroup(db, olga, { parentId: groupIds[9], path: 'l10x', name: 'Begins alike' }))
    must(await editGroup(db, olga, groupIds[10] as number, { path: 'ten' }))
    expect(await pathsBelow(`${sibling.fullPath}`)).toEqual([sibling.fullPath])
    expect((await readProject(db, projectIds.at(-1) as number, null))?.fullPath).toBe(
      `${deepest.replace('deep', deep).replace('l10', 'ten')}/Shop`,
    )
  })

  test('inherits roles to its very end, and a role given there holds only there', async () => {
    const [first, last] = [groupIds[0] as number, groupIds.at(-1) as number]
    const gus = (await t.person('gus')).userId
    must(await giveRole(db, olga, { group: { id: last } }, { userId: gus, role: 'developer' }))
    const levels = async () => [
      (await readGroupFacts(db, last, gus))?.standing,
      (await readProject(db, projectIds.at(-1) as number, gus))?.standing,
    ]
    expect(await levels()).toMatchObject([{ group: roles.developer, source: 0 }, { project: roles.developer }])
    expect((await readGroupFacts(db, groupIds.at(-2) as number, gus))?.standing.group).toBe(0)
    must(await giveRole(db, olga, { group: { id: first } }, { userId: gus, role: 'maintainer' }))
    expect(await levels()).toMatchObject([
      { group: roles.maintainer, source: roles.maintainer },
      { project: roles.maintainer },
    ])
    must(await giveRole(db, olga, { group: { id: first } }, { userId: gus, role: 'guest' }))
    expect(await levels()).toMatchObject([
      { group: roles.developer, source: roles.guest },
      { project: roles.developer },
    ])
  })

  test('has paths of a thousand characters at most', async () => {
    const wide = 'w'.repeat(255)
    let parentId = t.group('acme').id
    for (const _ of numbered(3)) parentId = must(await createGroup(db, olga, { parentId, path: wide, name: 'Wide' })).id
    const room = 1_000 - (await pathsBelow(t.pathOf('acme'))).reduce((most, path) => Math.max(most, path.length), 0) - 1
    expect(
      await refusedIn(db, () => createGroup(db, olga, { parentId, path: 'x'.repeat(room + 1), name: 'X' })),
    ).toEqual(['path: Path is too long in all (maximum is 1000 characters)'])
    const { id } = must(await createGroup(db, olga, { parentId, path: 'x'.repeat(room), name: 'X' }))
    expect(
      await refusedIn(db, () => editGroup(db, olga, t.group('acme').id, { path: `${t.pathOf('acme')}y` })),
    ).toEqual(['path: Path is too long for what is below (maximum is 1000 characters in all)'])
    expect(await refusedIn(db, () => createProject(db, olga, { groupId: id, path: 'p', name: 'P' }))).toHaveLength(1)
  })
})

describe('a path that is taken', () => {
  test('by a group or a project, in any letter case, is refused for both', async () => {
    const parentId = t.group('acme').id
    must(await createProject(db, olga, { groupId: parentId, path: 'App', name: 'App' }))
    for (const path of ['support', 'SUPPORT', 'app', 'APP'])
      for (const create of [
        () => createGroup(db, olga, { parentId, path, name: 'N' }),
        () => createProject(db, olga, { groupId: parentId, path, name: 'N' }),
      ])
        expect(await refusedIn(db, create)).toEqual(taken)
    expect(
      await refusedIn(db, () => createGroup(db, olga, { path: t.pathOf('other').toUpperCase(), name: 'N' })),
    ).toEqual(taken)
  })

  test('is refused when something is renamed, but one may change its own letter case', async () => {
    const groupId = t.group('acme').id
    const app = must(await createProject(db, olga, { groupId, path: 'app', name: 'App' }))
    const { id } = t.group('acme/support')
    expect(await refusedIn(db, () => editGroup(db, olga, id, { path: 'APP' }))).toEqual(taken)
    expect(await refusedIn(db, () => editProject(db, olga, app.id, { path: 'Support' }))).toEqual(taken)
    expect(await refusedIn(db, () => editGroup(db, olga, groupId, { path: t.pathOf('other') }))).toEqual(taken)
    expect(must(await editGroup(db, olga, id, { path: 'SUPPORT' })).fullPath).toBe(`${t.pathOf('acme')}/SUPPORT`)
    expect((await findProject(db, `${t.pathOf('acme')}/support/SHOP`))?.fullPath).toBe(
      `${t.pathOf('acme')}/SUPPORT/shop`,
    )
    expect(must(await editProject(db, olga, app.id, { path: 'APP' })).pathKey).toBe(`${t.pathOf('acme')}/app`)
  })

  test('is free elsewhere, and again when it was given up', async () => {
    const { id } = t.group('acme/support')
    expect(must(await createProject(db, olga, { groupId: id, path: 'support', name: 'N' })).path).toBe('support')
    must(await editGroup(db, olga, id, { path: 'care' }))
    expect(must(await createGroup(db, olga, { parentId: t.group('acme').id, path: 'support', name: 'N' })).path).toBe(
      'support',
    )
  })

  test('of two who take it at the same moment one gets it', async () => {
    const parentId = t.group('acme').id
    const both = await Promise.all([
      createGroup(db, olga, { parentId, path: 'both', name: 'N' }),
      createProject(db, olga, { groupId: parentId, path: 'Both', name: 'N' }),
    ])
    expect(both.map(faultsOf).sort()).toEqual([[], taken])
    const top = `top-${parentId}`
    const tops = await Promise.all([top, top.toUpperCase()].map((path) => createGroup(db, olga, { path, name: 'N' })))
    expect(tops.map(faultsOf).sort()).toEqual([[], taken])
  })
})

describe('what a path may look like', () => {
  const bad = [
    '-a',
    '.a',
    'a.',
    'a.git',
    'a.ATOM',
    'a/b',
    'a b',
    'ä',
    'a#1',
    '..',
    '.',
    'a\0',
    'a\nb',
    '😀',
    'a'.repeat(256),
    '',
    ' ',
    null,
  ]
  const reserved = ['api', 'API', 'users', 'groups', 'dashboard', 'static', 's', '-']

  test('bad ones are refused everywhere, each with one fault', async () => {
    const { id } = t.group('acme')
    const project = t.project('acme/support:shop').id
    const wrong: string[] = []
    for (const path of bad)
      for (const [at, operation] of [
        () => createGroup(db, olga, { path, name: 'N' }),
        () => createGroup(db, olga, { parentId: id, path, name: 'N' }),
        () => createProject(db, olga, { groupId: id, path, name: 'N' }),
        () => editGroup(db, olga, id, { path }),
        () => editProject(db, olga, project, { path }),
      ].entries()) {
        const faults = await operation().then(faultsOf, (fault: unknown) => [`threw ${fault}`])
        if (faults.length !== 1 || !faults[0]?.startsWith('path: Path '))
          wrong.push(`${at}: ${JSON.stringify(path)}: ${faults}`)
      }
    expect(wrong).toEqual([])
  })

  test('reserved ones are refused at the top, and are free below', async () => {
    const { id: parentId } = t.group('acme')
    for (const path of reserved) {
      expect(await refusedIn(db, () => createGroup(db, olga, { path, name: 'N' })), path).toHaveLength(1)
      expect(await refusedIn(db, () => editGroup(db, olga, parentId, { path })), path).toHaveLength(1)
    }
    expect(must(await createGroup(db, olga, { parentId, path: 'api', name: 'N' })).path).toBe('api')
  })

  test('good ones are taken as they are', async () => {
    const { id: parentId } = t.group('acme')
    for (const path of ['a', '0', '_a', 'A.b-c_d', 'a-', 'a_', 'git', 'a.b.c', 'x'.repeat(255)])
      expect(must(await createGroup(db, olga, { parentId, path, name: 'N' })).path).toBe(path)
  })

  test('all faults are told at once', async () => {
    expect(
      await refusedIn(db, () => createGroup(db, olga, { path: '-', name: '\u200B', visibility: 'internal' })),
    ).toHaveLength(3)
    expect(
      await refusedIn(db, () =>
        editGroup(db, olga, t.group('acme').id, { path: '', name: 'n'.repeat(256), visibility: 'x' }),
      ),
    ).toHaveLength(3)
    expect(await refusedIn(db, () => createGroup(db, olga, {}))).toHaveLength(2)
  })
})

describe('roles', () => {
  const place = () => ({ group: t.group('acme') })
  const roleOf = async (userId: number, group = 'acme') =>
    (await readGroupFacts(db, t.group(group).id, userId))?.standing.group
  const higher = "You can't assign or change a role that is higher than your own."
  const last = 'A top-level group must keep an owner. Make another user an owner first.'

  test('are given, changed and taken away, and the history says so', async () => {
    const gus = (await t.person('gus')).userId
    for (const role of ['guest', 'planner', 'reporter', 'developer', 'maintainer', 'owner'] as const) {
      expect(must(await giveRole(db, olga, place(), { userId: gus, role }))).toBe(role)
      expect(await roleOf(gus)).toBe(roles[role])
    }
    must(await takeRole(db, olga, place(), gus))
    expect(await roleOf(gus)).toBe(0)
    const facts = await rowsOf(
      db,
      sql`select action, before, after from history where group_id = ${t.group('acme').id} order by id`,
    )
    expect(facts).toHaveLength(7)
    expect(facts[1]).toEqual({
      action: 'role_given',
      before: { userId: gus, role: 'guest' },
      after: { userId: gus, role: 'planner' },
    })
    expect(facts[6]).toEqual({ action: 'role_taken', before: { userId: gus, role: 'owner' }, after: null })
  })

  test('nobody gives more than they have, nor changes or takes away a role that is higher', async () => {
    const project = { project: t.project('acme/support:shop') }
    const mia = await t.person('mia', { 'acme/support:shop': 'maintainer' })
    const gus = (await t.person('gus')).userId
    const boss = (await t.person('boss', { 'acme/support:shop': 'owner' })).userId
    must(await giveRole(db, mia, project, { userId: gus, role: 'maintainer' }))
    expect(await refusedIn(db, () => giveRole(db, mia, project, { userId: gus, role: 'owner' }))).toEqual([higher])
    expect(await refusedIn(db, () => giveRole(db, mia, project, { userId: mia.userId, role: 'owner' }))).toEqual([
      higher,
    ])
    expect(await refusedIn(db, () => giveRole(db, mia, project, { userId: boss, role: 'guest' }))).toEqual([higher])
    expect(await refusedIn(db, () => takeRole(db, mia, project, boss))).toEqual([
      "You can't remove a role that is higher than your own.",
    ])
    must(await takeRole(db, mia, project, gus))
  })

  test('the last owner of a top-level group stays one', async () => {
    const second = await t.person('second', { acme: 'owner' })
    must(await giveRole(db, olga, place(), { userId: olga.userId, role: 'guest' }))
    expect(await refusedIn(db, () => takeRole(db, second, place(), second.userId))).toEqual([last])
    expect(
      await refusedIn(db, () => giveRole(db, second, place(), { userId: second.userId, role: 'maintainer' })),
    ).toEqual([last])
    const administrator = await t.administrator()
    expect(await refusedIn(db, () => takeRole(db, administrator, place(), second.userId))).toEqual([last])
    must(await giveRole(db, second, place(), { userId: second.userId, role: 'owner' }))
    const inner = { group: t.group('acme/support') }
    const third = await t.person('third', { 'acme/support': 'owner' })
    must(await takeRole(db, third, inner, third.userId))
  })

  test('of two owners who leave at the same moment one stays', async () => {
    const second = await t.person('second', { acme: 'owner' })
    const both = await Promise.all([olga, second].map((one) => takeRole(db, one, place(), one.userId)))
    expect(both.map(faultsOf).sort()).toEqual([[], [last]])
  })

  test('every member may leave; what is inherited stays', async () => {
    const gus = await t.person('gus', { acme: 'guest', 'acme/support': 'developer', 'acme/support:shop': 'planner' })
    must(await takeRole(db, gus, { group: t.group('acme/support') }, gus.userId))
    expect(await roleOf(gus.userId, 'acme/support')).toBe(roles.guest)
    must(await takeRole(db, gus, { project: t.project('acme/support:shop') }, gus.userId))
    must(await takeRole(db, gus, place(), gus.userId))
    expect(await roleOf(gus.userId, 'acme/support')).toBe(0)
    expect(await refusedIn(db, () => takeRole(db, olga, place(), gus.userId))).toEqual([
      "This member doesn't exist, or you don't have access to it.",
    ])
  })

  test('unknown roles and users are told together', async () => {
    const roleFault = 'role: Role must be one of guest, planner, reporter, developer, maintainer, owner'
    for (const role of ['', 'Owner', 'god', 'toString', '__proto__', '50'])
      expect(await refusedIn(db, () => giveRole(db, olga, place(), { userId: olga.userId, role })), role).toEqual([
        roleFault,
      ])
    expect(await refusedIn(db, () => giveRole(db, olga, place(), { userId: 999_999_999, role: 'x' }))).toEqual([
      "user: User doesn't exist",
      roleFault,
    ])
    expect(await refusedIn(db, () => takeRole(db, olga, place(), 999_999_999))).toHaveLength(1)
  })

  test('the creator of a top-level group owns it; below it the roles above count', async () => {
    const eve = await t.person('eve')
    const mine = must(await createGroup(db, eve, { path: `eve-${eve.userId}`, name: 'Mine' }))
    expect((await readGroupFacts(db, mine.id, eve.userId))?.standing.group).toBe(roles.owner)
    const inner = must(await createGroup(db, olga, { parentId: t.group('acme').id, path: 'inner', name: 'Inner' }))
    const members = await rowsOf(db, sql`select from members where group_id = ${inner.id}`)
    expect(members).toEqual([])
    expect((await readGroupFacts(db, inner.id, olga.userId))?.standing.group).toBe(roles.owner)
  })

  test('the highest counts, wherever it is held', async () => {
    const levels: Role[] = ['guest', 'reporter', 'owner']
    for (const [top, group, project] of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
      [0, 2, 1],
    ] as const) {
      const { id } = await createUser(db, { username: `u${t.group('acme').id}-${top}${group}${project}` })
      await setRole(db, id, { group: t.group('acme') }, levels[top] as Role)
      await setRole(db, id, { group: t.group('acme/support') }, levels[group] as Role)
      await setRole(db, id, { project: t.project('acme/support:shop') }, levels[project] as Role)
      expect((await readProject(db, t.project('acme/support:shop').id, id))?.standing.project).toBe(roles.owner)
      expect(await roleOf(id, 'acme/support')).toBe(roles[levels[Math.max(top, group)] as Role])
      expect(await roleOf(id)).toBe(roles[levels[top] as Role])
    }
  })
})

describe('public and private', () => {
  test('things are private unless said otherwise, and what is public is seen by everybody', async () => {
    const { id: groupId } = t.group('acme')
    const [hidden, open] = [
      must(await createProject(db, olga, { groupId, path: 'hidden', name: 'H' })),
      must(await createProject(db, olga, { groupId, path: 'open', name: 'O', visibility: 'public' })),
    ]
    expect([hidden.visibility, open.visibility]).toEqual(['private', 'public'])
    const eve = await t.person('eve')
    for (const userId of [null, eve.userId]) {
      const seen = (await visibleProjects(db, userId, 1_000)).map(({ fullPath }) => fullPath)
      expect(seen).toContain(open.fullPath)
      expect(seen).not.toContain(hidden.fullPath)
    }
    must(await editProject(db, olga, open.id, { visibility: 'private' }))
    expect(await visibleProjects(db, eve.userId, 1_000)).toEqual([])
  })

  test('who may see a public group may not change it', async () => {
    const { id } = t.group('acme')
    const eve = await t.person('eve')
    expect(await refusedIn(db, () => editGroup(db, eve, id, { name: 'Mine' }))).toEqual([
      "This group doesn't exist, or you don't have access to it.",
    ])
    must(await editGroup(db, olga, id, { visibility: 'public' }))
    expect(await refusedIn(db, () => editGroup(db, eve, id, { name: 'Mine' }))).toEqual([
      "You don't have permission to change this group.",
    ])
  })
})
