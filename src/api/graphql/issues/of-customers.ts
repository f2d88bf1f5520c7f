// The issues of contacts, and of organizations through their contacts: lists and counts, read for many customers at
// once.
import type { Customers } from '../../../domain/issues/filters.ts'
import type { ListedIssue } from '../../../domain/issues/list-rows.ts'
import type { IssueCounts } from '../../../domain/issues/list-scan.ts'
import { noIssues } from '../../../domain/issues/lists.ts'
import { emptyPage } from '../../../domain/lists/page.ts'
import { done } from '../../../domain/rules/results.ts'
import { builder } from '../builder.ts'
import { connectionOf } from '../connections.ts'
import { ContactType } from '../contacts/type.ts'
import type { Context } from '../context.ts'
import { OrganizationType } from '../organizations/type.ts'
import {
  countOf,
  type FilterArguments,
  filterOf,
  type IssueArguments,
  IssueConnection,
  IssueStatusCounts,
  ownFilterArguments,
  sortArgument,
  wantedOf,
} from './lists.ts'
import { IssueType } from './type.ts'

interface Customer {
  noun: Customers['noun']
  id: number
}

const issuesOf = ({ noun, id }: Customer, asked: IssueArguments, context: Context) =>
  connectionOf<ListedIssue>(
    asked,
    async (page) => done((await context.load.issuesOf(id, { noun, wanted: wantedOf(page, asked) })) ?? emptyPage),
    async () => countOf(await countsOf({ noun, id }, asked, context), asked),
  )

// Whatever the state, so that equal counts are read once.
const countsOf = async ({ noun, id }: Customer, asked: FilterArguments, { load }: Context): Promise<IssueCounts> =>
  (await load.issueCounts(id, { noun, filter: { ...filterOf(asked), state: undefined } })) ?? noIssues

const list = {
  description: 'Issues that the caller can read, in projects in which they can see contacts',
  type: IssueType,
  args: { ...ownFilterArguments, ...sortArgument },
} as const

const counts = { type: IssueStatusCounts, nullable: false, args: ownFilterArguments } as const

builder.objectFields(ContactType, (t) => ({
  issues: t.connection(
    { ...list, resolve: ({ id }, asked, context) => issuesOf({ noun: 'contact', id }, asked, context) },
    IssueConnection,
  ),
  issueStatusCounts: t.field({
    ...counts,
    resolve: ({ id }, asked, context) => countsOf({ noun: 'contact', id }, asked, context),
  }),
}))

builder.objectFields(OrganizationType, (t) => ({
  issues: t.connection(
    { ...list, resolve: ({ id }, asked, context) => issuesOf({ noun: 'organization', id }, asked, context) },
    IssueConnection,
  ),
  issueStatusCounts: t.field({
    ...counts,
    resolve: ({ id }, asked, context) => countsOf({ noun: 'organization', id }, asked, context),
  }),
}))
