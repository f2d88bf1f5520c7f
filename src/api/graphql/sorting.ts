// Orders and states as enums, shared by contacts and organizations.
import type { Counts, State } from '../../domain/lists/owned-lists.ts'

/** An order as a list of the domain has it. */
export interface Sort<By extends string> {
  by: By
  descending: boolean
}

interface Sorts<By extends string> {
  /** The values of the enum. */
  values: Record<string, { deprecationReason?: string }>
  /** What a value means. */
  read(value: string | null | undefined): Sort<By> | undefined
}

// `firstName` is FIRST_NAME, `createdAt` is CREATED.
const inCapitals = (name: string): string =>
  name
    .replace(/At$/, '')
    .replace(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase()

/** A sort enum: for each order of a list one up and one down. */
export function sortsOf<By extends string>(orders: readonly By[]): Sorts<By> {
  const sorts = new Map<string, Sort<By>>()
  for (const by of orders)
    for (const descending of [false, true])
      sorts.set(`${inCapitals(by)}_${descending ? 'DESC' : 'ASC'}`, { by, descending })
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
