// Embedded databases, of which a new one takes seconds: they are lent to one test file after the other, and emptied
// between.
import { readFile } from 'node:fs/promises'
import type { PGlite } from '@electric-sql/pglite'
import { sql } from 'drizzle-orm'
import { inject } from 'vitest'
import { type Database, type Db, overPglite, rowsOf } from '../../../src/storage/db.ts'
import { contentsOf } from './databases.ts'
import { openInMemory } from './in-memory.ts'

interface Owned {
  pglite: PGlite
  /** What it was when it was new. */
  asNew: string
}

const free: Owned[] = []

/** An embedded database that holds nothing yet. */
export async function borrowEmbedded(): Promise<Database> {
  const owned = free.pop() ?? (await open())
  const { pglite, giveBack } = lend(owned.pglite)
  return overPglite(pglite, async () => {
    await giveBack()
    if (await isAsNewAgain(owned)) free.push(owned)
    else await owned.pglite.close()
  })
}

async function open(): Promise<Owned> {
  const pglite = await openInMemory(new Blob([await readFile(inject('dump'))]))
  return { pglite, asNew: await stateOf(overPglite(pglite, async () => {}).db) }
}

/**
 * The same database, until it is given back: a test that still uses it then has forgotten to end something, and is
 * refused.
 */
function lend(pglite: PGlite): { pglite: PGlite; giveBack(): Promise<void> } {
  const ends: (() => Promise<void>)[] = []
  let isBack = false
  const listen: PGlite['listen'] = async (...given) => {
    const end = await pglite.listen(...given)
    ends.push(end)
    return end
  }
  const get = (_: PGlite, name: string | symbol) => {
    if (isBack) throw new Error('The database is closed.')
    const found: unknown = name === 'listen' ? listen : Reflect.get(pglite, name, pglite)
    return typeof found === 'function' ? found.bind(pglite) : found
  }
  return {
    pglite: new Proxy(pglite, { get }),
    async giveBack() {
      isBack = true
      for (const end of ends.splice(0)) await end()
    },
  }
}

// Without a checkpoint the log would grow on and on.
async function isAsNewAgain({ pglite, asNew }: Owned): Promise<boolean> {
  const { db } = overPglite(pglite, async () => {})
  await pglite.exec(`${emptying}; checkpoint`)
  return (await stateOf(db)) === asNew
}

// Deleting the few rows that most tests leave takes a fraction of the time in which all tables are truncated.
const emptying = `do $$
  declare
    names text[] := array(select tablename from pg_tables where schemaname = 'public');
    name text;
  begin
    set local session_replication_role = replica;
    if (select max(pg_relation_size(format('%I', n)::regclass)) > 200000 from unnest(names) n) then
      execute (select format('truncate %s cascade', string_agg(quote_ident(n), ', ')) from unnest(names) n);
    else
      foreach name in array names loop execute format('delete from %I', name); end loop;
    end if;
    perform setval(format('%I', sequencename)::regclass, start_value, false)
      from pg_sequences where schemaname = 'public' and last_value is not null;
  end $$`

/** The schema and everything in it. */
async function stateOf(db: Db): Promise<string> {
  const schema = await rowsOf<{ part: string }>(
    db,
    sql`select format('%s %s %s', attrelid::regclass, attname, format_type(atttypid, atttypmod)) as part
        from pg_attribute where attrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
        and attnum > 0
      union all select format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint
        where connamespace = 'public'::regnamespace
      union all select format('%s %s %s', tgrelid::regclass, tgname, tgenabled) from pg_trigger where not tgisinternal
      union all select format('%s %s', oid::regprocedure, md5(prosrc)) from pg_proc
      where pronamespace = 'public'::regnamespace
      order by part`,
  )
  return JSON.stringify([schema, await contentsOf(db)])
}
