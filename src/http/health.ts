// Health checks: is the process alive, and ready?
import { sql } from 'drizzle-orm'
import type { FastifyInstance } from 'fastify'
import type { Db } from '../storage/db.ts'
import { withTimeout } from '../timeout.ts'

const patience = 2_000

const noAnswer = () => {
  throw new Error('no answer')
}

/** `/-/liveness`: the process answers. `/-/readiness`: the database does as well. */
export function healthRoutes(app: FastifyInstance, db: Db): void {
  app.get('/-/liveness', () => ({ status: 'ok' }))
  app.get('/-/readiness', async (request, reply) => {
    try {
      await withTimeout(db.execute(sql`select 1`), patience, noAnswer)
      return { status: 'ok' }
    } catch (fault) {
      request.log.warn({ fault }, 'not ready')
      return reply.code(503).send({ status: 'failed', database: 'cannot be reached' })
    }
  })
}
