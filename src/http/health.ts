// Alive, ready, and figures for a scraper.
import { sql } from 'drizzle-orm'
import type { FastifyInstance } from 'fastify'
import type { Db } from '../storage/db.ts'

const patience = 2_000

/** `/-/liveness`: the process answers. `/-/readiness`: the database does as well. */
export function healthRoutes(app: FastifyInstance, db: Db): void {
  app.get('/-/liveness', () => ({ status: 'ok' }))
  app.get('/-/readiness', async (request, reply) => {
    const late = new Promise((_, reject) => setTimeout(reject, patience, new Error('no answer')).unref())
    try {
      await Promise.race([db.execute(sql`select 1`), late])
      return { status: 'ok' }
    } catch (fault) {
      request.log.warn({ fault }, 'not ready')
      return reply.code(503).send({ status: 'failed', database: 'cannot be reached' })
    }
  })
}
