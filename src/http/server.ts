// The shell: limits, headers, the caller, and every error as a status with a document that says what went wrong.
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import cookie from '@fastify/cookie'
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
import { guardInput } from './bodies.ts'
import { serveGitlabClients } from './gitlab-clients.ts'

// In KiB. A comment of 256 KiB fits, with some margin: JSON and forms escape the letters of any language in at most
// three times their bytes. Only in a text of control characters do all take six (\u0000).
const largestBody = 800

const titles: Record<number, string> = {
  400: 'The request cannot be understood',
  401: 'Sign in first',
  403: 'Not allowed',
  404: 'Not found',
  408: 'Too late',
  413: 'Too large',
  415: 'This content type is not understood',
  422: 'The request is invalid',
  429: 'Too many requests',
  431: 'Too large',
  503: 'Not available',
}

/** An error document (RFC 9457). `message` says the same to clients made for GitLab. */
export function problem(
  status: number,
  detail: string,
  { fields = [], byField }: Pick<Refusal, 'fields' | 'byField'> = {},
) {
  return {
    type: 'about:blank',
    title: titles[status] ?? 'Something went wrong',
    status,
    detail,
    message: byField ?? detail,
    ...(fields.length > 0 && { errors: fields }),
  }
}

interface Refusal extends FastifyError {
  fields?: readonly { field: string; message: string }[]
  /** Faults by field, where clients made for GitLab expect them so. */
  byField?: Readonly<Record<string, readonly string[]>>
}

function answerError(fault: Refusal, request: FastifyRequest, reply: FastifyReply): void {
  const status = fault.statusCode ?? (isOutage(fault) ? 503 : 500)
  if (status >= 500) request.log.error({ fault }, 'request failed')
  if (status === 413 && Number(request.headers['content-length']) <= mostDiscarded) reply.removeHeader('connection')
  const detail =
    status === 503
      ? "The database can't be reached. Try again in a moment."
      : status >= 500
        ? 'Something went wrong on our side. The operator can find details in the log.'
        : (sentences[fault.code] ?? fault.message)
  reply
    .code(status)
    .type('application/problem+json')
    .send(problem(status, detail, fault))
}

// Fastify closes the connection on a body that is too large. Clients that are still sending then get no answer, but a
// reset.
const mostDiscarded = 16 * 1024 * 1024

// Instead of Fastify's own.
const sentences: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: `The body of a request can be at most ${largestBody} KiB long.`,
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

/** Is the database unavailable? Drizzle wraps the driver's error. */
const isOutage = (fault: { code?: string; message: string; cause?: unknown }): boolean => {
  const { code = '', message } = (fault.cause as { code?: string; message: string }) ?? fault
  return (
    outages.includes(code) || /^Connection terminated|^timeout exceeded|^Query read timeout|not queryable/.test(message)
  )
}

// Invalid HTTP reaches no route. nodejs.org/api/http.html#event-clienterror
function answerGarbage({ code }: NodeJS.ErrnoException, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const status = code === 'HPE_HEADER_OVERFLOW' ? 431 : code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
  const body = JSON.stringify(problem(status, garbage[status]))
  const headers = [
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...headers, '', body].join('\r\n'))
}

const garbage = {
  400: "This isn't a valid HTTP request.",
  408: 'The request took too long to arrive.',
  431: 'The headers, or the address, are too long.',
} as const

// Scripts and styles are our own files, never inline; our pages can't be framed.
const contentSources = {
  defaultSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
}

// Responses are for their caller alone, unless they are marked as public: neither proxies nor the browser's next user
// get them.
async function keepOutOfCaches(_: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (!String(reply.getHeader('cache-control')).startsWith('public')) reply.header('cache-control', 'no-store')
}

// Fastify logs its address at `info`. The command line prints it for users, and nothing else of ours is logged there at
// that level.
const withoutGreeting = (log: Log) =>
  log.child({}, { level: log.level === 'info' ? 'warn' : log.level }) as FastifyBaseLogger

/** The HTTP server, with no routes yet. It accepts no connections before `listen`. */
export async function openServer({
  log,
  publicUrl,
  trustProxy,
}: {
  log: Log
  publicUrl: string
  /** Reverse proxies: what they say of the client's address is believed. */
  trustProxy: string[]
}): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: withoutGreeting(log),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: largestBody * 1024,
    trustProxy,
    routerOptions: { maxParamLength: 2_000 },
    requestTimeout: 60_000,
    forceCloseConnections: 'idle',
    frameworkErrors: (fault, request, reply) => answerError(fault, request as FastifyRequest, reply as FastifyReply),
    clientErrorHandler: answerGarbage,
  })
  const secure = publicUrl.startsWith('https:')
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { ...contentSources, ...(secure && { upgradeInsecureRequests: [] }) },
    },
    frameguard: { action: 'deny' },
    strictTransportSecurity: secure,
    // With helmet's own `no-referrer`, a form's Origin would be `null`, and couldn't be told apart from another site's.
    referrerPolicy: { policy: 'same-origin' },
  })
  app.addHook('onSend', keepOutOfCaches)
  await app.register(cookie)
  serveGitlabClients(app)
  guardInput(app)
  app.setErrorHandler<Refusal>(answerError)
  app.setNotFoundHandler(
    (_, reply) =>
      void reply
        .code(404)
        .type('application/problem+json')
        .send(problem(404, "This page doesn't exist, or you don't have access to it.")),
  )
  return app
}
