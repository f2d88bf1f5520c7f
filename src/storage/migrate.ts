// Applies drizzle/, one process at a time, and checks whether a schema fits the program.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate as migratePostgres } from 'drizzle-orm/node-postgres/migrator'
import { migrate as migratePglite } from 'drizzle-orm/pglite/migrator'
import pg from 'pg'
import { type Db, rowsOf, settingsOf } from './db.ts'

const migrationsFolder = fileURLToPath(new URL('../../drizzle', import.meta.url))
// Any number, the same in all of our processes.
const lock = 7_202_611

export type SchemaState = 'empty' | 'older' | 'current' | 'newer'

function lastMigration(): number {
  const journal = JSON.parse(readFileSync(`${migrationsFolder}/meta/_journal.json`, 'utf8')) as {
    entries: { when: number }[]
  }
  return Math.max(...journal.entries.map((entry) => entry.when))
}

/** How the database's schema compares to this program's. Only reads. */
export async function schemaState(db: Db): Promise<SchemaState> {
  const [found] = await rowsOf<{ table: string | null }>(
    db,
    sql`select to_regclass('drizzle.__drizzle_migrations')::text as "table"`,
  )
  if (!found?.table) return 'empty'
  const [last] = await rowsOf<{ at: number | null }>(
    db,
    sql`select max(created_at)::float8 as at from drizzle.__drizzle_migrations`,
  )
  if (!last?.at) return 'empty'
  const ours = lastMigration()
  return last.at === ours ? 'current' : last.at < ours ? 'older' : 'newer'
}

/**
 * Updates the schema of a Postgres database. Processes that start together take turns; the second one finds nothing to
 * do.
 */
export async function migrateDatabase(url: string): Promise<void> {
  const client = new pg.Client(settingsOf(url))
  try {
    await client.connect()
    const db = drizzle(client)
    await db.execute(sql`select pg_advisory_lock(${lock})`)
    await migratePostgres(db, { migrationsFolder })
  } finally {
    await client.end()
  }
}

/** Updates the schema of the embedded database. Its folder is locked, so no other process is there. */
export const migrateEmbedded = (db: Db): Promise<void> =>
  migratePglite(db as Parameters<typeof migratePglite>[0], { migrationsFolder })

/** What to tell an operator who starts a program on a schema that doesn't fit; '' if it fits. */
export function misfit(state: SchemaState): string {
  switch (state) {
    case 'current':
      return ''
    case 'empty':
      return 'The database is empty. Run `npx rolobot migrate`, then start again.'
    case 'older':
      return "The database's schema is older than this program. Run `npx rolobot migrate`, then start again."
    case 'newer':
      return "The database's schema is newer than this program. Start the version that created it, or a later one. Nothing was changed."
    default:
      return state satisfies never
  }
}
