// Work items: issues, as newer clients of GitLab know them, with what they hold in widgets.
import type { ListedIssue } from '../../domain/issue-rows.ts'
import { can } from '../../domain/permissions.ts'
import { builder, type Context } from './builder.ts'
import { Contact, ContactConnection } from './contacts.ts'
import { gid } from './ids.ts'
import { contactsOf, issueById, shownFields } from './issues.ts'

/** An issue again, under another name. */
export const WorkItem = builder.objectRef<ListedIssue>('WorkItem')

const State = builder.enumType('WorkItemState', { values: ['OPEN', 'CLOSED'] as const })
const WidgetType = builder.enumType('WorkItemWidgetType', { values: ['CRM_CONTACTS', 'DESCRIPTION'] as const })

interface WidgetOf {
  type: 'CRM_CONTACTS' | 'DESCRIPTION'
  issue: ListedIssue
}

const Widget = builder.interfaceRef<WidgetOf>('WorkItemWidget').implement({
  fields: (t) => ({ type: t.expose('type', { type: WidgetType }) }),
})

const CrmContacts = builder.objectRef<WidgetOf>('WorkItemWidgetCrmContacts').implement({
  interfaces: [Widget],
  isTypeOf: (value) => (value as WidgetOf).type === 'CRM_CONTACTS',
  fields: (t) => ({
    contactsAvailable: t.boolean({
      nullable: false,
      description: 'Is there a contact that could be added?',
      resolve: async ({ issue }, _, { load }) => {
        const facts = await load.issueFacts.load(issue.id)
        return facts !== undefined && can(facts.standing, 'read_issue_contacts') && facts.sourceHasActiveContacts
      },
    }),
    contacts: t.connection({ type: Contact, resolve: ({ issue }, asked, context) => contactsOf(issue, asked, context) }, ContactConnection),
  }),
})

builder.objectRef<WidgetOf>('WorkItemWidgetDescription').implement({
  interfaces: [Widget],
  isTypeOf: (value) => (value as WidgetOf).type === 'DESCRIPTION',
  fields: (t) => ({ description: t.string({ resolve: ({ issue }) => issue.description }) }),
})

const Features = builder.objectRef<ListedIssue>('WorkItemFeatures').implement({
  fields: (t) => ({ crmContacts: t.field({ type: CrmContacts, resolve: (issue) => ({ type: 'CRM_CONTACTS' as const, issue }) }) }),
})

const Type = builder.objectRef<{ name: string }>('WorkItemType').implement({
  fields: (t) => ({
    id: t.field({ type: 'WorkItemsTypeID', nullable: false, resolve: () => gid('workItemType', 1) }),
    name: t.exposeString('name', { nullable: false }),
  }),
})

WorkItem.implement({
  description: 'An issue',
  fields: (t) => ({
    id: t.field({ type: 'WorkItemID', nullable: false, resolve: ({ id }) => gid('workItem', id) }),
    iid: t.string({ nullable: false, resolve: ({ iid }) => String(iid) }),
    ...shownFields(t),
    state: t.field({ type: State, nullable: false, resolve: ({ state }) => (state === 'opened' ? 'OPEN' : 'CLOSED') }),
    workItemType: t.field({ type: Type, nullable: false, resolve: () => ({ name: 'Issue' }) }),
    widgets: t.field({
      type: [Widget],
      resolve: (issue): WidgetOf[] => [
        { type: 'DESCRIPTION', issue },
        { type: 'CRM_CONTACTS', issue },
      ],
    }),
    features: t.field({ type: Features, resolve: (issue) => issue }),
  }),
})

builder.queryField('workItem', (t) =>
  t.field({
    type: WorkItem,
    args: { id: t.arg({ type: 'WorkItemID', required: true }) },
    resolve: (_, { id }, context: Context) => issueById(context, id),
  }),
)
