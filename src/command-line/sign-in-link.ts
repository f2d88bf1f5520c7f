// The address of a link that signs a user in once.
import { createSignInLink } from '../domain/people/access-tokens.ts'
import type { Db } from '../storage/db.ts'

/** @param options how long the link works, otherwise ten minutes; and the path that it leads to */
export async function signInLink(
  { db, publicUrl }: { db: Db; publicUrl: string },
  userId: number,
  { lasts, to }: { lasts?: string; to?: string } = {},
): Promise<string> {
  return `${publicUrl}/users/sign_in?link=${await createSignInLink(db, userId, lasts)}${to ? `&to=${to}` : ''}`
}
