// Counts the statements that a database is sent.
import type { Db } from '../../src/storage/db.ts'

interface Session {
  prepareQuery(...given: unknown[]): unknown
}

/** From now on: how many there were so far. */
export function countStatements(db: Db): () => number {
  const { session } = db as unknown as { session: Session }
  const prepare = session.prepareQuery.bind(session)
  let count = 0
  session.prepareQuery = (...given) => {
    count++
    return prepare(...given)
  }
  return () => count
}
