// An embedded database in memory: gone with the process.
import { PGlite } from '@electric-sql/pglite'
import { extensions, quiet } from '../../../src/storage/embedded.ts'

/**
 * Opens one.
 * @param dump the result of `dumpDataDir` of another one; saves the seconds that a new one takes
 * @throws what PGlite throws on a dump it cannot read
 */
export const openInMemory = (dump?: Blob | File): Promise<PGlite> =>
  PGlite.create({ loadDataDir: dump, startParams: quiet, extensions })
