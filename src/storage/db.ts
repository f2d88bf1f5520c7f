// The database: a pool on Postgres or the embedded one, behind the same types.
import type { PGlite } from '@electric-sql/pglite'
import type { ExtractTablesWithRelations, SQL } from 'drizzle-orm'
import type { PgDatabase, PgQueryResultHKT, PgTransaction } from 'drizzle-orm/pg-core'
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite'
import { drizzle as drizzlePostgres } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import * as schema from './schema.ts'

export type Db = PgDatabase<PgQueryResultHKT, typeof schema>
export type Tx = Db | PgTransaction<PgQueryResultHKT, typeof schema, ExtractTablesWithRelations<typeof schema>>

export interface Database {
  db: Db
  /** Calls back with each payload told on the channel; again after a lost connection, then with `null` first: something may have been missed. */
  listen(channel: string, heard: (payload: string | null) => void): Promise<void>
  close(): Promise<void>
}

/** The rows of a statement written by hand; both drivers in one shape. 8-byte integers are numbers, times are strings. */
export async function rowsOf<Row>(tx: Tx, statement: SQL): Promise<Row[]> {
  const result = (await tx.execute(statement)) as unknown as Row[] | { rows: Row[] }
  return Array.isArray(result) ? result : result.rows
}

type Client = postgres.Sql<{ bigint: number }>

// Drizzle sends its statements unprepared unless each one is given a name; parsing and planning then cost more than the work itself.
function prepareEverything<Statements extends { unsafe: Client['unsafe'] }>(client: Statements): Statements {
  const unsafe = client.unsafe as (query: string, parameters?: unknown[], options?: postgres.UnsafeQueryOptions) => unknown
  client.unsafe = ((query: string, parameters: unknown[] = [], options = {}) =>
    unsafe(query, parameters, { ...options, prepare: true })) as Client['unsafe']
  return client
}

function prepared(client: Client): Client {
  const begin = client.begin.bind(client) as unknown as (work: (scope: postgres.TransactionSql) => unknown) => Promise<unknown>
  client.begin = ((work: (scope: postgres.TransactionSql) => unknown) =>
    begin((scope) => work(prepareEverything(scope)))) as unknown as Client['begin']
  return prepareEverything(client)
}

/** One connection pool to Postgres. Does not connect before the first statement. */
export function connectPostgres(url: string, connections: number): Client {
  return postgres(url, {
    max: connections,
    connect_timeout: 5,
    // A statement that waits longer than this waits in vain; the work is tried again later.
    connection: {
      application_name: 'rolobot',
      plan_cache_mode: 'force_generic_plan',
      statement_timeout: 30_000,
      idle_in_transaction_session_timeout: 60_000,
    },
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
    onnotice: () => {},
  })
}

/** Postgres at `url`, with at most `connections` connections (and one more to listen). */
export function openPostgres(url: string, connections: number): Database {
  const client = prepared(connectPostgres(url, connections))
  return {
    db: drizzlePostgres(client, { schema, casing: 'snake_case' }),
    listen: async (channel, heard) => {
      let first = true
      await client.listen(channel, heard, () => {
        if (!first) heard(null)
        first = false
      })
    },
    close: () => client.end({ timeout: 5 }),
  }
}

/** The embedded database behind the same face. `close` is the business of whoever opened it. */
export function overPglite(pglite: PGlite, close: () => Promise<void>): Database {
  return {
    db: drizzlePglite(pglite, { schema, casing: 'snake_case' }),
    listen: async (channel, heard) => {
      await pglite.listen(channel, heard)
    },
    close,
  }
}

/** What a constraint's violation says: its name, or undefined if the error is another. Drizzle wraps the driver's error. */
export function violated(error: unknown): string | undefined {
  const cause = (error as { cause?: { code?: string; constraint?: string; constraint_name?: string } } | null)?.cause
  return cause?.code?.startsWith('23') ? (cause.constraint_name ?? cause.constraint) : undefined
}
