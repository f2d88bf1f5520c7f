// /api/v4/groups/:id/members and /projects/:id/members, as GitLab has them. docs.gitlab.com/api/members/
import { z } from 'zod'
import { findMember, type ListedMember, listMembers } from '../../domain/groups/member-lists.ts'
import { giveRole, takeRole } from '../../domain/groups/roles.ts'
import { lookUpUser } from '../../domain/people/user-lists.ts'
import type { GroupOrProject } from '../../domain/rules/members.ts'
import { roles } from '../../domain/rules/permissions.ts'
import { notFoundRefusal, RefusalError, unlessRefused } from '../refusal.ts'
import { type Call, defineRoute, nothing, type Route } from '../route.ts'
import { numberIn } from './addresses.ts'
import { deletionOptions, memberFields, memberFilters, memberOptions } from './gitlab-fields.ts'
import { accessLevel, id, search, text } from './inputs.ts'
import { noRows, pageFields, pageOf } from './paging.ts'
import { requestedGroup, requestedProject } from './requested.ts'
import { ShownUser, shownUser } from './shown-users.ts'
import { alsoAccepting, alsoFiltering, leavesNothing } from './unused.ts'

const Member = ShownUser.extend({
  access_level: z.int(),
  created_at: z.iso.datetime(),
  expires_at: z.null(),
  membership_state: z.literal('active'),
})

const List = alsoFiltering(alsoAccepting({ ...pageFields, query: search.optional() }, memberOptions), memberFilters)
const NewMember = alsoAccepting(
  { user_id: id.optional(), username: text.optional(), access_level: accessLevel },
  memberFields,
)
const Edit = alsoAccepting({ access_level: accessLevel }, memberFields)

const roleOf = (level: number): string => Object.entries(roles).find(([, one]) => one === level)?.[0] ?? ''

const shownMember = (member: ListedMember, publicUrl: string): z.input<typeof Member> => ({
  ...shownUser(member, publicUrl),
  access_level: member.level,
  created_at: new Date(member.createdAt).toISOString(),
  expires_at: null,
  membership_state: 'active',
})

type Kind = 'group' | 'project'
type OpenNamespace = (call: Pick<Call, 'params' | 'db' | 'user' | 'userId'>) => Promise<GroupOrProject>

const namespaceOf: Record<Kind, OpenNamespace> = {
  group: async (call) => ({ group: { id: (await requestedGroup(call)).id } }),
  project: async (call) => ({ project: { id: (await requestedProject(call)).id } }),
}

async function shown(
  { db, userId, publicUrl }: Pick<Call, 'db' | 'userId' | 'publicUrl'>,
  namespace: GroupOrProject,
  who: { userId: number; inherited: boolean },
) {
  const member = await findMember(db, namespace, who.userId, { inherited: who.inherited, reader: userId })
  if (!member) throw notFoundRefusal('Member')
  return shownMember(member, publicUrl)
}

/** The user who is named by id or by username. */
async function userIn({ db, body }: Call<'users', unknown, z.output<typeof NewMember>>): Promise<number> {
  const { user_id, username } = body
  if ((user_id === undefined) === (username === undefined))
    throw new RefusalError(422, 'Say either user_id or username.', [
      { field: 'user_id', message: 'or username is required, but not both' },
    ])
  const user = await lookUpUser(
    db,
    user_id === undefined ? { username: username?.replaceAll('\0', '\uFFFD') ?? '' } : { id: user_id },
  )
  if (!user) throw notFoundRefusal('User')
  return user.id
}

/** Reading members; with `/all`, including inherited ones. */
const reading = (kind: Kind, inherited: boolean): Route[] => [
  defineRoute({
    method: 'GET',
    path: `/api/v4/${kind}s/:id/members${inherited ? '/all' : ''}`,
    summary: `Lists the members of a ${kind}${inherited ? ', including inherited ones' : ''}`,
    for: 'everybody',
    query: List,
    answers: { 200: z.array(Member) },
    paged: true,
    async handle(call) {
      const { db, userId, query, publicUrl } = call
      const namespace = await namespaceOf[kind](call)
      if (leavesNothing(query)) return noRows(call, query)
      const wanted = { inherited, search: query.query, reader: userId }
      return pageOf(
        call,
        (rows) => listMembers(db, namespace, wanted, rows),
        (member) => shownMember(member, publicUrl),
      )
    },
  }),
  defineRoute({
    method: 'GET',
    path: `/api/v4/${kind}s/:id/members${inherited ? '/all' : ''}/:user_id`,
    summary: `Shows a member of a ${kind}${inherited ? ', who may be inherited' : ''}`,
    for: 'everybody',
    answers: { 200: Member },
    handle: async (call) =>
      shown(call, await namespaceOf[kind](call), { userId: numberIn(call, 'user_id', 'Member'), inherited }),
  }),
]

/** Assigning and changing roles. */
const assigning = (kind: Kind): Route[] => [
  defineRoute({
    method: 'POST',
    path: `/api/v4/${kind}s/:id/members`,
    summary: `Gives a user a role in a ${kind}`,
    for: 'users',
    body: NewMember,
    answers: { 201: Member },
    async handle(call) {
      const namespace = await namespaceOf[kind](call)
      const userId = await userIn(call)
      const role = roleOf(call.body.access_level)
      unlessRefused(await giveRole(call.db, call.actor, namespace, { userId, role, whose: 'new' }))
      return shown(call, namespace, { userId, inherited: false })
    },
  }),
  defineRoute({
    method: 'PUT',
    path: `/api/v4/${kind}s/:id/members/:user_id`,
    summary: `Changes the role of a member of a ${kind}`,
    for: 'users',
    body: Edit,
    answers: { 200: Member },
    async handle(call) {
      const namespace = await namespaceOf[kind](call)
      const userId = numberIn(call, 'user_id', 'Member')
      const role = roleOf(call.body.access_level)
      unlessRefused(await giveRole(call.db, call.actor, namespace, { userId, role, whose: 'member' }))
      return shown(call, namespace, { userId, inherited: false })
    },
  }),
]

const removing = (kind: Kind): Route[] => [
  defineRoute({
    method: 'DELETE',
    path: `/api/v4/${kind}s/:id/members/:user_id`,
    summary: `Removes a member from a ${kind}; members can remove themselves`,
    for: 'users',
    query: alsoAccepting({}, deletionOptions),
    answers: { 204: nothing },
    async handle(call) {
      const namespace = await namespaceOf[kind](call)
      unlessRefused(await takeRole(call.db, call.actor, namespace, numberIn(call, 'user_id', 'Member')))
      return undefined
    },
  }),
]

const kinds: readonly Kind[] = ['group', 'project']

/** Members of groups and of projects. */
export const memberRoutes: readonly Route[] = kinds.flatMap((kind) => [
  ...reading(kind, false),
  ...reading(kind, true),
  ...assigning(kind),
  ...removing(kind),
])
