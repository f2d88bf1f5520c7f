// All of our tables on one page; data about connected services is in elsewhere-schema.ts, passwords are in sign-in-schema.ts. Row types are used everywhere; rules of
// uniqueness and reference are enforced here, in the database.
import { sql } from 'drizzle-orm'
import { bigint, boolean, check, foreignKey, index, integer, jsonb, numeric, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core'
import { id, key, moment, now, ref, searched, state, visibility } from './columns.ts'

export const users = pgTable(
  'users',
  {
    id: id(),
    username: text().notNull(),
    usernameKey: key().notNull(),
    name: text().notNull(),
    email: text(),
    emailKey: key(),
    administrator: boolean().notNull().default(false),
    blocked: boolean().notNull().default(false),
    createdAt: now(),
  },
  (t) => [unique('users_username_unique').on(t.usernameKey), unique('users_email_unique').on(t.emailKey)],
)

/** What proves who is asking: only the SHA-256 of the secret is kept. A link is a token that works once. A session ends with its parent, the token that opened it. */
export const accessTokens = pgTable(
  'access_tokens',
  {
    id: id(),
    userId: ref().notNull(),
    kind: text({ enum: ['api', 'session', 'sign_in', 'reset', 'browser'] }).notNull(),
    parentId: ref(),
    name: text().notNull(),
    /** The browser of a session, as it calls itself. */
    userAgent: text(),
    hash: key().notNull(),
    scopes: text().array().notNull(),
    expiresAt: moment(),
    lastUsedAt: moment(),
    revokedAt: moment(),
    createdAt: now(),
  },
  (t) => [
    unique('access_tokens_hash_unique').on(t.hash),
    foreignKey({ columns: [t.userId], foreignColumns: [users.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.parentId], foreignColumns: [t.id] }).onDelete('cascade'),
    index('access_tokens_user').on(t.userId),
    index('access_tokens_parent').on(t.parentId),
    check('access_tokens_kind', sql`${t.kind} in ('api', 'session', 'sign_in', 'reset', 'browser')`),
  ],
)

/** `ancestors` is the path from the top-level group down to this one, itself included. */
export const groups = pgTable(
  'groups',
  {
    id: id(),
    parentId: ref(),
    path: text().notNull(),
    fullPath: text().notNull(),
    pathKey: key().notNull(),
    name: text().notNull(),
    ancestors: bigint({ mode: 'number' }).array().notNull(),
    visibility: visibility(),
    description: text().notNull().default(''),
    createdAt: now(),
  },
  (t) => [
    unique('groups_path_unique').on(t.pathKey),
    foreignKey({ columns: [t.parentId], foreignColumns: [t.id] }),
    index('groups_parent').on(t.parentId),
    index('groups_ancestors').using('gin', t.ancestors),
    check('groups_visibility', sql`${t.visibility} in ('public', 'private')`),
  ],
)

/** No row: customer relations are on, and no source is named. */
export const groupSettings = pgTable(
  'group_settings',
  { groupId: ref().primaryKey(), customerRelations: boolean().notNull().default(true), contactSourceId: ref() },
  (t) => [
    foreignKey({ columns: [t.groupId], foreignColumns: [groups.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.contactSourceId], foreignColumns: [groups.id] }),
    index('group_settings_source').on(t.contactSourceId),
  ],
)

export const projects = pgTable(
  'projects',
  {
    id: id(),
    groupId: ref().notNull(),
    path: text().notNull(),
    fullPath: text().notNull(),
    pathKey: key().notNull(),
    name: text().notNull(),
    visibility: visibility(),
    description: text().notNull().default(''),
    lastIid: integer().notNull().default(0),
    createdAt: now(),
  },
  (t) => [
    unique('projects_path_unique').on(t.pathKey),
    foreignKey({ columns: [t.groupId], foreignColumns: [groups.id] }),
    index('projects_group').on(t.groupId),
    check('projects_visibility', sql`${t.visibility} in ('public', 'private')`),
  ],
)

/** A role held in a group or in a project, by its level (domain/rules/permissions.ts). */
export const members = pgTable(
  'members',
  { id: id(), userId: ref().notNull(), groupId: ref(), projectId: ref(), level: integer().notNull(), createdAt: now() },
  (t) => [
    unique('members_of_group_unique').on(t.userId, t.groupId),
    unique('members_of_project_unique').on(t.userId, t.projectId),
    foreignKey({ columns: [t.userId], foreignColumns: [users.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.groupId], foreignColumns: [groups.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.projectId], foreignColumns: [projects.id] }).onDelete('cascade'),
    index('members_group').on(t.groupId),
    index('members_project').on(t.projectId),
    check('members_of_one', sql`num_nonnulls(${t.groupId}, ${t.projectId}) = 1`),
    check('members_level', sql`${t.level} in (10, 15, 20, 30, 40, 50)`),
  ],
)

export const issues = pgTable(
  'issues',
  {
    id: id(),
    projectId: ref().notNull(),
    iid: integer().notNull(),
    title: text().notNull(),
    description: text().notNull().default(''),
    state: text({ enum: ['opened', 'closed'] })
      .notNull()
      .default('opened'),
    authorId: ref(),
    createdAt: now(),
    updatedAt: now(),
    closedAt: moment(),
  },
  (t) => [
    unique('issues_iid_unique').on(t.projectId, t.iid),
    foreignKey({ columns: [t.projectId], foreignColumns: [projects.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.authorId], foreignColumns: [users.id] }).onDelete('set null'),
    index('issues_by_author').on(t.authorId, t.projectId, t.state, t.createdAt, t.id),
    // A list of a project's issues is a range of one of these for each state; a list of a group's is many such ranges.
    index('issues_by_creation').on(t.projectId, t.state, t.createdAt, t.id),
    index('issues_by_update').on(t.projectId, t.state, t.updatedAt, t.id),
    index('issues_by_title').on(t.projectId, t.state, sql`lower(title collate "C")`, t.id),
    check('issues_state', sql`${t.state} in ('opened', 'closed')`),
  ],
)

/** What an issue search looks through. A separate table, because every other change to an issue would rewrite this index. */
export const issueTexts = pgTable('issue_texts', { issueId: ref().primaryKey(), searchText: key().notNull() }, (t) => [
  foreignKey({ columns: [t.issueId], foreignColumns: [issues.id] }).onDelete('cascade'),
  index('issue_texts_search').using('gin', sql`search_text gin_trgm_ops`),
])

/** Where an issue was before it was moved: its old reference still leads to it. Numbers are not given twice. */
export const formerReferences = pgTable(
  'former_references',
  { projectId: ref().notNull(), iid: integer().notNull(), issueId: ref().notNull() },
  (t) => [
    primaryKey({ columns: [t.projectId, t.iid] }),
    foreignKey({ columns: [t.projectId], foreignColumns: [projects.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.issueId], foreignColumns: [issues.id] }).onDelete('cascade'),
    index('former_references_issue').on(t.issueId),
  ],
)

/** What an issue shows: what users wrote, without commands, and system notes. */
export const comments = pgTable(
  'comments',
  {
    id: id(),
    issueId: ref().notNull(),
    authorId: ref(),
    system: boolean().notNull().default(false),
    body: text().notNull(),
    createdAt: now(),
    updatedAt: now(),
  },
  (t) => [
    foreignKey({ columns: [t.issueId], foreignColumns: [issues.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.authorId], foreignColumns: [users.id] }).onDelete('set null'),
    index('comments_issue').on(t.issueId, t.id),
    index('comments_author').on(t.authorId),
  ],
)

/** A comment, or an edit of one, as it came in. queued → applied → replied, or failed. */
export const deliveries = pgTable(
  'deliveries',
  {
    id: id(),
    via: text().notNull(),
    delivery: key().notNull(),
    issueId: ref().notNull(),
    commentId: ref(),
    /** It is the description of its issue. */
    describes: boolean().notNull().default(false),
    authorId: ref().notNull(),
    place: text().notNull(),
    body: text().notNull(),
    replaces: text(),
    /** A hash of the whole request, if the sender chose the name of the delivery: the name alone is not trusted. */
    fingerprint: text(),
    status: text({ enum: ['queued', 'applied', 'replied', 'failed'] }).notNull(),
    outcome: jsonb(),
    attempts: integer().notNull().default(0),
    fault: text(),
    receivedAt: now(),
    appliedAt: moment(),
  },
  (t) => [
    unique('deliveries_once').on(t.via, t.delivery),
    foreignKey({ columns: [t.issueId], foreignColumns: [issues.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.commentId], foreignColumns: [comments.id] }).onDelete('set null'),
    foreignKey({ columns: [t.authorId], foreignColumns: [users.id] }).onDelete('cascade'),
    index('deliveries_waiting').on(t.issueId, t.id).where(sql`${t.status} = 'queued'`),
    index('deliveries_open').on(t.id).where(sql`${t.status} <> 'replied'`),
    index('deliveries_issue').on(t.issueId),
    index('deliveries_comment').on(t.commentId, t.id),
    index('deliveries_description').on(t.issueId, t.id).where(sql`${t.describes}`),
    index('deliveries_author').on(t.authorId),
    check('deliveries_status', sql`${t.status} in ('queued', 'applied', 'replied', 'failed')`),
  ],
)

export const organizations = pgTable(
  'organizations',
  {
    id: id(),
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

const byWords = index('contacts_by_words').using('gin', sql`words_in_group(group_id, find_by_name, find_by_organization)`)
/** The keys, written by domain/contacts/contact-fields.ts, are what suggestions and lists read as ranges; searches use `searchText`. */
export const contacts = pgTable(
  'contacts',
  {
    id: id(),
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
    searchText: searched('find_by_name', 'find_by_email', 'phone_key', 'job_title_key', 'find_by_organization', 'description_key'),
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
    index('contacts_by_domain').on(t.groupId, t.findByDomain, t.findBySurname, t.id).where(sql`state = 'active' and email is not null`),
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
 * What else active contacts are suggested by: later words of names, words of the organization's name, and phone numbers. Maintained by triggers
 * (drizzle/…_words_of_contacts.sql): no code writes it.
 */
export const contactWords = pgTable(
  'contact_words',
  { contactId: ref().notNull(), groupId: ref().notNull(), kind: text().notNull(), word: key().notNull(), surname: key().notNull() },
  (t) => [
    foreignKey({ columns: [t.contactId], foreignColumns: [contacts.id] }).onDelete('cascade'),
    index('contact_words_contact').on(t.contactId),
    index('contact_words_in_order').on(t.groupId, t.kind, t.word, t.surname, t.contactId),
  ],
)

export const issueContacts = pgTable('issue_contacts', { issueId: ref().notNull(), contactId: ref().notNull(), createdAt: now() }, (t) => [
  primaryKey({ columns: [t.issueId, t.contactId] }),
  foreignKey({ columns: [t.issueId], foreignColumns: [issues.id] }).onDelete('cascade'),
  foreignKey({ columns: [t.contactId], foreignColumns: [contacts.id] }).onDelete('cascade'),
  index('issue_contacts_contact').on(t.contactId, t.issueId),
])

/** How many contacts and organizations a group has, by state. Maintained by triggers (drizzle/0001_…): no code writes it. */
const counted = { noun: text().notNull(), groupId: ref().notNull(), state: text().notNull(), n: ref().notNull() }
export const stateCounts = pgTable('state_counts', counted, (t) => [
  primaryKey({ columns: [t.noun, t.groupId, t.state] }),
  foreignKey({ columns: [t.groupId], foreignColumns: [groups.id] }).onDelete('cascade'),
])

/** Names and addresses of deleted contacts, which may still be in past deliveries, until the sweep has removed them there. */
export const erasures = pgTable('erasures', { id: id(), trace: key().notNull(), askedAt: now() })

/** Who did what, when, from where. Names its subjects by id alone, so that personal data goes with the contact. */
export const history = pgTable(
  'history',
  {
    id: id(),
    at: now(),
    actorId: ref(),
    via: text().notNull(),
    action: text().notNull(),
    groupId: ref(),
    projectId: ref(),
    issueId: ref(),
    contactId: ref(),
    organizationId: ref(),
    before: jsonb(),
    after: jsonb(),
  },
  (t) => [
    foreignKey({ columns: [t.actorId], foreignColumns: [users.id] }).onDelete('set null'),
    index('history_actor').on(t.actorId),
    index('history_group').on(t.groupId, t.id),
    index('history_project').on(t.projectId, t.id),
    index('history_issue').on(t.issueId, t.id),
    index('history_contact').on(t.contactId, t.id),
    index('history_organization').on(t.organizationId, t.id),
  ],
)

export type User = typeof users.$inferSelect
export type Group = typeof groups.$inferSelect
export type Project = typeof projects.$inferSelect
export type Issue = typeof issues.$inferSelect
export type Comment = typeof comments.$inferSelect
export type Delivery = typeof deliveries.$inferSelect
export type Organization = typeof organizations.$inferSelect
export type Contact = typeof contacts.$inferSelect
