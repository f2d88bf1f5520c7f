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
  /**
   * Calls back with each payload on the channel; after a lost connection it calls first with `null`: notifications may
   * have been missed.
   */
  listen(channel: string, notified: (payload: string | null) => void): Promise<void>
  close(): Promise<void>
}

/**
 * The rows of a handwritten statement; the same shape for both drivers. 8-byte integers are numbers, times are strings.
 */
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
  // Plans are kept and estimated for any parameters: compiling a statement takes seconds, and every statement here is
  // short.
  options: '-c plan_cache_mode=force_generic_plan -c jit=off',
  idle_in_transaction_session_timeout: 60_000,
})

const names = new Map<string, string>()

// Drizzle sends its statements unprepared unless each one has a name; parsing and planning then cost more than the work
// itself.
function named(config: unknown): unknown {
  const text = (config as { text?: string } | null)?.text
  if (text === undefined) return config
  const name = names.get(text) ?? `s${names.size}`
  names.set(text, name)
  return { ...(config as object), name }
}

// Connections that are running a long statement.
const patient = new WeakSet<pg.PoolClient>()

function prepareEverything(client: pg.PoolClient): void {
  const query = client.query.bind(client) as (...given: unknown[]) => unknown
  const timed = (config: unknown) =>
    patient.has(client) && config instanceof Object ? { ...config, query_timeout: longest } : config
  client.query = ((config: unknown, ...rest: unknown[]) => query(timed(named(config)), ...rest)) as typeof client.query
  // An idle connection ended: the next query on it reports that.
  client.on('error', () => {})
}

const options = { schema, casing: 'snake_case' } as const

// Moving a group with everything in it can take minutes.
const longest = 1_800_000

// Drizzle's own way with a pool doesn't return a connection on which no transaction could be begun.
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

/**
 * Postgres at `url`, with at most `connections` connections (and one more to listen). Does not connect before the first
 * statement.
 */
export function openPostgres(url: string, connections: number): Database {
  // A statement that waits longer than this fails; the work is retried later.
  const patience = { statement_timeout: 30_000, query_timeout: 35_000 }
  const pool = new pg.Pool({ ...settingsOf(url), ...patience, max: connections, idleTimeoutMillis: 0 })
  pool.on('connect', prepareEverything).on('error', () => {})
  const db: Db = drizzlePostgres(pool, options)
  db.transaction = transactionsOn(pool)
  longTransactions.set(db, transactionsOn(pool, { long: true }))
  let stopListening = async () => {}
  return {
    db,
    listen: async (channel, notified) => {
      stopListening = await keepListening(url, channel, notified)
    },
    close: async () => {
      await stopListening()
      await pool.end()
    },
  }
}

const nextTry = 500

/** Listens on a connection of its own, and reconnects when it is lost. Returns a function that stops it. */
async function keepListening(
  url: string,
  channel: string,
  notified: (payload: string | null) => void,
): Promise<() => Promise<void>> {
  let client: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined
  let over = false
  const open = async () => {
    client = new pg.Client(settingsOf(url))
    client.on('error', () => {}).on('notification', ({ payload }) => notified(payload ?? ''))
    await client.connect()
    await client.query(`listen ${client.escapeIdentifier(channel)}`)
    client.once('end', again)
  }
  const again = () => {
    if (!over) timer = setTimeout(() => open().then(() => notified(null), again), nextTry)
  }
  await open()
  return async () => {
    over = true
    clearTimeout(timer)
    await client?.end()
  }
}

/** The embedded database behind the same interface. The caller that opened it closes it. */
export function overPglite(pglite: PGlite, close: () => Promise<void>): Database {
  return {
    db: drizzlePglite(pglite, { schema, casing: 'snake_case' }),
    listen: async (channel, notified) => {
      await pglite.listen(channel, notified)
    },
    close,
  }
}

/** Thrown in a transaction that finds that its assumptions have changed: it starts over. */
export class Again extends Error {}

// A deadlock; a serialization failure; a reference to a deleted row. postgresql.org/docs/current/errcodes-appendix.html
const passing = ['40P01', '40001', '23503']
const mostTries = 8

const isPassing = (fault: unknown): boolean => {
  const { code, cause } = (fault ?? {}) as { code?: string; cause?: { code?: string } }
  return fault instanceof Again || passing.includes(cause?.code ?? code ?? '')
}

/**
 * Does some work in one transaction. After a deadlock, or if its assumptions have changed, it is rolled back and
 * retried.
 * @param how `long`: a statement can take half an hour, instead of half a minute
 * @throws what the work throws; after eight attempts also transient errors
 */
export async function transact<Value>(
  db: Db,
  work: (tx: Tx) => Promise<Value>,
  how: { long?: boolean } = {},
): Promise<Value> {
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

/** The name of the violated constraint, or undefined if the error is another. Drizzle wraps the driver's error. */
export function violated(error: unknown): string | undefined {
  const cause = (error as { cause?: { code?: string; constraint?: string } } | null)?.cause
  return cause?.code?.startsWith('23') ? cause.constraint : undefined
}
