// /api/link_codes and /api/linked_accounts: linking accounts on other services, and unlinking them.
import { z } from 'zod'
import { createLinkCode } from '../../domain/people/link-codes.ts'
import { forgetNameElsewhere, namesElsewhere } from '../../domain/people/users.ts'
import { unlessRefused } from '../refusal.ts'
import { defineRoute, nothing, type Route } from '../route.ts'

const LinkCode = z.strictObject({ code: z.string(), expires_at: z.iso.datetime() })

const LinkedAccount = z.strictObject({
  via: z.string(),
  id: z.string(),
  name: z.string().nullable(),
  created_at: z.iso.datetime(),
})

/** Creating a link code, and managing linked accounts: users their own. */
export const linkedAccountRoutes: readonly Route[] = [
  defineRoute({
    method: 'POST',
    path: '/api/link_codes',
    summary:
      'Creates a code that links an account elsewhere: it works once, expires in ten minutes, and replaces earlier codes',
    for: 'users',
    answers: { 201: LinkCode },
    async handle({ db, userId }) {
      const { code, expiresAt } = await createLinkCode(db, userId)
      return { code, expires_at: expiresAt.toISOString() }
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/api/linked_accounts',
    summary: 'Lists the linked accounts of the caller',
    for: 'users',
    answers: { 200: z.array(LinkedAccount) },
    async handle({ db, userId }) {
      const names = await namesElsewhere(db, userId)
      return names.map(({ via, externalId, name, createdAt }) => ({
        via,
        id: externalId,
        name,
        created_at: createdAt.toISOString(),
      }))
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: '/api/linked_accounts/:via/:account_id',
    summary: 'Unlinks an account of the caller',
    for: 'users',
    answers: { 204: nothing },
    async handle({ db, actor, params: { via = '', account_id: id = '' } }) {
      unlessRefused(await forgetNameElsewhere(db, actor, via, id))
      return undefined
    },
  }),
]
