// Doing what one may, and not doing what one may not: nothing changes then, and who may not know of a thing is told
// that there is none.
import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { createContact, editContact } from '../../src/domain/contacts/contacts.ts'
import { deleteContact, deleteOrganization } from '../../src/domain/contacts/erasure.ts'
import { listHistory } from '../../src/domain/contacts/history-lists.ts'
import { mergeContacts, mergeOrganizations } from '../../src/domain/contacts/merging.ts'
import { createOrganization, editOrganization } from '../../src/domain/contacts/organizations.ts'
import { createProject, editProject } from '../../src/domain/groups/edits.ts'
import { createGroup, editGroup } from '../../src/domain/groups/edits-with-settings.ts'
import { readGroupFacts } from '../../src/domain/groups/facts.ts'
import { giveRole, takeRole } from '../../src/domain/groups/roles.ts'
import { saveSettings } from '../../src/domain/groups/settings.ts'
import { setIssueContacts } from '../../src/domain/issues/linking-by-id.ts'
import { cloneIssue, moveIssue } from '../../src/domain/issues/moves.ts'
import { removeGroup, removeProject } from '../../src/domain/moves/removals.ts'
import { transferGroup, transferProject } from '../../src/domain/moves/transfers.ts'
import type { Actor } from '../../src/domain/rules/history.ts'
import { setRole } from '../../src/domain/rules/members.ts'
import type { Result } from '../../src/domain/rules/results.ts'
import type { Db } from '../../src/storage/db.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { has, inBoth, inEveryRole, type Person, withoutRole } from '../support/world/people.ts'
import { type Tree, tree } from '../support/world/tree.ts'
import { andUndo, fingerprint, hasWritten } from '../support/world/undo.ts'

const [project, group, inner, desk] = ['acme/support:shop', 'acme/support', 'acme/support/inner', 'other:desk']
const where = { project, group, inner, desk, other: 'other' }

/** The ids that an operation is about. */
type Ids = Record<
  | 'ownerGroup'
  | 'contact'
  | 'twin'
  | 'organization'
  | 'firm'
  | 'issue'
  | 'project'
  | 'group'
  | 'inner'
  | 'desk'
  | 'other'
  | 'member'
  | 'stranger',
  number
>

/** One line of the table: who must know of what, or is told that it is not there; and who may do it. */
interface Operation {
  says: string
  know: readonly (readonly [needs: string, of: keyof Ids])[]
  may: string
  /** Customer relations must be on there. */
  on?: readonly ('group' | 'source')[]
  operation(tx: Db, who: Actor, ids: Ids): Promise<Result<unknown>>
}

const ofContacts = { may: 'developer in source', on: ['source'] } as const
const page = { limit: 10 }

const operations: readonly Operation[] = [
  {
    says: 'create a contact',
    know: [['guest in source', 'ownerGroup']],
    ...ofContacts,
    operation: (tx, who, { ownerGroup }) =>
      createContact(tx, who, ownerGroup, { firstName: 'New', lastName: 'Person' }),
  },
  {
    says: 'create an organization',
    know: [['guest in source', 'ownerGroup']],
    ...ofContacts,
    operation: (tx, who, { ownerGroup }) => createOrganization(tx, who, ownerGroup, { name: 'New' }),
  },
  {
    says: 'edit a contact',
    know: [['planner in source', 'contact']],
    ...ofContacts,
    operation: (tx, who, { contact }) => editContact(tx, who, contact, { phone: '123', active: false }),
  },
  {
    says: 'edit an organization',
    know: [['planner in source', 'organization']],
    ...ofContacts,
    operation: (tx, who, { organization }) =>
      editOrganization(tx, who, organization, { name: 'Changed', active: false }),
  },
  {
    says: 'delete a contact',
    know: [['planner in source', 'contact']],
    ...ofContacts,
    operation: (tx, who, { contact }) => deleteContact(tx, who, contact),
  },
  {
    says: 'delete an organization',
    know: [['planner in source', 'organization']],
    ...ofContacts,
    operation: (tx, who, { organization }) => deleteOrganization(tx, who, organization),
  },
  {
    says: 'merge contacts',
    know: [
      ['planner in source', 'contact'],
      ['planner in source', 'twin'],
    ],
    ...ofContacts,
    operation: (tx, who, { contact, twin }) => mergeContacts(tx, who, { keepId: contact, otherId: twin }),
  },
  {
    says: 'merge organizations',
    know: [
      ['planner in source', 'organization'],
      ['planner in source', 'firm'],
    ],
    ...ofContacts,
    operation: (tx, who, { organization, firm }) =>
      mergeOrganizations(tx, who, { keepId: organization, otherId: firm }),
  },
  {
    says: 'read the history of a contact',
    know: [['planner in source', 'contact']],
    may: 'maintainer in source',
    on: ['source'],
    operation: (tx, { userId }, { contact }) => listHistory(tx, userId, { contactId: contact }, page),
  },
  {
    says: 'read the history of an organization',
    know: [['planner in source', 'organization']],
    may: 'maintainer in source',
    on: ['source'],
    operation: (tx, { userId }, { organization }) => listHistory(tx, userId, { organizationId: organization }, page),
  },
  {
    says: 'change the contacts of an issue',
    know: [['guest in project', 'issue']],
    may: 'planner in source, planner in project',
    on: ['group', 'source'],
    operation: (tx, who, { issue, twin }) =>
      setIssueContacts(tx, who, { id: issue }, { mode: 'replace', contactIds: [twin], mostAtOnce: 50 }),
  },
  {
    says: 'change the settings of a group',
    know: [['guest in group', 'group']],
    may: 'owner in group',
    operation: (tx, who, ids) => editGroup(tx, who, ids.group, { settings: { customerRelations: false } }),
  },
  {
    says: 'move an issue',
    know: [
      ['guest in project', 'issue'],
      ['guest in desk', 'desk'],
    ],
    may: 'reporter in project, reporter in desk',
    operation: (tx, who, ids) => moveIssue(tx, who, { id: ids.issue }, ids.desk),
  },
  {
    says: 'clone an issue',
    know: [
      ['guest in project', 'issue'],
      ['guest in desk', 'desk'],
    ],
    may: 'reporter in project, reporter in desk',
    operation: (tx, who, ids) => cloneIssue(tx, who, { id: ids.issue }, ids.desk),
  },
  {
    says: 'transfer a project',
    know: [
      ['guest in project', 'project'],
      ['guest in other', 'other'],
    ],
    may: 'owner in project, maintainer in other',
    operation: (tx, who, ids) => transferProject(tx, who, ids.project, ids.other),
  },
  {
    says: 'transfer a group into another',
    know: [
      ['guest in group', 'group'],
      ['guest in other', 'other'],
    ],
    may: 'owner in group, owner in other',
    operation: (tx, who, ids) => transferGroup(tx, who, ids.group, ids.other),
  },
  {
    says: 'transfer a group to the top',
    know: [['guest in inner', 'inner']],
    may: 'owner in inner',
    operation: (tx, who, ids) => transferGroup(tx, who, ids.inner, null),
  },
  {
    says: 'give a role in a group',
    know: [['guest in group', 'group']],
    may: 'owner in group',
    operation: (tx, who, ids) =>
      giveRole(tx, who, { group: { id: ids.group } }, { userId: ids.stranger, role: 'guest' }),
  },
  {
    says: 'take a role in a project away',
    know: [['guest in project', 'project']],
    may: 'maintainer in project',
    operation: (tx, who, ids) => takeRole(tx, who, { project: { id: ids.project } }, ids.member),
  },
  {
    says: 'create a group in a group',
    know: [['guest in group', 'group']],
    may: 'owner in group',
    operation: (tx, who, ids) => createGroup(tx, who, { parentId: ids.group, path: 'new', name: 'New' }),
  },
  {
    says: 'create a project in a group',
    know: [['guest in group', 'group']],
    may: 'maintainer in group',
    operation: (tx, who, ids) => createProject(tx, who, { groupId: ids.group, path: 'new', name: 'New' }),
  },
  {
    says: 'rename a group',
    know: [['guest in group', 'group']],
    may: 'owner in group',
    operation: (tx, who, ids) => editGroup(tx, who, ids.group, { path: 'renamed', visibility: 'public' }),
  },
  {
    says: 'rename a project',
    know: [['guest in project', 'project']],
    may: 'maintainer in project',
    operation: (tx, who, ids) => editProject(tx, who, ids.project, { path: 'renamed', visibility: 'public' }),
  },
  {
    says: 'delete a group',
    know: [['guest in inner', 'inner']],
    may: 'owner in inner',
    operation: (tx, who, ids) => removeGroup(tx, who, ids.inner),
  },
  {
    says: 'delete a project',
    know: [['guest in project', 'project']],
    may: 'owner in project',
    operation: (tx, who, ids) => removeProject(tx, who, ids.project),
  },
  {
    says: 'read the history of a group',
    know: [['guest in group', 'group']],
    may: 'maintainer in group',
    operation: (tx, { userId }, ids) => listHistory(tx, userId, { groupId: ids.group }, page),
  },
  {
    says: 'read the history of an issue',
    know: [['guest in project', 'issue']],
    may: 'maintainer in project',
    operation: (tx, { userId }, ids) => listHistory(tx, userId, { issueId: ids.issue }, page),
  },
]

let service: RunningService
let db: Db
let t: Tree
let everybody: Person[]
let administrator: Person
let idsFor: Record<'acme' | 'other', Ids>

async function contactsOf(ownerGroup: 'acme' | 'other') {
  const [organization, firm] = [await t.company(ownerGroup, 'Acme'), await t.company(ownerGroup, 'Firm')]
  const [contact, twin] = await t.hold(ownerGroup, [{ email: 'ann@x.io', company: 'Acme' }, { email: 'twin@x.io' }])
  if (!contact || !twin) throw new Error('nobody is there')
  return {
    linked: contact,
    ids: {
      ownerGroup: t.group(ownerGroup).id,
      contact: contact.id,
      twin: twin.id,
      organization: organization.id,
      firm: firm.id,
    },
  }
}

beforeAll(async () => {
  service = await startService({ idle: true })
  db = service.db
  t = await tree(db, ['acme', group, inner, 'other', project, desk])
  const [ours, theirs] = [await contactsOf('acme'), await contactsOf('other')]
  const [member, stranger] = [await t.person('member'), await t.person('stranger')]
  await setRole(db, member.userId, { project: t.project(project) }, 'guest')
  const places = {
    project: t.project(project).id,
    group: t.group(group).id,
    inner: t.group(inner).id,
    desk: t.project(desk).id,
    other: t.group('other').id,
  }
  const rest = { ...places, member: member.userId, stranger: stranger.userId }
  idsFor = {
    acme: { ...rest, ...ours.ids, issue: (await t.issue(project, [ours.linked])).id },
    other: { ...rest, ...theirs.ids, issue: (await t.issue(project, [theirs.linked])).id },
  }
  everybody = [
    ...(await withoutRole(db, t, ['acme', 'other'])),
    ...(await inEveryRole(t, ['acme', group, project, 'other'])),
    ...(await inBoth(t, project, desk, ['guest', 'planner', 'reporter'])),
    ...(await inBoth(t, project, 'other', ['planner', 'maintainer', 'owner'])),
    ...(await inBoth(t, group, 'other', ['maintainer', 'owner'])),
  ]
  administrator = everybody.find((person) => person.administrator) as Person
})

interface Situation {
  says: string
  source: 'acme' | 'other'
  off?: string
}

const by = ({ userId }: Person): Actor => ({ userId: userId as number, via: 'api' })
const nowhere = 999_999_999

const words = new Map<string, string>()

/** What an administrator is told about a thing that is not there. */
async function wordsFor({ says, operation }: Operation, of: keyof Ids): Promise<string> {
  const known = words.get(`${says} ${of}`)
  if (known !== undefined) return known
  const { refused } = await andUndo(db, (tx) => operation(tx, by(administrator), { ...idsFor.acme, [of]: nowhere }))
  const told = refused?.why === 'not found' ? refused.reason : `not ${refused?.why}`
  words.set(`${says} ${of}`, told)
  return told
}

/** What a user must come to: `done`, `forbidden`, or the words that tell that there is no such thing. */
async function expected(person: Person, operation: Operation, { source, off }: Situation): Promise<string> {
  const { know, may, on = [] } = operation
  const places = { ...where, source }
  const isOff = on.some((which) => places[which] === off)
  for (const [needs, of] of know)
    if (!has(person, needs, places) || (isOff && needs.startsWith('planner'))) return wordsFor(operation, of)
  return has(person, may, places) && !isOff ? 'done' : 'forbidden'
}

/** What a user comes to. A refusal must leave everything as it was, and what is done must not, but for reading. */
async function actual(
  person: Person,
  { says, operation }: Operation,
  { source }: Situation,
  before: string,
): Promise<string> {
  return andUndo(db, async (tx) => {
    const { refused } = await operation(tx, by(person), idsFor[source])
    const changed = (await hasWritten(tx)) && (await fingerprint(tx)) !== before
    if (!refused) return changed || says.startsWith('read ') ? 'done' : 'done, but nothing has changed'
    if (changed) return 'refused, but something has changed'
    return refused.why === 'not found' ? refused.reason : refused.why
  })
}

async function mismatches(
  people: readonly Person[],
  which: readonly Operation[],
  situation: Situation,
): Promise<string[]> {
  const { source, off } = situation
  await saveSettings(db, t.group('acme').id, { contactSourceId: source === 'acme' ? null : t.group(source).id })
  for (const name of ['acme', group, 'other'])
    await saveSettings(db, t.group(name).id, { customerRelations: name !== off })
  const before = await fingerprint(db)
  const wrong: string[] = []
  for (const operation of which)
    for (const person of people) {
      const [came, should] = [
        await actual(person, operation, situation, before),
        await expected(person, operation, situation),
      ]
      if (came !== should) wrong.push(`${person.name}: ${operation.says}: ${came} instead of ${should}`)
    }
  return wrong
}

test.each(operations)('who may $says', async (operation) => {
  expect(await mismatches(everybody, [operation], { says: '', source: 'acme' })).toEqual([])
})

const ofCustomers = operations.filter(({ on }) => on)

test.each<Situation>([
  { says: 'where the source is in another tree', source: 'other' },
  { says: 'where it is off for the source', source: 'acme', off: 'acme' },
  { says: 'where it is off for the issue’s own group', source: 'acme', off: group },
  { says: 'where it is off for a source in another tree', source: 'other', off: 'other' },
  { says: 'where it is off for the top, which is not the source', source: 'other', off: 'acme' },
])('who may do what with contacts $says', async (situation) => {
  const telling = everybody.filter(({ name }) => !/^(guest|reporter|maintainer)/.test(name))
  expect(await mismatches(telling, ofCustomers, situation)).toEqual([])
})

test('who may comment', async () => {
  const wrong: string[] = []
  const commentOn = async (person: Person, iid: number) => {
    const delivery = randomUUID()
    const receipt = await service.receive({
      kind: 'comment',
      via: 'api',
      delivery,
      on: { project: t.pathOf(project), iid },
      author: { userId: person.userId as number },
      body: 'Hi',
    })
    return receipt.status === 'taken' ? 'taken' : receipt.reason
  }
  const unknown = await commentOn(administrator, 999)
  for (const person of everybody) {
    const came = await commentOn(person, 1)
    if (came !== (has(person, 'guest in project', where) ? 'taken' : unknown)) wrong.push(`${person.name}: ${came}`)
  }
  expect(wrong).toEqual([])
})

describe('a user who is blocked', () => {
  test('makes no top-level group', async () => {
    const blocked = everybody.find(({ name }) => name === 'blocked administrator') as Person
    const { value } = await andUndo(db, (tx) => createGroup(tx, by(blocked), { path: 'mine', name: 'Mine' }))
    expect(value).toBeUndefined()
  })

  test('is a visitor where something is public', async () => {
    const blocked = everybody.find(({ name }) => name === 'blocked owner of everything') as Person
    const facts = await andUndo(db, async (tx) => {
      await tx.execute(sql`update groups set visibility = 'public' where id = ${t.group('acme').id}`)
      return readGroupFacts(tx, t.group('acme').id, blocked.userId)
    })
    expect(facts).toMatchObject({ userId: null, standing: { administrator: false, group: 0, open: true } })
  })
})
