// /api/v4/groups, as GitLab has it: reading, creating, changing, moving and deleting them. docs.gitlab.com/api/groups/
import { z } from 'zod'
import { createGroup, editGroup } from '../../domain/groups/edits-with-settings.ts'
import { groupFor } from '../../domain/groups/guard.ts'
import { listGroups } from '../../domain/groups/lists.ts'
import { removeGroup } from '../../domain/moves/removals.ts'
import { transferGroup, transferProject } from '../../domain/moves/transfers.ts'
import { roles } from '../../domain/rules/permissions.ts'
import { unlessRefused } from '../refusal.ts'
import { type Call, defineRoute, type Route } from '../route.ts'
import { foundResource } from './addresses.ts'
import { flag } from './flags.ts'
import { deletionOptions, groupFields, groupFilters, groupOptions } from './gitlab-fields.ts'
import { accessLevel, idOrNone, oneOf, search, sort, text, visibility } from './inputs.ts'
import { noRows, pageFields, pageOf } from './paging.ts'
import { Accepted, accepted, requestedGroup, requestedProject } from './requested.ts'
import { GroupDetail, groupDetail, ShownGroup, shownGroup } from './shown-groups.ts'
import { alsoAccepting, alsoFiltering, leavesNothing } from './unused.ts'

const groupsAt = '/api/v4/groups'

const listFields = {
  ...pageFields,
  search: search.optional(),
  owned: flag.optional(),
  min_access_level: accessLevel.optional(),
  all_available: flag.optional(),
  top_level_only: flag.optional(),
  visibility: visibility.optional(),
  order_by: oneOf(['name', 'path', 'id']).default('name'),
  sort: sort('asc'),
}

const List = alsoFiltering(alsoAccepting(listFields, groupOptions), groupFilters)

const settings = { crm_enabled: flag.optional(), crm_source_group_id: idOrNone.optional() }
const fields = {
  name: text.optional(),
  path: text.optional(),
  visibility: text.meta({ enum: ['public', 'private'] }).optional(),
  description: text.nullish(),
  ...settings,
}
const NewGroup = alsoAccepting({ ...fields, parent_id: idOrNone.optional() }, groupFields)
const Edit = alsoAccepting(fields, groupFields)

const names = { contactSourceId: 'crm_source_group_id', parent: 'group_id' }

/** A page of the groups right below one, anywhere below one, of top-level ones, or of all. */
async function list(
  call: Call<'everybody', z.output<typeof List>>,
  where: { parentId?: number; belowId?: number } = {},
) {
  const { db, userId, query, publicUrl } = call
  if (leavesNothing(query)) return noRows(call, query)
  const { min_access_level: least, owned, all_available: all, order_by: order, sort: direction } = query
  const wanted = {
    search: query.search,
    visibility: query.visibility,
    parentId: query.top_level_only && where.belowId === undefined ? null : undefined,
    ...where,
    least: owned ? roles.owner : (least ?? (all === false ? roles.guest : undefined)),
    order,
    descending: direction === 'desc',
  }
  return pageOf(
    call,
    (rows) => listGroups(db, userId, wanted, rows),
    (group) => shownGroup(group, publicUrl),
  )
}

async function detailOf(call: Call<'users'>, groupId: number) {
  return groupDetail(call, foundResource(call, await groupFor(call.db, call, groupId), 'Group'))
}

const settingsOf = ({ crm_enabled, crm_source_group_id }: z.output<typeof Edit>) => ({
  customerRelations: crm_enabled,
  contactSourceId: crm_source_group_id,
})

/** Reading groups. */
const reading: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: groupsAt,
    summary: 'Lists the groups that you can see',
    for: 'everybody',
    query: List,
    answers: { 200: z.array(ShownGroup) },
    paged: true,
    handle: (call) => list(call),
  }),
  defineRoute({
    method: 'GET',
    path: `${groupsAt}/:id/subgroups`,
    summary: 'Lists the direct subgroups of a group',
    for: 'everybody',
    query: List,
    answers: { 200: z.array(ShownGroup) },
    paged: true,
    handle: async (call) => list(call, { parentId: (await requestedGroup(call)).id }),
  }),
  defineRoute({
    method: 'GET',
    path: `${groupsAt}/:id/descendant_groups`,
    summary: 'Lists all subgroups of a group, at any depth',
    for: 'everybody',
    query: List,
    answers: { 200: z.array(ShownGroup) },
    paged: true,
    handle: async (call) => list(call, { belowId: (await requestedGroup(call)).id }),
  }),
  defineRoute({
    method: 'GET',
    path: `${groupsAt}/:id`,
    summary: 'Shows a group',
    for: 'everybody',
    query: alsoAccepting({}, groupOptions),
    answers: { 200: GroupDetail },
    handle: async (call) => groupDetail(call, await requestedGroup(call)),
  }),
]

/** Creating and changing groups. */
const changing: readonly Route[] = [
  defineRoute({
    method: 'POST',
    path: groupsAt,
    summary: 'Creates a group with its settings',
    for: 'users',
    body: NewGroup,
    answers: { 201: GroupDetail },
    async handle(call) {
      const { name, path, visibility: seenBy, description, parent_id: parentId } = call.body
      const given = { name, path, visibility: seenBy, description, parentId, settings: settingsOf(call.body) }
      const group = unlessRefused(await createGroup(call.db, call.actor, given), names)
      return detailOf(call, group.id)
    },
  }),
  defineRoute({
    method: 'PUT',
    path: `${groupsAt}/:id`,
    summary: 'Updates a group and its settings, all or nothing',
    for: 'users',
    body: Edit,
    answers: { 200: GroupDetail },
    async handle(call) {
      const { name, path, visibility: seenBy, description } = call.body
      const wanted = { name, path, visibility: seenBy, description, settings: settingsOf(call.body) }
      const { id: groupId } = await requestedGroup(call)
      return groupDetail(call, unlessRefused(await editGroup(call.db, call.actor, groupId, wanted), names))
    },
  }),
  defineRoute({
    method: 'POST',
    path: `${groupsAt}/:id/transfer`,
    summary: 'Moves a group into another group, or makes it a top-level group',
    for: 'users',
    body: z.strictObject({ group_id: idOrNone.optional() }),
    answers: { 201: GroupDetail },
    async handle(call) {
      const { id: groupId } = await requestedGroup(call)
      return groupDetail(
        call,
        unlessRefused(await transferGroup(call.db, call.actor, groupId, call.body.group_id ?? null), names),
      )
    },
  }),
  defineRoute({
    method: 'POST',
    path: `${groupsAt}/:id/projects/:project_id`,
    summary: 'Moves a project to this group',
    for: 'users',
    answers: { 201: GroupDetail },
    async handle(call) {
      const { id: groupId } = await requestedGroup(call)
      const { id: projectId } = await requestedProject(call, 'project_id')
      unlessRefused(await transferProject(call.db, call.actor, projectId, groupId))
      return detailOf(call, groupId)
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: `${groupsAt}/:id`,
    summary: 'Deletes a group and everything in it, immediately',
    for: 'users',
    query: alsoAccepting({}, deletionOptions),
    answers: { 202: Accepted },
    async handle(call) {
      unlessRefused(await removeGroup(call.db, call.actor, (await requestedGroup(call)).id))
      return accepted
    },
  }),
]

/** All group routes except those of members and projects. */
export const groupRoutes: readonly Route[] = [...reading, ...changing]
