// What every request is relieved of before a route sees it: JSON without bounds, and NULs in its address.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { jsonExcess } from '../json.ts'
import { refused } from './refused.ts'

/** Bounds JSON bodies, and replaces what no database can store in the parts of an address. */
export function guardInput(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request: FastifyRequest, body: string, done) => {
    const excess = jsonExcess(body)
    if (excess) return done(refused(excess.status, excess.reason))
    return parse(request, body, done)
  })
  app.addHook('preValidation', async ({ params, query }) => {
    replaceNuls(params)
    replaceNuls(query)
  })
}

// Postgres stores no NUL. CommonMark reads one as U+FFFD, which matches nothing that is stored.
function replaceNuls(fields: unknown): void {
  const parts = fields as Record<string, unknown>
  for (const [name, value] of Object.entries(parts ?? {})) parts[name] = withoutNuls(value)
}

const withoutNuls = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(withoutNuls) : typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : value
