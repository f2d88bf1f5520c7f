// Counts the statements that a database is sent.
import type { Db } from '../../../src/storage/db.ts'

interface Session {
  prepareQuery(...given: unknown[]): unknown
}

/** Counts what goes through a session, or through all that inherit from it. */
function countOn(session: Session): () => number {
  const prepare = session.prepareQuery
  let count = 0
  session.prepareQuery = function (...given) {
    count++
    return prepare.apply(this, given)
  }
  return () => count
}

const sessionOf = (db: Db): Session => (db as unknown as { session: Session }).session

/** From now on: how many there were so far, outside of transactions. */
export const countStatements = (db: Db): (() => number) => countOn(sessionOf(db))

/** The same with those in transactions, and those of all databases of this kind. */
export const countAllStatements = (db: Db): (() => number) => countOn(Object.getPrototypeOf(sessionOf(db)))
