// The shell: limits, headers, who is asking, and every error as a status with a document that says what was wrong.
import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import helmet from '@fastify/helmet'
import fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import type { Log } from '../log.ts'

// The longest comment may be written as JSON in which every byte is escaped (\u0000), and some room.
const bodyLimit = 2 * 1024 * 1024

const titles: Record<number, string> = {
  400: 'The request cannot be understood',
  401: 'Sign in first',
  403: 'Not allowed',
  404: 'Not found',
  413: 'Too large',
  415: 'This content type is not understood',
  422: 'The request has faults',
  429: 'Too many requests',
  503: 'Not available',
}

/** An error document as of RFC 9457. `message` says the same to clients made for GitLab. */
export function problem(status: number, detail: string, fields: readonly { field: string; message: string }[] = []) {
  return {
    type: 'about:blank',
    title: titles[status] ?? 'Something went wrong',
    status,
    detail,
    message: detail,
    ...(fields.length > 0 && { errors: fields }),
  }
}

interface Refusal extends FastifyError {
  fields?: { field: string; message: string }[]
}

function answerError(fault: Refusal, request: FastifyRequest, reply: FastifyReply): void {
  const status = fault.statusCode ?? (isOutage(fault) ? 503 : 500)
  if (status >= 500) request.log.error({ fault }, 'request failed')
  const detail =
    status === 503
      ? 'The database cannot be reached. Try again in a moment.'
      : status >= 500
        ? 'Something went wrong on our side. The operator can see it in the log.'
        : fault.message
  reply
    .code(status)
    .type('application/problem+json')
    .send(problem(status, detail, fault.fields))
}

const outages = [
  'ECONNREFUSED',
  'ECONNRESET',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  '57P01',
  '57P03',
  '53300',
]

/** Is it the database that is away? Drizzle wraps the driver's error. */
const isOutage = (fault: { code?: string; cause?: unknown }): boolean =>
  outages.includes((fault.cause as { code?: string })?.code ?? fault.code ?? '')

/** The HTTP server, with no routes yet. It speaks to nobody before `listen`. */
export async function openServer({
  log,
  publicUrl,
  trustProxy = false,
}: {
  log: Log
  publicUrl: string
  trustProxy?: boolean
}): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    trustProxy,
    routerOptions: { maxParamLength: 2_000 },
    requestTimeout: 60_000,
    forceCloseConnections: 'idle',
  })
  const secure = publicUrl.startsWith('https:')
  await app.register(helmet, {
    contentSecurityPolicy: { directives: { defaultSrc: ["'self'"], formAction: ["'self'"], upgradeInsecureRequests: secure ? [] : null } },
    strictTransportSecurity: secure,
    // With helmet's own `no-referrer` a form's Origin would be `null`, and could not be told from another site's.
    referrerPolicy: { policy: 'same-origin' },
  })
  await app.register(cookie)
  await app.register(formbody)
  app.setErrorHandler<Refusal>(answerError)
  app.setNotFoundHandler(
    (_, reply) =>
      void reply.code(404).type('application/problem+json').send(problem(404, 'There is nothing at this address, or you may not see it.')),
  )
  return app
}
