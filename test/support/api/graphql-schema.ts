// The schema as a document, from an introspection.
import { buildClientSchema, type IntrospectionQuery, lexicographicSortSchema, printSchema } from 'graphql'

export const documentOf = (introspection: unknown): string =>
  `${printSchema(lexicographicSortSchema(buildClientSchema(introspection as IntrospectionQuery)))}\n`
