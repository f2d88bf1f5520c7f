// Pages of lists as connections: GitLab's arguments in, edges and cursors out.
import { GraphQLError } from 'graphql'
import { emptyPage, type Page } from '../../domain/lists/page.ts'
import type { Result } from '../../domain/rules/results.ts'
import { granted } from './refusals.ts'

/** The arguments of every connection. Nulls and empty cursors count as absent. */
export interface PageArguments {
  first?: number | null
  last?: number | null
  after?: string | null
  before?: string | null
}

/** The same, as lists of the domain read them. */
export interface PageWanted {
  limit: number
  after?: string
  before?: string
  fromEnd?: boolean
}

/** The largest page; callers who ask for more get this many. */
export const mostOnPage = 100

/** @throws GraphQLError for invalid arguments */
function pageWanted({ first, last, after, before }: PageArguments): PageWanted {
  if (typeof first === 'number' && typeof last === 'number')
    throw new GraphQLError('Can only provide either `first` or `last`, not both')
  if ((first ?? 0) < 0 || (last ?? 0) < 0) throw new GraphQLError('`first` and `last` cannot be less than 0')
  const limit = Math.min(first ?? last ?? mostOnPage, mostOnPage)
  return { limit, after: after || undefined, before: before || undefined, fromEnd: typeof last === 'number' && !before }
}

/** A page as a connection. */
const asConnection = <Row>({ rows, cursors, hasNext, hasPrevious, startCursor, endCursor, cutOff }: Page<Row>) => ({
  edges: rows.map((node, at) => ({ node, cursor: cursors[at] as string })),
  pageInfo: { hasNextPage: hasNext, hasPreviousPage: hasPrevious, startCursor, endCursor },
  cutOff,
})

/**
 * Reads the arguments of a connection.
 * @param count how many there are on all pages together
 * @throws GraphQLError for invalid arguments
 */
export async function connectionOf<Row>(
  asked: PageArguments,
  read: (wanted: PageWanted) => Promise<Result<Page<Row>>>,
  count?: () => Promise<number | null>,
) {
  const wanted = pageWanted(asked)
  // `first: 0` is a way to request no rows.
  return { ...asConnection<Row>(wanted.limit === 0 ? emptyPage : granted(await read(wanted))), count }
}

/** The same for a list that some callers can't see. @returns null for them */
export async function connectionIfAny<Row>(
  asked: PageArguments,
  read: (wanted: PageWanted) => Promise<Result<Page<Row>>>,
) {
  const { limit, ...wanted } = pageWanted(asked)
  const result = await read({ ...wanted, limit: Math.max(limit, 1) })
  if (result.refused?.why === 'not found' || result.refused?.why === 'forbidden') return null
  const page = granted(result)
  return asConnection<Row>(limit === 0 ? emptyPage : page)
}

/** How many there are on all pages together; counted only when requested. */
export const countField = {
  description: 'How many there are on all pages together',
  resolve: async ({ count }: { count?: () => Promise<number | null> }): Promise<number | null> =>
    (await count?.()) ?? null,
} as const
