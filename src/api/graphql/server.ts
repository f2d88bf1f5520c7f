// POST and GET /api/graphql: the caller, limits, and events for subscriptions.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type DocumentNode, GraphQLError, validate } from 'graphql'
import { createYoga, type Plugin, type YogaInitialContext } from 'graphql-yoga'
import type { SignedInUser } from '../../domain/people/access-tokens.ts'
import { jsonExcess } from '../../json.ts'
import { keyOf } from '../idempotency.ts'
import type { Context, GraphqlParts } from './context.ts'
import { cleanValue, documentOf, excessOf } from './documents.ts'
import { faultsOf, mostFaults, type Rank } from './limits.ts'
import { openLoaders } from './loaders.ts'
import { schema } from './schema.ts'

const address = '/api/graphql'
// Clients made for GitLab batch queries that they send at the same time.
const mostTogether = 10

interface Asking {
  /** The request as Fastify has it: yoga has one of its own. */
  sent: FastifyRequest
  user: SignedInUser | null
}

const rankOf = ({ user }: { user: SignedInUser | null }): Rank =>
  user ? (user.administrator ? 'administrator' : 'user') : 'visitor'

const validated = new WeakMap<DocumentNode, readonly GraphQLError[]>()

/** Validates a document, once however often it is sent. */
function validateOnce(
  ...[of, document, rules, options, typeInfo]: Parameters<typeof validate>
): readonly GraphQLError[] {
  const errors =
    validated.get(document) ?? validate(of, document, rules, { ...options, maxErrors: mostFaults }, typeInfo)
  validated.set(document, errors)
  return errors
}

const limits: Plugin<Context> = {
  onParams({ params, setParams }) {
    if (!params.variables) return
    const cleaned = { ...params, variables: cleanValue(params.variables) as Record<string, unknown> }
    const position = positions.get(params)
    if (position !== undefined) positions.set(cleaned, position)
    setParams(cleaned)
  },
  onParse({ setParseFn }) {
    setParseFn((source: string | { body: string }) => documentOf(typeof source === 'string' ? source : source.body))
  },
  onValidate: ({ setValidationFn }) => setValidationFn(validateOnce),
  onExecute({ args, setResultAndStopExecution }) {
    stopAt(args as Executed, setResultAndStopExecution)
    return { onExecuteDone: ({ result }) => forgetStatus(result as { errors?: readonly GraphQLError[] }) }
  },
  onSubscribe: ({ args, setResultAndStopExecution }) => stopAt(args as Executed, setResultAndStopExecution),
}

// Wrong variables have a status of their own in the executor; GitLab treats them like any other query error.
function forgetStatus({ errors = [] }: { errors?: readonly GraphQLError[] }): void {
  for (const { extensions } of errors) delete extensions.http
}

interface Executed {
  document: DocumentNode
  operationName?: string | null
  variableValues?: Record<string, unknown> | null
  contextValue: Context
}

function stopAt(
  { document, operationName, variableValues, contextValue }: Executed,
  stop: (result: { errors: GraphQLError[] }) => void,
): void {
  const errors = faultsOf({ schema, document, operationName, variables: variableValues ?? {} }, rankOf(contextValue))
  if (errors.length > 0) stop({ errors })
}

/** Where the queries of a batch are in it: those of one request share its Idempotency-Key. */
const positions = new WeakMap<object, number>()

function rememberPositions(body: unknown): void {
  if (Array.isArray(body)) for (const [at, one] of body.entries()) if (one instanceof Object) positions.set(one, at)
}

const contextOf = (
  { user, sent, params }: Asking & YogaInitialContext,
  parts: GraphqlParts,
  streams: Set<() => void>,
): Context => ({
  ...parts,
  user,
  userId: user?.userId ?? null,
  actor: user ? { userId: user.userId, via: 'api' } : undefined,
  keyOf: (...parts) => keyOf(sent, user?.userId ?? 0, positions.get(params), ...parts),
  load: openLoaders(parts.db, user?.userId ?? null),
  ending(end) {
    streams.add(end)
    return () => streams.delete(end)
  },
})

/** Serves GraphQL. */
export function graphqlRoutes(
  app: FastifyInstance,
  { who, ...parts }: GraphqlParts & { who: (request: FastifyRequest) => Promise<SignedInUser | null> },
): void {
  const streams = new Set<() => void>()
  const yoga = createYoga<Asking, Context>({
    schema,
    graphqlEndpoint: address,
    graphiql: false,
    landingPage: false,
    cors: false,
    batching: { limit: mostTogether },
    // Documents are kept by `documents.ts`, which bounds how much memory they take.
    parserAndValidationCache: false,
    plugins: [limits],
    logging: false,
    maskedErrors: {
      maskError(fault) {
        if (fault instanceof GraphQLError && !(fault.originalError && !(fault.originalError instanceof GraphQLError)))
          return fault
        app.log.error({ fault }, 'graphql failed')
        return new GraphQLError(
          'Internal server error: something went wrong on our side. The operator can find details in the log.',
        )
      },
    },
    context: (asking) => contextOf(asking, parts, streams),
  })
  app.addHook('preClose', async () => streams.forEach((end) => void end()))
  app.route({
    method: ['GET', 'POST'],
    url: address,
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const user = await userOf(who, request, reply)
      if (user === undefined) return reply
      preferJson(request)
      // An invalid key is rejected here: no single mutation is at fault.
      keyOf(request, 0)
      rememberPositions(request.body)
      if (answerUnread(request, reply, rankOf({ user }))) return reply
      const response = await yoga.handleNodeRequestAndResponse(request, reply, { sent: request, user })
      response.headers.forEach((value, name) => void reply.header(name, value))
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
      return reply.code(response.status).send(isStream ? response.body : await response.text())
    },
  })
}

// Clients that don't ask for the newer media type by name get what GitLab sends: query errors with the status 200.
// graphql.github.io/graphql-over-http/draft/#sec-Status-Codes
function preferJson({ raw: { headers } }: FastifyRequest): void {
  if (!/graphql-response|event-stream/.test(headers.accept ?? '')) headers.accept = 'application/json'
}

/** The caller; undefined if the request was answered already, as GitLab does. */
async function userOf(
  who: (request: FastifyRequest) => Promise<SignedInUser | null>,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  try {
    return await who(request)
  } catch (fault) {
    if ((fault as { statusCode?: number }).statusCode !== 401) throw fault
    await reply.code(401).send({ errors: [{ message: 'Invalid token' }] })
    return undefined
  }
}

/** Answers requests that would take yoga too long, or make it fail; false for all others. */
function answerUnread({ method, query, body }: FastifyRequest, reply: FastifyReply, rank: Rank): boolean {
  const asked = [method === 'GET' ? query : body].flat().slice(0, mostTogether) as ({ query?: unknown } | null)[]
  const unreadable = method === 'GET' ? faultOfAddress(query as Record<string, unknown>) : undefined
  const sources = asked.flatMap((one) => (typeof one?.query === 'string' ? [one.query] : []))
  const reasons = unreadable === undefined ? excessOf(sources, rank) : [unreadable]
  if (reasons.length === 0) return false
  const answer = { errors: reasons.map((message) => ({ message })) }
  void reply.code(unreadable === undefined ? 200 : 400).send(Array.isArray(body) ? asked.map(() => answer) : answer)
  return true
}

/** What is wrong with the JSON in a URL. */
function faultOfAddress(query: Record<string, unknown>): string | undefined {
  for (const name of ['variables', 'extensions']) {
    const text = [query[name]].flat()[0]
    if (typeof text !== 'string' || text === '') continue
    const fault = jsonExcess(Buffer.from(text))?.reason ?? (isJson(text) ? undefined : `\`${name}\` is not valid JSON`)
    if (fault) return fault
  }
  return undefined
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
