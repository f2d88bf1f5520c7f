// What a route is: who can call it, what it reads, what it answers. The server and the OpenAPI document use the same
// definition.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { SignedInUser } from '../domain/people/access-tokens.ts'
import type { Actor } from '../domain/rules/history.ts'
import type { Submit } from '../pipeline/wait.ts'
import type { Db } from '../storage/db.ts'
import { readFields } from './fields.ts'
import { RefusalError, signInFirst } from './refusal.ts'

/** What the routes need from the other modules. */
export interface ApiParts {
  db: Db
  who: (request: FastifyRequest) => Promise<SignedInUser | null>
  submit: Submit
  publicUrl: string
  mostAtOnce: number
}

/** Who can call it at all; what they can do is up to the domain. */
export type RouteAudience = 'everybody' | 'users' | 'administrators'

/** One request. */
export interface Call<For extends RouteAudience = RouteAudience, Query = unknown, Body = unknown> extends ApiParts {
  request: FastifyRequest
  reply: FastifyReply
  user: For extends 'everybody' ? SignedInUser | null : SignedInUser
  /** The id of the caller; null for a visitor. */
  userId: For extends 'everybody' ? number | null : number
  /** The caller, as the history names them. */
  actor: For extends 'everybody' ? undefined : Actor
  /** The named parameters of the path, decoded. */
  params: Readonly<Record<string, string>>
  query: Query
  body: Body
}

type Answers = Readonly<Record<number, z.ZodType>>

interface Definition<
  For extends RouteAudience,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Given extends Answers,
> {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** The whole path, with `:name` for its parameters. */
  path: string
  /** What it does, in a few words. */
  summary: string
  for: For
  query?: Query
  /** The fields of the body. They can also be sent in the query, as clients made for GitLab do. */
  body?: Body
  /** Successful responses, by status; the first is the default. */
  answers: Given
  /** A list with the headers of GitLab's paging. */
  paged?: true
  handle(call: Call<For, z.output<Query>, z.output<Body>>): Promise<z.input<Given[keyof Given & number]>>
}

/** A route with any types. */
export type Route = Omit<Definition<RouteAudience, z.ZodType, z.ZodType, Answers>, 'handle'> & {
  handle(call: Call): Promise<unknown>
}

/** Defines a route; the types of its handler follow from what it reads. */
export const defineRoute = <
  For extends RouteAudience,
  Given extends Answers,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
>(
  definition: Definition<For, Query, Body, Given>,
): Route => definition as unknown as Route

/** The response has only a status. */
export const nothing = z.undefined()

const noFields = z.strictObject({})

/** Serves routes. */
export function mountRoutes(app: FastifyInstance, parts: ApiParts, routes: readonly Route[]): void {
  for (const route of routes)
    app.route({
      method: route.method,
      url: route.path,
      handler: async (request, reply) => {
        const user = await parts.who(request)
        admit(route, user)
        reply.code(usualStatus(route))
        const userId = user?.userId ?? null
        const whose = { user, userId, actor: user ? { userId: user.userId, via: 'api' } : undefined }
        const params = request.params as Record<string, string>
        return route.handle({ ...parts, ...whose, ...readAsked(route, request), request, reply, params } as Call)
      },
    })
}

export const usualStatus = ({ answers }: Pick<Route, 'answers'>): number => Number(Object.keys(answers)[0])

function admit({ method, for: audience }: Route, user: SignedInUser | null): void {
  if (!user) {
    if (audience === 'everybody') return
    throw signInFirst()
  }
  const wanted = method === 'GET' ? ['read_api', 'api'] : ['api']
  if (!wanted.some((scope) => user.scopes.includes(scope)))
    throw new RefusalError(403, "This token is read-only: it doesn't have the `api` scope.")
  if (audience === 'administrators' && !user.administrator)
    throw new RefusalError(403, '403 Forbidden: only administrators can do this.')
}

function readAsked(
  { query, body }: Route,
  { query: asked, body: sent }: FastifyRequest,
): { query: unknown; body: unknown } {
  if (!body) return { query: readFields(query ?? noFields, asked), body: undefined }
  const isObject = sent === undefined || sent === null || (typeof sent === 'object' && !Array.isArray(sent))
  return { query: undefined, body: readFields(body, isObject ? { ...(asked as object), ...sent } : sent) }
}
