// What holds whom back. Always in this order, so that nobody waits in a circle: trees, parents, issues, contacts.
import { type SQL, sql } from 'drizzle-orm'
import { Again, rowsOf, type Tx } from '../storage/db.ts'

// A tree is held by an advisory lock: no row is written for it, and any number of people may hold it together.
const treeLocks = 7_202_612

const rootIds = (groupIds: SQL): SQL => sql`select distinct ancestors[1] as root from groups where id in (${groupIds}) order by root`

/**
 * Holds the trees of groups until the transaction ends. `together`: nobody moves a group, a project or a contact source in them meanwhile; what
 * links contacts, or creates them, does so. `alone`: whoever moves these.
 * @param groupIds SQL that yields ids
 * @returns the ids of the top-level groups whose trees are held; whoever has read less before must see that these are still the ones
 */
export async function holdTrees(tx: Tx, groupIds: SQL, how: 'together' | 'alone'): Promise<number[]> {
  const lock = how === 'alone' ? sql`pg_advisory_xact_lock` : sql`pg_advisory_xact_lock_shared`
  const held = await rowsOf<{ root: number }>(
    tx,
    sql`select root, ${lock}(${treeLocks}, (root % 2147483647)::int) from (${rootIds(groupIds)} offset 0) roots`,
  )
  return held.map(({ root }) => root)
}

/** Makes sure that these are still the trees that are held; begins the transaction again if not. */
export async function checkTrees(tx: Tx, groupIds: SQL, held: readonly number[]): Promise<void> {
  const now = await rowsOf<{ root: number }>(tx, rootIds(groupIds))
  if (now.some(({ root }) => !held.includes(root))) throw new Again('a group went to another tree')
}

/** Holds trees, and makes sure that the groups did not change trees while it waited. */
export async function holdTreesStill(tx: Tx, groupIds: SQL, how: 'together' | 'alone'): Promise<void> {
  await checkTrees(tx, groupIds, await holdTrees(tx, groupIds, how))
}
