// Statements with a time limit. The embedded database has no such limit; its data is small.
import { sql } from 'drizzle-orm'
import { rowsOf, type Tx } from './db.ts'

const cancelled = '57014'

/**
 * Reads something within a time limit.
 * @returns the result; undefined if a statement took longer, and then the transaction is as it was before
 */
export async function withinTime<Value>(
  tx: Tx,
  milliseconds: number,
  read: (tx: Tx) => Promise<Value>,
): Promise<Value | undefined> {
  const limit = String(Math.max(1, Math.round(milliseconds)))
  try {
    return await tx.transaction(async (inner) => {
      const [usual] = await rowsOf<{ limit: string }>(
        inner,
        sql`select current_setting('statement_timeout') as limit, set_config('statement_timeout', ${limit}, true)`,
      )
      const value = await read(inner)
      await inner.execute(sql`select set_config('statement_timeout', ${usual?.limit}, true)`)
      return value
    })
  } catch (fault) {
    if ((fault as { cause?: { code?: string } } | null)?.cause?.code === cancelled) return undefined
    throw fault
  }
}
