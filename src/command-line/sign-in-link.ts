// The addresses of one-time links: one signs a user in, the other lets a user set a password.
import { createLink } from '../domain/people/access-tokens.ts'
import { insertPasswordLink } from '../domain/people/passwords.ts'
import type { Operator } from '../domain/rules/history.ts'
import type { Db } from '../storage/db.ts'

const operator: Operator = { userId: null, via: 'command line' }

/** @param options how long the link works, otherwise ten minutes; and the path that it leads to */
export async function signInLink(
  { db, publicUrl }: { db: Db; publicUrl: string },
  userId: number,
  { lasts, to }: { lasts?: string; to?: string } = {},
): Promise<string> {
  return `${publicUrl}/users/sign_in?link=${await createLink(db, userId, 'sign_in', lasts)}${to ? `&to=${to}` : ''}`
}

export const resetLink = async ({ db, publicUrl }: { db: Db; publicUrl: string }, userId: number): Promise<string> =>
  `${publicUrl}/users/password/edit?reset_password_token=${await insertPasswordLink(db, operator, userId)}`
