// Random worlds to begin with: trees of groups, settings, people with roles, contacts, organizations, issues, links.
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { insertContacts } from '../../../src/domain/contacts/contacts.ts'
import { insertOrganizations } from '../../../src/domain/contacts/organizations.ts'
import { insertGroup, insertProject } from '../../../src/domain/groups/groups.ts'
import { saveSettings } from '../../../src/domain/groups/settings.ts'
import { insertIssueAs } from '../../../src/domain/issues/issues.ts'
import { createUser } from '../../../src/domain/people/users.ts'
import { setRole } from '../../../src/domain/rules/members.ts'
import { type Role, roles } from '../../../src/domain/rules/permissions.ts'
import type { Organization } from '../../../src/storage/contacts-schema.ts'
import type { Db } from '../../../src/storage/db.ts'
import type { Group, Project, User } from '../../../src/storage/schema.ts'
import { clear, type Photo, takePhoto } from './photo.ts'
import { sourceOf, sourceOfIssue } from './rules.ts'

/** Which one of those there are: a number to be taken modulo how many they are. */
export const which = fc.nat({ max: 59 })
export const one = <Row>(rows: readonly Row[], at: number): Row => rows[at % rows.length] as Row

// Few of each, in any letter case, so that they meet.
export const anAddress = fc.mixedCase(fc.constantFrom('a@x.io', 'b@x.io', 'c@x.io', 'd@y.io'))
export const aCompany = fc.mixedCase(fc.constantFrom('Acme', 'Beta', 'Cafe', 'Café'))
export const aPath = fc.mixedCase(fc.constantFrom('a', 'b', 'c', 'api', 'desk'))
export const aFirstName = fc.constantFrom('Ann', 'Bob', 'Zoë')
export const aJobTitle = fc.constantFrom('Buyer', 'Head of Purchasing')
export const aRole = fc.constantFrom(...(Object.keys(roles) as Role[]))
const rarely = fc.integer({ min: 0, max: 3 }).map((n) => n === 0)
const aVisibility = rarely.map((open) => (open ? ('public' as const) : ('private' as const)))

/** The administrator comes first, then one who owns what is at the top, then the rest; the last one is blocked. */
export const people = ['root', 'olga', 'max', 'dev', 'pia', 'gus', 'eve', 'bert'] as const

export const seed = fc.record({
  groups: fc.array(fc.record({ path: aPath, parent: fc.option(which), visibility: aVisibility }), {
    minLength: 4,
    maxLength: 8,
    size: 'max',
  }),
  projects: fc.array(fc.record({ group: which, visibility: aVisibility }), { minLength: 1, maxLength: 6, size: 'max' }),
  settings: fc.array(fc.record({ group: which, off: rarely, source: fc.option(which) }), { maxLength: 4, size: 'max' }),
  roles: fc.array(fc.record({ user: which, namespace: which, role: aRole }), { maxLength: 14, size: 'max' }),
  organizations: fc.array(fc.record({ near: which, name: aCompany }), { maxLength: 8, size: 'max' }),
  contacts: fc.array(
    fc.record({
      near: which,
      firstName: aFirstName,
      email: fc.option(anAddress, { freq: 3 }),
      jobTitle: fc.option(aJobTitle),
      organization: fc.option(which),
      isInactive: rarely,
    }),
    { minLength: 1, maxLength: 14, size: 'max' },
  ),
  issues: fc.array(which, { minLength: 1, maxLength: 8, size: 'max' }),
  links: fc.array(fc.record({ issue: which, contact: which }), { maxLength: 20, size: 'max' }),
})
type Seed = typeof seed extends fc.Arbitrary<infer Value> ? Value : never

async function plantGroups(db: Db, { groups }: Seed): Promise<Group[]> {
  const planted: Group[] = []
  for (const [at, { path, parent, visibility }] of groups.entries()) {
    const above = at < 2 || parent === null ? undefined : one(planted, parent)
    const isTaken = planted.some(
      (other) => other.parentId === (above?.id ?? null) && other.path.toLowerCase() === path.toLowerCase(),
    )
    const own = isTaken || (path.toLowerCase() === 'api' && !above) ? `g${at}` : path
    planted.push(await insertGroup(db, { path: own, name: `Group ${at}`, parent: above, visibility }))
  }
  return planted
}

async function plantSettings(db: Db, { settings }: Seed, groups: readonly Group[]): Promise<void> {
  for (const { group, off, source } of settings)
    await saveSettings(db, one(groups, group).id, {
      customerRelations: !off,
      contactSourceId: source === null ? null : one(groups, source).id,
    })
}

async function plantPeople(
  db: Db,
  { roles }: Seed,
  { groups, projects }: { groups: readonly Group[]; projects: readonly Project[] },
) {
  const users: User[] = []
  for (const username of people) users.push(await createUser(db, { username, administrator: username === 'root' }))
  await db.execute(sql`update users set blocked = true where username = ${people.at(-1)}`)
  for (const group of groups) if (group.parentId === null) await setRole(db, (users[1] as User).id, { group }, 'owner')
  for (const { user, namespace, role } of roles) {
    const at = namespace % (groups.length + projects.length)
    const where = at < groups.length ? { group: one(groups, at) } : { project: one(projects, at - groups.length) }
    await setRole(db, one(users.slice(2), user).id, where, role)
  }
}

/** Most are where issues look for them, some in any group at all: it may have been a contact source before. */
const ownerGroupNear = (photo: Photo, near: number): number =>
  near % 5 === 4 ? one(photo.groups, near).id : sourceOf(photo, one(photo.projects, near).group_id)

async function plantOrganizations(db: Db, given: Seed['organizations'], photo: Photo): Promise<Organization[]> {
  const planted: Organization[] = []
  for (const { near, name } of given) {
    const groupId = ownerGroupNear(photo, near)
    const isTaken = planted.some(
      (other) => other.groupId === groupId && other.name.toLowerCase() === name.toLowerCase(),
    )
    if (!isTaken) planted.push(...(await insertOrganizations(db, groupId, [{ name }])))
  }
  return planted
}

async function plantContacts(
  db: Db,
  given: Seed['contacts'],
  there: { photo: Photo; organizations: readonly Organization[] },
) {
  const taken = new Set<string>()
  for (const [at, { near, firstName, email, jobTitle, organization, isInactive }] of given.entries()) {
    const groupId = ownerGroupNear(there.photo, near)
    const own = there.organizations.filter((company) => company.groupId === groupId)
    const key = `${groupId} ${email?.toLowerCase()}`
    const contact = {
      firstName,
      lastName: `Number ${at % 4}`,
      email: taken.has(key) ? null : email,
      jobTitle,
      organization: organization === null || own.length === 0 ? null : one(own, organization),
      state: isInactive ? ('inactive' as const) : ('active' as const),
    }
    taken.add(key)
    await insertContacts(db, groupId, [contact])
  }
}

async function plantLinks(db: Db, { links }: Seed): Promise<void> {
  const photo = await takePhoto(db)
  for (const [at, { issue, contact }] of links.entries()) {
    const { id } = one(photo.issues, issue)
    const fitting = photo.contacts.filter(({ group_id }) => group_id === sourceOfIssue(photo, id))
    if (fitting.length > 0)
      await db.execute(
        sql`insert into issue_contacts (issue_id, contact_id, created_at)
          values (${id}, ${one(fitting, contact).id}, ${`2024-01-01T00:00:${10 + at}Z`})
          on conflict do nothing`,
      )
  }
}

/** Empties the database, plants a world in it, and takes a photo of that. */
export async function plant(db: Db, given: Seed): Promise<Photo> {
  await clear(db)
  const groups = await plantGroups(db, given)
  const projects: Project[] = []
  for (const [at, { group, visibility }] of given.projects.entries())
    projects.push(
      await insertProject(db, { path: `p${at}`, name: `Project ${at}`, group: one(groups, group), visibility }),
    )
  await plantSettings(db, given, groups)
  await plantPeople(db, given, { groups, projects })
  const photo = await takePhoto(db)
  const organizations = await plantOrganizations(db, given.organizations, photo)
  await plantContacts(db, given.contacts, { photo, organizations })
  for (const [at, project] of given.issues.entries())
    await insertIssueAs(db, {
      projectId: one(projects, project).id,
      title: `Issue ${at}`,
      description: '',
      authorId: 1,
    })
  await plantLinks(db, given)
  return takePhoto(db)
}
