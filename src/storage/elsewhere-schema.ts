// Tables about connected services: linked accounts, bindings, and installations.
import { sql } from 'drizzle-orm'
import { check, foreignKey, index, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { key, momentColumn, now, ref } from './columns.ts'
import { issues, projects, users } from './schema.ts'

/** A linked account on another service. */
export const userNames = pgTable(
  'user_names',
  { via: text().notNull(), externalId: text().notNull(), userId: ref().notNull(), name: text(), createdAt: now() },
  (t) => [
    primaryKey({ columns: [t.via, t.externalId] }),
    foreignKey({ columns: [t.userId], foreignColumns: [users.id] }).onDelete('cascade'),
    index('user_names_user').on(t.userId),
  ],
)

/**
 * A code by which a user links an account on another service: works once, and only its SHA-256 is stored. `used…` says
 * which account used it.
 */
export const linkCodes = pgTable(
  'link_codes',
  {
    hash: key().primaryKey(),
    userId: ref().notNull(),
    expiresAt: momentColumn().notNull(),
    usedVia: text(),
    usedBy: text(),
    createdAt: now(),
  },
  (t) => [
    foreignKey({ columns: [t.userId], foreignColumns: [users.id] }).onDelete('cascade'),
    index('link_codes_user').on(t.userId),
    index('link_codes_expiry').on(t.expiresAt),
    check('link_codes_used', sql`(${t.usedVia} is null) = (${t.usedBy} is null)`),
  ],
)

/** What a channel or a thread on another service is bound to: an issue, or the issues of a project. */
export const bindings = pgTable(
  'bindings',
  { via: text().notNull(), place: key().notNull(), projectId: ref(), issueId: ref(), userId: ref(), createdAt: now() },
  (t) => [
    primaryKey({ columns: [t.via, t.place] }),
    foreignKey({ columns: [t.projectId], foreignColumns: [projects.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.issueId], foreignColumns: [issues.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.userId], foreignColumns: [users.id] }).onDelete('set null'),
    index('bindings_project').on(t.projectId),
    index('bindings_issue').on(t.issueId),
    index('bindings_user').on(t.userId),
    check('bindings_to_one', sql`num_nonnulls(${t.projectId}, ${t.issueId}) = 1`),
  ],
)

/** A workspace where we are installed, and our token, encrypted. */
export const installations = pgTable(
  'installations',
  {
    via: text().notNull(),
    externalId: key().notNull(),
    name: text().notNull(),
    sealed: text().notNull(),
    userId: ref(),
    createdAt: now(),
    updatedAt: now(),
  },
  (t) => [
    primaryKey({ columns: [t.via, t.externalId] }),
    foreignKey({ columns: [t.userId], foreignColumns: [users.id] }).onDelete('set null'),
    index('installations_user').on(t.userId),
  ],
)

/**
 * Requests that took effect, by hash: repeated, they do nothing. Those under an Idempotency-Key have a `fingerprint`,
 * which distinguishes another request with the same key, and a `result`, which repeats the answer: ids, and nothing
 * personal.
 */
export const onlyOnce = pgTable(
  'only_once',
  { key: key().primaryKey(), expiresAt: momentColumn().notNull(), fingerprint: text(), result: jsonb() },
  (t) => [index('only_once_expiry').on(t.expiresAt)],
)
