// The settings of a group: are customer relations on, and whose contacts are used here.
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { listHistory, type WantedHistory } from '../../src/domain/contacts/history-lists.ts'
import { createGroup, editGroup } from '../../src/domain/groups/edits-with-settings.ts'
import { readGroupFacts, readProject } from '../../src/domain/groups/facts.ts'
import type { Settings } from '../../src/domain/groups/settings.ts'
import { readFacts } from '../../src/domain/issues/issues.ts'
import type { Actor } from '../../src/domain/rules/history.ts'
import { type Db, rowsOf } from '../../src/storage/db.ts'
import { startService } from '../support/service/service.ts'
import { must, refusedIn } from '../support/world/results.ts'
import { type Tree, tree } from '../support/world/tree.ts'

let db: Db
beforeAll(async () => {
  db = (await startService({ idle: true })).db
})

const groups = [
  'acme',
  'acme/care',
  'acme/care/support',
  'acme/care/support/desk',
  'acme/sales',
  'partner',
  'partner/crm',
  'third',
]

/** A tree, and a user who owns all of it. */
async function owned(projects: readonly string[] = []): Promise<{ t: Tree; olga: Actor }> {
  const t = await tree(db, [...groups, ...projects])
  return { t, olga: await t.person('olga', { acme: 'owner', partner: 'owner', third: 'owner' }) }
}

const change = (t: Tree, who: Actor, group: string, wanted: Settings) =>
  editGroup(db, who, t.group(group).id, { settings: wanted })
const name = (t: Tree, who: Actor, group: string, source: string | null) =>
  change(t, who, group, { contactSourceId: source === null ? null : t.group(source).id })

async function factsOf(t: Tree, group: string, userId: number | null = null) {
  const facts = await readGroupFacts(db, t.group(group).id, userId)
  if (!facts) throw new Error('there is no such group')
  return facts
}

const sourceOf = async (t: Tree, group: string) => {
  const { sourceId } = await factsOf(t, group)
  return groups.find((one) => t.group(one).id === sourceId)
}

const settingsOf = async (t: Tree, group: string) => {
  const { customerRelations, namedSourceId } = await factsOf(t, group)
  return { customerRelations, contactSourceId: namedSourceId }
}

const inTheWay = [
  'Contact source cannot be changed when issues already have contacts assigned from a different source.',
]
const notSeen = ["contactSourceId: Contact source doesn't exist, or you don't have access to its contacts"]

describe('the contact source', () => {
  // Who names whom, and whose contacts each group then uses: the top-level group’s where nothing is said.
  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['nobody names one: the top-level group', {}, {}],
    [
      'the top names one: it is for all below',
      { acme: 'third' },
      {
        acme: 'third',
        'acme/care': 'third',
        'acme/care/support': 'third',
        'acme/care/support/desk': 'third',
        'acme/sales': 'third',
      },
    ],
    [
      'the first on the way up decides',
      { acme: 'third', 'acme/care/support': 'partner' },
      {
        acme: 'third',
        'acme/care': 'third',
        'acme/sales': 'third',
        'acme/care/support': 'partner',
        'acme/care/support/desk': 'partner',
      },
    ],
    [
      'a subgroup names itself',
      { 'acme/care': 'acme/care' },
      { 'acme/care': 'acme/care', 'acme/care/support': 'acme/care', 'acme/care/support/desk': 'acme/care' },
    ],
    [
      'a subgroup names one beside it',
      { 'acme/care': 'acme/sales' },
      { 'acme/care': 'acme/sales', 'acme/care/support': 'acme/sales', 'acme/care/support/desk': 'acme/sales' },
    ],
    [
      'the top names one below it',
      { acme: 'acme/care/support' },
      Object.fromEntries(groups.slice(0, 5).map((group) => [group, 'acme/care/support'])),
    ],
    [
      'a subgroup goes back to the top by naming it',
      { acme: 'third', 'acme/care': 'acme' },
      { acme: 'third', 'acme/sales': 'third' },
    ],
    [
      'one hop: what the source itself names is not followed',
      { 'acme/care': 'partner', partner: 'third' },
      {
        'acme/care': 'partner',
        'acme/care/support': 'partner',
        'acme/care/support/desk': 'partner',
        partner: 'third',
        'partner/crm': 'third',
      },
    ],
    [
      'two who name each other',
      { acme: 'partner', partner: 'acme' },
      {
        ...Object.fromEntries(groups.slice(0, 5).map((group) => [group, 'partner'])),
        partner: 'acme',
        'partner/crm': 'acme',
      },
    ],
    [
      'a source deep in another tree, whose top names another',
      { acme: 'partner/crm', partner: 'third' },
      {
        ...Object.fromEntries(groups.slice(0, 5).map((group) => [group, 'partner/crm'])),
        partner: 'third',
        'partner/crm': 'third',
      },
    ],
  ])('%s', async (_, names, expected) => {
    const { t, olga } = await owned(['acme/care/support:shop'])
    for (const [group, source] of Object.entries(names)) must(await name(t, olga, group, source))
    const top = (group: string) => group.split('/')[0]
    const wanted = Object.fromEntries(groups.map((group) => [group, expected[group] ?? top(group)]))
    const found = Object.fromEntries(await Promise.all(groups.map(async (group) => [group, await sourceOf(t, group)])))
    expect(found).toEqual(wanted)
    const sourceId = t.group(wanted['acme/care/support'] as string).id
    const issue = await t.issue('acme/care/support:shop')
    expect(await readFacts(db, { id: issue.id }, null)).toMatchObject({ sourceId })
    expect(await readProject(db, t.project('acme/care/support:shop').id, null)).toMatchObject({ sourceId })
  })

  test('a name that is taken back leaves the one above', async () => {
    const { t, olga } = await owned()
    for (const [group, source] of [
      ['acme', 'third'],
      ['acme/care', 'partner'],
      ['acme/care', null],
    ] as const)
      must(await name(t, olga, group, source))
    expect(await sourceOf(t, 'acme/care/support')).toBe('third')
    must(await name(t, olga, 'acme', null))
    expect(await sourceOf(t, 'acme/care/support')).toBe('acme')
  })

  test('a group made below uses the same one', async () => {
    const { t, olga } = await owned()
    must(await name(t, olga, 'acme/care', 'partner'))
    const { id } = must(await createGroup(db, olga, { parentId: t.group('acme/care').id, path: 'new', name: 'New' }))
    expect(await readGroupFacts(db, id, olga.userId)).toMatchObject({
      sourceId: t.group('partner').id,
      customerRelations: true,
      namedSourceId: null,
    })
  })
})

describe('customer relations', () => {
  const onFor = async (t: Tree, who: Actor) => {
    const on: string[] = []
    for (const group of groups) if ((await factsOf(t, group, who.userId)).standing.customerRelations) on.push(group)
    return on
  }

  test('are on unless someone turned them off, for the group itself and for who uses its contacts', async () => {
    const { t, olga } = await owned()
    expect(await onFor(t, olga)).toEqual(groups)
    must(await change(t, olga, 'acme/care', { customerRelations: false }))
    expect(await onFor(t, olga)).toEqual(groups.filter((group) => group !== 'acme/care'))
    must(await change(t, olga, 'acme', { customerRelations: false }))
    expect(await onFor(t, olga)).toEqual(['partner', 'partner/crm', 'third'])
    must(await name(t, olga, 'acme/care/support', 'third'))
    expect(await onFor(t, olga)).toEqual([
      'acme/care/support',
      'acme/care/support/desk',
      'partner',
      'partner/crm',
      'third',
    ])
    for (const group of ['acme', 'acme/care']) must(await change(t, olga, group, { customerRelations: true }))
    expect(await onFor(t, olga)).toEqual(groups)
  })

  test('can be turned off and on although issues have contacts, which stay', async () => {
    const { t, olga } = await owned(['acme/care:shop'])
    const issue = await t.issue('acme/care:shop', await t.hold('acme', ['ann@x.io']))
    for (const customerRelations of [false, true]) must(await change(t, olga, 'acme', { customerRelations }))
    expect(await t.linked(issue)).toEqual(['ann@x.io of acme'])
  })
})

describe('one setting by itself', () => {
  test('never touches the other', async () => {
    const { t, olga } = await owned()
    const contactSourceId = t.group('third').id
    const steps: [Settings, Settings][] = [
      [{ contactSourceId }, { customerRelations: true, contactSourceId }],
      [{ customerRelations: false }, { customerRelations: false, contactSourceId }],
      [{ contactSourceId: null }, { customerRelations: false, contactSourceId: null }],
      [
        { contactSourceId, customerRelations: undefined },
        { customerRelations: false, contactSourceId },
      ],
      [
        { customerRelations: true, contactSourceId: undefined },
        { customerRelations: true, contactSourceId },
      ],
      [{}, { customerRelations: true, contactSourceId }],
      [
        { customerRelations: false, contactSourceId: null },
        { customerRelations: false, contactSourceId: null },
      ],
    ]
    for (const [wanted, settings] of steps) {
      must(await change(t, olga, 'acme', wanted))
      expect(await settingsOf(t, 'acme')).toEqual(settings)
    }
  })

  test('is refused together with the other', async () => {
    const { t, olga } = await owned(['acme:shop'])
    await t.issue('acme:shop', await t.hold('acme', ['ann@x.io']))
    const both = { customerRelations: false, contactSourceId: t.group('third').id }
    expect(await refusedIn(db, () => change(t, olga, 'acme', both))).toEqual(inTheWay)
    expect(await settingsOf(t, 'acme')).toEqual({ customerRelations: true, contactSourceId: null })
  })
})

describe('naming a source', () => {
  // The roles of a user who owns `acme/care`, and whether they may name a group.
  test.each<[string, string, Parameters<Tree['person']>[1], boolean]>([
    ['of which they can read the contacts', 'third', { third: 'planner' }, true],
    ['above which they can', 'partner/crm', { partner: 'planner' }, true],
    ['where they are a guest', 'third', { third: 'guest' }, false],
    ['that they do not know', 'third', {}, false],
    ['below which alone they have a role', 'partner', { 'partner/crm': 'owner' }, false],
    ['above them, where they have no role', 'acme', {}, false],
    ['above them, where they have one', 'acme', { acme: 'planner' }, true],
    ['which is their own', 'acme/care', {}, true],
    ['below their own', 'acme/care/support', {}, true],
  ])('%s', async (_, source, also, may) => {
    const t = await tree(db, groups)
    const ann = await t.person('ann', { 'acme/care': 'owner', ...also })
    if (may) expect(must(await name(t, ann, 'acme/care', source)).sourceId).toBe(t.group(source).id)
    else expect(await refusedIn(db, () => name(t, ann, 'acme/care', source))).toEqual(notSeen)
  })

  test('that is not there is refused in the same words as one that may not be seen', async () => {
    const { t, olga } = await owned()
    for (const contactSourceId of [999_999_999, 0, -1])
      expect(await refusedIn(db, () => change(t, olga, 'acme', { contactSourceId }))).toEqual(notSeen)
  })

  test('whose contacts nobody can read, as it is off there, is refused', async () => {
    const { t, olga } = await owned()
    await t.switchOff('third')
    expect(await refusedIn(db, () => name(t, olga, 'acme', 'third'))).toEqual(notSeen)
    const administrator = await t.administrator()
    expect(await refusedIn(db, () => name(t, administrator, 'acme', 'third'))).toEqual(notSeen)
  })

  test('that is named already is no change, whether one may read there or not', async () => {
    const t = await tree(db, groups)
    const ann = await t.person('ann', { acme: 'owner' })
    await t.nameSource('acme', 'third')
    must(await change(t, ann, 'acme', { contactSourceId: t.group('third').id, customerRelations: false }))
    expect(await settingsOf(t, 'acme')).toEqual({ customerRelations: false, contactSourceId: t.group('third').id })
  })
})

describe('where issues have contacts, the source', () => {
  const projects = ['acme:office', 'acme/care:desk', 'acme/care/support:shop']

  /** `names` are there, then contacts are linked to issues of a project, then a user wants a change. */
  async function wanting(
    names: Record<string, string>,
    { linked, ownerGroup }: { linked: string; ownerGroup: string },
  ) {
    const { t, olga } = await owned(projects)
    for (const [group, source] of Object.entries(names)) await t.nameSource(group, source)
    const issue = await t.issue(linked, await t.hold(ownerGroup, ['ann@x.io']))
    return { t, olga, linkedNow: () => t.linked(issue), held: [`ann@x.io of ${ownerGroup}`] }
  }

  const ofAcme = { linked: 'acme/care:desk', ownerGroup: 'acme' }
  const ofThird = { linked: 'acme/care:desk', ownerGroup: 'third' }

  test.each<
    [
      string,
      Record<string, string>,
      { linked: string; ownerGroup: string },
      readonly [group: string, source: string | null],
    ]
  >([
    ['of their own group', {}, ofAcme, ['acme/care', 'third']],
    ['of a group above', {}, ofAcme, ['acme', 'third']],
    ['of a group above, by a name below which nothing is named', { 'acme/sales': 'third' }, ofAcme, ['acme', 'third']],
    ['that was named, to another', { 'acme/care': 'third' }, ofThird, ['acme/care', 'partner']],
    ['that was named, back to the top', { 'acme/care': 'third' }, ofThird, ['acme/care', null]],
    ['that was named above, back to the top', { acme: 'third' }, ofThird, ['acme', null]],
    ['that was named above, by naming another here', { acme: 'third' }, ofThird, ['acme/care', 'acme']],
    ['of a group that comes to name itself', {}, ofAcme, ['acme/care', 'acme/care']],
    ['two levels above', {}, { linked: 'acme/care/support:shop', ownerGroup: 'acme' }, ['acme', 'partner/crm']],
  ])('is not changed: %s', async (_, names, linked, [group, source]) => {
    const { t, olga, linkedNow, held } = await wanting(names, linked)
    expect(await refusedIn(db, () => name(t, olga, group, source))).toEqual(inTheWay)
    expect(await linkedNow()).toEqual(held)
  })

  test.each<
    [
      string,
      Record<string, string>,
      { linked: string; ownerGroup: string },
      readonly [group: string, source: string | null],
    ]
  >([
    ['naming the one that applies anyway', {}, ofAcme, ['acme/care', 'acme']],
    ['naming oneself at the top', {}, ofAcme, ['acme', 'acme']],
    ['naming what is named above', { acme: 'third' }, ofThird, ['acme/care', 'third']],
    [
      'no longer naming what is named above as well',
      { acme: 'third', 'acme/care': 'third' },
      ofThird,
      ['acme/care', null],
    ],
    ['no longer naming the top-level group', { 'acme/care': 'acme' }, ofAcme, ['acme/care', null]],
    ['above, where the subgroup names its own', { 'acme/care': 'third' }, ofThird, ['acme', 'partner']],
    ['above, where the subgroup names the same one by itself', { 'acme/care': 'acme' }, ofAcme, ['acme', 'third']],
    [
      'two levels above, where one between names its own',
      { 'acme/care': 'third' },
      { linked: 'acme/care/support:shop', ownerGroup: 'third' },
      ['acme', 'partner'],
    ],
    ['beside them', {}, ofAcme, ['acme/sales', 'third']],
    ['below them', {}, { linked: 'acme:office', ownerGroup: 'acme' }, ['acme/care', 'third']],
    [
      'of the group that holds the contacts, when others use it',
      { 'acme/care': 'third' },
      ofThird,
      ['third', 'partner'],
    ],
  ])('may be changed where that alters nothing for them: %s', async (_, names, linked, [group, source]) => {
    const { t, olga, linkedNow, held } = await wanting(names, linked)
    const { namedSourceId } = must(await name(t, olga, group, source))
    expect(namedSourceId).toBe(source === null ? null : t.group(source).id)
    expect(await linkedNow()).toEqual(held)
  })

  test('may be changed once the last contact is off', async () => {
    const { t, olga } = await wanting({}, ofAcme)
    await db.execute(sql`delete from issue_contacts`)
    expect(must(await name(t, olga, 'acme', 'third')).sourceId).toBe(t.group('third').id)
  })

  test('stays for an administrator too', async () => {
    const { t } = await wanting({}, ofAcme)
    const administrator = await t.administrator()
    expect(await refusedIn(db, () => name(t, administrator, 'acme', 'third'))).toEqual(inTheWay)
  })

  test('stays where a contact is inactive, and where it is off', async () => {
    const { t, olga } = await wanting({}, ofAcme)
    await db.execute(sql`update contacts set state = 'inactive'`)
    must(await change(t, olga, 'acme', { customerRelations: false }))
    expect(await refusedIn(db, () => name(t, olga, 'acme', 'third'))).toEqual(inTheWay)
  })
})

describe('the history of settings', () => {
  const factsIn = (t: Tree, group: string) =>
    rowsOf(
      db,
      sql`select action, actor_id as "userId", via, before, after from history where group_id = ${t.group(group).id}
        order by id`,
    )

  test('has what changed, and nothing where nothing did', async () => {
    const { t, olga } = await owned()
    const contactSourceId = t.group('third').id
    for (const wanted of [
      { customerRelations: true },
      { contactSourceId },
      { contactSourceId },
      { contactSourceId: null, customerRelations: false },
      {},
    ])
      must(await change(t, olga, 'acme', wanted))
    const fact = { action: 'settings_changed', ...olga }
    expect(await factsIn(t, 'acme')).toEqual([
      { ...fact, before: { contactSourceId: null }, after: { contactSourceId } },
      {
        ...fact,
        before: { contactSourceId, customerRelations: true },
        after: { contactSourceId: null, customerRelations: false },
      },
    ])
  })

  test('is read by maintainers, latest first, a page at a time', async () => {
    const { t, olga } = await owned()
    for (const customerRelations of [false, true, false]) must(await change(t, olga, 'acme', { customerRelations }))
    const { id: groupId } = t.group('acme')
    const read = async (
      role: 'nobody' | 'guest' | 'developer' | 'maintainer' | 'owner',
      page: WantedHistory = { limit: 2 },
    ) => {
      const { userId } = await t.person(`${role} ${Math.random()}`, role === 'nobody' ? {} : { acme: role })
      return listHistory(db, userId, { groupId }, page)
    }
    expect((await read('nobody')).refused?.why).toBe('not found')
    for (const role of ['guest', 'developer'] as const) expect((await read(role)).refused?.why).toBe('forbidden')
    const first = must(await read('maintainer'))
    expect(first.rows.map(({ after }) => after)).toEqual([{ customerRelations: false }, { customerRelations: true }])
    expect(first.rows[0]).toMatchObject({
      action: 'settings_changed',
      via: 'web',
      actor: { id: olga.userId },
      issue: null,
      before: { customerRelations: true },
    })
    const second = must(await read('owner', { limit: 2, after: first.endCursor }))
    expect(second.rows.map(({ after }) => after)).toEqual([{ customerRelations: false }])
    expect((await listHistory(db, null, { groupId }, { limit: 2 })).refused?.why).toBe('not found')
  })
})
