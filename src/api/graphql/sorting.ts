// Orders and states as enums, shared by contacts and organizations.
import type { Counts, State } from '../../domain/lists/page.ts'

/** An order as a list of the domain has it. */
export interface Sort<By extends string> {
  by: By
  descending: boolean
}

const moments = { CREATED: 'createdAt', UPDATED: 'updatedAt' } as const
type Moment = (typeof moments)[keyof typeof moments]

interface Sorts<By extends string> {
  /** The values of the enum. */
  values: Record<string, { deprecationReason?: string }>
  /** What a value means. */
  read(value: string | null | undefined): Sort<By | Moment> | undefined
}

/** A sort enum: for each column one up and one down, and the moments that every list can be sorted by. */
export function sortsOf<By extends string>(columns: Readonly<Record<string, By>>): Sorts<By> {
  const sorts = new Map<string, Sort<By | Moment>>()
  for (const [name, by] of Object.entries<By | Moment>({ ...columns, ...moments }))
    for (const descending of [false, true]) sorts.set(`${name}_${descending ? 'DESC' : 'ASC'}`, { by, descending })
  const names = [...sorts.keys()]
  const old = names.filter((name) => /^(?:CREATED|UPDATED)_/.test(name))
  return {
    values: {
      ...Object.fromEntries(names.map((name) => [name, {}])),
      ...Object.fromEntries(old.map((name) => [name.toLowerCase(), { deprecationReason: `Use \`${name}\`.` }])),
    },
    read: (value) => sorts.get((value ?? '').toUpperCase()),
  }
}

export const stateValues = ['all', 'active', 'inactive'] as const

/** undefined: whatever the state. */
export const stateOf = (state: (typeof stateValues)[number] | null | undefined): State | undefined =>
  state === 'active' || state === 'inactive' ? state : undefined

/** Counts of one state, or of all. */
export function countsOf(counts: Counts | null, state: State | undefined): Counts | null {
  if (!counts || !state) return counts
  const n = counts[state]
  return { all: n, active: 0, inactive: 0, [state]: n, cutOff: counts.cutOff }
}
