// Statements that may take only so long, on Postgres; the embedded database has no such limit.
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { openPostgres, rowsOf, type Tx } from '../../src/storage/db.ts'
import { withinTime } from '../../src/storage/time-limit.ts'
import { hasPostgres } from '../support/service/databases.ts'
import { newPostgres } from '../support/service/db.ts'

const limitOf = async (tx: Tx) =>
  (await rowsOf<{ limit: string }>(tx, sql`select current_setting('statement_timeout') as limit`))[0]?.limit

describe.skipIf(!hasPostgres)('a time limit', () => {
  let database: ReturnType<typeof openPostgres>
  beforeAll(async () => {
    database = openPostgres(await newPostgres(), 1)
    return () => database.close()
  })

  test('what is in time is read', async () => {
    expect(await withinTime(database.db, 10_000, (tx) => rowsOf(tx, sql`select 1 as one`))).toEqual([{ one: 1 }])
    expect(await limitOf(database.db)).toBe('30s')
  })

  test('what is not is given up, and the transaction around it goes on as it was', async () => {
    await database.db.transaction(async (tx) => {
      await tx.execute(sql`create temporary table kept on commit drop as select 1 as one`)
      expect(await withinTime(tx, 20, (inner) => inner.execute(sql`select pg_sleep(20)`))).toBeUndefined()
      expect(await limitOf(tx)).toBe('30s')
      expect(await withinTime(tx, 10_000, limitOf)).toBe('10s')
      expect(await limitOf(tx)).toBe('30s')
      expect(await rowsOf(tx, sql`select one from kept`)).toEqual([{ one: 1 }])
    })
  })

  test('no time is spent on compiling statements, which takes longer than any of them', async () => {
    expect(await rowsOf(database.db, sql`show jit`)).toEqual([{ jit: 'off' }])
  })

  test('any other fault is thrown', async () => {
    await expect(withinTime(database.db, 10_000, (tx) => tx.execute(sql`select 1 / 0`))).rejects.toMatchObject({
      cause: { code: '22012' },
    })
    expect(await limitOf(database.db)).toBe('30s')
  })
})
