// Issues: the type, and the contacts of one.
import { type ListedIssue, shownIssues } from '../../../domain/issues/list-rows.ts'
import { emptyPage } from '../../../domain/lists/page.ts'
import { done } from '../../../domain/rules/results.ts'
import { builder } from '../builder.ts'
import { connectionOf } from '../connections.ts'
import { ContactConnection, ContactType } from '../contacts/type.ts'
import type { Context } from '../context.ts'
import { gid } from '../ids.ts'
import { ProjectType, projectById } from '../namespaces/projects.ts'
import { Author } from '../users.ts'

export const IssueType = builder.objectRef<ListedIssue>('Issue')

/** An issue by its id, if the caller can see it. */
export const issueById = async ({ db, userId }: Context, id: number): Promise<ListedIssue | null> =>
  (await shownIssues(db, userId, [id]))[0] ?? null

const webPathOf = ({ projectPath, iid }: ListedIssue): string => `/${projectPath}/-/issues/${iid}`

/** A page of the contacts of an issue; empty for users who can't see them. */
export const issueContactsField = (
  { id }: { id: number },
  page: Parameters<typeof connectionOf>[0],
  { load }: Context,
) =>
  connectionOf(
    page,
    async (wanted) => done((await load.contactsOfIssue(id, wanted)) ?? emptyPage),
    () => load.contactCount.load(id),
  )

const IssueState = builder.enumType('IssueState', { values: ['opened', 'closed', 'locked', 'all'] as const })

type Types = (typeof builder)['$inferSchemaTypes']

/** What issues show under both of their names: as issues, and as work items. */
export const shownFields = (t: PothosSchemaTypes.ObjectFieldBuilder<Types, ListedIssue>) => ({
  title: t.exposeString('title', { nullable: false }),
  description: t.exposeString('description'),
  createdAt: t.expose('createdAt', { type: 'Time', nullable: false }),
  updatedAt: t.expose('updatedAt', { type: 'Time', nullable: false }),
  closedAt: t.expose('closedAt', { type: 'Time' }),
  author: t.expose('author', { type: Author }),
  confidential: t.boolean({ nullable: false, resolve: () => false }),
  reference: t.string({
    nullable: false,
    args: { full: t.arg.boolean({ required: true, defaultValue: false }) },
    resolve: ({ projectPath, iid }, { full }) => `${full ? projectPath : ''}#${iid}`,
  }),
  webPath: t.string({ nullable: false, resolve: webPathOf }),
  webUrl: t.string({ nullable: false, resolve: (issue, _, { publicUrl }) => publicUrl + webPathOf(issue) }),
})

IssueType.implement({
  fields: (t) => ({
    id: t.id({ nullable: false, resolve: ({ id }) => gid('issue', id) }),
    iid: t.id({ nullable: false, resolve: ({ iid }) => String(iid) }),
    ...shownFields(t),
    state: t.expose('state', { type: IssueState, nullable: false }),
    userNotesCount: t.exposeInt('comments', { nullable: false }),
    projectId: t.exposeInt('projectId', { nullable: false }),
    project: t.field({ type: ProjectType, resolve: ({ projectId }, _, context) => projectById(context, projectId) }),
    customerRelationsContacts: t.connection({ type: ContactType, resolve: issueContactsField }, ContactConnection),
  }),
})

builder.queryField('issue', (t) =>
  t.field({
    type: IssueType,
    args: { id: t.arg({ type: 'IssueID', required: true }) },
    resolve: (_, { id }, context) => issueById(context, id),
  }),
)
