// Idempotency-Key: a request that is repeated with its key runs once, and gets the same answer.
import type { FastifyRequest } from 'fastify'
import { longestKey, requestName } from '../pipeline/entry-points.ts'
import { RefusalError } from './refusal.ts'

/**
 * The name of a request with a key, which belongs to its user; undefined without a key.
 * @param parts name one of several operations of the same request
 * @throws Refusal 422 for an invalid key
 */
export function keyOf(
  { headers }: Pick<FastifyRequest, 'headers'>,
  userId: number,
  ...parts: readonly (string | number | undefined)[]
): string | undefined {
  // An empty key is none: otherwise all requests with one would be the same.
  const key = headers['idempotency-key']?.toString().trim() || undefined
  if (key !== undefined && key.length > longestKey)
    throw new RefusalError(422, `Idempotency-Key can be at most ${longestKey} characters long.`)
  return requestName(userId, key, ...parts)
}
