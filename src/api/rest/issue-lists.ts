// Lists of issues: /api/v4/projects/:id/issues and /api/v4/groups/:id/issues. docs.gitlab.com/api/issues/
import { z } from 'zod'
import type { IssueFilter, IssuePlace } from '../../domain/issue-filters.ts'
import { countIssuesIn, listIssuesIn } from '../../domain/issue-lists.ts'
import { unlessRefused } from '../refusal.ts'
import { type Call, defineRoute, type Route } from '../route.ts'
import { id, oneOf, search, sort } from './inputs.ts'
import { keysetFields, partOf, setKeysetHeaders } from './keyset.ts'
import { pageFields, setPageHeaders } from './paging.ts'
import { openGroup, openProject } from './places.ts'
import { ShownIssue, shownIssue } from './shown-issues.ts'

const ids = z.union([z.array(id), id.transform((one) => [one])], 'must be whole numbers').optional()
// Empty: no filter.
const idOrAny = z.union([id, z.literal('').transform(() => undefined)], 'must be a whole number').optional()

const List = z.strictObject({
  ...pageFields,
  ...keysetFields,
  state: oneOf(['opened', 'closed', 'all']).default('all'),
  search: search.optional(),
  in: oneOf(['title,description', 'description,title']).optional(),
  scope: oneOf(['all', 'created_by_me', 'created-by-me']).default('all'),
  iids: ids,
  'iids[]': ids,
  author_id: id.optional(),
  crm_contact_id: idOrAny,
  crm_organization_id: idOrAny,
  order_by: oneOf(['created_at', 'updated_at']).default('created_at'),
  sort: sort('desc'),
})

type Asked = Pick<Call<'everybody', z.output<typeof List>>, 'db' | 'userId' | 'publicUrl' | 'request' | 'reply' | 'query'>

const listing = { query: List, answers: { 200: z.array(ShownIssue) }, paged: true, method: 'GET', for: 'everybody' } as const

/** The issues of a project, and of a group with everything below it. */
export const issueListRoutes: readonly Route[] = [
  defineRoute({
    ...listing,
    path: '/api/v4/projects/:id/issues',
    summary: 'Lists the issues of a project',
    async handle(call) {
      const { id: projectId, fullPath } = await openProject(call)
      return issuesIn(call, { projectId }, fullPath)
    },
  }),
  defineRoute({
    ...listing,
    path: '/api/v4/groups/:id/issues',
    summary: 'Lists the issues of a group and of everything below it',
    async handle(call) {
      const { id: groupId, fullPath } = await openGroup(call)
      return issuesIn(call, { groupId }, fullPath)
    },
  }),
]

function filterOf({ userId, query }: Asked): IssueFilter {
  const numbers = [query.iids, query['iids[]']].flatMap((given) => (given ? [given] : []))
  // Nobody has the number 0.
  const own = query.scope === 'all' ? undefined : (userId ?? 0)
  return {
    state: query.state === 'all' ? undefined : query.state,
    search: query.search,
    iids: numbers.length > 0 ? numbers.flat() : undefined,
    authorId: own !== undefined && query.author_id !== undefined && own !== query.author_id ? 0 : (own ?? query.author_id),
    contactId: query.crm_contact_id,
    organizationId: query.crm_organization_id,
  }
}

const names = { after: 'cursor', before: 'cursor' }
const orders = { created_at: 'createdAt', updated_at: 'updatedAt' } as const

async function issuesIn(call: Asked, place: IssuePlace, seenFrom: string): Promise<z.input<typeof ShownIssue>[]> {
  const { db, userId, query, publicUrl } = call
  const filter = filterOf(call)
  const byKeyset = query.pagination === 'keyset'
  const part = { ...partOf(query), limit: query.per_page }
  const order = { by: orders[query.order_by], descending: query.sort === 'desc' }
  const page = unlessRefused(await listIssuesIn(db, userId, place, { ...filter, ...part, sort: order }), names)
  if (byKeyset) setKeysetHeaders(call, page)
  else setPageHeaders(call, query, unlessRefused(await countIssuesIn(db, userId, place, filter))[query.state])
  return page.rows.map((issue) => shownIssue(issue, publicUrl, seenFrom))
}
