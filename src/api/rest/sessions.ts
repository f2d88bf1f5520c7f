// /api/sessions: the browsers in which the caller is signed in.
import { z } from 'zod'
import { endSessionsExcept } from '../../domain/people/access-tokens.ts'
import { endOwnSession, listSessions, type ShownSession } from '../../domain/people/sessions.ts'
import { unlessRefused } from '../refusal.ts'
import { defineRoute, nothing, type Route } from '../route.ts'
import { numberIn } from './addresses.ts'
import { pageFields, pageOf } from './paging.ts'

const sessionsAt = '/api/sessions'

const Session = z.strictObject({
  id: z.int(),
  created_at: z.iso.datetime(),
  last_used_at: z.iso.datetime().nullable(),
  expires_at: z.iso.datetime().nullable(),
  user_agent: z.string().nullable(),
  token_name: z.string().nullable(),
  current: z.boolean(),
})

const shownSession = (session: ShownSession, tokenId: number): z.input<typeof Session> => ({
  id: session.id,
  created_at: session.createdAt.toISOString(),
  last_used_at: session.lastUsedAt?.toISOString() ?? null,
  expires_at: session.expiresAt?.toISOString() ?? null,
  user_agent: session.userAgent,
  token_name: session.token,
  current: session.id === tokenId,
})

/** Listing and ending sessions: users their own. */
export const sessionRoutes: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: sessionsAt,
    summary: 'Lists the browser sessions of the caller',
    for: 'users',
    query: z.strictObject(pageFields),
    answers: { 200: z.array(Session) },
    paged: true,
    handle: (call) =>
      pageOf(
        call,
        (rows) => listSessions(call.db, call.userId, rows),
        (session) => shownSession(session, call.user.tokenId),
      ),
  }),
  defineRoute({
    method: 'DELETE',
    path: sessionsAt,
    summary: 'Ends all browser sessions of the caller except the current one',
    for: 'users',
    answers: { 204: nothing },
    async handle({ db, user }) {
      await endSessionsExcept(db, user.userId, user.tokenId)
      return undefined
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: `${sessionsAt}/:id`,
    summary: 'Ends a browser session of the caller',
    for: 'users',
    answers: { 204: nothing },
    async handle(call) {
      unlessRefused(await endOwnSession(call.db, call.userId, numberIn(call, 'id', 'Session')))
      return undefined
    },
  }),
]
