// Lists of the issues of projects and groups.
import { GraphQLError } from 'graphql'
import type { IssueFilter, IssueScope } from '../../../domain/issues/filters.ts'
import type { ListedIssue } from '../../../domain/issues/list-rows.ts'
import type { IssueCounts } from '../../../domain/issues/list-scan.ts'
import { countIssuesIn, listIssuesIn, type WantedPage } from '../../../domain/issues/lists.ts'
import { builder } from '../builder.ts'
import { connectionOf, countField, type PageArguments, type PageWanted } from '../connections.ts'
import type { Context } from '../context.ts'
import { GroupType } from '../namespaces/groups.ts'
import { ProjectType } from '../namespaces/projects.ts'
import { granted } from '../refusals.ts'
import { sortsOf } from '../sorting.ts'
import { IssueType } from './type.ts'

export const issueSorts = sortsOf(['createdAt', 'updatedAt'])
const IssueSort = builder.enumType('IssueSort', { values: issueSorts.values })
export const IssuableState = builder.enumType('IssuableState', {
  values: ['opened', 'closed', 'locked', 'all'] as const,
})

// docs.gitlab.com/api/graphql/reference/#issuetype
const issueTypes = [
  'ISSUE',
  'INCIDENT',
  'TEST_CASE',
  'REQUIREMENT',
  'TASK',
  'OBJECTIVE',
  'KEY_RESULT',
  'EPIC',
  'TICKET',
] as const
const IssueTypes = builder.enumType('IssueType', { values: issueTypes })

export interface FilterArguments {
  state?: 'opened' | 'closed' | 'locked' | 'all' | null
  search?: string | null
  iid?: string | null
  iids?: readonly string[] | null
  authorUsername?: string | null
  types?: readonly (typeof issueTypes)[number][] | null
  crmContactId?: string | null
  crmOrganizationId?: string | null
}

/** The arguments that every list of issues has. */
export interface IssueArguments extends FilterArguments, PageArguments {
  sort?: string | null
}

/** A number that is sent as text; undefined if it is absent or blank. @throws if it isn't a number */
function numberIn(name: string, text: string | null | undefined): number | undefined {
  if (!text?.trim()) return undefined
  if (!/^\s*\d{1,15}\s*$/.test(text)) throw new GraphQLError(`\`${name}\` must be a number`)
  return Number(text)
}

/** @throws if a number isn't one */
export function filterOf(asked: FilterArguments): IssueFilter {
  const { state, search, authorUsername, types, crmContactId, crmOrganizationId } = asked
  const iids = asked.iids?.length ? asked.iids : asked.iid ? [asked.iid] : undefined
  return {
    state: state === 'opened' || state === 'closed' ? state : undefined,
    search,
    // No issue here is ever locked, or of another type.
    iids:
      state === 'locked' || (types?.length && !types.includes('ISSUE'))
        ? []
        : iids?.map((iid) => numberIn('iids', iid) ?? 0),
    authorUsername: authorUsername || undefined,
    contactId: numberIn('crmContactId', crmContactId),
    organizationId: numberIn('crmOrganizationId', crmOrganizationId),
  }
}

export const wantedOf = (page: PageWanted, asked: IssueArguments): WantedPage => ({
  ...page,
  ...filterOf(asked),
  sort: issueSorts.read(asked.sort),
})

/** A page of the issues of a group or project that the caller can see. */
export const issuesIn = (scope: IssueScope, asked: IssueArguments, context: Context) =>
  connectionOf<ListedIssue>(
    asked,
    async (page) => listIssuesIn(context.db, context.userId, scope, wantedOf(page, asked)),
    async () => countOf(await countsIn(scope, asked, context), asked),
  )

/** How many of these a list with such arguments has. */
export const countOf = (counts: IssueCounts, { state }: FilterArguments): number =>
  counts[state === 'opened' || state === 'closed' ? state : 'all']

/** How many of them there are, by state. */
const countsIn = async (scope: IssueScope, asked: FilterArguments, context: Context): Promise<IssueCounts> =>
  granted(await countIssuesIn(context.db, context.userId, scope, filterOf(asked)))

/** The filters of the issues of a customer. */
export const ownFilterArguments = builder.args((t) => ({
  state: t.field({ type: IssuableState }),
  search: t.string(),
  iid: t.string(),
  iids: t.stringList(),
  authorUsername: t.string(),
  types: t.field({ type: [IssueTypes], description: 'All are issues; other types match nothing' }),
}))

const customerArguments = builder.args((t) => ({
  crmContactId: t.string({ description: 'The number of a contact, not its global id' }),
  crmOrganizationId: t.string({ description: 'The number of an organization, not its global id' }),
}))

const filterArguments = { ...ownFilterArguments, ...customerArguments }

export const sortArgument = builder.args((t) => ({ sort: t.field({ type: IssueSort, defaultValue: 'CREATED_DESC' }) }))

/** The arguments of every list of issues. */
export const issueArguments = { ...filterArguments, ...sortArgument }

export const IssueConnection = builder.connectionObject(
  { type: IssueType, name: 'IssueConnection', fields: (t) => ({ count: t.int(countField) }) },
  { name: 'IssueEdge' },
)

builder.objectField(ProjectType, 'issues', (t) =>
  t.connection(
    {
      type: IssueType,
      args: issueArguments,
      resolve: ({ id }, asked, context) => issuesIn({ projectId: id }, asked, context),
    },
    IssueConnection,
  ),
)

builder.objectField(GroupType, 'issues', (t) =>
  t.connection(
    {
      type: IssueType,
      args: { ...issueArguments, includeSubgroups: t.arg.boolean({ defaultValue: false }) },
      resolve: ({ id }, { includeSubgroups, ...asked }, context) =>
        issuesIn({ groupId: id, direct: !includeSubgroups }, asked, context),
    },
    IssueConnection,
  ),
)

builder.objectField(ProjectType, 'issue', (t) =>
  t.field({
    type: IssueType,
    args: { iid: t.arg.string() },
    resolve: async ({ id }, { iid }, context) =>
      (await issuesIn({ projectId: id }, { iid, first: 1 }, context)).edges[0]?.node ?? null,
  }),
)

export const IssueStatusCounts = builder.objectRef<IssueCounts>('IssueStatusCountsType').implement({
  description: 'The number of issues by state; ignores the state filter',
  fields: (t) => ({
    all: t.exposeInt('all'),
    opened: t.exposeInt('opened'),
    closed: t.exposeInt('closed'),
    locked: t.int({ resolve: () => 0 }),
  }),
})

builder.objectField(ProjectType, 'issueStatusCounts', (t) =>
  t.field({
    type: IssueStatusCounts,
    args: filterArguments,
    resolve: ({ id }, asked, context) => countsIn({ projectId: id }, asked, context),
  }),
)

builder.objectField(GroupType, 'issueStatusCounts', (t) =>
  t.field({
    type: IssueStatusCounts,
    args: { ...filterArguments, includeSubgroups: t.arg.boolean({ defaultValue: false }) },
    resolve: ({ id }, { includeSubgroups, ...asked }, context) =>
      countsIn({ groupId: id, direct: !includeSubgroups }, asked, context),
  }),
)
