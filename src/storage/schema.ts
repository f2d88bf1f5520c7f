// The tables. Contacts and organizations are in contacts-schema.ts, data about connected services in
// elsewhere-schema.ts, passwords in sign-in-schema.ts. Rules of uniqueness and reference are enforced here, in the
// database.
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
} from 'drizzle-orm/pg-core'
import { idColumn, key, momentColumn, now, ref, visibilityColumn } from './columns.ts'

export const users = pgTable(
  'users',
  {
    id: idColumn(),
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

/**
 * What proves who is asking: only the SHA-256 of the secret is kept. A link is a token that works once. A session ends
 * with its parent, the token that opened it.
 */
export const accessTokens = pgTable(
  'access_tokens',
  {
    id: idColumn(),
    userId: ref().notNull(),
    kind: text({ enum: ['api', 'session', 'sign_in', 'reset', 'browser'] }).notNull(),
    parentId: ref(),
    name: text().notNull(),
    /** The browser of a session, as it calls itself. */
    userAgent: text(),
    hash: key().notNull(),
    scopes: text().array().notNull(),
    expiresAt: momentColumn(),
    lastUsedAt: momentColumn(),
    revokedAt: momentColumn(),
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
    id: idColumn(),
    parentId: ref(),
    path: text().notNull(),
    fullPath: text().notNull(),
    pathKey: key().notNull(),
    name: text().notNull(),
    ancestors: bigint({ mode: 'number' }).array().notNull(),
    visibility: visibilityColumn(),
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
    id: idColumn(),
    groupId: ref().notNull(),
    path: text().notNull(),
    fullPath: text().notNull(),
    pathKey: key().notNull(),
    name: text().notNull(),
    visibility: visibilityColumn(),
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
  {
    id: idColumn(),
    userId: ref().notNull(),
    groupId: ref(),
    projectId: ref(),
    level: integer().notNull(),
    createdAt: now(),
  },
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
    id: idColumn(),
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
    closedAt: momentColumn(),
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

/**
 * What an issue search looks through. A separate table, because every other change to an issue would rewrite this
 * index.
 */
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
    id: idColumn(),
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
    id: idColumn(),
    via: text().notNull(),
    delivery: key().notNull(),
    issueId: ref().notNull(),
    commentId: ref(),
    /** It is the description of its issue. */
    describes: boolean().notNull().default(false),
    authorId: ref().notNull(),
    replyTo: text('place').notNull(),
    body: text().notNull(),
    replaces: text(),
    /** A hash of the whole request, if the sender chose the name of the delivery: the name alone is not trusted. */
    fingerprint: text(),
    status: text({ enum: ['queued', 'applied', 'replied', 'failed'] }).notNull(),
    outcome: jsonb(),
    attempts: integer().notNull().default(0),
    fault: text(),
    receivedAt: now(),
    appliedAt: momentColumn(),
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

/**
 * How many contacts and organizations a group has, by state. Maintained by triggers (drizzle/0001_…): no code writes
 * it.
 */
const counted = { noun: text().notNull(), groupId: ref().notNull(), state: text().notNull(), n: ref().notNull() }
export const stateCounts = pgTable('state_counts', counted, (t) => [
  primaryKey({ columns: [t.noun, t.groupId, t.state] }),
  foreignKey({ columns: [t.groupId], foreignColumns: [groups.id] }).onDelete('cascade'),
])

/**
 * Names and addresses of deleted contacts, which may still be in past deliveries, until the sweep has removed them
 * there.
 */
export const erasures = pgTable('erasures', { id: idColumn(), trace: key().notNull(), askedAt: now() })

/** Who did what, when, from where. Names its subjects by id alone, so that personal data goes with the contact. */
export const history = pgTable(
  'history',
  {
    id: idColumn(),
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
    // A list of what happened to something, newest first, is a range of one of these.
    index('history_of_group').on(t.groupId, t.at, t.id),
    index('history_of_project').on(t.projectId, t.at, t.id),
    index('history_of_issue').on(t.issueId, t.at, t.id),
    index('history_of_contact').on(t.contactId, t.at, t.id),
    index('history_of_organization').on(t.organizationId, t.at, t.id),
    // The same for users who can't see the contacts of a group: most of its entries may be about contacts.
    index('history_without_contacts')
      .on(t.groupId, t.at, t.id)
      .where(sql`num_nonnulls(contact_id, organization_id) = 0`),
  ],
)

export type User = typeof users.$inferSelect
export type Group = typeof groups.$inferSelect
export type Project = typeof projects.$inferSelect
export type Issue = typeof issues.$inferSelect
export type CommentRow = typeof comments.$inferSelect
export type Delivery = typeof deliveries.$inferSelect
