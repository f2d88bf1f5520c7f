// Creating, editing, deleting and merging contacts.
import { contactFields } from '../../../domain/contacts/contact-fields.ts'
import { type ListedContact, showContacts } from '../../../domain/contacts/contact-lists.ts'
import { createContact, editContact } from '../../../domain/contacts/contacts.ts'
import { deleteContact } from '../../../domain/contacts/erasure.ts'
import { mergeContacts } from '../../../domain/contacts/merging.ts'
import { builder } from '../builder.ts'
import type { Context } from '../context.ts'
import { inputsOf } from '../customers.ts'
import { idOf, type MutationRequest, type Operation, once, stillVisible } from '../once.ts'
import { always, echo, echoed, type OutputFields, type Payload } from '../payloads.ts'
import { payloadOf } from '../refusals.ts'
import { ContactType } from './type.ts'

interface Changed extends Payload {
  contact: ListedContact | null
}

/** The result of an operation on a contact, as it is shown now. */
async function shown(context: Context, asked: MutationRequest, operation: Operation): Promise<Changed> {
  const { value, errors } = payloadOf(await once(context, asked, async (db, actor) => idOf(await operation(db, actor))))
  const [contact] = value ? await showContacts(context.db, [value.id]) : []
  return { contact: contact ? await stillVisible(context, contact) : null, errors }
}

const outputFields = (t: OutputFields<Changed>) => ({
  ...always(t),
  contact: t.field({ type: ContactType, resolve: ({ contact }) => contact }),
})

builder.relayMutationField(
  'customerRelationsContactCreate',
  {
    inputFields: (t) => ({
      ...echoed(t),
      groupId: t.field({ type: 'GroupID', required: true }),
      ...inputsOf(t, contactFields, { whole: true }),
      organizationId: t.field({ type: 'CustomerRelationsOrganizationID' }),
    }),
  },
  {
    resolve: (_, { input }, context, asked) =>
      echo(input, () =>
        shown(context, { input, asked }, (db, actor) => createContact(db, actor, input.groupId, input)),
      ),
  },
  { outputFields },
)

builder.relayMutationField(
  'customerRelationsContactUpdate',
  {
    inputFields: (t) => ({
      ...echoed(t),
      id: t.field({ type: 'CustomerRelationsContactID', required: true }),
      ...inputsOf(t, contactFields, { whole: false }),
      organizationId: t.field({ type: 'CustomerRelationsOrganizationID' }),
      active: t.boolean(),
    }),
  },
  {
    resolve: (_, { input }, context, asked) =>
      echo(input, () => shown(context, { input, asked }, (db, actor) => editContact(db, actor, input.id, input))),
  },
  { outputFields },
)

builder.relayMutationField(
  'customerRelationsContactDelete',
  { inputFields: (t) => ({ ...echoed(t), id: t.field({ type: 'CustomerRelationsContactID', required: true }) }) },
  {
    description: 'Deletes a contact, its links, and its data. This cannot be undone.',
    resolve: (_, { input }, context, asked) =>
      echo(input, async () =>
        payloadOf(await once(context, { input, asked }, (db, actor) => deleteContact(db, actor, input.id))),
      ),
  },
  { outputFields: always },
)

builder.relayMutationField(
  'customerRelationsContactMerge',
  {
    inputFields: (t) => ({
      ...echoed(t),
      id: t.field({ type: 'CustomerRelationsContactID', required: true, description: 'The contact that stays' }),
      otherId: t.field({ type: 'CustomerRelationsContactID', required: true, description: 'The contact that goes' }),
    }),
  },
  {
    description: 'Merges a contact into another of its group: links and empty fields follow to the one that stays',
    resolve: (_, { input }, context, asked) =>
      echo(input, () =>
        shown(context, { input, asked }, (db, actor) =>
          mergeContacts(db, actor, { keepId: input.id, otherId: input.otherId }),
        ),
      ),
  },
  { outputFields },
)
