// Moving issues, projects and groups: what becomes of the contacts on issues.
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { readFacts, referenceOf } from '../../src/domain/issues/issues.ts'
import { cloneIssue, moveIssue } from '../../src/domain/issues/moves.ts'
import { transferGroup, transferProject } from '../../src/domain/moves/transfers.ts'
import type { Contact } from '../../src/storage/contacts-schema.ts'
import { type Db, rowsOf } from '../../src/storage/db.ts'
import type { Issue } from '../../src/storage/schema.ts'
import { startService } from '../support/service/service.ts'
import { tree } from '../support/world/tree.ts'

let db: Db
beforeAll(async () => {
  db = (await startService({ idle: true })).db
})

const actionsOn = async (issue: Issue) =>
  (await rowsOf<{ action: string }>(db, sql`select action from history where issue_id = ${issue.id} order by id`)).map(
    ({ action }) => action,
  )

describe('an issue', () => {
  test('keeps its contacts, active or not, and the times of the links, where the source is the same', async () => {
    const t = await tree(db, ['acme', 'acme/support', 'acme/delivery', 'acme/support:shop', 'acme/delivery:app'])
    const ann = await t.person('ann', { acme: 'reporter' })
    const people = await t.hold('acme', ['a@x.io', { email: 'b@x.io', state: 'inactive' }])
    const issue = await t.issue('acme/support:shop', people)
    const moved = await moveIssue(db, ann, { id: issue.id }, t.project('acme/delivery:app').id)
    expect(moved.value).toMatchObject({ id: issue.id, projectId: t.project('acme/delivery:app').id, iid: 1 })
    expect(await t.linked(issue)).toEqual(['a@x.io of acme', 'b@x.io of acme'])
    expect(await t.notes(issue)).toEqual([`moved from ${t.pathOf('acme/support:shop')}#1`])
    expect(await actionsOn(issue)).toEqual(['issue_moved'])
  })

  test('loses them where the source is another, and says so with the number', async () => {
    const t = await tree(db, ['acme', 'other', 'acme:shop', 'other:app'])
    const ann = await t.person('ann', { acme: 'reporter', other: 'reporter' })
    const issue = await t.issue('acme:shop', await t.hold('acme', ['a@x.io', 'b@x.io']))
    await t.hold('other', ['a@x.io'])
    expect((await moveIssue(db, ann, { id: issue.id }, t.project('other:app').id)).refused).toBeUndefined()
    expect(await t.linked(issue)).toEqual([])
    expect(await t.notes(issue)).toEqual(['removed 2 contacts', `moved from ${t.pathOf('acme:shop')}#1`])
    expect(await actionsOn(issue)).toEqual(['contact_unlinked', 'contact_unlinked', 'issue_moved'])
    expect(await t.held('acme')).toEqual(['a@x.io', 'b@x.io'])
  })

  test('is found under its old reference, even after several moves, by those who may see it', async () => {
    const t = await tree(db, ['acme', 'acme:shop', 'acme:app', 'acme:web'])
    const ann = await t.person('ann', { acme: 'reporter' })
    const eve = await t.person('eve', { 'acme:shop': 'owner' })
    const issue = await t.issue('acme:shop')
    await moveIssue(db, ann, { id: issue.id }, t.project('acme:app').id)
    await moveIssue(db, ann, { project: t.pathOf('acme:shop'), iid: 1 }, t.project('acme:web').id)
    const old = { project: t.pathOf('acme:shop'), iid: 1 }
    const found = await readFacts(db, old, ann.userId)
    expect(found && referenceOf(found)).toBe(`${t.pathOf('acme:web')}#1`)
    expect((await readFacts(db, old, eve.userId))?.standing.project).toBe(0)
    const back = await moveIssue(db, ann, old, t.project('acme:shop').id)
    expect(back.value?.iid).toBe(2)
  })

  test.each([
    ['a planner in one of the projects', { acme: 'reporter', other: 'planner' }, 'forbidden'],
    ['a reporter in the old project alone', { acme: 'reporter' }, 'not found'],
    ['a reporter in the new project alone', { other: 'reporter' }, 'not found'],
  ] as const)('is not moved by %s', async (_, roles, why) => {
    const t = await tree(db, ['acme', 'other', 'acme:shop', 'other:app'])
    const ann = await t.person('ann', roles)
    const issue = await t.issue('acme:shop', await t.hold('acme', ['a@x.io']))
    expect((await moveIssue(db, ann, { id: issue.id }, t.project('other:app').id)).refused?.why).toBe(why)
    expect(await t.linked(issue)).toEqual(['a@x.io of acme'])
  })

  test('is not moved to where it is, nor to what is not there', async () => {
    const t = await tree(db, ['acme', 'acme:shop'])
    const ann = await t.person('ann', { acme: 'owner' })
    const issue = await t.issue('acme:shop')
    expect((await moveIssue(db, ann, { id: issue.id }, t.project('acme:shop').id)).refused?.why).toBe('conflict')
    expect((await moveIssue(db, ann, { id: issue.id }, 999_999_999)).refused?.why).toBe('not found')
    expect((await moveIssue(db, ann, { id: 999_999_999 }, t.project('acme:shop').id)).refused?.why).toBe('not found')
  })

  test('cloned leaves its contacts to the original; the copy gets the active ones, where the source is the same', async () => {
    const t = await tree(db, ['acme', 'other', 'acme:shop', 'acme:app', 'other:web'])
    const ann = await t.person('ann', { acme: 'reporter', other: 'reporter' })
    const issue = await t.issue('acme:shop', await t.hold('acme', ['a@x.io', { email: 'b@x.io', state: 'inactive' }]))
    const near = (await cloneIssue(db, ann, { id: issue.id }, t.project('acme:app').id)).value as Issue
    const far = (await cloneIssue(db, ann, { id: issue.id }, t.project('other:web').id)).value as Issue
    expect(await t.linked(issue)).toEqual(['a@x.io of acme', 'b@x.io of acme'])
    expect(await t.linked(near)).toEqual(['a@x.io of acme (new)'])
    expect(await t.notes(near)).toEqual(['added 1 contact', `cloned from ${t.pathOf('acme:shop')}#1`])
    expect(await t.linked(far)).toEqual([])
    expect(near).toMatchObject({ title: 'It does not work', iid: 1 })
  })
})

describe('a project', () => {
  test('keeps the contacts of its issues where the source is the same', async () => {
    const t = await tree(db, ['acme', 'acme/support', 'acme/delivery', 'acme/support:shop'])
    const ann = await t.person('ann', { 'acme/support': 'owner', 'acme/delivery': 'maintainer' })
    const issue = await t.issue('acme/support:shop', await t.hold('acme', ['a@x.io']))
    const moved = await transferProject(db, ann, t.project('acme/support:shop').id, t.group('acme/delivery').id)
    expect(moved.value?.fullPath).toBe(`${t.pathOf('acme/delivery')}/shop`)
    expect(await t.linked(issue)).toEqual(['a@x.io of acme'])
    expect(await t.notes(issue)).toEqual([])
  })

  test('loses them where the source is another, noted on each issue', async () => {
    const t = await tree(db, ['acme', 'other', 'acme:shop', 'acme:app'])
    const ann = await t.person('ann', { acme: 'owner', other: 'maintainer' })
    const [a, b] = (await t.hold('acme', ['a@x.io', 'b@x.io'])) as [Contact, Contact]
    const [one, two, none, elsewhere] = [
      await t.issue('acme:shop', [a]),
      await t.issue('acme:shop', [a, b]),
      await t.issue('acme:shop'),
      await t.issue('acme:app', [a]),
    ]
    expect((await transferProject(db, ann, t.project('acme:shop').id, t.group('other').id)).refused).toBeUndefined()
    expect([await t.notes(one), await t.notes(two), await t.notes(none)]).toEqual([
      ['removed 1 contact'],
      ['removed 2 contacts'],
      [],
    ])
    expect([await t.linked(one), await t.linked(two)]).toEqual([[], []])
    expect(await t.linked(elsewhere)).toEqual(['a@x.io of acme'])
    expect(await t.held('acme')).toEqual(['a@x.io', 'b@x.io'])
  })

  test.each([
    ['a maintainer of it', { acme: 'maintainer', other: 'owner' }, 'forbidden'],
    ['a developer of the new group', { acme: 'owner', other: 'developer' }, 'forbidden'],
    ['a user who may not know of the new group', { acme: 'owner' }, 'not found'],
  ] as const)('is not moved by %s', async (_, roles, why) => {
    const t = await tree(db, ['acme', 'other', 'acme:shop'])
    const ann = await t.person('ann', roles)
    expect((await transferProject(db, ann, t.project('acme:shop').id, t.group('other').id)).refused?.why).toBe(why)
  })

  test('is not moved to where its path is taken, by a group or a project', async () => {
    const t = await tree(db, ['acme', 'other', 'more', 'acme:shop', 'other:shop', 'more/shop'])
    const ann = await t.person('ann', { acme: 'owner', other: 'owner', more: 'owner' })
    for (const to of ['other', 'more'])
      expect((await transferProject(db, ann, t.project('acme:shop').id, t.group(to).id)).refused).toMatchObject({
        why: 'invalid',
        faults: [{ field: 'path', fault: 'Path has already been taken' }],
      })
  })
})

describe('a group', () => {
  test('whose source does not change moves with nothing else changed', async () => {
    const t = await tree(db, ['acme', 'acme/support', 'acme/support/deep', 'acme/delivery', 'acme/support/deep:shop'])
    const ann = await t.person('ann', { 'acme/support': 'owner', 'acme/delivery': 'owner' })
    const issue = await t.issue('acme/support/deep:shop', await t.hold('acme', ['a@x.io']))
    const moved = await transferGroup(db, ann, t.group('acme/support').id, t.group('acme/delivery').id)
    expect(moved.value?.fullPath).toBe(`${t.pathOf('acme/delivery')}/support`)
    const facts = await readFacts(db, { project: `${t.pathOf('acme/delivery')}/support/deep/shop`, iid: 1 }, ann.userId)
    expect(facts).toMatchObject({ issueId: issue.id, sourceId: t.group('acme').id, rootId: t.group('acme').id })
    expect(await t.linked(issue)).toEqual(['a@x.io of acme'])
    expect(await t.notes(issue)).toEqual([])
  })

  test('that names its own source moves with nothing else changed', async () => {
    const t = await tree(db, ['acme', 'acme/support', 'other', 'acme/support:shop'])
    await t.nameSource('acme/support', 'acme')
    const ann = await t.person('ann', { 'acme/support': 'owner', other: 'owner' })
    const issue = await t.issue('acme/support:shop', await t.hold('acme', ['a@x.io']))
    expect((await transferGroup(db, ann, t.group('acme/support').id, t.group('other').id)).refused).toBeUndefined()
    expect(await t.linked(issue)).toEqual(['a@x.io of acme'])
    expect(await t.held('other')).toEqual([])
  })

  test.each([
    ['into itself', 'acme/support'],
    ['below itself', 'acme/support/deep'],
  ])('is not moved %s', async (_, to) => {
    const t = await tree(db, ['acme', 'acme/support', 'acme/support/deep'])
    const ann = await t.person('ann', { acme: 'owner' })
    expect((await transferGroup(db, ann, t.group('acme/support').id, t.group(to).id)).refused).toMatchObject({
      why: 'invalid',
      reason: 'A group cannot be moved into itself or below itself.',
    })
  })

  test.each([
    ['a maintainer of it', { acme: 'maintainer', other: 'owner' }, 'forbidden'],
    ['a maintainer of the new parent', { acme: 'owner', other: 'maintainer' }, 'forbidden'],
    ['a user who may not know of the new parent', { acme: 'owner' }, 'not found'],
    ['a user who may not know of it', { other: 'owner' }, 'not found'],
  ] as const)('is not moved by %s', async (_, roles, why) => {
    const t = await tree(db, ['acme', 'other'])
    const ann = await t.person('ann', roles)
    expect((await transferGroup(db, ann, t.group('acme').id, t.group('other').id)).refused?.why).toBe(why)
  })

  test('becomes a top-level group, unless the path is taken or reserved', async () => {
    const t = await tree(db, ['acme', 'acme/support', 'acme/api'])
    const ann = await t.person('ann', { acme: 'owner' })
    const name = `free${t.group('acme').id}`
    await db.execute(
      sql`update groups set path = ${name}, full_path = ${`${t.pathOf('acme')}/${name}`},
        path_key = ${`${t.pathOf('acme')}/${name}`} where id = ${t.group('acme/support').id}`,
    )
    expect((await transferGroup(db, ann, t.group('acme/support').id, null)).value).toMatchObject({
      fullPath: name,
      parentId: null,
    })
    expect((await transferGroup(db, ann, t.group('acme/support').id, null)).refused?.why).toBe('conflict')
    expect((await transferGroup(db, ann, t.group('acme/api').id, null)).refused).toMatchObject({
      reason: 'Path api is a reserved name.',
    })
  })
})
