// Holds every answer of the REST API against the document that describes it: what is not described cannot be answered
// in any story.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

interface Described {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>>
}

const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)

/** A document, and the checks made from it, by method, path and status. */
interface Document {
  described?: Described
  known: Map<string, ValidateFunction>
}

// All services of this process have the same.
const ofServices: Document = { known: new Map() }

/**
 * From now on an answer that is not as it is described is replaced by words that say so.
 * @param document of an app that has other routes than a service
 */
export function holdToDocument(app: FastifyInstance, document = ofServices): void {
  const shapeOf = async (request: FastifyRequest, status: number): Promise<ValidateFunction | 'none' | undefined> => {
    document.described ??= (await app.inject('/api/openapi.json')).json() as Described
    const { described, known } = document
    const path = (request.routeOptions.url ?? '').replace(/:(\w+)/g, '{$1}')
    const method = request.method === 'HEAD' ? 'get' : request.method.toLowerCase()
    const response = described.paths[path]?.[method]?.responses[status]
    if (!response) return undefined
    const schema = response.content?.['application/json']?.schema
    if (!schema) return 'none'
    const key = `${method} ${path} ${status}`
    const validate = known.get(key) ?? ajv.compile(schema)
    known.set(key, validate)
    return validate
  }
  const faultOf = async (
    request: FastifyRequest,
    reply: FastifyReply,
    payload: unknown,
  ): Promise<string | undefined> => {
    const shape = await shapeOf(request, reply.statusCode)
    if (shape === undefined)
      return `${request.method} ${request.routeOptions.url} answers ${reply.statusCode}, which is not described`
    if (shape === 'none') return payload ? 'there should be no body' : undefined
    if (request.method === 'HEAD' || shape(JSON.parse(String(payload)))) return undefined
    return `${request.method} ${request.routeOptions.url}: ${ajv.errorsText(shape.errors)} in ${payload}`
  }
  app.addHook('onSend', async (request, reply, payload) => {
    const { url = '' } = request.routeOptions
    const isDescribed = /^\/api\/(?:v4\/|suggestions|link|sessions)/.test(url) && reply.statusCode < 400
    const fault = isDescribed ? await faultOf(request, reply, payload) : undefined
    if (fault === undefined) return payload
    reply.code(500)
    return JSON.stringify({ undocumented: fault })
  })
}
