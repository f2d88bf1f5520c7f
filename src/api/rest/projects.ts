// /api/v4/projects, and those of a group, as GitLab has them. docs.gitlab.com/api/projects/
import { z } from 'zod'
import { createProject, editProject } from '../../domain/groups/edits.ts'
import type { NamespaceName } from '../../domain/groups/facts.ts'
import { groupFor } from '../../domain/groups/guard.ts'
import { listProjects } from '../../domain/groups/lists.ts'
import { removeProject } from '../../domain/moves/removals.ts'
import { transferProject } from '../../domain/moves/transfers.ts'
import { roles } from '../../domain/rules/permissions.ts'
import { unlessRefused } from '../refusal.ts'
import { type Call, defineRoute, type Route } from '../route.ts'
import { foundResource } from './addresses.ts'
import { flag } from './flags.ts'
import { deletionOptions, projectFields, projectFilters, projectOptions } from './gitlab-fields.ts'
import { accessLevel, id, oneOf, search, sort, text, visibility } from './inputs.ts'
import { noRows, pageFields, pageOf } from './paging.ts'
import { Accepted, accepted, requestedGroup, requestedProject } from './requested.ts'
import { projectDetail, ShownProject, shownProject } from './shown-projects.ts'
import { alsoAccepting, alsoFiltering, leavesNothing } from './unused.ts'

const projectsAt = '/api/v4/projects'

const list = {
  ...pageFields,
  search: search.optional(),
  owned: flag.optional(),
  min_access_level: accessLevel.optional(),
  visibility: visibility.optional(),
  // Times that we don't store are the project's own.
  order_by: oneOf(['id', 'name', 'path', 'created_at', 'updated_at', 'last_activity_at']).default('created_at'),
  sort: sort('desc'),
}
// A client that requests keyset paging follows the links of offset paging.
const listing = <Shape extends z.ZodRawShape>(fields: Shape) =>
  alsoFiltering(alsoAccepting({ ...list, ...fields }, projectOptions), projectFilters)
const List = listing({ membership: flag.optional(), search_namespaces: flag.optional() })
const ListOfGroup = listing({ include_subgroups: flag.optional() })

const fields = {
  name: text.optional(),
  path: text.optional(),
  visibility: text.meta({ enum: ['public', 'private'] }).optional(),
  description: text.nullish(),
}
const Edit = alsoAccepting(fields, projectFields)
const Detail = alsoAccepting({}, projectOptions)

interface Where {
  groupId?: number
  below?: boolean
  byFullPath?: boolean
  membership?: boolean
}

async function listed(call: Call<'everybody', z.output<z.ZodObject<typeof list>>>, where: Where = {}) {
  const { db, userId, query, publicUrl } = call
  if (leavesNothing(query)) return noRows(call, query)
  const { search: part, min_access_level: least, order_by: by, sort: direction } = query
  const { membership, ...more } = where
  const wanted = {
    ...more,
    search: part,
    visibility: query.visibility,
    least: query.owned ? roles.owner : (least ?? (membership ? roles.guest : undefined)),
    order: by === 'updated_at' || by === 'last_activity_at' ? ('created_at' as const) : by,
    descending: direction === 'desc',
  }
  return pageOf(
    call,
    (rows) => listProjects(db, userId, wanted, rows),
    (project) => shownProject(project, publicUrl),
  )
}

/** The group with that number or full path, if the caller can see it. */
async function namespaceId(call: Call<'users', undefined, { namespace: NamespaceName }>): Promise<number> {
  return foundResource(call, await groupFor(call.db, call, call.body.namespace), 'Namespace').id
}

const namespace = z.union(
  [id, text.refine((path) => !path.includes('\0'), 'must be a number or a full path')],
  'must be a number or a full path',
)

/** Reading projects. */
const reading: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: projectsAt,
    summary: 'Lists the projects that you can see',
    for: 'everybody',
    query: List,
    answers: { 200: z.array(ShownProject) },
    paged: true,
    handle: (call) => listed(call, { membership: call.query.membership, byFullPath: call.query.search_namespaces }),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v4/groups/:id/projects',
    summary: 'Lists the projects of a group',
    for: 'everybody',
    query: ListOfGroup,
    answers: { 200: z.array(ShownProject) },
    paged: true,
    handle: async (call) =>
      listed(call, { groupId: (await requestedGroup(call)).id, below: call.query.include_subgroups }),
  }),
  defineRoute({
    method: 'GET',
    path: `${projectsAt}/:id`,
    summary: 'Shows a project',
    for: 'everybody',
    query: Detail,
    answers: { 200: ShownProject },
    handle: async (call) => projectDetail(call, (await requestedProject(call)).id),
  }),
]

/** Creating and changing projects. */
const changing: readonly Route[] = [
  defineRoute({
    method: 'POST',
    path: projectsAt,
    summary: 'Creates a project in a group',
    for: 'users',
    body: alsoAccepting({ ...fields, namespace_id: id }, projectFields),
    answers: { 201: ShownProject },
    async handle(call) {
      const { name, path, visibility: seenBy, description, namespace_id: groupId } = call.body
      const project = unlessRefused(
        await createProject(call.db, call.actor, { name, path, visibility: seenBy, description, groupId }),
      )
      return projectDetail(call, project.id)
    },
  }),
  defineRoute({
    method: 'PUT',
    path: `${projectsAt}/:id`,
    summary: 'Updates a project',
    for: 'users',
    body: Edit,
    answers: { 200: ShownProject },
    async handle(call) {
      const { name, path, visibility: seenBy, description } = call.body
      const { id: projectId } = await requestedProject(call)
      unlessRefused(await editProject(call.db, call.actor, projectId, { name, path, visibility: seenBy, description }))
      return projectDetail(call, projectId)
    },
  }),
  defineRoute({
    method: 'PUT',
    path: `${projectsAt}/:id/transfer`,
    summary: 'Moves a project to another group',
    for: 'users',
    body: z.strictObject({ namespace }),
    answers: { 200: ShownProject },
    async handle(call) {
      const { id: projectId } = await requestedProject(call)
      unlessRefused(await transferProject(call.db, call.actor, projectId, await namespaceId(call)))
      return projectDetail(call, projectId)
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: `${projectsAt}/:id`,
    summary: 'Deletes a project and everything in it, immediately',
    for: 'users',
    query: alsoAccepting({}, deletionOptions),
    answers: { 202: Accepted },
    async handle(call) {
      unlessRefused(await removeProject(call.db, call.actor, (await requestedProject(call)).id))
      return accepted
    },
  }),
]

/** All project routes except those of members. */
export const projectRoutes: readonly Route[] = [...reading, ...changing]
