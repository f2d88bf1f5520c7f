// /api/v4/personal_access_tokens, as GitLab has it. docs.gitlab.com/api/personal_access_tokens/
import { z } from 'zod'
import {
  findToken,
  issueToken,
  listTokens,
  revokePersonalToken,
  rotateToken,
  type ShownToken,
} from '../../domain/people/personal-tokens.ts'
import { notFoundRefusal, RefusalError, unlessRefused } from '../refusal.ts'
import { type Call, defineRoute, nothing, type Route } from '../route.ts'
import { numberIn } from './addresses.ts'
import { flag } from './flags.ts'
import { tokenFields } from './gitlab-fields.ts'
import { id, oneOf, search, sort, text } from './inputs.ts'
import { pageFields, pageOf } from './paging.ts'
import { alsoAccepting } from './unused.ts'

const tokensAt = '/api/v4/personal_access_tokens'

const Token = z.strictObject({
  id: z.int(),
  name: z.string(),
  description: z.null(),
  revoked: z.boolean(),
  created_at: z.iso.datetime(),
  scopes: z.array(z.string()),
  user_id: z.int(),
  last_used_at: z.iso.datetime().nullable(),
  active: z.boolean(),
  expires_at: z.iso.date().nullable(),
})

const List = z.strictObject({
  ...pageFields,
  user_id: id.optional(),
  state: oneOf(['active', 'inactive']).optional(),
  revoked: flag.optional(),
  search: search.optional(),
  sort: oneOf(['id_asc', 'id_desc', 'created_asc', 'created_desc']).or(sort('asc')).default('id_asc'),
})

const listed = z.union([z.array(text), text.transform((one) => [one])], 'must be a list of strings')

const newToken = {
  name: text.optional(),
  scopes: listed.optional(),
  // The name of a list in a form.
  'scopes[]': listed.optional(),
  expires_at: text.nullable().optional(),
}

const shownToken = (token: ShownToken): z.input<typeof Token> => ({
  id: token.id,
  name: token.name,
  description: null,
  revoked: token.revokedAt !== null,
  created_at: token.createdAt.toISOString(),
  scopes: token.scopes,
  user_id: token.userId,
  last_used_at: token.lastUsedAt?.toISOString() ?? null,
  active: token.active,
  expires_at: token.expiresAt?.toISOString().slice(0, 10) ?? null,
})

const tokenIn = (call: Call<'users'>): number =>
  call.params.id === 'self' ? call.user.tokenId : numberIn(call, 'id', 'Token')

/** Creating, managing, and revoking API tokens. A secret is returned once, when it is created. */
export const tokenRoutes: readonly Route[] = [
  defineRoute({
    method: 'POST',
    path: '/api/v4/users/:id/personal_access_tokens',
    summary: 'Creates an API token for a user; only this response contains its secret',
    for: 'administrators',
    body: alsoAccepting(newToken, tokenFields),
    answers: { 201: Token.extend({ token: z.string() }) },
    async handle(call) {
      const { name, expires_at: expiresAt } = call.body
      const scopes = call.body.scopes ?? call.body['scopes[]']
      const made = await issueToken(call.db, call.user, numberIn(call, 'id', 'User'), { name, scopes, expiresAt })
      const { token, secret } = unlessRefused(made, { expiresAt: 'expires_at' })
      return { ...shownToken(token), token: secret }
    },
  }),
  defineRoute({
    method: 'GET',
    path: tokensAt,
    summary: "Lists your API tokens; for administrators, everyone's",
    for: 'users',
    query: List,
    answers: { 200: z.array(Token) },
    paged: true,
    async handle(call) {
      const { db, user, query } = call
      const { user_id: userId, state, revoked, search: part, sort: order } = query
      if (userId !== undefined && userId !== user.userId && !user.administrator)
        throw new RefusalError(403, "403 Forbidden: only administrators can see other users' tokens.")
      const wanted = {
        userId,
        active: state && state === 'active',
        revoked,
        search: part,
        descending: order.endsWith('desc'),
      }
      return pageOf(call, (rows) => listTokens(db, user, wanted, rows), shownToken)
    },
  }),
  defineRoute({
    method: 'GET',
    path: `${tokensAt}/:id`,
    summary: 'Shows an API token; `self` is the token in use',
    for: 'users',
    answers: { 200: Token },
    async handle(call) {
      const token = await findToken(call.db, call.user, tokenIn(call))
      if (!token) throw notFoundRefusal('Token')
      return shownToken(token)
    },
  }),
  defineRoute({
    method: 'POST',
    path: `${tokensAt}/:id/rotate`,
    summary: 'Replaces an API token with a new one; only this response contains its secret',
    for: 'users',
    body: z.strictObject({ expires_at: text.nullable().optional() }),
    answers: { 200: Token.extend({ token: z.string() }) },
    async handle(call) {
      const rotated = await rotateToken(call.db, call.user, tokenIn(call), call.body.expires_at)
      const { token, secret } = unlessRefused(rotated, { expiresAt: 'expires_at' })
      return { ...shownToken(token), token: secret }
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: `${tokensAt}/:id`,
    summary: 'Revokes an API token immediately',
    for: 'users',
    answers: { 204: nothing },
    async handle(call) {
      unlessRefused(await revokePersonalToken(call.db, call.user, tokenIn(call)))
      return undefined
    },
  }),
]
