// Applies to every request before a route sees it: limits on bodies, and no NULs in its path.
import { parse as parseForm } from 'node:querystring'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { dangerousKey, jsonExcess } from '../json.ts'
import { refused } from './refused.ts'

/** Reads JSON and forms within bounds, and replaces what no database can store in the parts of an address. */
export function guardInput(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('ignore', 'ignore')
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request: FastifyRequest, body: Buffer, done) => {
    const excess = jsonExcess(body)
    if (excess) return done(refused(excess.status, excess.reason))
    return parse(request, body.toString(), (fault, value) => {
      const key = fault ? undefined : dangerousKey(value)
      if (key) done(refused(400, `The JSON has a key that is not accepted: ${key}`))
      else done(fault, value)
    })
  })
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    async (_: FastifyRequest, body: string) => {
      if (fieldsIn(body) > mostFields)
        throw refused(413, `The form holds too many fields: at most ${mostFields} are accepted.`)
      return parseForm(body, '&', '=', { maxKeys: mostFields })
    },
  )
  app.addHook('preValidation', async ({ params, query }) => {
    replaceNuls(params)
    replaceNuls(query)
  })
}

const mostFields = 1_000

/** How many fields a form has; counted no further than needed. */
function fieldsIn(body: string): number {
  let fields = 1
  for (let at = body.indexOf('&'); at >= 0 && fields <= mostFields; at = body.indexOf('&', at + 1)) fields++
  return fields
}

// Postgres can't store a NUL. CommonMark reads one as U+FFFD, which matches nothing that is stored.
function replaceNuls(fields: unknown): void {
  const parts = fields as Record<string, unknown>
  for (const [name, value] of Object.entries(parts ?? {})) parts[name] = withoutNuls(value)
}

const withoutNuls = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(withoutNuls) : typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : value
