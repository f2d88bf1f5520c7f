// Idempotency-Key: a request that is repeated with its key runs once, and gets the same answer.
import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { RefusalError } from './refusal.ts'

const longestKey = 255

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
  const key = headers['idempotency-key']
  if (key === undefined) return undefined
  if (key.length > longestKey)
    throw new RefusalError(422, `Idempotency-Key can be at most ${longestKey} characters long.`)
  return [userId, key, ...parts].filter((one) => one !== undefined).join(' ')
}

/** The name of the delivery that a request makes. @throws Refusal 422 for an invalid key */
export const deliveryOf = (request: Pick<FastifyRequest, 'headers'>, userId: number): string =>
  keyOf(request, userId) ?? randomUUID()
