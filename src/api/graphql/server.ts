// POST and GET /api/graphql: who asks, limits, and events for subscriptions.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type DocumentNode, GraphQLError, Kind, parse, validate, visit } from 'graphql'
import { createYoga, type Plugin } from 'graphql-yoga'
import type { Asker } from '../../domain/access-tokens.ts'
import type { Context, GraphqlParts } from './builder.ts'
import { faultsOf, longestQuery, mostFaults, mostTokens, type Rank, tooManyFields } from './limits.ts'
import { openLoaders } from './loaders.ts'
import { schema } from './schema.ts'

const address = '/api/graphql'
// Clients made for GitLab send what they ask for at the same time together.
const mostTogether = 10

interface Asking {
  request: FastifyRequest
  asker: Asker | null
}

const rankOf = ({ asker }: Context): Rank => (asker ? (asker.administrator ? 'administrator' : 'user') : 'visitor')

// Clients made for GitLab send lists with nulls in them, where nothing is meant.
const withoutNulls = (document: DocumentNode): DocumentNode =>
  visit(document, { ListValue: (node) => ({ ...node, values: node.values.filter(({ kind }) => kind !== Kind.NULL) }) })

function withoutNullsInLists(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(withoutNullsInLists)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withoutNullsInLists(part)]))
}

function read(source: string): DocumentNode {
  if (source.length > longestQuery) throw new GraphQLError(`Query is too long (maximum is ${longestQuery} characters)`)
  const document = withoutNulls(parse(source, { maxTokens: mostTokens }))
  const fault = tooManyFields(document)
  if (fault) throw fault
  return document
}

const limits: Plugin<Context> = {
  onParams({ params, setParams }) {
    if (params.variables) setParams({ ...params, variables: withoutNullsInLists(params.variables) as Record<string, unknown> })
  },
  onParse({ setParseFn }) {
    setParseFn((source: string | { body: string }) => read(typeof source === 'string' ? source : source.body))
  },
  onValidate({ setValidationFn }) {
    setValidationFn((...[of, document, rules, options, typeInfo]: Parameters<typeof validate>) =>
      validate(of, document, rules, { ...options, maxErrors: mostFaults }, typeInfo),
    )
  },
  onExecute({ args, setResultAndStopExecution }) {
    stopAt(args as Executed, setResultAndStopExecution)
    return { onExecuteDone: ({ result }) => forgetStatus(result as { errors?: readonly GraphQLError[] }) }
  },
  onSubscribe: ({ args, setResultAndStopExecution }) => stopAt(args as Executed, setResultAndStopExecution),
}

// Wrong variables have a status of their own in the executor; at GitLab they are faults of a query like others.
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

/** Serves GraphQL. */
export function graphqlRoutes(
  app: FastifyInstance,
  { who, ...parts }: GraphqlParts & { who: (request: FastifyRequest) => Promise<Asker | null> },
): void {
  const streams = new Set<() => void>()
  const yoga = createYoga<Asking, Context>({
    schema,
    graphqlEndpoint: address,
    graphiql: false,
    landingPage: false,
    cors: false,
    batching: { limit: mostTogether },
    plugins: [limits],
    logging: false,
    maskedErrors: {
      maskError(fault) {
        if (fault instanceof GraphQLError && !(fault.originalError && !(fault.originalError instanceof GraphQLError))) return fault
        app.log.error({ fault }, 'graphql failed')
        return new GraphQLError('Internal server error: something went wrong on our side. The operator can see it in the log.')
      },
    },
    context: ({ asker }) => ({
      ...parts,
      asker,
      userId: asker?.userId ?? null,
      actor: asker ? { userId: asker.userId, via: 'api' } : undefined,
      load: openLoaders(parts.db, asker?.userId ?? null),
      ending(end: () => void) {
        streams.add(end)
        return () => streams.delete(end)
      },
    }),
  })
  app.addHook('preClose', async () => streams.forEach((end) => void end()))
  app.route({
    method: ['GET', 'POST'],
    url: address,
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const asker = await askerOf(who, request, reply)
      if (asker === undefined) return reply
      preferJson(request)
      const response = await yoga.handleNodeRequestAndResponse(request, reply, { request, asker })
      response.headers.forEach((value, name) => void reply.header(name, value))
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
      return reply.code(response.status).send(isStream ? response.body : await response.text())
    },
  })
}

// Whoever does not ask for the newer media type by name gets what GitLab sends: faults of a query with the status 200.
// graphql.github.io/graphql-over-http/draft/#sec-Status-Codes
function preferJson({ raw: { headers } }: FastifyRequest): void {
  if (!/graphql-response|event-stream/.test(headers.accept ?? '')) headers.accept = 'application/json'
}

/** Who asks; undefined if that was answered already, as GitLab does. */
async function askerOf(who: (request: FastifyRequest) => Promise<Asker | null>, request: FastifyRequest, reply: FastifyReply) {
  try {
    return await who(request)
  } catch (fault) {
    if ((fault as { statusCode?: number }).statusCode !== 401) throw fault
    await reply.code(401).send({ errors: [{ message: 'Invalid token' }] })
    return undefined
  }
}
