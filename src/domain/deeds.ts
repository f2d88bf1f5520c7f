// How something is done: in one transaction, all of it or nothing, tried again when others were in the way.
import { type Db, type Tx, transact, violated } from '../storage/db.ts'
import { type Fault, invalid, type Refusal, type Result } from './refusals.ts'

class Undone extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.reason)
    this.refusal = refusal
  }
}

// What the database alone can say for sure when two people do the same at once.
const taken: Readonly<Record<string, Fault>> = {
  contacts_email_unique: { field: 'email', fault: 'Email has already been taken' },
  organizations_name_unique: { field: 'name', fault: 'Name has already been taken' },
  groups_path_unique: { field: 'path', fault: 'Path has already been taken' },
  projects_path_unique: { field: 'path', fault: 'Path has already been taken' },
}

/** Does a deed; `long` if it may take minutes. A refusal undoes whatever it has done by then. */
export async function attempt<Value>(
  db: Db,
  deed: (tx: Tx) => Promise<Result<Value>>,
  how: { long?: boolean } = {},
): Promise<Result<Value>> {
  const work = async (tx: Tx) => {
    const result = await deed(tx)
    if (result.refused) throw new Undone(result.refused)
    return result
  }
  try {
    return await transact(db, work, how)
  } catch (fault) {
    if (fault instanceof Undone) return { refused: fault.refusal }
    const known = taken[violated(fault) ?? '']
    if (!known) throw fault
    return invalid([known])
  }
}
