// The database: a pool on Postgres or the embedded one, behind the same types.
import { setTimeout as sleep } from 'node:timers/promises'
import type { PGlite } from '@electric-sql/pglite'
import { type ExtractTablesWithRelations, type SQL, sql } from 'drizzle-orm'
import { drizzle as drizzlePostgres } from 'drizzle-orm/node-postgres'
import type { PgDatabase, PgQueryResultHKT, PgTransaction } from 'drizzle-orm/pg-core'
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite'
import pg from 'pg'
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

// 8-byte integers fit a number here.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

/** How to connect to the Postgres at `url`. */
export const settingsOf = (url: string): pg.ClientConfig => ({
  connectionString: url,
  application_name: 'rolobot',
  connectionTimeoutMillis: 5_000,
  keepAlive: true,
  options: '-c plan_cache_mode=force_generic_plan',
  idle_in_transaction_session_timeout: 60_000,
})

const names = new Map<string, string>()

// Drizzle sends its statements unprepared unless each one is given a name; parsing and planning then cost more than the work itself.
function named(config: unknown): unknown {
  const text = (config as { text?: string } | null)?.text
  if (text === undefined) return config
  const name = names.get(text) ?? `s${names.size}`
  names.set(text, name)
  return { ...(config as object), name }
}

// Connections on which long work is done just now.
const patient = new WeakSet<pg.PoolClient>()

function prepareEverything(client: pg.PoolClient): void {
  const query = client.query.bind(client) as (...given: unknown[]) => unknown
  const timed = (config: unknown) => (patient.has(client) && config instanceof Object ? { ...config, query_timeout: longest } : config)
  client.query = ((config: unknown, ...rest: unknown[]) => query(timed(named(config)), ...rest)) as typeof client.query
  // A connection that ends while nothing is asked of it: whoever asks next hears of it.
  client.on('error', () => {})
}

const options = { schema, casing: 'snake_case' } as const

// Moving a group with all that is in it may take minutes.
const longest = 1_800_000

// Drizzle's own way with a pool forgets to give a connection back on which no transaction could be begun.
function transactionsOn(pool: pg.Pool, { long = false } = {}): Db['transaction'] {
  const dbs = new WeakMap<pg.PoolClient, Db>()
  const dbOf = (client: pg.PoolClient): Db => {
    const db = dbs.get(client) ?? drizzlePostgres(client, options)
    dbs.set(client, db)
    return db
  }
  return async (work, config) => {
    const client = await pool.connect()
    if (long) patient.add(client)
    try {
      return await dbOf(client).transaction(async (tx) => {
        if (long) await tx.execute(sql`select set_config('statement_timeout', ${String(longest)}, true)`)
        return work(tx)
      }, config)
    } finally {
      patient.delete(client)
      client.release()
    }
  }
}

const longTransactions = new WeakMap<Db, Db['transaction']>()

/** Postgres at `url`, with at most `connections` connections (and one more to listen). Does not connect before the first statement. */
export function openPostgres(url: string, connections: number): Database {
  // A statement that waits longer than this waits in vain; the work is tried again later.
  const patience = { statement_timeout: 30_000, query_timeout: 35_000 }
  const pool = new pg.Pool({ ...settingsOf(url), ...patience, max: connections, idleTimeoutMillis: 0 })
  pool.on('connect', prepareEverything).on('error', () => {})
  const db: Db = drizzlePostgres(pool, options)
  db.transaction = transactionsOn(pool)
  longTransactions.set(db, transactionsOn(pool, { long: true }))
  let stopListening = async () => {}
  return {
    db,
    listen: async (channel, heard) => {
      stopListening = await keepListening(url, channel, heard)
    },
    close: async () => {
      await stopListening()
      await pool.end()
    },
  }
}

const nextTry = 500

/** Listens on a connection of its own, and connects anew when it is lost. Returns how to stop. */
async function keepListening(url: string, channel: string, heard: (payload: string | null) => void): Promise<() => Promise<void>> {
  let client: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined
  let over = false
  const open = async () => {
    client = new pg.Client(settingsOf(url))
    client.on('error', () => {}).on('notification', ({ payload }) => heard(payload ?? ''))
    await client.connect()
    await client.query(`listen ${client.escapeIdentifier(channel)}`)
    client.once('end', again)
  }
  const again = () => {
    if (!over) timer = setTimeout(() => open().then(() => heard(null), again), nextTry)
  }
  await open()
  return async () => {
    over = true
    clearTimeout(timer)
    await client?.end()
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

/** Thrown in a transaction that finds that what it took for granted has changed meanwhile: it begins again. */
export class Again extends Error {}

// A deadlock; a serialization failure; a reference to what went meanwhile. postgresql.org/docs/current/errcodes-appendix.html
const passing = ['40P01', '40001', '23503']
const mostTries = 8

const isPassing = (fault: unknown): boolean => {
  const { code, cause } = (fault ?? {}) as { code?: string; cause?: { code?: string } }
  return fault instanceof Again || passing.includes(cause?.code ?? code ?? '')
}

/**
 * Does some work in one transaction. When it met others in a circle, or what it took for granted has changed, it is rolled back and done again.
 * @param how `long`: a statement may take half an hour, not only half a minute
 * @throws what the work throws; after eight tries also what is passing
 */
export async function transact<Value>(db: Db, work: (tx: Tx) => Promise<Value>, how: { long?: boolean } = {}): Promise<Value> {
  const begin = (how.long ? longTransactions.get(db) : undefined) ?? db.transaction.bind(db)
  for (let tried = 1; ; tried++) {
    try {
      return await begin(work)
    } catch (fault) {
      if (tried === mostTries || !isPassing(fault)) throw fault
      await sleep(Math.random() * 10 * 2 ** tried)
    }
  }
}

/** What a constraint's violation says: its name, or undefined if the error is another. Drizzle wraps the driver's error. */
export function violated(error: unknown): string | undefined {
  const cause = (error as { cause?: { code?: string; constraint?: string } } | null)?.cause
  return cause?.code?.startsWith('23') ? cause.constraint : undefined
}
