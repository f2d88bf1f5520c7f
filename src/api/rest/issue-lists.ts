// Lists of issues: of a project, of a group, and of everything. docs.gitlab.com/api/issues/
import { z } from 'zod'
import type { IssueFilter, IssueScope } from '../../domain/issues/filters.ts'
import { countIssuesIn, listIssuesIn } from '../../domain/issues/lists.ts'
import { signInFirst, unlessRefused } from '../refusal.ts'
import { type Call, defineRoute, type Route } from '../route.ts'
import { issueFilters, issueOptions } from './gitlab-fields.ts'
import { id, moment, oneOf, search, sort } from './inputs.ts'
import { keysetFields, keysetPartOf, setKeysetHeaders } from './keyset.ts'
import { noRows, pageFields, setPageHeaders } from './paging.ts'
import { requestedGroup, requestedProject } from './requested.ts'
import { ShownIssue, shownIssue } from './shown-issues.ts'
import { alsoAccepting, alsoFiltering, leavesNothing } from './unused.ts'

const ids = z.union([z.array(id), id.transform((one) => [one])], 'must be whole numbers').optional()
// Empty: no filter.
const idOrAny = z.union([id, z.literal('').transform(() => undefined)], 'must be a whole number').optional()
const scope = oneOf(['all', 'created_by_me', 'created-by-me'])

const fields = {
  ...pageFields,
  ...keysetFields,
  state: oneOf(['opened', 'closed', 'all']).default('all'),
  search: search.optional(),
  in: oneOf(['title,description', 'description,title']).optional(),
  iids: ids,
  'iids[]': ids,
  author_id: idOrAny,
  author_username: search.optional(),
  created_after: moment.optional(),
  created_before: moment.optional(),
  updated_after: moment.optional(),
  updated_before: moment.optional(),
  crm_contact_id: idOrAny,
  crm_organization_id: idOrAny,
  order_by: oneOf(['created_at', 'updated_at', 'title']).default('created_at'),
  sort: sort('desc'),
}

/** @param usual the default scope */
const listing = (usual: 'all' | 'created_by_me') =>
  alsoFiltering(alsoAccepting({ ...fields, scope: scope.default(usual) }, issueOptions), issueFilters)

const inNamespace = listing('all')
type List = z.output<typeof inNamespace>
type Asked = Pick<Call<'everybody', List>, 'db' | 'userId' | 'publicUrl' | 'request' | 'reply' | 'query'>

const usual = { answers: { 200: z.array(ShownIssue) }, paged: true, method: 'GET', for: 'everybody' } as const

/** The issues of a project, of a group with everything below it, and of everything. */
export const issueListRoutes: readonly Route[] = [
  defineRoute({
    ...usual,
    path: '/api/v4/projects/:id/issues',
    summary: 'Lists the issues of a project',
    query: inNamespace,
    async handle(call) {
      const { id: projectId, fullPath } = await requestedProject(call)
      return issuesIn(call, { projectId }, fullPath)
    },
  }),
  defineRoute({
    ...usual,
    path: '/api/v4/groups/:id/issues',
    summary: 'Lists the issues of a group and its subgroups',
    query: inNamespace,
    async handle(call) {
      const { id: groupId, fullPath } = await requestedGroup(call)
      return issuesIn(call, { groupId }, fullPath)
    },
  }),
  defineRoute({
    ...usual,
    path: '/api/v4/issues',
    summary: 'Lists your own issues, or with `scope=all` every issue that you can see',
    query: listing('created_by_me'),
    handle(call) {
      if (!call.user && call.query.scope !== 'all') throw signInFirst()
      return issuesIn(call, 'everywhere', null)
    },
  }),
]

function filterOf({ userId, query }: Asked): IssueFilter {
  const numbers = [query.iids, query['iids[]']].flatMap((given) => (given ? [given] : []))
  // No issue has the number 0.
  const own = query.scope === 'all' ? undefined : (userId ?? 0)
  return {
    state: query.state === 'all' ? undefined : query.state,
    search: query.search,
    iids: numbers.length > 0 ? numbers.flat() : undefined,
    authorId:
      own !== undefined && query.author_id !== undefined && own !== query.author_id ? 0 : (own ?? query.author_id),
    authorUsername: query.author_username || undefined,
    created: { from: query.created_after, to: query.created_before },
    updated: { from: query.updated_after, to: query.updated_before },
    contactId: query.crm_contact_id,
    organizationId: query.crm_organization_id,
  }
}

const names = { after: 'cursor', before: 'cursor' }
const orders = { created_at: 'createdAt', updated_at: 'updatedAt', title: 'title' } as const

async function issuesIn(
  call: Asked,
  scope: IssueScope,
  seenFrom: string | null,
): Promise<z.input<typeof ShownIssue>[]> {
  const { db, userId, query, publicUrl } = call
  if (leavesNothing(query)) return noRows(call, query)
  const filter = filterOf(call)
  const part = { ...keysetPartOf(query), limit: query.per_page }
  const order = { by: orders[query.order_by], descending: query.sort === 'desc' }
  const page = unlessRefused(await listIssuesIn(db, userId, scope, { ...filter, ...part, sort: order }), names)
  if (query.pagination === 'keyset') setKeysetHeaders(call, page)
  else setPageHeaders(call, query, unlessRefused(await countIssuesIn(db, userId, scope, filter))[query.state])
  return page.rows.map((issue) => shownIssue(issue, publicUrl, seenFrom))
}
