// Creating, editing, deleting and merging organizations.
import { deleteOrganization } from '../../../domain/contacts/erasure.ts'
import { mergeOrganizations } from '../../../domain/contacts/merging.ts'
import { organizationFields } from '../../../domain/contacts/organization-fields.ts'
import { type ListedOrganization, showOrganizations } from '../../../domain/contacts/organization-lists.ts'
import { createOrganization, editOrganization } from '../../../domain/contacts/organizations.ts'
import { builder } from '../builder.ts'
import type { Context } from '../context.ts'
import { inputsOf } from '../customers.ts'
import { idOf, type MutationRequest, type Operation, once, stillVisible } from '../once.ts'
import { always, echo, echoed, type OutputFields, type Payload } from '../payloads.ts'
import { missing, payloadOf } from '../refusals.ts'
import { OrganizationType } from './type.ts'

interface Changed extends Payload {
  organization: ListedOrganization | null
}

const shownNow = async ({ db }: Context, id: number): Promise<ListedOrganization | null> =>
  (await showOrganizations(db, [id]))[0] ?? null

/** The result of an operation on an organization, as it is shown now. */
async function shown(context: Context, asked: MutationRequest, operation: Operation): Promise<Changed> {
  const { value, errors } = payloadOf(await once(context, asked, async (db, actor) => idOf(await operation(db, actor))))
  const organization = value && (await shownNow(context, value.id))
  return { organization: organization && (await stillVisible(context, organization)), errors }
}

const outputFields = (t: OutputFields<Changed>) => ({
  ...always(t),
  organization: t.field({ type: OrganizationType, resolve: ({ organization }) => organization }),
})

builder.relayMutationField(
  'customerRelationsOrganizationCreate',
  {
    inputFields: (t) => ({
      ...echoed(t),
      groupId: t.field({ type: 'GroupID', required: true }),
      ...inputsOf(t, organizationFields, { whole: true }),
    }),
  },
  {
    resolve: (_, { input }, context, asked) =>
      echo(input, () =>
        shown(context, { input, asked }, (db, actor) => createOrganization(db, actor, input.groupId, input)),
      ),
  },
  { outputFields },
)

builder.relayMutationField(
  'customerRelationsOrganizationUpdate',
  {
    inputFields: (t) => ({
      ...echoed(t),
      id: t.field({ type: 'CustomerRelationsOrganizationID', required: true }),
      ...inputsOf(t, organizationFields, { whole: false }),
      active: t.boolean(),
    }),
  },
  {
    resolve: (_, { input }, context, asked) =>
      echo(input, async () => {
        const edited = await shown(context, { input, asked }, (db, actor) =>
          editOrganization(db, actor, input.id, input),
        )
        // Clients rely on getting the organization, whether it was changed or not.
        return { ...edited, organization: edited.organization ?? (await shownNow(context, input.id)) ?? missing() }
      }),
  },
  {
    outputFields: (t) => ({
      ...always(t),
      organization: t.field({ type: OrganizationType, nullable: false, resolve: ({ organization }) => organization }),
    }),
  },
)

builder.relayMutationField(
  'customerRelationsOrganizationDelete',
  { inputFields: (t) => ({ ...echoed(t), id: t.field({ type: 'CustomerRelationsOrganizationID', required: true }) }) },
  {
    description: 'Deletes an organization; its contacts stay, without one. This cannot be undone.',
    resolve: (_, { input }, context, asked) =>
      echo(input, async () =>
        payloadOf(await once(context, { input, asked }, (db, actor) => deleteOrganization(db, actor, input.id))),
      ),
  },
  { outputFields: always },
)

builder.relayMutationField(
  'customerRelationsOrganizationMerge',
  {
    inputFields: (t) => ({
      ...echoed(t),
      id: t.field({
        type: 'CustomerRelationsOrganizationID',
        required: true,
        description: 'The organization that stays',
      }),
      otherId: t.field({
        type: 'CustomerRelationsOrganizationID',
        required: true,
        description: 'The organization that goes',
      }),
    }),
  },
  {
    description:
      'Merges an organization into another of its group: contacts and empty fields follow to the one that stays',
    resolve: (_, { input }, context, asked) =>
      echo(input, () =>
        shown(context, { input, asked }, (db, actor) =>
          mergeOrganizations(db, actor, { keepId: input.id, otherId: input.otherId }),
        ),
      ),
  },
  { outputFields },
)
