// The document that describes the REST API: valid, and of exactly the routes that there are.
import { Validator } from '@seriousme/openapi-schema-validator'
import fastify from 'fastify'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { withDescription } from '../../src/api/openapi.ts'
import { type ApiParts, defineRoute, mountRoutes } from '../../src/api/route.ts'
import { openHttp, openService } from '../../src/app.ts'
import { readSettings } from '../../src/config.ts'
import { openInProcessQueue } from '../../src/queue/in-process.ts'
import { holdToDocument } from '../support/api/documented.ts'
import { borrowEmbedded } from '../support/service/lent-databases.ts'
import { testLog } from '../support/service/service.ts'

interface Operation {
  operationId: string
  summary: string
  parameters: { name: string; in: string; schema: { type?: string; enum?: unknown[] } }[]
  requestBody?: {
    required: boolean
    content: { 'application/json': { schema: { required?: string[]; properties: Record<string, object> } } }
  }
  responses: Record<string, unknown>
}

interface Described {
  openapi: string
  paths: Record<string, Record<string, Operation>>
}

let described: Described
let routes: string

beforeAll(async () => {
  const database = await borrowEmbedded()
  const service = openService(
    { settings: readSettings({}), database, log: testLog },
    openInProcessQueue({ concurrency: 1, attempts: 1 }),
  )
  const http = await openHttp(service, testLog)
  described = (await http.inject('/api/openapi.json')).json()
  routes = http.printRoutes({ commonPrefix: false, includeHooks: false })
  return async () => {
    await http.close()
    await service.close()
    await database.close()
  }
})

test('it is valid as of OpenAPI 3.1', async () => {
  const { valid, errors } = await new Validator().validate(described as unknown as Record<string, unknown>)
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
  expect(described.openapi).toBe('3.1.0')
})

test('each route is described, and each description is of a route', () => {
  // The tree that Fastify prints: a part of the address and the methods a line, deeper ones further in.
  const served: string[] = []
  const above: string[] = []
  for (const line of routes.split('\n')) {
    const [, indent = '', part = '', methods = ''] = /^([│├└─\s]*)(\S+)(?: \(([A-Z, ]+)\))?/u.exec(line) ?? []
    const depth = Math.round(indent.length / 4)
    above.splice(depth - 1, above.length, part)
    const path = above.join('')
    for (const method of methods.split(', ').filter((one) => one && one !== 'HEAD')) served.push(`${method} ${path}`)
  }
  const ours = served.filter((one) => / \/api\//.test(one) && !one.endsWith(' /api/graphql'))
  const told = Object.entries(described.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
  )
  expect(told.sort()).toEqual(ours.sort())
})

test('each route says what it does, and names the parts of its address', () => {
  for (const [path, operations] of Object.entries(described.paths))
    for (const { summary, parameters } of Object.values(operations)) {
      expect(summary).toMatch(/^[A-Z].{8}/)
      const inPath = parameters.filter((one) => one.in === 'path').map(({ name }) => `{${name}}`)
      expect(path.match(/\{\w+\}/g) ?? []).toEqual(inPath)
    }
})

test('each route has an id of its own, which follows from its address', () => {
  const ids = Object.values(described.paths).flatMap((operations) =>
    Object.values(operations).map(({ operationId }) => operationId),
  )
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids).toEqual(
    expect.arrayContaining([
      'getApiV4Groups',
      'putApiV4ProjectsIdIssuesIid',
      'deleteApiV4GroupsIdMembersUserId',
      'getApiOpenapiJson',
    ]),
  )
  for (const id of ids) expect(id).toMatch(/^(get|post|put|delete)Api[A-Za-z0-9]+$/)
})

const operationAt = (path: string, method: string): Operation => {
  const operation = described.paths[path]?.[method]
  if (!operation) throw new Error(`${method} ${path} is not described`)
  return operation
}

test('what is required, of few values, or a boolean says so; what is accepted for GitLab’s clients alone is left out', () => {
  const { requestBody } = operationAt('/api/v4/projects/{id}/issues', 'post')
  expect(requestBody?.required).toBe(true)
  expect(requestBody?.content['application/json'].schema.required).toEqual(['title'])
  expect(Object.keys(requestBody?.content['application/json'].schema.properties ?? {})).toEqual([
    'title',
    'description',
  ])
  const list = operationAt('/api/v4/projects', 'get')
  const schemaOf = (name: string) => list.parameters.find((one) => one.name === name)?.schema
  expect(schemaOf('order_by')?.enum).toContain('last_activity_at')
  expect(schemaOf('visibility')?.enum).toEqual(['public', 'private'])
  expect(schemaOf('min_access_level')?.enum).toEqual([10, 15, 20, 30, 40, 50])
  expect(schemaOf('owned')?.type).toBe('boolean')
  expect(schemaOf('archived')).toBeUndefined()
  const fields = operationAt('/api/v4/groups', 'post').requestBody?.content['application/json'].schema.properties
  expect(fields?.visibility).toMatchObject({ enum: ['public', 'private'] })
  for (const operation of Object.values(described.paths).flatMap((one) => Object.values(one)))
    expect(operation.responses).toHaveProperty('4XX')
})

test('an answer that is not as it is described is caught in every story', async () => {
  const route = (path: string, answer: object) =>
    defineRoute({
      method: 'GET',
      path,
      summary: 'Answers',
      for: 'everybody',
      answers: { 200: shape },
      handle: async () => answer as { id: number },
    })
  const shape = z.strictObject({ id: z.int() })
  const app = fastify()
  const routes = [
    route('/api/v4/right', { id: 1 }),
    route('/api/v4/more', { id: 1, more: 2 }),
    route('/api/v4/less', {}),
  ]
  mountRoutes(app, { who: async () => null } as unknown as ApiParts, withDescription(routes, 'http://localhost'))
  holdToDocument(app, { known: new Map() })
  const statuses = await Promise.all(routes.map(async ({ path }) => (await app.inject(path)).statusCode))
  expect(statuses).toEqual([200, 500, 500])
  await app.close()
})
