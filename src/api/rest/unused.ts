// GitLab fields that Rolobot doesn't have: accepted if they ask for nothing, otherwise rejected by name, or matched by
// nothing.
import { z } from 'zod'
import { readFlag } from './flags.ts'

/** Does this value ask for nothing? */
export type AsksNothing = (value: unknown) => boolean

/** What is accepted of fields that Rolobot does not have. */
export type Unused = Readonly<Record<string, AsksNothing>>

const isNone = (value: unknown): boolean => value === null || value === ''

/** Null, an empty text, list or object, and a list of those. */
export const empty: AsksNothing = (value) => {
  if (Array.isArray(value)) return value.every(isNone)
  return isNone(value) || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
}

/** Empty, or the id 0, which clients send to unassign. */
export const noId: AsksNothing = (value) =>
  empty(value) || [value].flat().every((one) => isNone(one) || Number(one) === 0)

/** Something that is off here in any case. */
export const off: AsksNothing = (value) => empty(value) || readFlag(value) === false

/** Something that is on here in any case. */
export const on: AsksNothing = (value) => empty(value) || readFlag(value) === true

/** Something that is one of these here in any case. */
export const only =
  (...words: string[]): AsksNothing =>
  (value) =>
    empty(value) || (typeof value !== 'object' && words.includes(String(value)))

/** Something whose value changes no result here. */
export const anything: AsksNothing = () => true

/** The same rule for several names, separated by blanks. */
export const each = (rule: AsksNothing, names: string): Unused =>
  Object.fromEntries(names.split(' ').map((name) => [name, rule]))

// Each name also as a form writes a list. They are not documented: a program written for Rolobot doesn't need them.
const shapeOf = (unused: Unused, accept: (rule: AsksNothing) => z.ZodType): z.ZodRawShape =>
  Object.fromEntries(
    Object.entries(unused).flatMap(([name, rule]) => {
      const schema = accept(rule).optional().meta({ undocumented: true })
      return [name, `${name}[]`].map((one) => [one, schema])
    }),
  )

/** A body or query with some fields that also accepts others if they ask for nothing. */
export const alsoAccepting = <Shape extends z.ZodRawShape>(fields: Shape, unused: Unused) =>
  z.strictObject({
    ...fields,
    ...shapeOf(unused, (rule) => z.unknown().refine(rule, 'is not supported; omit it or leave it empty')),
  }) as unknown as z.ZodObject<Shape, z.core.$strict>

const matchesNothing = Symbol('matches nothing')

/** Adds filters that Rolobot doesn't have to the query of a list: if they ask for something, nothing matches. */
export const alsoFiltering = <Shape extends z.ZodRawShape>(query: z.ZodObject<Shape, z.core.$strict>, unused: Unused) =>
  query.extend(
    shapeOf(unused, (rule) => z.unknown().transform((value) => (rule(value) ? undefined : matchesNothing))),
  ) as unknown as z.ZodObject<Shape, z.core.$strict>

/** Does a filter that Rolobot doesn't have rule out every row? */
export const leavesNothing = (query: object): boolean => Object.values(query).includes(matchesNothing)
