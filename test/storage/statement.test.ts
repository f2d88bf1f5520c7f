// Statements that are built once.
import { sql } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import { expect, test } from 'vitest'
import { given, statementOf } from '../../src/storage/statement.ts'

const sent = (statement: ReturnType<ReturnType<typeof statementOf>>) => new PgDialect().sqlToQuery(statement)

test('a value that stands twice is sent once', () => {
  const statement = statementOf(
    sql`select ${given('text')}, ${given('group')} where ${given('text')} = any(${given('texts')})`,
  )
  expect(sent(statement({ text: 'a', group: 1, texts: ['a', 'b'] }))).toEqual({
    sql: 'select $1, $2 where $1 = any($3)',
    params: ['a', 1, ['a', 'b']],
  })
})

test('null is a value, nothing is a fault', () => {
  const statement = statementOf(sql`select ${given('text')}`)
  expect(sent(statement({ text: null })).params).toEqual([null])
  expect(() => statement({ texts: 'a' })).toThrow('the statement lacks a value for text')
})

test('a value in the template would be the same for every use, so there can be none', () => {
  expect(() => statementOf(sql`select ${7}`)).toThrow('must be given by name')
})
