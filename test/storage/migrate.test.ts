// drizzle/ on both databases: a schema that is empty, older, current or newer; and many processes at once.
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { PGlite } from '@electric-sql/pglite'
import { sql } from 'drizzle-orm'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { partedText } from '../../src/domain/rules/search-keys.ts'
import { type Database, type Db, openPostgres, overPglite, rowsOf } from '../../src/storage/db.ts'
import { migrateDatabase, migrateEmbedded, misfit, schemaState } from '../../src/storage/migrate.ts'
import { contentsOf, emptyPostgres, hasPostgres } from '../support/service/databases.ts'
import { openInMemory } from '../support/service/in-memory.ts'

interface Place extends Database {
  migrate(): Promise<void>
}

// One for all tests, as opening it takes longer than a migration.
let pglite: PGlite | undefined
const empty = 'discard temp; drop schema if exists drizzle cascade; drop schema public cascade; create schema public'

async function onEmbedded(): Promise<Place> {
  if (pglite) await pglite.exec(empty)
  else pglite = await openInMemory(new Blob([await readFile(inject('emptyDump'))]))
  const database = overPglite(pglite, async () => {})
  return { ...database, migrate: () => migrateEmbedded(database.db) }
}

afterAll(() => pglite?.close())

async function onPostgres(): Promise<Place> {
  const url = await emptyPostgres()
  return { ...openPostgres(url, 2), migrate: () => migrateDatabase(url) }
}

const places = [
  { name: 'the embedded database', make: onEmbedded, there: true },
  { name: 'Postgres', make: onPostgres, there: hasPostgres },
]

const journal = JSON.parse(readFileSync('drizzle/meta/_journal.json', 'utf8')) as {
  entries: { when: number; tag: string }[]
}
const tablesOf = async (db: Db) =>
  (
    await rowsOf<{ name: string }>(
      db,
      sql`select tablename as name from pg_tables where schemaname = 'public' order by 1`,
    )
  ).map(({ name }) => name)

/** The first migration alone, as a program of that time has applied it. */
async function applyFirst(db: Db): Promise<void> {
  const [first] = journal.entries as [{ when: number; tag: string }]
  for (const statement of readFileSync(`drizzle/${first.tag}.sql`, 'utf8').split('--> statement-breakpoint'))
    await db.execute(sql.raw(statement))
  await db.execute(sql`create schema drizzle`)
  await db.execute(
    sql`create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`,
  )
  await db.execute(sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('first', ${first.when})`)
}

/** As a program of another time has left it. */
const pretendMigratedAt = (db: Db, change: string) =>
  db.execute(
    sql.raw(
      `update drizzle.__drizzle_migrations set created_at = created_at ${change} where created_at = (select max(created_at) from drizzle.__drizzle_migrations)`,
    ),
  )

describe.each(places.filter(({ there }) => there))('$name', ({ make }) => {
  test('from empty to current; then nothing more is done', async () => {
    const { db, migrate, close } = await make()
    expect(await schemaState(db)).toBe('empty')
    expect(await tablesOf(db)).toEqual([])
    await migrate()
    expect(await schemaState(db)).toBe('current')
    expect(await tablesOf(db)).toEqual(
      expect.arrayContaining(['comments', 'contacts', 'deliveries', 'history', 'issues', 'users']),
    )
    const before = await contentsOf(db)
    expect(before['drizzle.__drizzle_migrations']).toMatch(new RegExp(`^${journal.entries.length} rows`))
    await migrate()
    expect(await contentsOf(db)).toEqual(before)
    await close()
  })

  test('a schema that was begun and has nothing yet is empty too', async () => {
    const { db, migrate, close } = await make()
    await db.execute(sql`create schema drizzle`)
    await db.execute(
      sql`create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`,
    )
    expect(await schemaState(db)).toBe('empty')
    await migrate()
    expect(await schemaState(db)).toBe('current')
    await close()
  })

  test('one that is older is brought up to date, and only with what it lacks', async () => {
    const { db, migrate, close } = await make()
    await db.execute(sql`create schema drizzle`)
    await db.execute(
      sql`create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`,
    )
    await db.execute(sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('of old', 1)`)
    expect(await schemaState(db)).toBe('older')
    await migrate()
    expect(await schemaState(db)).toBe('current')
    const [{ n } = { n: 0 }] = await rowsOf<{ n: number }>(
      db,
      sql`select count(*)::int as n from drizzle.__drizzle_migrations`,
    )
    expect(n).toBe(journal.entries.length + 1)
    await close()
  })

  test('what an older program has written gets its keys and is counted', async () => {
    const { db, migrate, close } = await make()
    await applyFirst(db)
    await db.execute(
      sql`insert into groups (path, full_path, path_key, name, ancestors)
        values ('acme', 'acme', 'acme', 'Acme', '{1}')`,
    )
    await db.execute(
      sql`insert into organizations (group_id, name, name_key, description) values (1, 'Lumière', 'lumière', 'Café')`,
    )
    await db.execute(sql`insert into contacts (group_id, organization_id, first_name, last_name, phone, state,
      find_by_name, find_by_surname, find_by_organization)
      values (1, 1, 'Élodie', 'Marchand', '+33 A', 'inactive', 'elodie marchand', 'marchand elodie', 'lumiere')`)
    await db.execute(
      sql`insert into projects (group_id, path, full_path, path_key, name)
        values (1, 'shop', 'acme/shop', 'acme/shop', 'Shop')`,
    )
    await db.execute(sql`insert into issues (project_id, iid, title, description) values (1, 1, 'Ärger', 'Im Café')`)
    await db.execute(sql`insert into contacts (group_id, organization_id, first_name, last_name, phone, state,
      find_by_name, find_by_surname, find_by_organization)
      values (1, 1, 'Élodie', 'Marchand', '+33 1', 'active', 'elodie rose marchand', 'marchand elodie rose',
      'cafe-lumiere')`)
    await migrate()
    expect(await rowsOf(db, sql`select kind, word from contact_words order by kind, word`)).toEqual([
      { kind: 'name', word: 'rose marchand' },
      { kind: 'organization', word: 'cafe lumiere' },
      { kind: 'organization', word: 'lumiere' },
      { kind: 'phone', word: '331' },
    ])
    expect(await rowsOf(db, sql`select search_text from issue_texts`)).toEqual([{ search_text: 'arger\nim cafe' }])
    expect(
      await rowsOf(db, sql`select first_key, last_key, phone_key, search_text from contacts where state = 'inactive'`),
    ).toEqual([
      {
        first_key: 'elodie',
        last_key: 'marchand',
        phone_key: '+33 a',
        search_text: 'elodie marchand\n\n+33 a\n\nlumiere\n',
      },
    ])
    expect(await rowsOf(db, sql`select find_by_name, search_text from organizations`)).toEqual([
      { find_by_name: 'lumiere', search_text: 'lumiere\ncafe' },
    ])
    expect(await rowsOf(db, sql`select noun, state, n::int from state_counts order by noun`)).toEqual([
      { noun: 'contacts', state: 'active', n: 1 },
      { noun: 'contacts', state: 'inactive', n: 1 },
      { noun: 'organizations', state: 'active', n: 1 },
    ])
    await close()
  })

  test('words are parted in the database as they are when typed', async () => {
    const { db, migrate, close } = await make()
    await migrate()
    const texts = Array.from({ length: 0x2100 }, (_, code) => String.fromCharCode(code || 1)).map(
      (sign) => `${sign}a ${sign} b${sign}c`,
    )
    const parted = await rowsOf<{ given: string; parted: string }>(
      db,
      sql`select given, parted(given) as parted from unnest(${sql.param(texts)}::text[]) given`,
    )
    expect(parted.filter((one) => one.parted !== partedText(one.given))).toEqual([])
    await close()
  })

  test('words are indexed whatever the search path, as when a dump is restored', async () => {
    const { db, migrate, close } = await make()
    await migrate()
    const words = await db.transaction(async (tx) => {
      await tx.execute(sql`set local search_path to ''`)
      return rowsOf(
        tx,
        sql`select public.words_in_group(7, 'ann-lee', n) as words from unnest(array[null, 'the acme']) n`,
      )
    })
    expect(words).toEqual([
      { words: ['7:ann', '7:lee', '7.ann', '7.lee'] },
      { words: ['7:ann', '7:lee', '7:the', '7:acme', '7.ann', '7.lee'] },
    ])
    await close()
  })

  test('one that is newer is known as such, and is left as it is', async () => {
    const { db, migrate, close } = await make()
    await migrate()
    await pretendMigratedAt(db, '+ 1')
    expect(await schemaState(db)).toBe('newer')
    const before = await contentsOf(db)
    await migrate()
    expect(await contentsOf(db)).toEqual(before)
    expect(await schemaState(db)).toBe('newer')
    await close()
  })

  test('to look at the state changes nothing', async () => {
    const { db, close } = await make()
    await schemaState(db)
    const schemas = await rowsOf(db, sql`select from pg_namespace where nspname = 'drizzle'`)
    expect(schemas).toHaveLength(0)
    await close()
  })
})

test.skipIf(!hasPostgres)(
  'ten at once on an empty Postgres: each succeeds, and everything is done once',
  { timeout: 60_000 },
  async () => {
    const url = await emptyPostgres()
    await Promise.all(Array.from({ length: 10 }, () => migrateDatabase(url)))
    const { db, close } = openPostgres(url, 1)
    expect(await schemaState(db)).toBe('current')
    const [{ n } = { n: 0 }] = await rowsOf<{ n: number }>(
      db,
      sql`select count(*)::int as n from drizzle.__drizzle_migrations`,
    )
    expect(n).toBe(journal.entries.length)
    expect(
      await rowsOf(
        db,
        sql`select from pg_locks where locktype = 'advisory' and database = (select oid from pg_database
          where datname = current_database())`,
      ),
    ).toHaveLength(0)
    await close()
  },
)

test.skipIf(!hasPostgres)('a migration that fails leaves nothing, lets the lock go, and says why', async () => {
  const url = await emptyPostgres()
  const { db, close } = openPostgres(url, 1)
  await db.execute(sql`create table deliveries (in_the_way int)`)
  await expect(migrateDatabase(url)).rejects.toMatchObject({ cause: { code: '42P07' } })
  expect(await tablesOf(db)).toEqual(['deliveries'])
  await db.execute(sql`drop table deliveries`)
  await migrateDatabase(url)
  expect(await schemaState(db)).toBe('current')
  await close()
})

test('the words for each state say what to do, and there are none for the one that fits', () => {
  expect(misfit('current')).toBe('')
  expect(misfit('empty')).toMatch(/rolobot migrate/)
  expect(misfit('older')).toMatch(/rolobot migrate/)
  expect(misfit('newer')).toMatch(/newer than this program/)
  expect(misfit('newer')).not.toMatch(/rolobot migrate/)
})
