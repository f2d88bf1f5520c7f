// Users as shown to everyone. docs.gitlab.com/api/users/
import { z } from 'zod'

export const ShownUser = z.strictObject({
  id: z.int(),
  username: z.string(),
  name: z.string(),
  state: z.enum(['active', 'blocked']),
  locked: z.boolean(),
  avatar_url: z.string().nullable(),
  web_url: z.string(),
})

/** @param user who is blocked only if it says so */
export const shownUser = (
  { id, username, name, blocked = false }: { id: number; username: string; name: string; blocked?: boolean },
  publicUrl: string,
): z.input<typeof ShownUser> => ({
  id,
  username,
  name,
  state: blocked ? 'blocked' : 'active',
  locked: false,
  avatar_url: null,
  web_url: `${publicUrl}/${username}`,
})

/** Users as shown to themselves and to administrators. */
export const FullUser = ShownUser.extend({
  created_at: z.iso.datetime(),
  email: z.string().nullable(),
  commit_email: z.string().nullable(),
  public_email: z.null(),
  is_admin: z.boolean(),
  bio: z.literal(''),
  bot: z.literal(false),
  external: z.literal(false),
  private_profile: z.literal(false),
  two_factor_enabled: z.literal(false),
  can_create_group: z.literal(true),
  can_create_project: z.literal(true),
  identities: z.array(z.never()),
})

interface WholeUser {
  id: number
  username: string
  name: string
  email: string | null
  administrator: boolean
  blocked: boolean
  createdAt: Date
}

/** A user whole. */
export const fullUser = (user: WholeUser, publicUrl: string): z.input<typeof FullUser> => ({
  ...shownUser(user, publicUrl),
  created_at: user.createdAt.toISOString(),
  email: user.email,
  commit_email: user.email,
  public_email: null,
  is_admin: user.administrator,
  bio: '',
  bot: false,
  external: false,
  private_profile: false,
  two_factor_enabled: false,
  can_create_group: true,
  can_create_project: true,
  identities: [],
})
