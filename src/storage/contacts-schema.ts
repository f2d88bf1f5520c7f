// The tables of contacts and organizations, of their links to issues, and of the words by which contacts are found.
import { sql } from 'drizzle-orm'
import { check, foreignKey, index, numeric, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core'
import { idColumn, key, now, ref, searched, state } from './columns.ts'
import { groups, issues } from './schema.ts'

export const organizations = pgTable(
  'organizations',
  {
    id: idColumn(),
    groupId: ref().notNull(),
    name: text().notNull(),
    nameKey: key().notNull(),
    defaultRate: numeric({ precision: 18, scale: 2 }),
    description: text(),
    state: state(),
    findByName: key().notNull().default(''),
    descriptionKey: key(),
    searchText: searched('find_by_name', 'description_key'),
    createdAt: now(),
    updatedAt: now(),
  },
  (t) => [
    unique('organizations_name_unique').on(t.groupId, t.nameKey),
    unique('organizations_group_id').on(t.groupId, t.id),
    // A list in any order, of one state, is a range of one of these; of both states it is two ranges.
    index('organizations_by_name').on(t.groupId, t.state, t.findByName, t.id),
    index('organizations_by_description').on(t.groupId, t.state, sql`left(description_key, 250)`, t.id),
    index('organizations_by_rate').on(t.groupId, t.state, t.defaultRate, t.id),
    index('organizations_by_creation').on(t.groupId, t.state, t.createdAt, t.id),
    index('organizations_by_update').on(t.groupId, t.state, t.updatedAt, t.id),
    index('organizations_search').using('gin', sql`search_text gin_trgm_ops`),
    foreignKey({ columns: [t.groupId], foreignColumns: [groups.id] }),
    check('organizations_state', sql`${t.state} in ('active', 'inactive')`),
    check('organizations_name', sql`length(${t.name}) between 1 and 255`),
    check('organizations_rate', sql`${t.defaultRate} >= 0`),
    check('organizations_description', sql`length(${t.description}) <= 1024`),
  ],
)

// Only active contacts can be added.
const canBeSuggested = sql`state = 'active'`

const byWords = index('contacts_by_words').using(
  'gin',
  sql`words_in_group(group_id, find_by_name, find_by_organization)`,
)
/**
 * The keys, written by domain/contacts/contact-fields.ts, are what suggestions and lists read as ranges; searches use
 * `searchText`.
 */
export const contacts = pgTable(
  'contacts',
  {
    id: idColumn(),
    groupId: ref().notNull(),
    organizationId: ref(),
    firstName: text().notNull(),
    lastName: text().notNull(),
    email: text(),
    emailKey: key(),
    phone: text(),
    jobTitle: text(),
    description: text(),
    state: state(),
    firstKey: key().notNull().default(''),
    lastKey: key().notNull().default(''),
    phoneKey: key(),
    jobTitleKey: key(),
    descriptionKey: key(),
    findByName: key().notNull(),
    findBySurname: key().notNull(),
    findByEmail: key(),
    findByDomain: key(),
    findByOrganization: key(),
    searchText: searched(
      'find_by_name',
      'find_by_email',
      'phone_key',
      'job_title_key',
      'find_by_organization',
      'description_key',
    ),
    createdAt: now(),
    updatedAt: now(),
  },
  (t) => [
    unique('contacts_email_unique').on(t.groupId, t.emailKey),
    foreignKey({ columns: [t.groupId], foreignColumns: [groups.id] }),
    // The pair, not the id alone: a contact's organization belongs to the contact's own group.
    foreignKey({
      name: 'contacts_organization',
      columns: [t.groupId, t.organizationId],
      foreignColumns: [organizations.groupId, organizations.id],
    }),
    index('contacts_organization_id').on(t.organizationId),
    index('contacts_by_name').on(t.groupId, t.findByName, t.id).where(canBeSuggested),
    index('contacts_by_surname').on(t.groupId, t.findBySurname, t.id).where(canBeSuggested),
    index('contacts_by_domain')
      .on(t.groupId, t.findByDomain, t.findBySurname, t.id)
      .where(sql`state = 'active' and email is not null`),
    index('contacts_by_organization').on(t.groupId, t.findByOrganization, t.findBySurname, t.id).where(canBeSuggested),
    // A list in any order, of one state, is a range of one of these; of both states it is two ranges.
    index('contacts_in_order').on(t.groupId, t.state, t.lastKey, t.firstKey, t.id),
    index('contacts_by_first_name').on(t.groupId, t.state, t.firstKey, t.id),
    index('contacts_by_email').on(t.groupId, t.state, t.findByEmail, t.id),
    index('contacts_by_phone').on(t.groupId, t.state, t.phoneKey, t.id),
    index('contacts_by_job_title').on(t.groupId, t.state, sql`left(job_title_key, 250)`, t.id),
    index('contacts_by_description').on(t.groupId, t.state, sql`left(description_key, 250)`, t.id),
    index('contacts_of_organization').on(t.groupId, t.state, t.findByOrganization, t.id),
    index('contacts_by_creation').on(t.groupId, t.state, t.createdAt, t.id),
    index('contacts_by_update').on(t.groupId, t.state, t.updatedAt, t.id),
    byWords.with({ fastupdate: false }).where(canBeSuggested),
    index('contacts_search').using('gin', sql`search_text gin_trgm_ops`),
    check('contacts_state', sql`${t.state} in ('active', 'inactive')`),
    check('contacts_names', sql`length(${t.firstName}) between 1 and 255 and length(${t.lastName}) between 1 and 255`),
    check('contacts_email', sql`length(${t.email}) <= 255 and (${t.email} is null) = (${t.emailKey} is null)`),
    check('contacts_phone', sql`length(${t.phone}) <= 32`),
    check('contacts_job_title', sql`length(${t.jobTitle}) <= 255`),
    check('contacts_description', sql`length(${t.description}) <= 1024`),
  ],
)

/**
 * What else active contacts are suggested by: later words of names, words of the organization's name, and phone
 * numbers. Maintained by triggers (drizzle/…_words_of_contacts.sql): no code writes it.
 */
export const contactWords = pgTable(
  'contact_words',
  {
    contactId: ref().notNull(),
    groupId: ref().notNull(),
    kind: text().notNull(),
    word: key().notNull(),
    surname: key().notNull(),
  },
  (t) => [
    foreignKey({ columns: [t.contactId], foreignColumns: [contacts.id] }).onDelete('cascade'),
    index('contact_words_contact').on(t.contactId),
    index('contact_words_in_order').on(t.groupId, t.kind, t.word, t.surname, t.contactId),
  ],
)

export const issueContacts = pgTable(
  'issue_contacts',
  { issueId: ref().notNull(), contactId: ref().notNull(), createdAt: now() },
  (t) => [
    primaryKey({ columns: [t.issueId, t.contactId] }),
    foreignKey({ columns: [t.issueId], foreignColumns: [issues.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.contactId], foreignColumns: [contacts.id] }).onDelete('cascade'),
    index('issue_contacts_contact').on(t.contactId, t.issueId),
  ],
)

export type Organization = typeof organizations.$inferSelect
export type Contact = typeof contacts.$inferSelect
