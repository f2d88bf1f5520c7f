// Operations that post nothing, under the request's Idempotency-Key.
import { type GraphQLResolveInfo, Kind } from 'graphql'
import type { Actor } from '../../domain/rules/history.ts'
import { doOnce } from '../../domain/rules/only-once.ts'
import { can } from '../../domain/rules/permissions.ts'
import type { Result } from '../../domain/rules/results.ts'
import type { Db } from '../../storage/db.ts'
import { actorOf, type Context } from './context.ts'
import { missing } from './refusals.ts'

/** Which mutation of its operation this is; undefined for the only one. A fragment can have several. */
export function partOf({ operation, path }: Pick<GraphQLResolveInfo, 'operation' | 'path'>): string | undefined {
  const [first, ...others] = operation.selectionSet.selections
  return others.length > 0 || first?.kind !== Kind.FIELD ? String(path.key) : undefined
}

/** The mutation that is run. */
export interface MutationRequest {
  input: { clientMutationId?: string | null }
  asked: GraphQLResolveInfo
  /** Names one of several operations of the mutation. */
  part?: string
}

/**
 * Runs an operation; repeated under its key, it has the same result and changes nothing.
 * @param work does everything on the given database: it is one transaction with the key. Its value is kept as JSON
 * @throws for callers who can't change anything
 */
export function once<Value>(
  context: Context,
  { input, asked, part }: MutationRequest,
  work: (db: Db, actor: Actor) => Promise<Result<Value>>,
): Promise<Result<Value>> {
  const actor = actorOf(context)
  const name = context.keyOf(partOf(asked), part)
  if (name === undefined) return work(context.db, actor)
  // Clients may name each attempt.
  const { clientMutationId: _, ...content } = input
  return doOnce(context.db, { name, content: [asked.fieldName, content] }, (tx) => work(tx, actor))
}

/** An operation on a contact or an organization. */
export type Operation = (db: Db, actor: Actor) => Promise<Result<{ id: number }>>

/** What is kept of something that was changed. */
export const idOf = ({ value, refused }: Result<{ id: number }>): Result<{ id: number }> =>
  refused ? { refused } : { value: { id: value.id } }

/** What was changed, to show it. @throws for callers who have lost access to it before they repeated the request */
export async function stillVisible<Row extends { groupId: number }>({ load }: Context, row: Row): Promise<Row> {
  const owner = await load.group.load(row.groupId)
  return owner && can(owner.asOwnerGroup, 'read_contacts') ? row : missing()
}
