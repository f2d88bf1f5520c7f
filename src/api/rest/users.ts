// /api/v4/users and /user, as GitLab has them, and the version of its API that this follows. docs.gitlab.com/api/users/
import { z } from 'zod'
import { listMemberships, type Membership } from '../../domain/groups/member-lists.ts'
import { listUsers, lookUpUser } from '../../domain/people/user-lists.ts'
import { addUser, blockUser, unblockUser } from '../../domain/people/users.ts'
import { notFoundRefusal, unlessRefused } from '../refusal.ts'
import { type Call, defineRoute, type Route } from '../route.ts'
import { numberIn } from './addresses.ts'
import { flag } from './flags.ts'
import { userFields, userFilters, userOptions } from './gitlab-fields.ts'
import { oneOf, search, sort, text } from './inputs.ts'
import { noRows, pageFields, pageOf } from './paging.ts'
import { FullUser, fullUser, ShownUser, shownUser } from './shown-users.ts'
import { alsoAccepting, alsoFiltering, leavesNothing } from './unused.ts'

const usersAt = '/api/v4/users'

const listFields = {
  ...pageFields,
  username: search.optional(),
  search: search.optional(),
  active: flag.optional(),
  blocked: flag.optional(),
  order_by: oneOf(['id', 'name', 'username', 'created_at']).default('id'),
  sort: sort('desc'),
}

const List = alsoFiltering(alsoAccepting(listFields, userOptions), userFilters)

const newUser = { username: text.optional(), name: text.optional(), email: text.optional(), admin: flag.optional() }
const NewUser = alsoAccepting(newUser, userFields)

const ShownMembership = z.strictObject({
  source_id: z.int(),
  source_name: z.string(),
  source_type: z.enum(['Project', 'Namespace']),
  access_level: z.int(),
})

const kinds = { Project: 'project', Namespace: 'group' } as const

const shownMembership = ({ kind, id, name, level }: Membership): z.input<typeof ShownMembership> => ({
  source_id: id,
  source_name: name,
  source_type: kind === 'group' ? 'Namespace' : 'Project',
  access_level: level,
})

// The GitLab version whose customer relations guide we follow: clients check it before they use newer features.
const version = { version: '17.7.0', revision: 'rolobot' }

type User = Parameters<typeof fullUser>[0]

/** All fields for oneself and for administrators; public ones for everyone else. */
const userFor = ({ user: caller, publicUrl }: Call<'users'>, user: User) =>
  caller.administrator || caller.userId === user.id ? fullUser(user, publicUrl) : shownUser(user, publicUrl)

async function userOr404({ db }: Pick<Call, 'db'>, id: number): Promise<User> {
  const user = await lookUpUser(db, { id })
  if (!user) throw notFoundRefusal('User')
  return user
}

const blocking = {
  block: {
    summary:
      'Blocks a user: ends their sessions and streams at once; their tokens are invalid until they are unblocked',
    change: blockUser,
  },
  unblock: { summary: 'Unblocks a user', change: unblockUser },
}

/** Reading users, creating them, and blocking them. */
export const userRoutes: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: '/api/v4/version',
    summary: 'Shows the GitLab API version that this follows',
    for: 'users',
    answers: { 200: z.strictObject({ version: z.string(), revision: z.string() }) },
    handle: async () => version,
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v4/user',
    summary: 'Shows the current user',
    for: 'users',
    answers: { 200: FullUser },
    handle: async (call) => fullUser(await userOr404(call, call.userId), call.publicUrl),
  }),
  defineRoute({
    method: 'GET',
    path: usersAt,
    summary: 'Lists users',
    for: 'users',
    query: List,
    answers: { 200: z.array(z.union([FullUser, ShownUser])) },
    paged: true,
    async handle(call) {
      const { query, user } = call
      if (leavesNothing(query)) return noRows(call, query)
      const blocked = query.blocked ? true : query.active ? false : undefined
      const { order_by: order, sort: direction, username, search: part } = query
      const wanted = {
        username,
        search: part,
        byAddress: user.administrator,
        blocked,
        order,
        descending: direction === 'desc',
      }
      return pageOf(
        call,
        (rows) => listUsers(call.db, wanted, rows),
        (user) => userFor(call, user),
      )
    },
  }),
  defineRoute({
    method: 'GET',
    path: `${usersAt}/:id`,
    summary: 'Shows a user',
    for: 'users',
    query: alsoAccepting({}, userOptions),
    answers: { 200: z.union([FullUser, ShownUser]) },
    handle: async (call) => userFor(call, await userOr404(call, numberIn(call, 'id', 'User'))),
  }),
  defineRoute({
    method: 'GET',
    path: `${usersAt}/:id/memberships`,
    summary: 'Lists the groups and projects in which a user holds a role',
    for: 'administrators',
    query: z.strictObject({ ...pageFields, type: oneOf(['Project', 'Namespace']).optional() }),
    answers: { 200: z.array(ShownMembership) },
    paged: true,
    async handle(call) {
      const { id } = await userOr404(call, numberIn(call, 'id', 'User'))
      const kind = call.query.type && kinds[call.query.type]
      return pageOf(call, (rows) => listMemberships(call.db, id, { kind, ...rows }), shownMembership)
    },
  }),
  defineRoute({
    method: 'POST',
    path: usersAt,
    summary:
      'Creates a user. A password in the request is ignored: users set their own with a link from `rolobot user reset`',
    for: 'administrators',
    body: NewUser,
    answers: { 201: FullUser },
    async handle({ db, actor, body: { username, name, email, admin }, publicUrl }) {
      return fullUser(
        unlessRefused(await addUser(db, actor, { username, name, email, administrator: admin })),
        publicUrl,
      )
    },
  }),
  ...(['block', 'unblock'] as const).map((verb) =>
    defineRoute({
      method: 'POST',
      path: `${usersAt}/:id/${verb}`,
      summary: blocking[verb].summary,
      for: 'administrators',
      answers: { 201: z.literal(true) },
      async handle(call) {
        unlessRefused(await blocking[verb].change(call.db, call.actor, numberIn(call, 'id', 'User')))
        return true as const
      },
    }),
  ),
]
