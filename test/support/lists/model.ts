// What lists come to by the rule, in memory; and walking through a list forward and back.
import { expect } from 'vitest'
import type { ListRequest } from '../../../src/domain/lists/owned-lists.ts'
import type { Page } from '../../../src/domain/lists/page.ts'
import type { Effort } from '../../../src/domain/lists/search.ts'
import type { Result } from '../../../src/domain/rules/results.ts'

export type Asked<By extends string> = Omit<ListRequest<By>, 'limit' | 'after' | 'before'>
export type State = 'active' | 'inactive'

/** A row as the rule sees it. */
export interface ModelRow<By extends string> {
  id: number
  state: State
  /** What it is sorted by, the first first. null is missing. */
  keys: Record<By, readonly (string | null)[]>
  /** What is searched. */
  texts: readonly (string | null)[]
}

/** How texts are compared: letter case and accents do not matter. */
export const folded = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
/** As a sort key: the first 250 characters. */
export const foldedKey = (text: string | null): string | null =>
  text === null ? null : [...folded(text)].slice(0, 250).join('')

// By code points, as Postgres does; JavaScript alone would compare halves of pairs.
const compareTexts = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

function compareKeys(a: readonly (string | null)[], b: readonly (string | null)[], sign: 1 | -1): number {
  for (const [at, key] of a.entries()) {
    const other = b[at] ?? null
    if ((key === null) !== (other === null)) return key === null ? 1 : -1
    const compared = key !== null && other !== null ? compareTexts(key, other) : 0
    if (compared !== 0) return sign * compared
  }
  return 0
}

const wordsIn = (search: string): string[] =>
  [...search.matchAll(/"([^"]*)"|(\S+)/g)].map((found) => folded(found[1] ?? found[2] ?? '').trim())

const matches = <By extends string>({ texts }: ModelRow<By>, search: string): boolean =>
  wordsIn(search).every((word) => texts.some((text) => text !== null && folded(text).includes(word)))

/** The ids of a whole list. */
export function modelList<By extends string>(rows: readonly ModelRow<By>[], asked: Asked<By>, usual: By): number[] {
  const { by, descending } = asked.sort ?? { by: usual }
  const sign = descending ? -1 : 1
  return rows
    .filter(({ id, state }) => (!asked.state || state === asked.state) && (!asked.ids || asked.ids.includes(id)))
    .filter((row) => !asked.search || matches(row, asked.search))
    .sort((a, b) => compareKeys(a.keys[by], b.keys[by], sign) || sign * (a.id - b.id))
    .map(({ id }) => id)
}

type List<By extends string> = (wanted: ListRequest<By>) => Promise<Result<Page<{ id: number }>>>

/** A page that must be there. */
export async function pageOf<Row>(result: Promise<Result<Page<Row>>>): Promise<Page<Row>> {
  const { value, refused } = await result
  if (refused) throw new Error(refused.reason)
  return value
}

/**
 * Walks through a list from its beginning to its end, and back from its end to its beginning.
 * @returns the ids met on both ways, in the order of the list
 */
export async function walkThrough<By extends string>(list: List<By>, asked: Asked<By>, limit: number) {
  const forward: number[] = []
  let page = await pageOf(list({ ...asked, limit }))
  expect(page.hasPrevious).toBe(false)
  for (;;) {
    expect(page.cutOff).toBe(false)
    expect(page.cursors).toHaveLength(page.rows.length)
    if (page.hasNext) expect(page.rows).toHaveLength(limit)
    forward.push(...page.rows.map(({ id }) => id))
    if (!page.hasNext) break
    page = await pageOf(list({ ...asked, limit, after: page.endCursor }))
    expect(page.hasPrevious).toBe(true)
  }
  const back: number[] = []
  page = await pageOf(list({ ...asked, limit, fromEnd: true }))
  expect(page.hasNext).toBe(false)
  for (;;) {
    if (page.hasPrevious) expect(page.rows).toHaveLength(limit)
    back.unshift(...page.rows.map(({ id }) => id))
    if (!page.hasPrevious) break
    page = await pageOf(list({ ...asked, limit, before: page.startCursor }))
    expect(page.hasNext).toBe(true)
  }
  return { forward, back }
}

const patient = { milliseconds: 60_000, rest: 0, rows: 1_000_000, candidates: 1_000 }

/** Ways of searching that all have to come to the same. */
export const efforts = {
  /** Everything in one stretch. */
  usual: undefined,
  /** Two rows, then two more, then four … */
  walking: { ...patient, stretch: 2, glance: 2, whole: 1_000_000 },
  /** Two rows, then by trigrams. */
  trigrams: { ...patient, stretch: 2, glance: 2, whole: 0 },
  /** Trigrams that bring too much, then on. */
  both: { ...patient, stretch: 2, glance: 2, whole: 0, candidates: 2 },
} satisfies Record<string, Effort | undefined>
