// Trying operations on a world that stays as it is.
import { sql } from 'drizzle-orm'
import { type Db, rowsOf } from '../../../src/storage/db.ts'

/** Does something in a transaction that comes to nothing, and tells what came of it. */
export async function andUndo<Value>(db: Db, work: (tx: Db) => Promise<Value>): Promise<Value> {
  const undo = new Error('undone')
  let came: { value: Value } | undefined
  await db
    .transaction(async (tx) => {
      came = { value: await work(tx) }
      throw undo
    })
    .catch((fault: unknown) => {
      if (fault !== undo) throw fault
    })
  if (!came) throw new Error('nothing came of it')
  return came.value
}

/** Has a transaction written or locked any row? Postgres gives it an id only then. */
export async function hasWritten(tx: Db): Promise<boolean> {
  const rows = await rowsOf(tx, sql`select where pg_current_xact_id_if_assigned() is not null`)
  return rows.length > 0
}

/** Everything that stands in the tables, in short: two that are the same hold the same. */
export async function fingerprint(db: Db): Promise<string> {
  const tables = await rowsOf<{ name: string }>(
    db,
    sql`select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  )
  const parts = tables.map(
    ({ name }) =>
      sql`select ${name}::text as name, md5(coalesce(string_agg(t::text, ' ' order by t::text), '')) as held
        from ${sql.identifier(name)} t`,
  )
  const [found] = await rowsOf<{ all: string }>(
    db,
    sql`select string_agg(name || ' ' || held, ' ' order by name) as all from (${sql.join(
      parts,
      sql`
      union all `,
    )}) parts`,
  )
  return found?.all ?? ''
}
