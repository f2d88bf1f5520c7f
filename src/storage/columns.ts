// The kinds of columns that tables are made of, and their names.
import { getTableColumns, type Name, sql, type Table } from 'drizzle-orm'
import { toSnakeCase } from 'drizzle-orm/casing'
import { bigint, customType, text, timestamp } from 'drizzle-orm/pg-core'

export const idColumn = () => bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity()
export const ref = () => bigint({ mode: 'number' })
export const momentColumn = () => timestamp({ withTimezone: true, mode: 'date' })
export const now = () => momentColumn().notNull().defaultNow()

export const state = () =>
  text({ enum: ['active', 'inactive'] })
    .notNull()
    .default('active')
export const visibilityColumn = () =>
  text({ enum: ['public', 'private'] })
    .notNull()
    .default('private')

// Text compared byte by byte, whatever the locale of the database: what prefix ranges and uniqueness need.
export const key = customType<{ data: string }>({ dataType: () => 'text collate "C"' })

/** The text that searches look in: a column that is never null, and others, a line each. */
export const searched = (first: string, ...others: readonly string[]) =>
  key()
    .notNull()
    .generatedAlwaysAs(sql.raw([first, ...others.map((name) => `coalesce(${name}, '')`)].join(' || chr(10) || ')))

/** SQL: the name of a column, from its name in TypeScript. */
export const columnName = (property: string): Name => sql.identifier(toSnakeCase(property))

/** The columns of a table, by their names in TypeScript, that can be written: not those that the database computes. */
export const writtenColumns = (table: Table): string[] =>
  Object.entries(getTableColumns(table)).flatMap(([name, { generated }]) => (generated ? [] : [name]))
