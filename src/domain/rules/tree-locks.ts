// Locks. Always taken in this order, to avoid deadlocks: trees, parents, organizations, issues, contacts.
import { type SQL, sql } from 'drizzle-orm'
import { Again, rowsOf, type Tx } from '../../storage/db.ts'

// A tree has an advisory lock: it writes no row, and any number of transactions can share it.
const treeLocks = 7_202_612

const rootIds = (groupIds: SQL): SQL =>
  sql`select distinct ancestors[1] as root from groups where id in (${groupIds}) order by root`

/**
 * Locks the trees of groups until the transaction ends. `together`: a shared lock, for linking and creating
 * contacts. `alone`: an exclusive one, for moving groups, projects, or contact sources.
 * @param groupIds SQL that yields ids
 * @returns the ids of the top-level groups whose trees are locked; callers that read earlier must check that these are
 * still the same
 */
export async function lockTrees(tx: Tx, groupIds: SQL, how: 'together' | 'alone'): Promise<number[]> {
  const lock = how === 'alone' ? sql`pg_advisory_xact_lock` : sql`pg_advisory_xact_lock_shared`
  const held = await rowsOf<{ root: number }>(
    tx,
    sql`select root, ${lock}(${treeLocks}, (root % 2147483647)::int) from (${rootIds(groupIds)} offset 0) roots`,
  )
  return held.map(({ root }) => root)
}

/** Checks that the locked trees are still the right ones; starts the transaction over if not. */
export async function checkTrees(tx: Tx, groupIds: SQL, held: readonly number[]): Promise<void> {
  const now = await rowsOf<{ root: number }>(tx, rootIds(groupIds))
  if (now.some(({ root }) => !held.includes(root))) throw new Again('a group went to another tree')
}

/** Locks trees, and checks that the groups did not change trees while it waited. */
export async function lockTreesUnmoved(tx: Tx, groupIds: SQL, how: 'together' | 'alone'): Promise<void> {
  await checkTrees(tx, groupIds, await lockTrees(tx, groupIds, how))
}
