// /api/link_codes and /api/linked_accounts: proving elsewhere who one is here, and where one has.
import { z } from 'zod'
import { createLinkCode } from '../../domain/link-codes.ts'
import { forgetNameElsewhere, namesElsewhere } from '../../domain/users.ts'
import { unlessRefused } from '../refusal.ts'
import { defineRoute, nothing, type Route } from '../route.ts'

const LinkCode = z.strictObject({ code: z.string(), expires_at: z.iso.datetime() })

const LinkedAccount = z.strictObject({ via: z.string(), id: z.string(), name: z.string().nullable(), created_at: z.iso.datetime() })

/** Getting a code, and seeing to the accounts that were linked by one: everybody for themselves. */
export const linkedAccountRoutes: readonly Route[] = [
  defineRoute({
    method: 'POST',
    path: '/api/link_codes',
    summary: 'Makes a code that proves elsewhere who one is here: good once, for ten minutes; it ends earlier ones',
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
    summary: 'Lists where else one is known, and as whom',
    for: 'users',
    answers: { 200: z.array(LinkedAccount) },
    async handle({ db, userId }) {
      const names = await namesElsewhere(db, userId)
      return names.map(({ via, externalId, name, createdAt }) => ({ via, id: externalId, name, created_at: createdAt.toISOString() }))
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: '/api/linked_accounts/:via/:account_id',
    summary: 'Unlinks an account that one has elsewhere',
    for: 'users',
    answers: { 204: nothing },
    async handle({ db, actor, params: { via = '', account_id: id = '' } }) {
      unlessRefused(await forgetNameElsewhere(db, actor, via, id))
      return undefined
    },
  }),
]
