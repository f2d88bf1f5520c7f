// Documents as they arrive: parsed once however often they are sent, and rejected before validation if that would take
// long.
import { type DocumentNode, GraphQLError, Kind, parse, visit } from 'graphql'
import { addExtent, bounds, type Extent, exceededBy, nothingYet } from './expansion.ts'
import { costliest, longestQuery, mostTokens, type Rank } from './limits.ts'

/** The characters of all the documents of one batch. */
const longestBatch = 2 * longestQuery
/** The characters of all documents that are kept. */
const mostKept = 20 * longestQuery

const withoutNul = (text: string): string => text.replaceAll('\0', '\uFFFD')

/**
 * A value without what Postgres cannot store, and without nulls in lists: clients made for GitLab send them with no
 * meaning.
 */
export function cleanValue(value: unknown): unknown {
  if (typeof value === 'string') return withoutNul(value)
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(cleanValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, cleanValue(part)]))
}

const cleanDocument = (document: DocumentNode): DocumentNode =>
  visit(document, {
    ListValue: (node) => ({ ...node, values: node.values.filter(({ kind }) => kind !== Kind.NULL) }),
    StringValue: (node) => (node.value.includes('\0') ? { ...node, value: withoutNul(node.value) } : undefined),
  })

type Read = { document: DocumentNode; extent: Extent } | { fault: unknown }

function read(source: string): Read {
  try {
    if (source.length > longestQuery)
      throw new GraphQLError(`Query is too long (maximum is ${longestQuery} characters)`)
    const document = cleanDocument(parse(source, { maxTokens: mostTokens }))
    return { document, extent: addExtent(nothingYet(), document) }
  } catch (fault) {
    return { fault }
  }
}

/** The documents that were parsed last, oldest first. */
const kept = new Map<string, Read>()
let keptLength = 0

function readOnce(source: string): Read {
  const known = kept.get(source) ?? read(source)
  if (source.length > longestQuery) return known
  if (!kept.delete(source)) keptLength += source.length
  kept.set(source, known)
  for (const [oldest] of kept) {
    if (keptLength <= mostKept) break
    kept.delete(oldest)
    keptLength -= oldest.length
  }
  return known
}

/** Parses a document. @throws GraphQLError that says where the syntax is wrong */
export function documentOf(source: string): DocumentNode {
  const came = readOnce(source)
  if ('fault' in came) throw came.fault
  return came.document
}

/** Why the documents of a request are rejected before validation; empty if they are not. */
export function excessOf(asked: readonly string[], rank: Rank): string[] {
  const sources = [...new Set(asked)]
  const length = sources.reduce((sum, source) => sum + source.length, 0)
  if (sources.length > 1 && length > longestBatch)
    return [`The batch has ${length} characters of queries, which exceeds max of ${longestBatch}`]
  const total = nothingYet()
  const tooCostly = new Set<string>()
  for (const source of sources) {
    const came = readOnce(source)
    if ('fault' in came) continue
    add(total, came.extent)
    if (came.extent.certain > costliest[rank]) tooCostly.add(costly(came.extent, rank))
  }
  return [...exceededBy(total).map((name) => sentences[name](total[name])), ...tooCostly]
}

function add(total: Extent, { depth, ...counts }: Extent): void {
  total.depth = Math.max(total.depth, depth)
  for (const [name, count] of Object.entries(counts) as [keyof typeof counts, number][]) total[name] += count
}

const costly = ({ certain, selections }: Extent, rank: Rank): string =>
  `Query has complexity of ${selections > bounds.selections ? 'more than ' : ''}${certain}, which exceeds max complexity of ${costliest[rank]}`

const sentences: Record<keyof typeof bounds, (count: number) => string> = {
  operations: (count) => `Query has ${count} operations, which exceeds max of ${bounds.operations}`,
  selections: () => `Query has more than ${bounds.selections} fields, which exceeds max of ${bounds.selections}`,
  repeats: () => 'Query uses the same response names too many times',
  depth: () => `Query has more than ${bounds.depth} levels, which exceeds max of ${bounds.depth}`,
  schemas: (count) => `Query asks for __schema ${count} times, which exceeds max of ${bounds.schemas}`,
  types: (count) => `Query asks for __type ${count} times, which exceeds max of ${bounds.types}`,
}
