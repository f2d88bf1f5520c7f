// Builders for trees of groups: who is there, what they hold, what is linked.
import { sql } from 'drizzle-orm'
import { insertContacts, type NewContact } from '../../../src/domain/contacts/contacts.ts'
import { insertOrganizations } from '../../../src/domain/contacts/organizations.ts'
import { insertGroup, insertProject } from '../../../src/domain/groups/groups.ts'
import { saveSettings } from '../../../src/domain/groups/settings.ts'
import { insertIssueAs } from '../../../src/domain/issues/issues.ts'
import { createUser } from '../../../src/domain/people/users.ts'
import type { Actor } from '../../../src/domain/rules/history.ts'
import { setRole } from '../../../src/domain/rules/members.ts'
import type { Role } from '../../../src/domain/rules/permissions.ts'
import type { Contact, Organization } from '../../../src/storage/contacts-schema.ts'
import { type Db, rowsOf } from '../../../src/storage/db.ts'
import type { Group, Issue, Project } from '../../../src/storage/schema.ts'
import { numbering } from '../service/at-end.ts'

const nextNumber = numbering()

export interface Tree {
  /**
   * `acme/support` is a group, `acme/support:shop` a project in it. Each tree has names of its own: `pathOf` says
   * which.
   */
  group(name: string): Group
  project(name: string): Project
  pathOf(name: string): string
  person(name: string, roles?: Record<string, Role>): Promise<Actor>
  administrator(): Promise<Actor>
  hold(group: string, people: readonly (string | Partial<NewContact & { company: string }>)[]): Promise<Contact[]>
  company(group: string, name: string, rate?: string): Promise<Organization>
  /** An issue in a project, linked to contacts long ago. */
  issue(project: string, linked?: readonly Contact[]): Promise<Issue>
  nameSource(group: string, source: string | null): Promise<void>
  switchOff(group: string): Promise<void>
  /**
   * Who is linked to an issue: address or name, `group that holds them`, in order; the same for all issues of the tree.
   */
  linked(issue: Issue): Promise<string[]>
  /** What a group holds: address or name, with the organization. */
  held(group: string): Promise<string[]>
  companies(group: string): Promise<string[]>
  notes(issue: Issue): Promise<string[]>
}

/** Makes a tree of the groups and projects named, in order: parents first. */
export async function tree(db: Db, names: readonly string[]): Promise<Tree> {
  const number = nextNumber()
  const groups = new Map<string, Group>()
  const projects = new Map<string, Project>()
  const get = <Value>(map: Map<string, Value>, name: string): Value => {
    const found = map.get(name)
    if (found === undefined) throw new Error(`there is no ${name} in this tree`)
    return found
  }
  for (const name of names) {
    const [groupName, projectName] = name.split(':') as [string, string | undefined]
    if (projectName !== undefined)
      projects.set(
        name,
        await insertProject(db, { path: projectName, name: projectName, group: get(groups, groupName) }),
      )
    else {
      const [above, path] = [groupName.split('/').slice(0, -1).join('/'), groupName.split('/').at(-1) as string]
      const own = above === '' ? `${path}${number}` : path
      groups.set(
        name,
        await insertGroup(db, { path: own, name: path, parent: above === '' ? undefined : get(groups, above) }),
      )
    }
  }
  const rows = async (query: ReturnType<typeof sql>) =>
    (await rowsOf<{ said: string }>(db, query)).map(({ said }) => said)
  return {
    group: (name) => get(groups, name),
    project: (name) => get(projects, name),
    pathOf: (name) => name.replace(/^[^/:]+/, (top) => `${top}${number}`).replace(':', '/'),
    async person(name, roles = {}) {
      const user = await createUser(db, { username: `${name}-tree${number}` })
      for (const [place, role] of Object.entries(roles))
        await setRole(
          db,
          user.id,
          place.includes(':') ? { project: get(projects, place) } : { group: get(groups, place) },
          role,
        )
      return { userId: user.id, via: 'web' }
    },
    administrator: async () => ({
      userId: (await createUser(db, { username: `admin-tree${number}`, administrator: true })).id,
      via: 'api',
    }),
    async hold(group, people) {
      const ownerGroup = get(groups, group)
      const companies = await rowsOf<{ id: number; name: string }>(
        db,
        sql`select id, name from organizations where group_id = ${ownerGroup.id}`,
      )
      const wanted = people.map((one) => {
        const { company, ...given } =
          typeof one === 'string' ? { email: one, company: undefined } : { company: undefined, ...one }
        const organization = companies.find(({ name }) => name === company)
        return { firstName: 'First', lastName: 'Last', ...given, organization }
      })
      return insertContacts(db, ownerGroup.id, wanted)
    },
    company: async (group, name, defaultRate) =>
      (await insertOrganizations(db, get(groups, group).id, [{ name, defaultRate }]))[0] as Organization,
    async issue(project, linked = []) {
      const issue = await insertIssueAs(db, {
        projectId: get(projects, project).id,
        title: 'It does not work',
        description: '',
        authorId: null,
      })
      for (const { id } of linked)
        await db.execute(
          sql`insert into issue_contacts (issue_id, contact_id, created_at)
            values (${issue.id}, ${id}, '2020-02-02T02:02:02Z')`,
        )
      return issue
    },
    nameSource: (group, source) =>
      saveSettings(db, get(groups, group).id, { contactSourceId: source === null ? null : get(groups, source).id }),
    switchOff: (group) => saveSettings(db, get(groups, group).id, { customerRelations: false }),
    linked: (issue) =>
      rows(sql`select coalesce(c.email, c.first_name || ' ' || c.last_name) || ' of ' || regexp_replace(g.full_path,
        '[0-9]+(?=/|$)', '', 'g')
          || case when l.created_at = '2020-02-02T02:02:02Z' then '' else ' (new)' end as said
        from issue_contacts l join contacts c on c.id = l.contact_id join groups g on g.id = c.group_id
        where l.issue_id = ${issue.id} order by said`),
    held: (group) =>
      rows(sql`select coalesce(c.email, c.first_name || ' ' || c.last_name) || coalesce(', ' || o.name, '') || case
        when c.state = 'inactive' then ', inactive' else '' end as said
        from contacts c left join organizations o on o.id = c.organization_id
        where c.group_id = ${get(groups, group).id} order by said`),
    companies: (group) =>
      rows(
        sql`select name || coalesce(' at ' || default_rate, '') as said from organizations
          where group_id = ${get(groups, group).id} order by said`,
      ),
    notes: (issue) => rows(sql`select body as said from comments where issue_id = ${issue.id} and system order by id`),
  }
}
