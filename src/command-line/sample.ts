// A small workspace to try things out: one company that supports two products for its customers.

import { insertContacts } from '../domain/contacts/contacts.ts'
import { insertOrganizations } from '../domain/contacts/organizations.ts'
import { insertGroup, insertProject } from '../domain/groups/groups.ts'
import { insertIssueAs } from '../domain/issues/issues.ts'
import { createUser, findUser } from '../domain/people/users.ts'
import { setRole } from '../domain/rules/members.ts'
import type { Role } from '../domain/rules/permissions.ts'
import { issueContacts } from '../storage/contacts-schema.ts'
import type { Db, Tx } from '../storage/db.ts'

const people: readonly [username: string, name: string, role: Role][] = [
  ['olivia', 'Olivia Brandt', 'owner'],
  ['marcus', 'Marcus Adeyemi', 'maintainer'],
  ['dana', 'Dana Kovács', 'developer'],
  ['ravi', 'Ravi Menon', 'reporter'],
  ['priya', 'Priya Nair', 'planner'],
  ['gus', 'Gus Lindqvist', 'guest'],
]

const companies: readonly [name: string, rate: string, domain: string][] = [
  ['Halvorsen Marine', '140.00', 'halvorsen-marine.example'],
  ['Bright Harbour Clinics', '165.00', 'brightharbour.example'],
  ['Okafor & Daughters', '120.00', 'okafor.example'],
  ['Lumière Textiles', '130.00', 'lumiere-textiles.example'],
  ['Northgate School Trust', '95.00', 'northgate.example'],
  ['Castellano Foods', '125.00', 'castellano.example'],
]

// First name, last name, company by its place above, state if not active.
const customers: readonly [first: string, last: string, company: number | null, state?: 'inactive'][] = [
  ['Ingrid', 'Halvorsen', 0],
  ['Tor', 'Nygaard', 0],
  ['Sanne', 'de Vries', 0],
  ['Amara', 'Osei', 1],
  ['Benedict', 'Crane', 1],
  ['Yuki', 'Tanabe', 1],
  ['Leila', 'Haddad', 1, 'inactive'],
  ['Chidi', 'Okafor', 2],
  ['Ngozi', 'Okafor', 2],
  ['Folake', 'Balogun', 2],
  ['Élodie', 'Marchand', 3],
  ['Rémi', 'Fontaine', 3],
  ['Inès', 'Carpentier', 3],
  ['Margaret', 'Hollis', 4],
  ['Tomasz', 'Wieczorek', 4],
  ['Aoife', 'Gallagher', 4],
  ['Samuel', 'Pryce', 4, 'inactive'],
  ['Giulia', 'Castellano', 5],
  ['Paolo', 'Ferrante', 5],
  ['Rosa', 'Di Marco', 5],
  ['Hannah', 'Weiss', null],
  ['Jonas', 'Petrauskas', null],
  ['Mei-Ling', 'Zhou', null],
  ['Andrés', 'Villalobos', null],
]

const problems: readonly [title: string, description: string, company: number | null][] = [
  ["Invoices show last month's rate", 'Reported on the phone: the March invoice still uses the old rate.', 0],
  ['Appointment reminders are sent twice', 'Since Monday every patient gets two messages, one minute apart.', 1],
  ['Checkout stops at the address form', 'The button does nothing when the street has more than 40 letters.', null],
  ['Export of orders lacks the tax column', "They need it for the quarter's report, due on Friday.", 3],
  ['Class lists cannot be printed', 'The print page stays white in Firefox.', 4],
]

const plain = (name: string) => name.normalize('NFD').replace(/\p{M}/gu, '').replace(/\s+/g, '').toLowerCase()

async function createPeople(tx: Tx): Promise<Map<Role, number>> {
  const ids = new Map<Role, number>()
  for (const [username, name, role] of people)
    ids.set(role, (await createUser(tx, { username, name, email: `${username}@acme.example` })).id)
  return ids
}

async function createCustomers(tx: Tx, groupId: number) {
  const organizations = await insertOrganizations(
    tx,
    groupId,
    companies.map(([name, defaultRate]) => ({ name, defaultRate })),
  )
  const wanted = customers.map(([firstName, lastName, company, state], at) => ({
    firstName,
    lastName,
    email: `${plain(firstName)}.${plain(lastName)}@${company === null ? 'mail.example' : companies[company]?.[2]}`,
    phone: `+44 20 7946 0${String(101 + at)}`,
    organization: company === null ? undefined : organizations[company],
    state,
  }))
  return { organizations, contacts: await insertContacts(tx, groupId, wanted) }
}

/**
 * Creates the sample: group `acme` with subgroups and projects, a user in every role, two dozen contacts, issues.
 * @returns the reference of an issue to try things on. The database rejects it if any of these names exists already.
 */
export const createSample = (db: Db): Promise<{ first: string }> =>
  db.transaction(async (tx) => {
    const acme = await insertGroup(tx, { path: 'acme', name: 'Acme Software' })
    const support = await insertGroup(tx, { path: 'support', name: 'Support', parent: acme })
    const delivery = await insertGroup(tx, { path: 'delivery', name: 'Delivery', parent: acme })
    const shop = await insertProject(tx, { path: 'shop', name: 'Shop', group: support })
    const clinic = await insertProject(tx, { path: 'clinic', name: 'Clinic', group: support, visibility: 'public' })
    await insertProject(tx, { path: 'onboarding', name: 'Onboarding', group: delivery })
    const ids = await createPeople(tx)
    for (const [role, userId] of ids) await setRole(tx, userId, { group: acme }, role)
    const { organizations, contacts } = await createCustomers(tx, acme.id)
    const author = (await findUser(tx, 'ravi'))?.id as number
    for (const [title, description, company] of problems) {
      const project = company === 1 ? clinic : shop
      const issue = await insertIssueAs(tx, { projectId: project.id, title, description, authorId: author })
      const caller = contacts.find(
        (contact) => company !== null && contact.organizationId === organizations[company]?.id,
      )
      if (caller) await tx.insert(issueContacts).values({ issueId: issue.id, contactId: caller.id })
    }
    return { first: `${shop.fullPath}#2` }
  })
