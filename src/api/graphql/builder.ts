// What every part of the schema is built with: its options and its scalars.
import SchemaBuilder from '@pothos/core'
import RelayPlugin from '@pothos/plugin-relay'
import { GraphQLError, Kind, type ValueNode } from 'graphql'
import type { Context } from './context.ts'
import { type IdKind, numberOf } from './ids.ts'

/** The types of ids, by name. */
const idTypes = {
  CustomerRelationsContactID: 'contact',
  CustomerRelationsOrganizationID: 'organization',
  GroupID: 'group',
  IssueID: 'issue',
  IssuableID: 'issuable',
  NoteableID: 'noteable',
  WorkItemID: 'workItem',
  WorkItemsTypeID: 'workItemType',
} as const satisfies Record<string, IdKind>

type IdScalars = { [Name in keyof typeof idTypes]: { Input: number; Output: string } }

export const builder = new SchemaBuilder<{
  Context: Context
  Scalars: IdScalars & {
    ID: { Input: string; Output: string | number }
    Time: { Input: Date; Output: Date }
    JSON: { Input: unknown; Output: unknown }
  }
  DefaultEdgesNullability: { list: true; items: true }
  DefaultNodeNullability: true
  Connection: { cutOff: boolean; count?: () => Promise<number | null> }
}>({
  plugins: [RelayPlugin],
  relay: {
    // The plugin's own is an ID; GitLab's is a String (payloads.ts).
    clientMutationId: 'omit',
    cursorType: 'String',
    nodesOnConnection: true,
    nodeQueryOptions: false,
    nodesQueryOptions: false,
  },
})

builder.queryType()
builder.mutationType()
builder.subscriptionType()

builder.scalarType('Time', {
  description: 'A moment, as of ISO 8601',
  serialize: (moment) => (moment as Date).toISOString(),
  parseValue(text) {
    const moment = new Date(String(text))
    if (Number.isNaN(moment.getTime())) throw new GraphQLError(`"${text}" is not a moment as of ISO 8601`)
    return moment
  },
})

builder.scalarType('JSON', { description: 'Any JSON value', serialize: (value) => value })

const textOf = (node: ValueNode): unknown => (node.kind === Kind.STRING ? node.value : undefined)

for (const [name, kind] of Object.entries(idTypes) as [keyof typeof idTypes, IdKind][])
  builder.scalarType(name, {
    description: `A global id, as \`gid://gitlab/…/1\``,
    serialize: String,
    parseValue: (value) => numberOf(kind, value),
    parseLiteral: (node) => numberOf(kind, textOf(node)),
  })
