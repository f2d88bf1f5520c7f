// What contacts and organizations have in common: connections that may be cut off, counts by state.
import type { Counts } from '../../domain/lists/page.ts'
import { builder } from './builder.ts'

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
