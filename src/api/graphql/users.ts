// The caller, and the authors of content.
import { builder } from './builder.ts'
import { gid } from './ids.ts'

interface KnownUser {
  id: number
  username: string
  name: string
}

/** A user, as shown to everyone. */
const User = builder.interfaceRef<KnownUser>('User').implement({
  resolveType: () => 'UserCore',
  fields: (t) => ({
    id: t.id({ nullable: false, resolve: ({ id }) => gid('user', id) }),
    username: t.exposeString('username', { nullable: false }),
    name: t.exposeString('name', { nullable: false }),
    avatarUrl: t.string({ resolve: () => null }),
    webUrl: t.string({ nullable: false, resolve: ({ username }, _, { publicUrl }) => `${publicUrl}/${username}` }),
    webPath: t.string({ nullable: false, resolve: ({ username }) => `/${username}` }),
  }),
})

/** The author of something. */
export const Author = builder.objectRef<KnownUser>('UserCore').implement({ interfaces: [User] })
const CurrentUser = builder.objectRef<KnownUser>('CurrentUser').implement({
  interfaces: [User],
  // Blocked users cannot send requests.
  fields: (t) => ({ active: t.boolean({ resolve: () => true }) }),
})

builder.queryField('currentUser', (t) =>
  t.field({
    type: CurrentUser,
    description: 'The caller; null for a visitor',
    resolve: (_, __, { user }) => (user ? { id: user.userId, username: user.username, name: user.name } : null),
  }),
)
