// What people do in the world of world.ts, each operation under the name by which a test calls it; it answers with its
// outcome in words.
import { randomUUID } from 'node:crypto'
import { createContact, editContact } from '../../../src/domain/contacts/contacts.ts'
import { deleteContact, deleteOrganization } from '../../../src/domain/contacts/erasure.ts'
import { mergeContacts, mergeOrganizations } from '../../../src/domain/contacts/merging.ts'
import { createOrganization, editOrganization } from '../../../src/domain/contacts/organizations.ts'
import { createProject, editProject } from '../../../src/domain/groups/edits.ts'
import { createGroup, editGroup } from '../../../src/domain/groups/edits-with-settings.ts'
import { giveRole, takeRole } from '../../../src/domain/groups/roles.ts'
import type { Settings } from '../../../src/domain/groups/settings.ts'
import { type Mode, setIssueContacts } from '../../../src/domain/issues/linking-by-id.ts'
import { cloneIssue, moveIssue } from '../../../src/domain/issues/moves.ts'
import { transferGroup, transferProject } from '../../../src/domain/moves/transfers.ts'
import type { Result } from '../../../src/domain/rules/results.ts'
import type { World } from './world.ts'

type Operation = (world: World) => Promise<string>

const by = ({ userIds }: World, person: keyof World['userIds'] = 'root') => ({ userId: userIds[person], via: 'test' })

const told = ({ refused }: Result<unknown>): string => (refused ? `${refused.why}: ${refused.reason}` : 'done')

const says =
  (body: string, issue: keyof World['issues'], person: keyof World['userIds'] = 'root'): Operation =>
  async ({ service, issues, userIds }) => {
    const heard = await service.submit({
      kind: 'comment',
      via: 'web',
      delivery: randomUUID(),
      on: { id: issues[issue].id },
      author: { userId: userIds[person] },
      body,
    })
    if (heard.receipt.status === 'refused') return heard.receipt.reason
    return heard.outcome?.answer.join(' ') ?? 'no outcome'
  }

const sets =
  (mode: Mode, names: readonly (keyof World['contacts'])[], issue: keyof World['issues']): Operation =>
  async (world) => {
    const contactIds = names.map((name) => world.contacts[name].id)
    const result = await setIssueContacts(
      world.db,
      by(world),
      { id: world.issues[issue].id },
      { mode, contactIds, mostAtOnce: 50 },
    )
    return result.value?.map(({ outcome }) => outcome).join() ?? told(result)
  }

type ContactName = keyof World['contacts']
type OrganizationName = keyof World['organizations']
type GroupName = keyof World['groups']
type ProjectName = keyof World['projects']

const edits =
  (name: ContactName, given: Parameters<typeof editContact>[3]): Operation =>
  async (world) =>
    told(await editContact(world.db, by(world), world.contacts[name].id, given))
const creates =
  (email: string, group: GroupName): Operation =>
  async (world) =>
    told(
      await createContact(world.db, by(world), world.groups[group].id, {
        firstName: 'dan',
        lastName: 'Example',
        email,
      }),
    )
const deletes =
  (name: ContactName): Operation =>
  async (world) =>
    told(await deleteContact(world.db, by(world), world.contacts[name].id))
const merges =
  (other: ContactName, keep: ContactName): Operation =>
  async (world) =>
    told(
      await mergeContacts(world.db, by(world), { keepId: world.contacts[keep].id, otherId: world.contacts[other].id }),
    )
const renamesCompany =
  (organization: OrganizationName, name: string): Operation =>
  async (world) =>
    told(await editOrganization(world.db, by(world), world.organizations[organization].id, { name }))
const mergesCompanies =
  (other: OrganizationName, keep: OrganizationName): Operation =>
  async (world) =>
    told(
      await mergeOrganizations(world.db, by(world), {
        keepId: world.organizations[keep].id,
        otherId: world.organizations[other].id,
      }),
    )
const deletesCompany =
  (organization: OrganizationName): Operation =>
  async (world) =>
    told(await deleteOrganization(world.db, by(world), world.organizations[organization].id))
const createsCompany =
  (name: string, group: GroupName): Operation =>
  async (world) =>
    told(await createOrganization(world.db, by(world), world.groups[group].id, { name }))
const changes =
  (group: GroupName, wanted: Settings | { source: GroupName | null }): Operation =>
  async (world) => {
    const settings = 'source' in wanted ? { contactSourceId: wanted.source && world.groups[wanted.source].id } : wanted
    return told(await editGroup(world.db, by(world), world.groups[group].id, { settings }))
  }
const movesGroup =
  (group: GroupName, to: GroupName | null): Operation =>
  async (world) =>
    told(await transferGroup(world.db, by(world), world.groups[group].id, to && world.groups[to].id))
const movesProject =
  (project: ProjectName, to: GroupName): Operation =>
  async (world) =>
    told(await transferProject(world.db, by(world), world.projects[project].id, world.groups[to].id))
const movesIssue =
  (issue: ProjectName, to: ProjectName): Operation =>
  async (world) =>
    told(await moveIssue(world.db, by(world), { id: world.issues[issue].id }, world.projects[to].id))
const clones =
  (issue: ProjectName, to: ProjectName): Operation =>
  async (world) =>
    told(await cloneIssue(world.db, by(world), { id: world.issues[issue].id }, world.projects[to].id))
const renames =
  (group: GroupName, path: string): Operation =>
  async (world) =>
    told(await editGroup(world.db, by(world), world.groups[group].id, { path: world.prefix + path }))
const createsGroup =
  (path: string, parent?: GroupName): Operation =>
  async (world) => {
    const where = { path: world.prefix + path, parentId: parent && world.groups[parent].id }
    return told(await createGroup(world.db, by(world), { name: path, ...where }))
  }
const takes =
  (person: keyof World['userIds'], actor: keyof World['userIds'] = person): Operation =>
  async (world) =>
    told(await takeRole(world.db, by(world, actor), { group: world.groups.a }, world.userIds[person]))

/** Everything that a user can do at once with anything else here. */
export const operations = {
  'says that Cat is to be added': says('/add_contacts C@x.io', 'a/shop'),
  'says that Cat comes and Bob goes': says('/add_contacts c@x.io\n/remove_contacts b@x.io', 'a/shop'),
  'says that Cat is to be added in a/new': says('/add_contacts c@x.io', 'a/new/lab'),
  'says that Ann is to be added in b': says('/add_contacts a@x.io', 'b/shop'),
  'adds Cat': sets('add', ['cat'], 'a/shop'),
  'adds Cat and Bob in a/new': sets('add', ['cat', 'bob'], 'a/new/lab'),
  'removes Bob': sets('remove', ['bob'], 'a/shop'),
  'replaces all by Cat': sets('replace', ['cat'], 'a/shop'),
  'removes all in e': sets('replace', [], 'e/team/desk'),
  'makes Cat inactive': edits('cat', { active: false }),
  'makes Kim inactive': edits('kim', { active: false }),
  'gives Cat another address': edits('cat', { email: 'new@x.io' }),
  'gives Bob the address d@x.io': edits('bob', { email: 'd@x.io' }),
  'gives Cat an organization': edits('cat', { organizationId: null, description: 'Cat' }),
  'creates d@x.io': creates('d@x.io', 'a'),
  'creates D@X.io': creates('D@X.io', 'a'),
  'creates b@x.io in b': creates('b@x.io', 'b'),
  'creates k@x.io in b': creates('k@x.io', 'b'),
  'deletes Cat': deletes('cat'),
  'deletes Bob': deletes('bob'),
  'deletes Kim': deletes('kim'),
  'merges Cat into Ann': merges('cat', 'ann'),
  'merges Ann into Cat': merges('ann', 'cat'),
  'merges Bob into Cat': merges('bob', 'cat'),
  'merges Bob into Zoe, who has no address': merges('bob', 'zoe'),
  'merges Cat into Zoe, who has no address': merges('cat', 'zoe'),
  'merges Kim into Lea, who has no address': merges('kim', 'lea'),
  'merges Lea into Kim': merges('lea', 'kim'),
  'renames Acme': renamesCompany('acme', 'Zenith'),
  'renames Acme of b': renamesCompany('acme of b', 'Nadir'),
  'renames Beta to what b has': renamesCompany('beta', 'Nadir'),
  'renames Gamma': renamesCompany('gamma', 'Delta'),
  'merges Acme into Beta': mergesCompanies('acme', 'beta'),
  'merges Beta into Acme': mergesCompanies('beta', 'acme'),
  'deletes Acme': deletesCompany('acme'),
  'deletes Acme of b': deletesCompany('acme of b'),
  'deletes Gamma': deletesCompany('gamma'),
  'creates Beta in b': createsCompany('BETA', 'b'),
  'creates Zenith': createsCompany('ZENITH', 'a'),
  'names b as the source of a/new': changes('a/new', { source: 'b' }),
  'names a as the source of a/new': changes('a/new', { source: 'a' }),
  'names b as the source of a': changes('a', { source: 'b' }),
  'names a as the source of b': changes('b', { source: 'a' }),
  'turns customer relations of a off': changes('a', { customerRelations: false }),
  'moves the issue to a/sub': movesIssue('a/shop', 'a/sub/desk'),
  'moves the issue to b': movesIssue('a/shop', 'b/shop'),
  'moves the issue of a/sub to a': movesIssue('a/sub/desk', 'a/shop'),
  'clones the issue in a/sub': clones('a/shop', 'a/sub/desk'),
  'moves the project to a/sub': movesProject('a/shop', 'a/sub'),
  'moves the project to b': movesProject('a/shop', 'b'),
  'moves a into b': movesGroup('a', 'b'),
  'moves b into a': movesGroup('b', 'a'),
  'moves a/sub into b': movesGroup('a/sub', 'b'),
  'moves a/sub to the top': movesGroup('a/sub', null),
  'moves a/new into b': movesGroup('a/new', 'b'),
  'moves e/team into b': movesGroup('e/team', 'b'),
  'moves c into b': movesGroup('c', 'b'),
  'renames a to x': renames('a', 'x'),
  'renames b to x': renames('b', 'x'),
  'renames a/sub to y': renames('a/sub', 'y'),
  'creates the group x': createsGroup('x'),
  'creates the group a/y': createsGroup('y', 'a'),
  'creates the group b/sub': createsGroup('sub', 'b'),
  'creates the project a/y': async (world) =>
    told(await createProject(world.db, by(world), { path: `${world.prefix}Y`, name: 'y', groupId: world.groups.a.id })),
  'renames the project to a/y': async (world) =>
    told(await editProject(world.db, by(world), world.projects['a/shop'].id, { path: `${world.prefix}y` })),
  'Pia says that Cat is to be added': says('/add_contacts c@x.io', 'a/shop', 'pia'),
  'takes the role of Pia away': takes('pia', 'root'),
  'makes Pia an owner': async (world) =>
    told(await giveRole(world.db, by(world), { group: world.groups.a }, { userId: world.userIds.pia, role: 'owner' })),
  'Olga leaves': takes('olga'),
  'Max leaves': takes('max'),
} satisfies Record<string, Operation>

export type OperationName = keyof typeof operations
