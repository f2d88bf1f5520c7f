// A group that gets another contact source takes its contacts along.
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { listHistory } from '../../src/domain/contacts/history-lists.ts'
import { transferGroup } from '../../src/domain/moves/transfers.ts'
import { type Db, rowsOf } from '../../src/storage/db.ts'
import { startService } from '../support/service/service.ts'
import { type Tree, tree } from '../support/world/tree.ts'

let db: Db
beforeAll(async () => {
  db = (await startService({ idle: true })).db
})

/** A user who may, moves it; nobody refuses. */
async function go(t: Tree, group: string, to: string | null): Promise<void> {
  const moved = await transferGroup(db, await t.administrator(), t.group(group).id, to === null ? null : t.group(to).id)
  expect(moved.refused).toBeUndefined()
}

const refusal =
  "Transfer failed: Group contains contacts/organizations and you don't have enough permissions to move them to the new root group."

describe('that is itself the old source', () => {
  test('takes all its contacts and organizations along, and its issues keep theirs', async () => {
    const t = await tree(db, ['small', 'small/team', 'big', 'small:shop', 'small/team:app'])
    await t.company('small', 'Acme', '80.00')
    const people = await t.hold('small', [
      { email: 'a@x.io', company: 'Acme' },
      { email: 'b@x.io', state: 'inactive' },
      { firstName: 'No', lastName: 'Address' },
    ])
    const [one, two] = [await t.issue('small:shop', people), await t.issue('small/team:app', people.slice(0, 1))]
    await go(t, 'small', 'big')
    expect(await t.linked(one)).toEqual(['No Address of big', 'a@x.io of big', 'b@x.io of big'])
    expect(await t.linked(two)).toEqual(['a@x.io of big'])
    expect([await t.held('small'), await t.companies('small')]).toEqual([[], []])
    expect(await t.held('big')).toEqual(['No Address', 'a@x.io, Acme', 'b@x.io, inactive'])
    expect(await t.companies('big')).toEqual(['Acme at 80.00'])
    expect([...(await t.notes(one)), ...(await t.notes(two))]).toEqual([])
  })

  test('leaves out duplicates: the one already there stays as it is, and links follow to it', async () => {
    const t = await tree(db, ['small', 'big', 'small:shop', 'big:web'])
    await t.company('small', 'ACME', '80.00')
    await t.company('small', 'Only Here')
    await t.company('big', 'Acme', '99.00')
    const [a, b, c] = await t.hold('small', [
      { email: 'Ann@X.io', firstName: 'Old', company: 'Only Here' },
      { email: 'b@x.io', company: 'ACME' },
      { email: 'c@x.io' },
    ])
    const [there] = await t.hold('big', [{ email: 'ann@x.io', firstName: 'New', company: 'Acme', state: 'inactive' }])
    if (!a || !b || !c || !there) throw new Error('nobody is there')
    const [issue, untouched] = [await t.issue('small:shop', [a, b]), await t.issue('big:web', [there])]
    await go(t, 'small', 'big')
    expect(await t.linked(issue)).toEqual(['ann@x.io of big', 'b@x.io of big'])
    expect(await t.held('big')).toEqual(['ann@x.io, Acme, inactive', 'b@x.io, Acme', 'c@x.io'])
    expect(await t.companies('big')).toEqual(['Acme at 99.00', 'Only Here'])
    expect(await t.linked(untouched)).toEqual(['ann@x.io of big'])
    const kept = await rowsOf<{ first_name: string }>(db, sql`select first_name from contacts where id = ${there.id}`)
    expect(kept).toEqual([{ first_name: 'New' }])
  })

  test('never takes contacts without an address for duplicates', async () => {
    const t = await tree(db, ['small', 'big', 'small:shop'])
    const same = { firstName: 'Same', lastName: 'Name' }
    const people = await t.hold('small', [same, same])
    await t.hold('big', [same])
    const issue = await t.issue('small:shop', people)
    await go(t, 'small', 'big')
    expect(await t.linked(issue)).toEqual(['Same Name of big', 'Same Name of big'])
    expect(await t.held('big')).toHaveLength(3)
  })

  test('but leaves them to a group that names it as its source, and takes copies', async () => {
    const t = await tree(db, ['small', 'friend', 'big', 'small:shop', 'friend:web'])
    await t.nameSource('friend', 'small')
    await t.company('small', 'Acme')
    const people = await t.hold('small', [{ email: 'a@x.io', company: 'Acme' }, 'b@x.io'])
    const [issue, theirs] = [await t.issue('small:shop', people.slice(0, 1)), await t.issue('friend:web', people)]
    await go(t, 'small', 'big')
    expect(await t.linked(issue)).toEqual(['a@x.io of big'])
    expect(await t.linked(theirs)).toEqual(['a@x.io of big/small', 'b@x.io of big/small'])
    expect(await t.held('small')).toEqual(['a@x.io, Acme', 'b@x.io'])
    expect(await t.held('big')).toEqual(['a@x.io, Acme', 'b@x.io'])
  })

  test('and has a group below that names another source: that one is left alone', async () => {
    const t = await tree(db, ['small', 'small/own', 'other', 'big', 'small/own:app', 'small:shop'])
    await t.nameSource('small/own', 'other')
    const [o] = await t.hold('other', ['o@x.io'])
    const [a] = await t.hold('small', ['a@x.io'])
    if (!o || !a) throw new Error('nobody is there')
    const [own, shop] = [await t.issue('small/own:app', [o]), await t.issue('small:shop', [a])]
    await go(t, 'small', 'big')
    expect(await t.linked(own)).toEqual(['o@x.io of other'])
    expect(await t.linked(shop)).toEqual(['a@x.io of big'])
  })

  test('tells the history of the group that has them now, and no longer shows the old one what they are', async () => {
    const t = await tree(db, ['small', 'big'])
    const boss = await t.person('boss', { small: 'owner', big: 'owner' })
    const [a] = await t.hold('small', ['a@x.io'])
    await db.execute(
      sql`insert into history (via, action, group_id, contact_id, after)
        values ('web', 'contact_created', ${t.group('small').id}, ${a?.id}, '{"email": "a@x.io"}')`,
    )
    await transferGroup(db, boss, t.group('small').id, t.group('big').id)
    const old = await listHistory(db, boss.userId, { groupId: t.group('small').id }, { limit: 10 })
    expect(old.value?.rows.map(({ action, after }) => [action, after])).toEqual([
      ['group_transferred', { fullPath: `${t.pathOf('big')}/${t.group('small').path}` }],
      ['contact_created', null],
    ])
    const now = await listHistory(db, boss.userId, { contactId: a?.id as number }, { limit: 10 })
    expect(now.value?.rows.map(({ action, after }) => [action, after])).toEqual([
      ['contact_moved', { groupId: t.group('big').id }],
      ['contact_created', { email: 'a@x.io' }],
    ])
  })
})

describe('whose old source stays behind', () => {
  test('takes copies of the contacts linked to its issues, with their organizations; what stays behind is left alone', async () => {
    const t = await tree(db, ['acme', 'acme/team', 'big', 'acme/team:app', 'acme:shop'])
    await t.company('acme', 'Linked Ltd', '70.00')
    await t.company('acme', 'Other Ltd')
    const people = await t.hold('acme', [
      { email: 'a@x.io', company: 'Linked Ltd' },
      { email: 'b@x.io', state: 'inactive' },
      { firstName: 'No', lastName: 'Address' },
      { email: 'not-linked@x.io', company: 'Other Ltd' },
    ])
    const [going, staying] = [await t.issue('acme/team:app', people.slice(0, 3)), await t.issue('acme:shop', people)]
    await go(t, 'acme/team', 'big')
    expect(await t.linked(going)).toEqual(['No Address of big', 'a@x.io of big', 'b@x.io of big'])
    expect(await t.held('big')).toEqual(['No Address', 'a@x.io, Linked Ltd', 'b@x.io, inactive'])
    expect(await t.companies('big')).toEqual(['Linked Ltd at 70.00'])
    expect(await t.linked(staying)).toEqual([
      'No Address of acme',
      'a@x.io of acme',
      'b@x.io of acme',
      'not-linked@x.io of acme',
    ])
    expect(await t.held('acme')).toHaveLength(4)
    expect([...(await t.notes(going)), ...(await t.notes(staying))]).toEqual([])
  })

  test('copies no duplicate: links follow to the one that is there', async () => {
    const t = await tree(db, ['acme', 'acme/team', 'big', 'acme/team:app'])
    await t.company('acme', 'Acme')
    await t.company('big', 'acme', '50.00')
    const issue = await t.issue(
      'acme/team:app',
      await t.hold('acme', [{ email: 'A@x.io' }, { email: 'b@x.io', company: 'Acme' }]),
    )
    await t.hold('big', ['a@X.IO'])
    await go(t, 'acme/team', 'big')
    expect(await t.linked(issue)).toEqual(['a@X.IO of big', 'b@x.io of big'])
    expect(await t.held('big')).toEqual(['a@X.IO', 'b@x.io, acme'])
    expect(await t.companies('big')).toEqual(['acme at 50.00'])
  })

  test('becomes top-level with copies of its own', async () => {
    const t = await tree(db, ['acme', 'acme/team', 'acme/team:app'])
    const issue = await t.issue('acme/team:app', await t.hold('acme', ['a@x.io', 'b@x.io']))
    await go(t, 'acme/team', null)
    expect(await t.linked(issue)).toEqual(['a@x.io of team', 'b@x.io of team'])
    expect(await t.held('acme')).toEqual(['a@x.io', 'b@x.io'])
  })

  test('and the new parent names a third group: that is where they go', async () => {
    const t = await tree(db, ['acme', 'acme/team', 'third', 'big', 'acme/team:app'])
    await t.nameSource('big', 'third')
    const issue = await t.issue('acme/team:app', await t.hold('acme', ['a@x.io']))
    await go(t, 'acme/team', 'big')
    expect(await t.linked(issue)).toEqual(['a@x.io of third'])
    expect(await t.held('big')).toEqual([])
  })

  test('because it is inside but still named from outside, takes copies of all', async () => {
    const t = await tree(db, ['acme', 'acme/team', 'acme/team/crm', 'big', 'acme/team:app', 'acme:shop'])
    await t.nameSource('acme', 'acme/team/crm')
    const people = await t.hold('acme/team/crm', ['a@x.io', 'b@x.io'])
    const [going, staying] = [
      await t.issue('acme/team:app', people.slice(0, 1)),
      await t.issue('acme:shop', people.slice(1)),
    ]
    await go(t, 'acme/team', 'big')
    expect(await t.linked(going)).toEqual(['a@x.io of big'])
    expect(await t.held('big')).toEqual(['a@x.io', 'b@x.io'])
    expect(await t.linked(staying)).toEqual(['b@x.io of big/team/crm'])
  })
})

describe('who may not create them at the new source', () => {
  test.each([
    ['a developer of the new parent, whose source is elsewhere', { small: 'owner', big: 'owner' } as const, 'third'],
    ['an owner, where customer relations are off', { small: 'owner', big: 'owner' } as const, 'off'],
  ])('%s moves nothing', async (_, roles, what) => {
    const t = await tree(db, ['small', 'big', 'third', 'small:shop'])
    if (what === 'third') await t.nameSource('big', 'third')
    else await t.switchOff('big')
    const ann = await t.person('ann', roles)
    const issue = await t.issue('small:shop', await t.hold('small', ['a@x.io']))
    const refused = await transferGroup(db, ann, t.group('small').id, t.group('big').id)
    expect(refused.refused).toEqual({ why: 'conflict', reason: refusal })
    expect(await t.linked(issue)).toEqual(['a@x.io of small'])
    const [group] = await rowsOf(
      db,
      sql`select full_path, parent_id, ancestors from groups where id = ${t.group('small').id}`,
    )
    expect(group).toMatchObject({ full_path: t.pathOf('small'), parent_id: null })
  })

  test('moves a group that has none', async () => {
    const t = await tree(db, ['small', 'big', 'third', 'small:shop'])
    await t.nameSource('big', 'third')
    const ann = await t.person('ann', { small: 'owner', big: 'owner' })
    expect((await transferGroup(db, ann, t.group('small').id, t.group('big').id)).refused).toBeUndefined()
  })
})
