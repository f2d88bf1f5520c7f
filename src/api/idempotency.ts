// Idempotency-Key: a request that is repeated with its key runs once, and gets the same answer.
import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { Refusal } from './refusal.ts'

const longestKey = 255

/**
 * The name of the delivery that a request makes; a key belongs to its user.
 * @param part names one of several that the same request makes
 * @throws Refusal 422 for an invalid key
 */
export function deliveryOf({ headers }: Pick<FastifyRequest, 'headers'>, userId: number, part?: string): string {
  const key = headers['idempotency-key']
  if (key === undefined) return randomUUID()
  if (key.length > longestKey) throw new Refusal(422, `Idempotency-Key can be at most ${longestKey} characters long.`)
  return [userId, key, part].filter((one) => one !== undefined).join(' ')
}
