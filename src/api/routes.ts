// All routes for programs, and the document that describes them.
import type { FastifyInstance } from 'fastify'
import { withDescription } from './openapi.ts'
import { noteRoutes } from './rest/notes.ts'
import { type ApiParts, mountRoutes, type Route } from './route.ts'
import { suggestionRoute } from './suggestions.ts'

const routes: readonly Route[] = [...noteRoutes, suggestionRoute]

/** Everything under `/api` but GraphQL. */
export const apiRoutes = (app: FastifyInstance, parts: ApiParts): void => mountRoutes(app, parts, withDescription(routes, parts.publicUrl))
