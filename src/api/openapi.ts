// The OpenAPI 3.1 document of the routes, generated from their definitions. spec.openapis.org/oas/v3.1.1
import { z } from 'zod'
import { defineRoute, type Route, usualStatus } from './route.ts'

interface JsonSchema {
  type?: string
  properties?: Record<string, JsonSchema>
  required?: string[]
  [more: string]: unknown
}

const schemaOf = (shape: z.ZodType, io: 'input' | 'output'): JsonSchema => {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { io, unrepresentable: 'any' }) as JsonSchema & {
    $schema?: string
  }
  return schema.properties ? { ...schema, properties: described(schema.properties) } : schema
}

// What is accepted only because clients made for GitLab send it (rest/unused.ts) is left out.
const described = (properties: Record<string, JsonSchema>): Record<string, JsonSchema> =>
  Object.fromEntries(Object.entries(properties).filter(([, { undocumented }]) => !undocumented))

const partsOf = (path: string): string[] => [...path.matchAll(/:(\w+)/g)].map(([, name]) => name as string)

function parametersOf({ path, query }: Route): object[] {
  const inPath = partsOf(path).map((name) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
    ...(name === 'id' && { description: 'A number, or a full path with its slashes encoded as %2F' }),
  }))
  if (!query) return inPath
  const { properties = {}, required = [] } = schemaOf(query, 'input')
  const inQuery = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }))
  return [...inPath, ...inQuery]
}

const pagingHeaders = ['X-Total', 'X-Total-Pages', 'X-Page', 'X-Per-Page', 'X-Next-Page', 'X-Prev-Page', 'Link']
const headers = Object.fromEntries(pagingHeaders.map((name) => [name, { schema: { type: 'string' } }]))
const problem = {
  description: 'The request failed, for the reason given',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
}

function responsesOf(route: Route): object {
  const good = Object.entries(route.answers).map(([status, shape]) => {
    const isEmpty = shape instanceof z.ZodUndefined
    const content = isEmpty ? {} : { content: { 'application/json': { schema: schemaOf(shape, 'input') } } }
    return [
      status,
      {
        description: Number(status) === usualStatus(route) ? 'Success' : 'Another kind of success',
        ...content,
        ...(route.paged && { headers }),
      },
    ]
  })
  return Object.fromEntries([...good, ['4XX', problem], ['default', problem]])
}

/** `getApiV4GroupsId`, named as GitLab does: it stays the same as long as the path does. */
export const operationIdOf = ({ method, path }: Pick<Route, 'method' | 'path'>): string =>
  method.toLowerCase() +
  [...path.matchAll(/[A-Za-z0-9]+/g)].map(([word]) => word.charAt(0).toUpperCase() + word.slice(1)).join('')

function operationOf(route: Route): object {
  const { summary, body, for: audience } = route
  const schema = body && schemaOf(body, 'input')
  return {
    operationId: operationIdOf(route),
    summary,
    parameters: parametersOf(route),
    ...(schema && {
      requestBody: { required: (schema.required ?? []).length > 0, content: { 'application/json': { schema } } },
    }),
    responses: responsesOf(route),
    security: audience === 'everybody' ? [{}, { token: [] }, { bearer: [] }] : [{ token: [] }, { bearer: [] }],
  }
}

const problemSchema = {
  type: 'object',
  description: 'RFC 9457; `message` says the same to clients made for GitLab',
  required: ['type', 'title', 'status', 'detail', 'message'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    message: { type: ['string', 'object'] },
    errors: {
      type: 'array',
      items: { type: 'object', properties: { field: { type: 'string' }, message: { type: 'string' } } },
    },
  },
}

/** The document for some routes. */
export function describeRoutes(routes: readonly Route[], publicUrl: string): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Rolobot',
      version: '1',
      license: { name: 'MIT', identifier: 'MIT' },
      description:
        "A part of GitLab's REST API v4, and suggestions for what is being typed. Other fields of GitLab's are accepted as long as they ask for nothing (null, empty, false), and refused by name otherwise.",
    },
    servers: [{ url: publicUrl }],
    paths,
    components: {
      schemas: { Problem: problemSchema },
      securitySchemes: {
        token: { type: 'apiKey', in: 'header', name: 'PRIVATE-TOKEN' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
    },
  }
}

/** `GET /api/openapi.json`: the document, itself described in it. */
export function withDescription(routes: readonly Route[], publicUrl: string): Route[] {
  // Made when it is first requested: that takes longer than the rest of the start.
  let document: object | undefined
  const all: Route[] = [
    ...routes,
    defineRoute({
      method: 'GET',
      path: '/api/openapi.json',
      summary: 'Describes this API',
      for: 'everybody',
      answers: { 200: z.looseObject({ openapi: z.string() }) },
      handle: async () => {
        document ??= describeRoutes(all, publicUrl)
        return document as { openapi: string }
      },
    }),
  ]
  return all
}
