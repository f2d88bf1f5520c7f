// The contract with programs, as documents that can be read: `npm run schema` writes docs/schema.graphql anew.
import { introspectionFromSchema } from 'graphql'
import { expect, test } from 'vitest'
import { schema } from '../../src/api/graphql/schema.ts'
import { documentOf } from '../support/api/graphql-schema.ts'

test('docs/schema.graphql is the schema', async () => {
  await expect(documentOf(introspectionFromSchema(schema))).toMatchFileSnapshot('../../docs/schema.graphql')
})
