// What signing in and setting a password have in common: where passwords are checked, and what becomes of it.
import type { FastifyReply } from 'fastify'
import { endSession } from '../domain/people/access-tokens.ts'
import type { Entered } from '../domain/people/passwords.ts'
import type { TooMany } from '../domain/people/sign-in-attempts.ts'
import type { FieldFault, Refusal } from '../domain/rules/results.ts'
import type { Visit } from './visit.ts'

/** Where passwords are checked. */
export const signInContext = ({ db, hasher, request }: Visit) => ({
  db,
  hasher,
  userAgent: request.headers['user-agent'],
})

/** The browser has a new session, in place of its previous one. */
export async function signedIn(
  { db, user, reply, sessions }: Visit,
  { session, browser }: Entered,
  to: string,
): Promise<FastifyReply> {
  if (user) await endSession(db, user.tokenId)
  if (browser !== undefined) sessions.know(reply, browser)
  return sessions.keep(reply, session).redirect(to, 303)
}

/** A refused operation, as a page shows it: faults beside their fields, anything else above the form. */
export interface FormFaults {
  status: number
  reason?: string
  faults: readonly FieldFault[]
}

const statuses: Record<(Refusal | TooMany)['why'], number> = {
  'not found': 404,
  forbidden: 403,
  invalid: 422,
  conflict: 403,
  exists: 409,
  'too many': 429,
}

/** What a page shows of a refusal; says in a header how long to wait. */
export function toldOf({ reply }: Visit, refused: Refusal | TooMany): FormFaults {
  if (refused.why === 'too many') reply.header('retry-after', refused.seconds)
  const status = statuses[refused.why]
  return refused.why === 'invalid' ? { status, faults: refused.faults } : { status, reason: refused.reason, faults: [] }
}
