// A small world for people who act at once, and all that can be told of it: the same words however its rows are
// numbered.
import { sql } from 'drizzle-orm'
import { insertContacts } from '../../../src/domain/contacts/contacts.ts'
import { insertOrganizations } from '../../../src/domain/contacts/organizations.ts'
import { insertGroup, insertProject } from '../../../src/domain/groups/groups.ts'
import { saveSettings } from '../../../src/domain/groups/settings.ts'
import { insertIssueAs } from '../../../src/domain/issues/issues.ts'
import { createUser } from '../../../src/domain/people/users.ts'
import { setRole } from '../../../src/domain/rules/members.ts'
import { type Contact, issueContacts, type Organization } from '../../../src/storage/contacts-schema.ts'
import { type Db, rowsOf } from '../../../src/storage/db.ts'
import type { Group, Issue, Project } from '../../../src/storage/schema.ts'
import type { RunningService } from '../service/service.ts'

const people = { root: 'administrator', pia: 'planner', olga: 'owner', max: 'owner' } as const
type Person = keyof typeof people

export interface World {
  service: RunningService
  db: Db
  /** The beginning of every path of a group: wherever it is moved, it comes into nobody's way in another world. */
  prefix: string
  /** By their paths without the prefix: `a/sub`. */
  groups: Record<GroupName, Group>
  projects: Record<ProjectName, Project>
  /** By the project in which they were opened. */
  issues: Record<ProjectName, Issue>
  contacts: Record<ContactName, Contact>
  organizations: Record<OrganizationName, Organization>
  userIds: Record<Person, number>
}

type GroupName = 'a' | 'a/sub' | 'a/new' | 'b' | 'c' | 'e' | 'e/team'
type ProjectName = 'a/shop' | 'a/sub/desk' | 'a/new/lab' | 'b/shop' | 'e/team/desk'
type ContactName = 'ann' | 'bob' | 'zoe' | 'cat' | 'ann of b' | 'kim' | 'lea'
type OrganizationName = 'acme' | 'beta' | 'acme of b' | 'gamma'

const groupNames: readonly GroupName[] = ['a', 'a/sub', 'a/new', 'b', 'c', 'e', 'e/team']
const projectNames: readonly ProjectName[] = ['a/shop', 'a/sub/desk', 'a/new/lab', 'b/shop', 'e/team/desk']
const organizations: Record<OrganizationName, { group: GroupName; name: string }> = {
  acme: { group: 'a', name: 'Acme' },
  beta: { group: 'a', name: 'Beta' },
  'acme of b': { group: 'b', name: 'ACME' },
  gamma: { group: 'c', name: 'Gamma' },
}
// The issues of `e` use the contacts of `c`; nobody knows Cat yet, nor is anyone linked in `a/new`.
const contacts: Record<
  ContactName,
  { group: GroupName; email: string | null; organization?: OrganizationName; on: ProjectName[] }
> = {
  ann: { group: 'a', email: 'a@x.io', organization: 'acme', on: ['a/shop'] },
  bob: { group: 'a', email: 'b@x.io', on: ['a/shop', 'a/sub/desk'] },
  zoe: { group: 'a', email: null, organization: 'beta', on: ['a/shop', 'a/sub/desk'] },
  cat: { group: 'a', email: 'c@x.io', on: [] },
  'ann of b': { group: 'b', email: 'A@X.io', organization: 'acme of b', on: ['b/shop'] },
  kim: { group: 'c', email: 'k@x.io', organization: 'gamma', on: ['e/team/desk'] },
  lea: { group: 'c', email: null, on: ['e/team/desk'] },
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))
const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** Makes things one after the other, each known by its name. */
async function make<Name extends string, Thing>(
  names: readonly Name[],
  maker: (name: Name, made: Record<Name, Thing>) => Promise<Thing>,
): Promise<Record<Name, Thing>> {
  const made = {} as Record<Name, Thing>
  for (const name of names) made[name] = await maker(name, made)
  return made
}

/** Makes all that are wanted in a group together. */
async function makeInGroups<Name extends string, Thing>(
  wanted: Record<Name, { group: GroupName }>,
  maker: (group: GroupName, names: readonly Name[]) => Promise<Thing[]>,
): Promise<Record<Name, Thing>> {
  const made = {} as Record<Name, Thing>
  for (const group of groupNames) {
    const names = namesOf(wanted).filter((name) => wanted[name].group === group)
    for (const [at, thing] of (await maker(group, names)).entries()) made[names[at] as Name] = thing
  }
  return made
}

const namesOf = <Name extends string>(record: Record<Name, unknown>) => Object.keys(record) as Name[]

let worlds = 0

/** Makes a world that is like every other one, and apart from them. */
export async function atOnceWorld(service: RunningService): Promise<World> {
  const { db } = service
  const prefix = `w${++worlds}-`
  const groups = await make<GroupName, Group>(groupNames, (path, made) => {
    const parent = path.includes('/') ? made[parentOf(path) as GroupName] : undefined
    return insertGroup(db, { path: prefix + (parent ? lastOf(path) : path), name: path, parent })
  })
  await saveSettings(db, groups.e.id, { contactSourceId: groups.c.id })
  const projects = await make<ProjectName, Project>(projectNames, (path) =>
    insertProject(db, { path: lastOf(path), name: path, group: groups[parentOf(path) as GroupName] }),
  )
  const userIds = await make<Person, number>(namesOf(people), (name) =>
    createPerson(db, { name, prefix, group: groups.a }),
  )
  for (const name of ['b', 'c', 'e'] as const) await setRole(db, userIds.root, { group: groups[name] }, 'owner')
  const companies = await makeInGroups(organizations, async (group, names) =>
    insertOrganizations(
      db,
      groups[group].id,
      names.map((name) => organizations[name]),
    ),
  )
  const known = await makeInGroups(contacts, async (group, names) =>
    insertContacts(
      db,
      groups[group].id,
      names.map((name) => {
        const { email, organization } = contacts[name]
        return { firstName: name, lastName: 'Example', email, organization: organization && companies[organization] }
      }),
    ),
  )
  const issues = await make<ProjectName, Issue>(projectNames, (path) =>
    insertIssueAs(db, {
      projectId: projects[path].id,
      title: `issue of ${path}`,
      description: '',
      authorId: userIds.root,
    }),
  )
  const links = namesOf(contacts).flatMap((name) =>
    contacts[name].on.map((path) => ({ issueId: issues[path].id, contactId: known[name].id })),
  )
  const createdAt = new Date('2024-01-01')
  await db.insert(issueContacts).values(links.map((link) => ({ ...link, createdAt })))
  return { service, db, prefix, groups, projects, issues, contacts: known, organizations: companies, userIds }
}

async function createPerson(
  db: Db,
  { name, prefix, group }: { name: Person; prefix: string; group: Group },
): Promise<number> {
  const role = people[name]
  const { id } = await createUser(db, { username: `${prefix}${name}`, name, administrator: role === 'administrator' })
  if (role !== 'administrator') await setRole(db, id, { group }, role)
  return id
}

/** Everything that can be told of a world, line by line, in order. */
export async function tellOf({ db, prefix, userIds }: World): Promise<string[]> {
  const lines = await rowsOf<{ line: string }>(
    db,
    sql`with g as (select * from groups where path_key like ${`${prefix}%`}),
      p as (select * from projects where group_id in (select id from g)),
      i as (select i.*, i.title as name from issues i join p on p.id = i.project_id),
      c as (select c.*, concat_ws(' ', 'of', g.full_path, c.first_name, c.email) as name from contacts c
      join g on g.id = c.group_id)
    select concat_ws(' ', 'group', g.full_path, case
    when not s.customer_relations then 'off' end, 'source ' || source.full_path) as line
      from g left join group_settings s on s.group_id = g.id left join groups source on source.id = s.contact_source_id
    union all select concat('issue ', i.name, ' at ', p.full_path, '#', iid) from i join p on p.id = i.project_id
    union all select concat('project ', full_path) from p
    union all select concat_ws(' ', 'organization of', g.full_path, o.name, o.state) from organizations o
    join g on g.id = o.group_id
    union all select concat_ws(' ', 'contact', c.name, c.state, 'at ' || o.name, 'found as ' || c.find_by_organization)
      from c left join organizations o on o.id = c.organization_id
    union all select concat_ws(' ', 'link', i.name, c.name, case when l.created_at < '2025-01-01' then 'of old' end)
      from issue_contacts l join i on i.id = l.issue_id join contacts any_contact on any_contact.id = l.contact_id left
      join c on c.id = l.contact_id
    union all select concat('note ', i.name, ': ', n.body) from comments n join i on i.id = n.issue_id
    union all select concat('role ', u.name, ' ', m.level) from members m join users u on u.id = m.user_id
    where u.id = any(${sql.param(Object.values(userIds))}::bigint[])
    union all select concat('history ', action, ' ', count(*)) from history
    where actor_id = any(${sql.param(Object.values(userIds))}::bigint[]) group by action`,
  )
  return lines.map(({ line }) => line.replaceAll(prefix, '')).sort()
}

const slow = [
  'groups',
  'group_settings',
  'projects',
  'members',
  'issues',
  'issue_contacts',
  'contacts',
  'organizations',
  'comments',
  'history',
]

/** From now on writers can be made to linger a moment before and after, so that others come in between. */
export async function makeSlow(db: Db): Promise<void> {
  await db.execute(sql`create table lingering (longest double precision)`)
  await db.execute(sql`insert into lingering values (0)`)
  await db.execute(sql`create function linger() returns trigger language plpgsql as
    $$ begin perform pg_sleep(random() * random() * longest) from lingering where longest > 0; return null; end $$`)
  for (const table of slow)
    for (const moment of ['before', 'after'])
      await db.execute(
        sql.raw(
          `create trigger linger_${moment} ${moment} insert or update or delete on ${table} for each statement execute function linger()`,
        ),
      )
}

/** How many seconds they linger at most. */
export const linger = (db: Db, longest: number) => db.execute(sql`update lingering set longest = ${longest}`)
