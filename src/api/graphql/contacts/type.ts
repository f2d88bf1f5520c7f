// Contacts: the type, lists of a group, counts.
import { contactFields } from '../../../domain/contacts/contact-fields.ts'
import {
  contactOrders,
  countContacts,
  type ListedContact,
  listContacts,
} from '../../../domain/contacts/contact-lists.ts'
import { builder } from '../builder.ts'
import { connectionOf, countField } from '../connections.ts'
import { countsType, outputsOf, searchCutOff } from '../customers.ts'
import { gid } from '../ids.ts'
import { GroupType } from '../namespaces/groups.ts'
import { OrganizationType } from '../organizations/type.ts'
import { granted } from '../refusals.ts'
import { countsOf, sortsOf, stateOf, stateValues } from '../sorting.ts'

export const ContactType = builder.objectRef<ListedContact>('CustomerRelationsContact').implement({
  description: 'A person that work is done for',
  fields: (t) => ({
    id: t.id({ nullable: false, resolve: ({ id }) => gid('contact', id) }),
    ...outputsOf(t, contactFields, (contact, name) => contact[name]),
    organization: t.expose('organization', { type: OrganizationType }),
    active: t.boolean({ nullable: false, resolve: ({ state }) => state === 'active' }),
    createdAt: t.expose('createdAt', { type: 'Time', nullable: false }),
    updatedAt: t.expose('updatedAt', { type: 'Time', nullable: false }),
  }),
})

const sorts = sortsOf(contactOrders)
const Sort = builder.enumType('ContactSort', { values: sorts.values })
const State = builder.enumType('CustomerRelationsContactState', { values: stateValues })

export const ContactConnection = builder.connectionObject(
  {
    type: ContactType,
    name: 'CustomerRelationsContactConnection',
    fields: (t) => ({
      count: t.int(countField),
      searchCutOff: t.boolean({ ...searchCutOff, resolve: ({ cutOff }) => cutOff }),
    }),
  },
  { name: 'CustomerRelationsContactEdge' },
)

const Counts = countsType('ContactStateCounts')

builder.objectFields(GroupType, (t) => ({
  contacts: t.connection(
    {
      type: ContactType,
      description: "Contacts of the contact source of this group; empty for users who can't see them",
      args: {
        sort: t.arg({ type: Sort, defaultValue: 'LAST_NAME_ASC' }),
        search: t.arg.string(),
        state: t.arg({ type: State }),
        ids: t.arg({ type: ['CustomerRelationsContactID'] }),
      },
      resolve: (group, { sort, search, state, ids, ...page }, { db }) =>
        connectionOf(
          page,
          (wanted) =>
            listContacts(db, group, {
              ...wanted,
              sort: sorts.read(sort),
              search,
              state: stateOf(state),
              ids: ids?.length ? ids : undefined,
            }),
          async () =>
            // Nothing counts a selection by ids.
            ids?.length
              ? null
              : (countsOf(granted(await countContacts(db, group, { search })), stateOf(state))?.all ?? 0),
        ),
    },
    ContactConnection,
  ),
  contactStateCounts: t.field({
    type: Counts,
    args: { search: t.arg.string(), state: t.arg({ type: State }) },
    resolve: async (group, { search, state }, { db }) =>
      countsOf(granted(await countContacts(db, group, { search })), stateOf(state)),
  }),
}))
