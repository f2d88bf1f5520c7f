// Users as everybody is shown them. docs.gitlab.com/api/users/
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

/** @param user who is blocked only if that is said */
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
