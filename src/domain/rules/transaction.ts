// How an operation runs: in one transaction, all or nothing, retried after conflicts.
import { type Db, type Tx, transact, violated } from '../../storage/db.ts'
import { exists, invalid, type Refusal, type Result } from './results.ts'

class Undone extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.reason)
    this.refusal = refusal
  }
}

// What only the database can decide when two operations run at once.
const taken: Readonly<Record<string, { refused: Refusal }>> = {
  contacts_email_unique: invalid([{ field: 'email', fault: 'Email has already been taken' }]),
  organizations_name_unique: invalid([{ field: 'name', fault: 'Name has already been taken' }]),
  groups_path_unique: invalid([{ field: 'path', fault: 'Path has already been taken' }]),
  projects_path_unique: invalid([{ field: 'path', fault: 'Path has already been taken' }]),
  users_username_unique: exists('Username has already been taken'),
  users_email_unique: exists('Email has already been taken'),
}

/** Runs an operation; `long` if it can take minutes. A refusal rolls everything back. */
export async function attempt<Value>(
  db: Db,
  operation: (tx: Tx) => Promise<Result<Value>>,
  how: { long?: boolean } = {},
): Promise<Result<Value>> {
  const work = async (tx: Tx) => {
    const result = await operation(tx)
    if (result.refused) throw new Undone(result.refused)
    return result
  }
  try {
    return await transact(db, work, how)
  } catch (fault) {
    if (fault instanceof Undone) return { refused: fault.refusal }
    const known = taken[violated(fault) ?? '']
    if (!known) throw fault
    return known
  }
}
