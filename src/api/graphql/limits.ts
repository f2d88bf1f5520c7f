// What a request may cost, checked before any of it runs: GitLab's limits. docs.gitlab.com/api/graphql/#limits
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  GraphQLIncludeDirective,
  type GraphQLNamedType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { mostOnPage, type PageArguments } from './connections.ts'

/** The longest query, in characters. */
export const longestQuery = 10_000
/** Enough for the longest sensible query. */
export const mostTokens = 5_000
/** The most errors of one query that are reported. */
export const mostFaults = 5
const deepest = { visitor: 15, user: 20 }
/** How much an operation may cost. */
export const costliest = { visitor: 200, introspection: 217, user: 250, administrator: 300 }
const mostNested = 2

/** The caller, as far as limits are concerned. */
export type Rank = 'visitor' | 'user' | 'administrator'

interface Measure {
  cost: number
  depth: number
  /** How often a field stands below itself. */
  nested: ReadonlyMap<string, number>
  /** It reads a list that is read by itself for each object. */
  single: boolean
  /** It does so for each object of a list. */
  crowded: boolean
}

const nothing: Measure = { cost: 0, depth: 0, nested: new Map(), single: false, crowded: false }

/** One operation, about to be executed. */
interface Asked {
  schema: GraphQLSchema
  document: DocumentNode
  operationName?: string | null
  variables: Readonly<Record<string, unknown>>
}

/** Which limits are exceeded; empty if it may run. */
export function faultsOf(asked: Asked, rank: Rank): GraphQLError[] {
  const operations = asked.document.definitions.filter(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  )
  const operation = asked.operationName
    ? operations.find(({ name }) => name?.value === asked.operationName)
    : operations[0]
  const root = operation && asked.schema.getRootType(operation.operation)
  if (!operation || !root) return []
  const { cost, depth, nested, crowded } = new Meter(asked).measure(operation.selectionSet, root)
  const onlyLooks = operation.selectionSet.selections.every(
    (one) => one.kind === Kind.FIELD && /^__(?:schema|type)$/.test(one.name.value),
  )
  const dearest = rank === 'visitor' && onlyLooks ? costliest.introspection : costliest[rank]
  const lowest = deepest[rank === 'visitor' ? 'visitor' : 'user']
  const repeated = onlyLooks ? [] : [...nested].filter(([, times]) => times > mostNested).map(([field]) => field)
  return [
    ...(cost > dearest
      ? [`Query has complexity of ${Math.ceil(cost)}, which exceeds max complexity of ${dearest}`]
      : []),
    ...(depth > lowest ? [`Query has depth of ${depth}, which exceeds max depth of ${lowest}`] : []),
    ...(repeated.length > 0
      ? [`Recursive query - too many of fields '${repeated.join(', ')}' detected in single branch of the query`]
      : []),
    ...(crowded ? ['`history` can be requested for one object at a time, not for each object in a list'] : []),
  ].map((message) => new GraphQLError(message))
}

/** Measures selections; each fragment once, however often it is spread. */
class Meter {
  readonly #asked: Asked
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly #known = new Map<string, Measure>()

  constructor(asked: Asked) {
    this.#asked = asked
    const fragments = asked.document.definitions.filter(
      (one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION,
    )
    this.#fragments = new Map(fragments.map((fragment) => [fragment.name.value, fragment]))
  }

  measure(selectionSet: SelectionSetNode | undefined, type: GraphQLNamedType): Measure {
    const measures = (selectionSet?.selections ?? [])
      .filter((one) => this.#isWanted(one))
      .map((one) => this.#ofSelection(one, type))
    const nested = new Map<string, number>()
    for (const one of measures)
      for (const [field, times] of one.nested) nested.set(field, Math.max(nested.get(field) ?? 0, times))
    return {
      cost: sumOf(measures.map(({ cost }) => cost)),
      depth: Math.max(0, ...measures.map(({ depth }) => depth)),
      nested,
      single: measures.some(({ single }) => single),
      crowded: measures.some(({ crowded }) => crowded),
    }
  }

  #isWanted(node: SelectionNode): boolean {
    const { variables } = this.#asked
    if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.if === true) return false
    return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false
  }

  #ofSelection(node: SelectionNode, type: GraphQLNamedType): Measure {
    if (node.kind === Kind.FIELD) return this.#ofField(node, type)
    if (node.kind === Kind.INLINE_FRAGMENT)
      return this.measure(node.selectionSet, this.#typeNamed(node.typeCondition?.name.value) ?? type)
    const name = node.name.value
    const fragment = this.#fragments.get(name)
    if (!fragment) return nothing
    const known =
      this.#known.get(name) ??
      this.measure(fragment.selectionSet, this.#typeNamed(fragment.typeCondition.name.value) ?? type)
    this.#known.set(name, known)
    return known
  }

  #typeNamed(name: string | undefined): GraphQLNamedType | undefined {
    return name === undefined ? undefined : this.#asked.schema.getType(name)
  }

  #ofField(node: FieldNode, parent: GraphQLNamedType): Measure {
    const name = node.name.value
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined
    // `__typename` and the like.
    if (!field) return { ...nothing, cost: 1, depth: 1 }
    const type = getNamedType(field.type)
    const inner = this.measure(node.selectionSet, type)
    const size = type.name.endsWith('Connection') ? pageSize(getArgumentValues(field, node, this.#asked.variables)) : 0
    const nested = new Map(inner.nested)
    if (node.selectionSet && !passedOver.has(name)) nested.set(name, (nested.get(name) ?? 0) + 1)
    const single = name === readSingly || inner.single
    const crowded = inner.crowded || (inner.single && size > 1)
    return { cost: (1 + inner.cost) * (1 + size / 100), depth: 1 + inner.depth, nested, single, crowded }
  }
}

// How connections are built, which every list repeats.
const passedOver = new Set(['edges', 'node', 'nodes', 'pageInfo'])

// Each takes a check and a statement of its own.
const readSingly = 'history'

const pageSize = ({ first, last, ids }: PageArguments & { ids?: readonly unknown[] | null }): number =>
  Math.max(0, Math.min(first ?? last ?? mostOnPage, ids?.length ?? mostOnPage, mostOnPage))

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0)
