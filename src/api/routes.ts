// All API routes, and the document that describes them.
import type { FastifyInstance } from 'fastify'
import { withDescription } from './openapi.ts'
import { auditEventRoutes } from './rest/audit-events.ts'
import { groupRoutes } from './rest/groups.ts'
import { issueListRoutes } from './rest/issue-lists.ts'
import { issueMoveRoutes } from './rest/issue-moves.ts'
import { issueRoutes } from './rest/issues.ts'
import { linkedAccountRoutes } from './rest/linked-accounts.ts'
import { memberRoutes } from './rest/members.ts'
import { namespaceRoutes } from './rest/namespaces.ts'
import { noteRoutes } from './rest/notes.ts'
import { projectRoutes } from './rest/projects.ts'
import { sessionRoutes } from './rest/sessions.ts'
import { tokenRoutes } from './rest/tokens.ts'
import { userRoutes } from './rest/users.ts'
import { type ApiParts, mountRoutes, type Route } from './route.ts'
import { suggestionRoute } from './suggestions.ts'

const routes: readonly Route[] = [
  ...userRoutes,
  ...tokenRoutes,
  ...sessionRoutes,
  ...linkedAccountRoutes,
  ...groupRoutes,
  ...namespaceRoutes,
  ...memberRoutes,
  ...auditEventRoutes,
  ...projectRoutes,
  ...issueListRoutes,
  ...issueRoutes,
  ...issueMoveRoutes,
  ...noteRoutes,
  suggestionRoute,
]

/** Everything under `/api` except GraphQL. */
export const apiRoutes = (app: FastifyInstance, parts: ApiParts): void =>
  mountRoutes(app, parts, withDescription(routes, parts.publicUrl))
