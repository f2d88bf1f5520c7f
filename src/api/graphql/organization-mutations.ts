// Creating, editing, deleting and merging organizations.
import { deleteOrganization } from '../../domain/contacts/erasure.ts'
import { mergeOrganizations } from '../../domain/contacts/merging.ts'
import { type ListedOrganization, showOrganizations } from '../../domain/contacts/organization-lists.ts'
import { createOrganization, editOrganization } from '../../domain/contacts/organizations.ts'
import type { Result } from '../../domain/rules/results.ts'
import { builder, type Context } from './builder.ts'
import { always, echo, echoed, type OutputFields, type Payload } from './mutations.ts'
import { Organization } from './organizations.ts'
import { actorOf, missing, outcomeOf } from './refusals.ts'

interface Changed extends Payload {
  organization: ListedOrganization | null
}

const shownNow = async ({ db }: Context, id: number): Promise<ListedOrganization | null> => (await showOrganizations(db, [id]))[0] ?? null

/** The result of an operation on an organization, as it is shown now. */
async function shown(context: Context, deed: Promise<Result<{ id: number }>>): Promise<Changed> {
  const { value, errors } = outcomeOf(await deed)
  return { organization: value && (await shownNow(context, value.id)), errors }
}

const outputFields = (t: OutputFields<Changed>) => ({
  ...always(t),
  organization: t.field({ type: Organization, resolve: ({ organization }) => organization }),
})

builder.relayMutationField(
  'customerRelationsOrganizationCreate',
  {
    inputFields: (t) => ({
      ...echoed(t),
      groupId: t.field({ type: 'GroupID', required: true }),
      name: t.string({ required: true }),
      defaultRate: t.float(),
      description: t.string(),
    }),
  },
  {
    resolve: (_, { input }, context) => {
      const { groupId, name, defaultRate, description } = input
      return echo(input, () =>
        shown(context, createOrganization(context.db, actorOf(context), groupId, { name, defaultRate, description })),
      )
    },
  },
  { outputFields },
)

builder.relayMutationField(
  'customerRelationsOrganizationUpdate',
  {
    inputFields: (t) => ({
      ...echoed(t),
      id: t.field({ type: 'CustomerRelationsOrganizationID', required: true }),
      name: t.string(),
      defaultRate: t.float(),
      description: t.string(),
      active: t.boolean(),
    }),
  },
  {
    resolve: (_, { input }, context) => {
      const { id, name, defaultRate, description, active } = input
      return echo(input, async () => {
        const edited = await shown(context, editOrganization(context.db, actorOf(context), id, { name, defaultRate, description, active }))
        // Clients rely on getting the organization, whether it was changed or not.
        return { ...edited, organization: edited.organization ?? (await shownNow(context, id)) ?? missing() }
      })
    },
  },
  {
    outputFields: (t) => ({
      ...always(t),
      organization: t.field({ type: Organization, nullable: false, resolve: ({ organization }) => organization }),
    }),
  },
)

builder.relayMutationField(
  'customerRelationsOrganizationDelete',
  { inputFields: (t) => ({ ...echoed(t), id: t.field({ type: 'CustomerRelationsOrganizationID', required: true }) }) },
  {
    description: 'Deletes an organization; its contacts stay, without one. This cannot be undone.',
    resolve: (_, { input }, context) =>
      echo(input, async () => outcomeOf(await deleteOrganization(context.db, actorOf(context), input.id))),
  },
  { outputFields: always },
)

builder.relayMutationField(
  'customerRelationsOrganizationMerge',
  {
    inputFields: (t) => ({
      ...echoed(t),
      id: t.field({ type: 'CustomerRelationsOrganizationID', required: true, description: 'The organization that stays' }),
      otherId: t.field({ type: 'CustomerRelationsOrganizationID', required: true, description: 'The organization that goes' }),
    }),
  },
  {
    description: 'Merges an organization into another of its group: contacts and empty fields follow to the one that stays',
    resolve: (_, { input }, context) =>
      echo(input, () => shown(context, mergeOrganizations(context.db, actorOf(context), { keepId: input.id, otherId: input.otherId }))),
  },
  { outputFields },
)
