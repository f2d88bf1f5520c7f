// Tables about signing in with a password: the hashes of passwords, and counts of attempts.
import { foreignKey, index, integer, pgTable, text } from 'drizzle-orm/pg-core'
import { key, momentColumn, ref } from './columns.ts'
import { users } from './schema.ts'

/** A user's password, as a hash with its own parameters (domain/people/password-hashes.ts). */
export const passwords = pgTable(
  'passwords',
  { userId: ref().primaryKey(), hash: text().notNull(), changedAt: momentColumn().notNull() },
  (t) => [foreignKey({ columns: [t.userId], foreignColumns: [users.id] }).onDelete('cascade')],
)

/**
 * How many attempts failed since when; the key is a hash of the username or network address that they are counted for.
 */
export const signInAttempts = pgTable(
  'sign_in_attempts',
  { key: key().primaryKey(), attempts: integer().notNull(), since: momentColumn().notNull() },
  (t) => [index('sign_in_attempts_since').on(t.since)],
)
