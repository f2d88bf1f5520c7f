// What the paths of the REST API refer to: a number or an encoded full path, and what the caller finds there.
import type { NamespaceName } from '../../domain/groups/facts.ts'
import { issueFor } from '../../domain/issues/guard.ts'
import type { IssueFacts } from '../../domain/issues/issues.ts'
import type { Result } from '../../domain/rules/results.ts'
import { notFoundRefusal, type RefusalError, signInFirst } from '../refusal.ts'
import type { Call } from '../route.ts'

/**
 * Doesn't exist, or the caller can't see it: visitors are asked to sign in, everyone else gets the same answer for
 * both.
 */
export const absentResource = ({ user }: Pick<Call, 'user'>, what: string): RefusalError =>
  user ? notFoundRefusal(what) : signInFirst()

/** What the caller can see. @throws `absent`, if they can't */
export function foundResource<Value>(call: Pick<Call, 'user'>, { value }: Result<Value>, what: string): Value {
  if (value === undefined) throw absentResource(call, what)
  return value
}

/** A number in the path. @throws 404 if it isn't one */
export function numberIn({ params }: Pick<Call, 'params'>, name: string, what: string): number {
  const text = params[name] ?? ''
  if (!/^\d{1,15}$/.test(text)) throw notFoundRefusal(what)
  return Number(text)
}

/** The group or project in the path, by its number or full path. */
export function namespaceIn({ params }: Pick<Call, 'params'>, what: string, name = 'id'): NamespaceName {
  const { [name]: id = '' } = params
  if (id.includes('\0')) throw notFoundRefusal(what)
  return /^\d{1,15}$/.test(id) ? Number(id) : id
}

/** The issue in the path. */
export function issueIn(call: Pick<Call, 'params'>): { project: NamespaceName; iid: number } {
  const iid = numberIn(call, 'iid', 'Issue')
  if (iid >= 2 ** 31) throw notFoundRefusal('Issue')
  return { project: namespaceIn(call, 'Issue'), iid }
}

/** The facts of the issue in the path, if the caller can see it. */
export async function requestedIssue(call: Pick<Call, 'params' | 'db' | 'user' | 'userId'>): Promise<IssueFacts> {
  return foundResource(call, await issueFor(call.db, call, issueIn(call)), 'Issue')
}
