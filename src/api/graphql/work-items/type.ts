// Work items: issues, as newer clients of GitLab know them, with their content in widgets.
import type { ListedIssue } from '../../../domain/issues/list-rows.ts'
import { can } from '../../../domain/rules/permissions.ts'
import { builder } from '../builder.ts'
import { ContactConnection, ContactType } from '../contacts/type.ts'
import type { Context } from '../context.ts'
import { gid } from '../ids.ts'
import { issueById, issueContactsField, shownFields } from '../issues/type.ts'

/** An issue again, under another name. */
export const WorkItem = builder.objectRef<ListedIssue>('WorkItem')

const State = builder.enumType('WorkItemState', { values: ['OPEN', 'CLOSED'] as const })
// docs.gitlab.com/api/graphql/reference/#workitemwidgettype; clients name types in `onlyTypes` whether or not there are
// such widgets.
const widgetTypes = [
  'AGENT_SESSIONS',
  'ASSIGNEES',
  'AWARD_EMOJI',
  'COLOR',
  'CRM_CONTACTS',
  'CURRENT_USER_TODOS',
  'CUSTOM_FIELDS',
  'DESCRIPTION',
  'DESIGNS',
  'DEVELOPMENT',
  'EMAIL_PARTICIPANTS',
  'ERROR_TRACKING',
  'HEALTH_STATUS',
  'HIERARCHY',
  'ITERATION',
  'LABELS',
  'LINKED_ITEMS',
  'LINKED_RESOURCES',
  'MILESTONE',
  'NOTES',
  'NOTIFICATIONS',
  'PARTICIPANTS',
  'PROGRESS',
  'REQUIREMENT_LEGACY',
  'START_AND_DUE_DATE',
  'STATUS',
  'TEST_REPORTS',
  'TIME_TRACKING',
  'VERIFICATION_STATUS',
  'VULNERABILITIES',
  'WEIGHT',
] as const
const WidgetType = builder.enumType('WorkItemWidgetType', { values: widgetTypes })

const ourWidgets = ['DESCRIPTION', 'CRM_CONTACTS'] as const satisfies (typeof widgetTypes)[number][]

interface WidgetOf {
  type: (typeof ourWidgets)[number]
  issue: ListedIssue
}

const widgetOf = (type: WidgetOf['type'], issue: ListedIssue): WidgetOf => ({ type, issue })

const Widget = builder.interfaceRef<WidgetOf>('WorkItemWidget').implement({
  fields: (t) => ({ type: t.expose('type', { type: WidgetType }) }),
})

const CrmContacts = builder.objectRef<WidgetOf>('WorkItemWidgetCrmContacts').implement({
  interfaces: [Widget],
  isTypeOf: (value) => (value as WidgetOf).type === 'CRM_CONTACTS',
  fields: (t) => ({
    contactsAvailable: t.boolean({
      nullable: false,
      description: 'Whether there is a contact to add',
      resolve: async ({ issue }, _, { load }) => {
        const facts = await load.issueFacts.load(issue.id)
        return facts !== undefined && can(facts.standing, 'read_issue_contacts') && facts.sourceHasActiveContacts
      },
    }),
    contacts: t.connection(
      { type: ContactType, resolve: ({ issue }, asked, context) => issueContactsField(issue, asked, context) },
      ContactConnection,
    ),
  }),
})

const Description = builder.objectRef<WidgetOf>('WorkItemWidgetDescription').implement({
  interfaces: [Widget],
  isTypeOf: (value) => (value as WidgetOf).type === 'DESCRIPTION',
  fields: (t) => ({ description: t.string({ resolve: ({ issue }) => issue.description }) }),
})

const Features = builder.objectRef<ListedIssue>('WorkItemFeatures').implement({
  description: 'The widgets of a work item, by name',
  fields: (t) => ({
    crmContacts: t.field({ type: CrmContacts, resolve: (issue) => widgetOf('CRM_CONTACTS', issue) }),
    description: t.field({ type: Description, resolve: (issue) => widgetOf('DESCRIPTION', issue) }),
  }),
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
      args: {
        onlyTypes: t.arg({ type: [WidgetType], description: 'Widgets of these types, as far as there are any' }),
        exceptTypes: t.arg({ type: [WidgetType], description: 'Widgets of other types' }),
      },
      resolve: (issue, { onlyTypes, exceptTypes }): WidgetOf[] =>
        ourWidgets
          .filter((type) => (!onlyTypes || onlyTypes.includes(type)) && !exceptTypes?.includes(type))
          .map((type) => widgetOf(type, issue)),
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
