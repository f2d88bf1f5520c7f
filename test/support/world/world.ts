// Builders: a group with a project and an issue, people with roles, contacts. Each world is apart from every other in
// the database.
import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Service } from '../../../src/app.ts'
import { insertContacts, type NewContact } from '../../../src/domain/contacts/contacts.ts'
import { insertOrganizations } from '../../../src/domain/contacts/organizations.ts'
import { insertGroup, insertProject } from '../../../src/domain/groups/groups.ts'
import { insertIssueAs } from '../../../src/domain/issues/issues.ts'
import { createLink, createToken } from '../../../src/domain/people/access-tokens.ts'
import { createUser, nameUserElsewhere } from '../../../src/domain/people/users.ts'
import { setRole } from '../../../src/domain/rules/members.ts'
import type { Role } from '../../../src/domain/rules/permissions.ts'
import type { NewComment, Receipt } from '../../../src/pipeline/comment.ts'
import type { Contact } from '../../../src/storage/contacts-schema.ts'
import { type Db, rowsOf } from '../../../src/storage/db.ts'
import type { User } from '../../../src/storage/schema.ts'
import { numbering } from '../service/at-end.ts'

export interface Wanted {
  /** Who is there, and the role they have in the top-level group. */
  people?: Record<string, Role | 'nobody' | 'administrator'>
  /** Addresses of active contacts, or whole contacts. */
  contacts?: readonly (string | (Partial<NewContact> & { company?: string }))[]
  inactive?: readonly string[]
  visibility?: 'public' | 'private'
}

const nextNumber = numbering()

function contactFrom(
  given: string | (Partial<NewContact> & { company?: string }),
): Partial<NewContact> & { company?: string } {
  return typeof given === 'string' ? { firstName: given.split('@')[0], lastName: 'Example', email: given } : given
}

async function createPeople(
  { db }: Service,
  people: NonNullable<Wanted['people']>,
  where: { number: number; group: { id: number } },
): Promise<Map<string, User>> {
  const users = new Map<string, User>()
  for (const [name, role] of Object.entries(people)) {
    const user = await createUser(db, {
      username: `${name}-${where.number}`,
      name,
      administrator: role === 'administrator',
    })
    if (role !== 'nobody' && role !== 'administrator') await setRole(db, user.id, { group: where.group }, role)
    await nameUserElsewhere(db, user.id, { via: 'chat', externalId: `${name}-${where.number}` })
    users.set(name, user)
  }
  return users
}

async function createCrm({ db }: Service, groupId: number, given: Wanted): Promise<Contact[]> {
  const all = [
    ...(given.contacts ?? []).map(contactFrom),
    ...(given.inactive ?? []).map((email) => ({ ...contactFrom(email), state: 'inactive' as const })),
  ]
  const companies = [...new Set(all.flatMap(({ company }) => company ?? []))]
  const organizations = await insertOrganizations(
    db,
    groupId,
    companies.map((name) => ({ name })),
  )
  const wanted = all.map(({ company, ...contact }) => ({
    firstName: 'First',
    lastName: 'Last',
    ...contact,
    organization: organizations.find(({ name }) => name === company),
  }))
  return insertContacts(db, groupId, wanted)
}

/** Makes a contact inactive, without a permission check. */
export const makeInactive = (db: Db, contactId: number) =>
  db.execute(sql`update contacts set state = 'inactive' where id = ${contactId}`)

/** Makes a world: group `worldN`, project `worldN/shop`, an issue in it, and the users and contacts that are wanted. */
export async function world(service: Service, wanted: Wanted = {}) {
  const { db } = service
  const number = nextNumber()
  const group = await insertGroup(db, { path: `world${number}`, name: `World ${number}` })
  const project = await insertProject(db, { path: 'shop', name: 'Shop', group, visibility: wanted.visibility })
  const users = await createPeople(service, wanted.people ?? {}, { number, group })
  const contacts = await createCrm(service, group.id, wanted)
  const author = await createUser(db, { username: `reporter-${number}` })
  const open = () =>
    insertIssueAs(db, { projectId: project.id, title: 'It does not work', description: '', authorId: author.id })
  const issue = await open()

  const idOf = (person: string) => {
    const user = users.get(person)
    if (!user) throw new Error(`there is no ${person} in this world`)
    return user.id
  }
  const commentOf = (person: string, body: string, more: Partial<NewComment> = {}): NewComment => ({
    kind: 'comment',
    via: 'web',
    delivery: randomUUID(),
    on: { project: project.fullPath, iid: issue.iid },
    replyTo: `${project.fullPath}#${issue.iid}`,
    author: more.via === 'chat' ? { account: `${person}-${number}` } : { userId: idOf(person) },
    body,
    ...more,
  })

  return {
    group,
    project,
    users,
    contacts,
    commentOf,
    /** Opens one more issue in the project. */
    open,
    reference: `${project.fullPath}#${issue.iid}`,
    /** A user comments; what they are told, in one line. */
    async say(person: string, body: string, more: Partial<NewComment> = {}): Promise<string> {
      const { receipt, outcome, waiting } = await service.submit(commentOf(person, body, more))
      if (receipt.status === 'refused') return receipt.reason
      return waiting ? 'still waiting' : (outcome?.answer ?? []).join(' ')
    },
    /** A user comments; nobody waits for what comes of it. */
    post: (person: string, body: string, more: Partial<NewComment> = {}): Promise<Receipt> =>
      service.receive(commentOf(person, body, more)),
    token: (person: string, options?: Parameters<typeof createToken>[3]) =>
      createToken(db, idOf(person), 'api', options),
    /** The address of a link that signs a user in. */
    signInLink: async (person: string) => `/users/sign_in?link=${await createLink(db, idOf(person), 'sign_in')}`,
    issue: {
      ...issue,
      path: `/${project.fullPath}/-/issues/${issue.iid}`,
      /** Addresses of its contacts, in the order of their ids. */
      contacts: async (): Promise<string[]> =>
        (
          await rowsOf<{ email: string }>(
            db,
            sql`select c.email from issue_contacts l join contacts c on c.id = l.contact_id
              where l.issue_id = ${issue.id} order by c.id`,
          )
        ).map(({ email }) => email),
      /** What is written on it, system notes in brackets. */
      comments: async (): Promise<string[]> =>
        (
          await rowsOf<{ body: string; system: boolean }>(
            db,
            sql`select body, system from comments where issue_id = ${issue.id} order by id`,
          )
        ).map(({ body, system }) => (system ? `[${body}]` : body)),
      history: (): Promise<{ action: string; via: string; actor_id: number; contact_id: number }[]> =>
        rowsOf(db, sql`select action, via, actor_id, contact_id from history where issue_id = ${issue.id} order by id`),
    },
  }
}
