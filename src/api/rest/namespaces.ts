// /api/v4/namespaces, as GitLab has them: the groups in which a user can have projects. docs.gitlab.com/api/namespaces/
import { z } from 'zod'
import { listGroups, showGroup } from '../../domain/groups/lists.ts'
import { roles } from '../../domain/rules/permissions.ts'
import { notFoundRefusal } from '../refusal.ts'
import { defineRoute, type Route } from '../route.ts'
import { flag } from './flags.ts'
import { groupOptions } from './gitlab-fields.ts'
import { search } from './inputs.ts'
import { pageFields, pageOf } from './paging.ts'
import { requestedGroup } from './requested.ts'
import { ShownNamespace, shownNamespace } from './shown-groups.ts'
import { alsoAccepting } from './unused.ts'

const namespacesAt = '/api/v4/namespaces'

const fields = {
  ...pageFields,
  search: search.optional(),
  owned_only: flag.optional(),
  top_level_only: flag.optional(),
  full_path_search: flag.optional(),
}

/** Reading namespaces; to administrators, all there are. */
export const namespaceRoutes: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: namespacesAt,
    summary: 'Lists the groups in which you hold a role; for administrators, all groups',
    for: 'users',
    query: alsoAccepting(fields, groupOptions),
    answers: { 200: z.array(ShownNamespace) },
    paged: true,
    async handle(call) {
      const { db, user, userId, query, publicUrl } = call
      const least = query.owned_only ? roles.owner : user.administrator ? undefined : roles.guest
      const parentId = query.top_level_only ? null : undefined
      const wanted = { search: query.search, byFullPath: query.full_path_search, least, parentId, order: 'id' as const }
      return pageOf(
        call,
        (rows) => listGroups(db, userId, wanted, rows),
        (group) => shownNamespace(group, publicUrl),
      )
    },
  }),
  defineRoute({
    method: 'GET',
    path: `${namespacesAt}/:id`,
    summary: 'Shows a group as a namespace',
    for: 'users',
    answers: { 200: ShownNamespace },
    async handle(call) {
      const group = await showGroup(call.db, (await requestedGroup(call)).id, call.userId)
      if (!group) throw notFoundRefusal('Namespace')
      return shownNamespace(group, call.publicUrl)
    },
  }),
]
