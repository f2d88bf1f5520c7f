// Organizations: the type, lists of a group, counts.
import { organizationFields } from '../../../domain/contacts/organization-fields.ts'
import {
  countOrganizations,
  type ListedOrganization,
  listOrganizations,
  organizationOrders,
} from '../../../domain/contacts/organization-lists.ts'
import { builder } from '../builder.ts'
import { connectionOf } from '../connections.ts'
import type { Context } from '../context.ts'
import { countsType, outputsOf, searchCutOff } from '../customers.ts'
import { gid } from '../ids.ts'
import { GroupType } from '../namespaces/groups.ts'
import { granted, missing } from '../refusals.ts'
import { countsOf, sortsOf, stateOf, stateValues } from '../sorting.ts'

/** The fields of an organization that are read at first; the rest is read when requested. */
export type KnownOrganization = { id: number; name: string } & Partial<ListedOrganization>

export const OrganizationType = builder.objectRef<KnownOrganization>('CustomerRelationsOrganization')

const whole = async (known: KnownOrganization, { load }: Context): Promise<ListedOrganization> =>
  'state' in known ? (known as ListedOrganization) : ((await load.organization.load(known.id)) ?? missing())

OrganizationType.implement({
  description: 'A company',
  fields: (t) => ({
    id: t.id({ nullable: false, resolve: ({ id }) => gid('organization', id) }),
    ...outputsOf(
      t,
      organizationFields,
      (known, name, context) => known[name] ?? whole(known, context).then((row) => row[name]),
    ),
    active: t.boolean({
      nullable: false,
      resolve: async (known, _, context) => (await whole(known, context)).state === 'active',
    }),
    createdAt: t.field({
      type: 'Time',
      nullable: false,
      resolve: async (known, _, context) => (await whole(known, context)).createdAt,
    }),
    updatedAt: t.field({
      type: 'Time',
      nullable: false,
      resolve: async (known, _, context) => (await whole(known, context)).updatedAt,
    }),
  }),
})

const sorts = sortsOf(organizationOrders)
const Sort = builder.enumType('OrganizationSort', { values: sorts.values })
const State = builder.enumType('CustomerRelationsOrganizationState', { values: stateValues })

const Connection = builder.connectionObject(
  {
    type: OrganizationType,
    name: 'CustomerRelationsOrganizationConnection',
    fields: (t) => ({ searchCutOff: t.boolean({ ...searchCutOff, resolve: ({ cutOff }) => cutOff }) }),
  },
  { name: 'CustomerRelationsOrganizationEdge' },
)

const Counts = countsType('OrganizationStateCounts')

builder.objectFields(GroupType, (t) => ({
  organizations: t.connection(
    {
      type: OrganizationType,
      description: "Organizations of the contact source of this group; empty for users who can't see them",
      args: {
        sort: t.arg({ type: Sort, defaultValue: 'NAME_ASC' }),
        search: t.arg.string(),
        state: t.arg({ type: State }),
        ids: t.arg({ type: ['CustomerRelationsOrganizationID'] }),
      },
      resolve: (group, { sort, search, state, ids, ...page }, { db }) =>
        connectionOf(page, (wanted) =>
          listOrganizations(db, group, {
            ...wanted,
            sort: sorts.read(sort),
            search,
            state: stateOf(state),
            ids: ids?.length ? ids : undefined,
          }),
        ),
    },
    Connection,
  ),
  organizationStateCounts: t.field({
    type: Counts,
    args: { search: t.arg.string(), state: t.arg({ type: State }) },
    resolve: async (group, { search, state }, { db }) =>
      countsOf(granted(await countOrganizations(db, group, { search })), stateOf(state)),
  }),
}))
