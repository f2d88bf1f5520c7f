// Opening and changing work items: issues, with their content in widgets.
import type { GraphQLResolveInfo } from 'graphql'
import { editIssue } from '../../../domain/issues/edits.ts'
import { builder } from '../builder.ts'
import type { Context } from '../context.ts'
import { type LinkingInput, OperationMode, setContacts } from '../issues/linking.ts'
import { issueForMutation, write, writerOf } from '../issues/mutations.ts'
import { issueById } from '../issues/type.ts'
import { idOf, once } from '../once.ts'
import { always, echo, echoed } from '../payloads.ts'
import { missing, payloadOf } from '../refusals.ts'
import { WorkItem } from './type.ts'

const ContactsUpdate = builder.inputType('WorkItemWidgetCrmContactsUpdateInput', {
  fields: (t) => ({
    contactIds: t.field({ type: ['CustomerRelationsContactID'], required: true }),
    operationMode: t.field({ type: OperationMode, defaultValue: 'REPLACE' }),
  }),
})

const ContactsCreate = builder.inputType('WorkItemWidgetCrmContactsCreateInput', {
  fields: (t) => ({ contactIds: t.field({ type: ['CustomerRelationsContactID'], required: true }) }),
})

const Description = builder.inputType('WorkItemWidgetDescriptionInput', {
  fields: (t) => ({ description: t.string({ required: true }) }),
})

const StateEvent = builder.enumType('WorkItemStateEvent', { values: ['CLOSE', 'REOPEN'] as const })
const states = { CLOSE: 'closed', REOPEN: 'opened' } as const

// Names the operation on the contacts, where another one has the name of the request.
const contactsPart = 'contacts'

interface Update {
  clientMutationId?: string | null
  id: number
  title?: string | null
  stateEvent?: keyof typeof states | null
  descriptionWidget?: { description: string } | null
  crmContactsWidget?: LinkingInput | null
}

/** Makes the requested changes; contacts are set even if the rest is refused, and the other way round. */
async function update(context: Context, input: Update, asked: GraphQLResolveInfo): Promise<string[]> {
  const { id, title, stateEvent, descriptionWidget, crmContactsWidget } = input
  const fields = { title: title ?? undefined, state: stateEvent ? states[stateEvent] : undefined }
  const edits = fields.title !== undefined || fields.state !== undefined
  const errors: string[] = []
  if (descriptionWidget) {
    const [writer, body, edits] = [writerOf(context, asked), descriptionWidget.description, { description: fields }]
    errors.push(...(await write(context, { ...writer, kind: 'edit', on: { id }, body, edits })).errors)
  } else if (edits)
    errors.push(
      ...payloadOf(
        await once(context, { input, asked }, async (db, actor) => idOf(await editIssue(db, actor, { id }, fields))),
      ).errors,
    )
  if (crmContactsWidget) {
    const part = descriptionWidget || edits ? contactsPart : undefined
    errors.push(...(await setContacts(context, { id }, crmContactsWidget, { input, asked, part })).errors)
  }
  return errors
}

builder.relayMutationField(
  'workItemUpdate',
  {
    inputFields: (t) => ({
      ...echoed(t),
      id: t.field({ type: 'WorkItemID', required: true }),
      title: t.string(),
      stateEvent: t.field({ type: StateEvent }),
      descriptionWidget: t.field({ type: Description }),
      crmContactsWidget: t.field({ type: ContactsUpdate }),
    }),
  },
  {
    resolve: (_, { input }, context, asked) =>
      echo(input, async () => {
        const errors = await update(context, input, asked)
        return { workItem: (await issueById(context, input.id)) ?? missing(), errors }
      }),
  },
  {
    outputFields: (t) => ({
      ...always(t),
      workItem: t.field({ type: WorkItem, resolve: ({ workItem }) => workItem }),
    }),
  },
)

builder.relayMutationField(
  'workItemCreate',
  {
    inputFields: (t) => ({
      ...echoed(t),
      namespacePath: t.id({ description: 'The full path of a project' }),
      projectPath: t.id({ description: 'The same' }),
      title: t.string({ required: true }),
      workItemTypeId: t.field({ type: 'WorkItemsTypeID', description: 'There is only the type Issue' }),
      description: t.string(),
      descriptionWidget: t.field({ type: Description }),
      crmContactsWidget: t.field({ type: ContactsCreate }),
    }),
  },
  {
    resolve: (_, { input }, context, asked) =>
      echo(input, async () => {
        const { title, crmContactsWidget } = input
        const description = input.descriptionWidget?.description ?? input.description
        const opened = await issueForMutation(
          context,
          {
            projectPath: String(input.namespacePath ?? input.projectPath ?? missing()),
            title,
            description,
          },
          asked,
        )
        if (!opened.issue) return { workItem: null, errors: opened.errors }
        const { id } = opened.issue
        const { errors } = crmContactsWidget
          ? await setContacts(
              context,
              { id },
              { ...crmContactsWidget, operationMode: 'APPEND' },
              { input, asked, part: contactsPart },
            )
          : opened
        return { workItem: await issueById(context, id), errors }
      }),
  },
  {
    outputFields: (t) => ({
      ...always(t),
      workItem: t.field({ type: WorkItem, resolve: ({ workItem }) => workItem }),
    }),
  },
)
