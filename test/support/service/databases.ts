// Databases for tests that start processes: empty ones, connections cut from outside, and everything that a database
// holds.
import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { inject } from 'vitest'
import { type Database, type Db, openPostgres, overPglite, rowsOf } from '../../../src/storage/db.ts'
import { openEmbedded } from '../../../src/storage/embedded.ts'
import { databaseUrl } from './services.ts'

/** Is Postgres at hand? Else the reason has been printed, and what needs it is skipped. */
export const hasPostgres = inject('template') !== ''

/** Has one statement carried out by a connection of its own. */
export async function ask<Row extends postgres.Row>(url: string, statement: string): Promise<Row[]> {
  const client = postgres(url, { max: 1, onnotice: () => {} })
  try {
    return [...(await client.unsafe<Row[]>(statement))]
  } finally {
    await client.end()
  }
}

/** A new database on Postgres with nothing in it, and its address. It goes with the template. */
export async function emptyPostgres(): Promise<string> {
  const name = `${inject('template')}_${randomUUID().slice(0, 8)}`
  await ask(databaseUrl, `create database ${name}`)
  return Object.assign(new URL(databaseUrl), { pathname: `/${name}` }).href
}

/** Ends every connection to a database, as a restart of Postgres does. Returns how many there were. */
export async function cutConnections(url: string): Promise<number> {
  const name = new URL(url).pathname.slice(1)
  const cut = await ask(databaseUrl, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`)
  return cut.length
}

/** Does something while nobody else can work on any issue: what is asked for meanwhile piles up. */
export async function whileIssuesAreHeld(url: string, work: () => Promise<void>): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => {} })
  await client.begin(async (tx) => {
    await tx`select from issues for update`
    await work()
  })
  await client.end()
}

/** SQL: locks of this database, not of one that another test uses. */
export const thisDatabase = 'database = (select oid from pg_database where datname = current_database())'

/** Does something while nobody can mark a comment as applied: a transaction about to do so waits. */
export async function whileNothingIsMarked(
  url: string,
  work: (isWaiting: () => Promise<boolean>) => Promise<void>,
): Promise<void> {
  await ask(
    url,
    `create function wait() returns trigger language plpgsql as 'begin perform pg_advisory_xact_lock_shared(4711); return null; end';
    create trigger wait before update on deliveries execute function wait()`,
  )
  const client = postgres(url, { max: 1, onnotice: () => {} })
  await client.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(4711)`
    await work(
      async () =>
        (await ask(url, `select from pg_locks where not granted and objid = 4711 and ${thisDatabase}`)).length > 0,
    )
  })
  await client.end()
}

/** Opens the database of an address or of a folder, looks, and closes it. */
export async function lookInto<Seen>(
  where: { url: string } | { folder: string },
  look: (db: Db) => Promise<Seen>,
): Promise<Seen> {
  const database = await open(where)
  try {
    return await look(database.db)
  } finally {
    await database.close()
  }
}

async function open(where: { url: string } | { folder: string }): Promise<Database> {
  if ('url' in where) return openPostgres(where.url, 2)
  const embedded = await openEmbedded(where.folder)
  return overPglite(embedded.pglite, embedded.close)
}

/** Everything in the tables and sequences of a database, by name, in short; two that are the same hold the same. */
export async function contentsOf(db: Db): Promise<Record<string, string>> {
  const tables = await rowsOf<{ name: string }>(
    db,
    sql`select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'drizzle')`,
  )
  const contents = tables.map(
    ({ name }) =>
      sql`select ${name}::text as name, count(*) || ' rows ' || coalesce(md5(string_agg(t::text, ' '
        order by t::text)), '') as held from ${sql.raw(name)} t`,
  )
  const sequences = sql`select sequencename::text as name, coalesce(last_value::text, '') as held from pg_sequences`
  const parts = sql.join([...contents, sequences], sql` union all `)
  const rows = await rowsOf<{ name: string; held: string }>(db, sql`select * from (${parts}) parts order by name`)
  return Object.fromEntries(rows.map(({ name, held }) => [name, held]))
}
