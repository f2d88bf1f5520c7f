// The history of groups, projects, issues, contacts and organizations, for their maintainers.
import { type HistorySubject, listHistory, type ShownEvent } from '../../../domain/contacts/history-lists.ts'
import { builder } from '../builder.ts'
import { connectionIfAny, type PageArguments } from '../connections.ts'
import { ContactType } from '../contacts/type.ts'
import type { Context } from '../context.ts'
import { gid, type IdKind } from '../ids.ts'
import { IssueType } from '../issues/type.ts'
import { GroupType } from '../namespaces/groups.ts'
import { ProjectType } from '../namespaces/projects.ts'
import { OrganizationType } from '../organizations/type.ts'
import { Author } from '../users.ts'

const gidIfAny = (kind: IdKind, id: number | null): string | null => (id === null ? null : gid(kind, id))

const Entry = builder.objectRef<ShownEvent>('HistoryEntry').implement({
  description: 'Something that was done: who did it, when, from where, and what changed',
  fields: (t) => ({
    id: t.id({ nullable: false, resolve: ({ id }) => gid('event', id) }),
    createdAt: t.expose('at', { type: 'Time', nullable: false }),
    author: t.expose('actor', { type: Author, description: 'Null for the operator, and for deleted users' }),
    via: t.exposeString('via', { nullable: false, description: 'The entry point, such as `web`, `api`, or `slack`' }),
    action: t.exposeString('action', { nullable: false, description: 'Such as `contact_edited`' }),
    issueReference: t.exposeString('issue', { description: 'The issue, for users who can see it' }),
    contactId: t.id({ resolve: ({ contactId }) => gidIfAny('contact', contactId) }),
    organizationId: t.id({ resolve: ({ organizationId }) => gidIfAny('organization', organizationId) }),
    before: t.expose('before', { type: 'JSON', description: 'The old values of what changed, by field' }),
    after: t.expose('after', { type: 'JSON', description: 'The new values' }),
  }),
})

const Connection = builder.connectionObject(
  { type: Entry, name: 'HistoryEntryConnection' },
  { name: 'HistoryEntryEdge' },
)

const historyOf = (subject: HistorySubject, page: PageArguments, { db, userId }: Context) =>
  connectionIfAny(page, (wanted) => listHistory(db, userId, subject, wanted))

const list = { type: Entry, description: "Newest first; null for users who aren't maintainers" } as const

builder.objectField(GroupType, 'history', (t) =>
  t.connection({ ...list, resolve: ({ id }, page, context) => historyOf({ groupId: id }, page, context) }, Connection),
)
builder.objectField(ProjectType, 'history', (t) =>
  t.connection(
    { ...list, resolve: ({ id }, page, context) => historyOf({ projectId: id }, page, context) },
    Connection,
  ),
)
builder.objectField(IssueType, 'history', (t) =>
  t.connection({ ...list, resolve: ({ id }, page, context) => historyOf({ issueId: id }, page, context) }, Connection),
)
builder.objectField(ContactType, 'history', (t) =>
  t.connection(
    { ...list, resolve: ({ id }, page, context) => historyOf({ contactId: id }, page, context) },
    Connection,
  ),
)
builder.objectField(OrganizationType, 'history', (t) =>
  t.connection(
    { ...list, resolve: ({ id }, page, context) => historyOf({ organizationId: id }, page, context) },
    Connection,
  ),
)
