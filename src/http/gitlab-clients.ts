// What clients made for GitLab rely on under /api: the content types they compare, bodies as they send them; and no
// token in a URL.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { refused } from './refused.ts'

const isApi = ({ url }: FastifyRequest): boolean => /^\/api(?:[/?]|$)/.test(url)

/** Applies to every route under `/api`; the others keep Fastify's behavior. */
export function serveGitlabClients(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    if (!isApi(request)) return
    refuseTokenInAddress(request)
    forgetTypeOfEmptyBody(request)
  })
  app.addHook('onSend', async (request, reply) => {
    const type = String(reply.getHeader('content-type') ?? '')
    // python-gitlab and npm's `gitlab` compare the whole header; JSON has no charset anyway.
    // rfc-editor.org/rfc/rfc8259#section-11
    if (isApi(request) && /^application\/(?:[\w.-]+\+)?json\b/.test(type))
      reply.header('content-type', type.replace(/;.*/, ''))
  })
  app.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      if (!isApi(request)) throw refused(415, 'multipart/form-data is accepted only by the API.')
      return fieldsOf(body, request.headers['content-type'] ?? '')
    },
  )
}

const tokenFields = ['private_token', 'access_token']

function refuseTokenInAddress({ query }: FastifyRequest): void {
  const field = tokenFields.find((name) => Object.hasOwn(query as object, name))
  if (!field) return
  const reason = `Tokens in addresses end up in logs, so ${field} is not accepted. Send the token in PRIVATE-TOKEN or Authorization: Bearer, and revoke one that you sent this way.`
  throw refused(401, reason)
}

// python-gitlab announces JSON with every DELETE, and sends none.
function forgetTypeOfEmptyBody({ raw: { headers } }: FastifyRequest): void {
  const isEmpty = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0
  if (isEmpty) delete headers['content-type']
}

/** The fields of a multipart form, as those of any other form: a list where a name repeats. */
async function fieldsOf(body: Buffer, type: string): Promise<Record<string, string | string[]>> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData().catch(() => {
    throw refused(400, 'The body is not valid multipart/form-data.')
  })
  const fields = new Map<string, string[]>()
  for (const [name, value] of form) {
    if (typeof value !== 'string')
      throw refused(422, `${name} is a file; files are not accepted`, [{ field: name, message: 'is a file' }])
    const earlier = fields.get(name)
    if (earlier) earlier.push(value)
    else fields.set(name, [value])
  }
  return Object.fromEntries(
    [...fields].map(([name, values]) => [name, values.length > 1 ? values : (values[0] as string)]),
  )
}
