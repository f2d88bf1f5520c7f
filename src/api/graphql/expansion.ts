// How large a document is with its fragments in place. Counted before it is validated, as validation is quadratic in
// equal response names.
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type InlineFragmentNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'

/** Where counting stops: anything larger is rejected anyway. */
export const bounds = { operations: 30, selections: 1_000, repeats: 10_000, depth: 50, schemas: 1, types: 5 } as const

export type Extent = Record<keyof typeof bounds, number> & {
  /** Fields that no directive can leave out: an operation costs at least as much. */
  certain: number
}

export const nothingYet = (): Extent => ({
  operations: 0,
  selections: 0,
  repeats: 0,
  depth: 0,
  schemas: 0,
  types: 0,
  certain: 0,
})

/** Which limits an extent exceeds. */
export const exceededBy = (extent: Extent) =>
  (Object.keys(bounds) as (keyof typeof bounds)[]).filter((name) => extent[name] > bounds[name])

interface Part {
  set: SelectionSetNode
  certain: boolean
}

/** The fields that share a response name. */
interface Shared {
  times: number
  /** What comparing one of them costs, summed up. */
  weight: number
  certain: boolean
  below: Part[]
}

/** Adds a document to an extent. The time is linear in the document. */
export function addExtent(extent: Extent, document: DocumentNode): Extent {
  const expander = new Expander(document, extent)
  for (const definition of document.definitions)
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      extent.operations++
      expander.expand([{ set: definition.selectionSet, certain: true }])
    }
  expander.expandUnused()
  return extent
}

class Expander {
  readonly #extent: Extent
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly #unused: Set<string>

  constructor(document: DocumentNode, extent: Extent) {
    this.#extent = extent
    const fragments = document.definitions.filter(
      (one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION,
    )
    this.#fragments = new Map(fragments.map((fragment) => [fragment.name.value, fragment]))
    this.#unused = new Set(this.#fragments.keys())
  }

  /** Fragments that nothing spreads are validated too. */
  expandUnused(): void {
    for (const name of this.#unused) {
      const fragment = this.#fragments.get(name)
      if (fragment) this.expand([{ set: fragment.selectionSet, certain: false }])
    }
  }

  expand(parts: readonly Part[], depth = 1): void {
    const extent = this.#extent
    extent.depth = Math.max(extent.depth, depth)
    if (exceededBy(extent).length > 0) return
    const [byName, spread] = [new Map<string, Shared>(), new Set<string>()]
    for (const { set, certain } of parts) for (const one of set.selections) this.#gather(one, certain, byName, spread)
    for (const [, { times, weight, certain, below }] of byName) {
      extent.repeats += (times - 1) * weight
      if (certain) extent.certain++
      if (below.length > 0) this.expand(below, depth + 1)
    }
  }

  #gather(one: SelectionNode, isCertain: boolean, byName: Map<string, Shared>, spread: Set<string>): void {
    if (++this.#extent.selections > bounds.selections) return
    const certain = isCertain && !one.directives?.length
    if (one.kind === Kind.FIELD) this.#add(one, certain, byName)
    else for (const inner of this.#inside(one, spread)) this.#gather(inner, certain, byName, spread)
  }

  #inside(one: InlineFragmentNode | FragmentSpreadNode, spread: Set<string>): readonly SelectionNode[] {
    const set = one.kind === Kind.INLINE_FRAGMENT ? one.selectionSet : this.#enter(one.name.value, spread)
    return set?.selections ?? []
  }

  /** What a fragment contains, the first time that it is spread. */
  #enter(name: string, spread: Set<string>): SelectionSetNode | undefined {
    this.#unused.delete(name)
    if (spread.has(name)) return undefined
    spread.add(name)
    return this.#fragments.get(name)?.selectionSet
  }

  #add(field: FieldNode, isCertain: boolean, byName: Map<string, Shared>): void {
    const introspects =
      field.name.value === '__schema' ? 'schemas' : field.name.value === '__type' ? 'types' : undefined
    if (introspects) this.#extent[introspects]++
    const name = field.alias?.value ?? field.name.value
    const shared = byName.get(name) ?? { times: 0, weight: 0, certain: false, below: [] }
    byName.set(name, shared)
    shared.times++
    shared.weight += weightOf(field)
    shared.certain ||= isCertain
    // What introspection asks for is not counted as cost.
    if (field.selectionSet) shared.below.push({ set: field.selectionSet, certain: isCertain && !introspects })
  }
}

// Arguments are printed to be compared.
function weightOf({ arguments: given = [] }: FieldNode): number {
  const [from, to] = [given[0]?.loc?.start ?? 0, given.at(-1)?.loc?.end ?? 0]
  return 1 + (to - from) / 8
}
