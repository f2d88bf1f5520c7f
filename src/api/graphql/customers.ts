// What contacts and organizations have in common: inputs and outputs from their tables of fields, connections that may
// be cut off, counts by state.
import type { FieldTable } from '../../domain/contacts/field-tables.ts'
import type { Counts } from '../../domain/lists/owned-lists.ts'
import { mapRecord } from '../../domain/rules/records.ts'
import type { Given } from '../../domain/rules/text-fields.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import type { InputFields, Types } from './payloads.ts'

type InputsOf<Fields> = { [Name in keyof Fields]: PothosSchemaTypes.InputFieldRef<Types, Given<Fields>[Name]> }

/** An input field for each row of the table. @param how `whole`: required ones must be given */
export function inputsOf<Fields extends FieldTable>(
  t: InputFields,
  fields: Fields,
  how: { whole: boolean },
): InputsOf<Fields>
export function inputsOf(t: InputFields, fields: FieldTable, { whole }: { whole: boolean }): Record<string, unknown> {
  return mapRecord(fields, (field) => {
    const options = { required: whole && field.required === true }
    return field.kind === 'amount' ? t.float(options) : t.string(options)
  })
}

type Shown = string | null | Promise<string | null>

/** A field for each row of the table. @param read the value of one */
export const outputsOf = <Parent, Name extends string>(
  t: PothosSchemaTypes.ObjectFieldBuilder<Types, Parent>,
  fields: FieldTable<Name>,
  read: (parent: Parent, name: Name, context: Context) => Shown,
) =>
  mapRecord(fields, ({ kind, required, about }, name) =>
    kind === 'amount'
      ? t.float({
          description: about,
          resolve: async (parent, _, context) => amountOf(await read(parent, name, context)),
        })
      : t.string({
          description: about,
          nullable: !required,
          resolve: (parent, _, context) => read(parent, name, context),
        }),
  )

const amountOf = (text: string | null): number | null => (text === null ? null : Number(text))

/** A type of counts by state. */
export const countsType = (name: string) =>
  builder.objectRef<Counts>(name).implement({
    fields: (t) => ({
      all: t.exposeInt('all'),
      active: t.exposeInt('active'),
      inactive: t.exposeInt('inactive'),
      cutOff: t.exposeBoolean('cutOff', { nullable: false, description: 'There are at least this many' }),
    }),
  })

/** Tells whether more rows may match than a connection returns. */
export const searchCutOff = {
  nullable: false,
  description: 'The search would have taken too long: more may match than are returned',
} as const
