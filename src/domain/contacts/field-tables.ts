// What follows from the table of a noun's fields: keys, the orders of lists, and what its history keeps. Pure.
import { type SQL, sql } from 'drizzle-orm'
import { columnName } from '../../storage/columns.ts'
import type { Order } from '../lists/cursor.ts'
import { mapRecord } from '../rules/records.ts'
import { keyOrNone, searchKey } from '../rules/search-keys.ts'
import type { FieldRule } from '../rules/text-fields.ts'

interface Keyed<Column> {
  /** The column that has the text as it is searched and sorted. */
  key: Column
  /**
   * The key has all of the text, and lists compare its beginning; otherwise the key is cut to what an index can take.
   */
  long?: true
  sorted?: undefined
}

interface Sorted<Column> {
  /** The columns that lists compare, if the field has no key of its own. */
  sorted: readonly Column[]
  key?: undefined
  long?: undefined
}

/** A row of the table. Being there, a field is kept in the history, filled by merging, listed, and moves along. */
export type Field<Column extends string = string> = FieldRule &
  (Keyed<Column> | Sorted<Column>) & {
    /** What the APIs say of it. */
    about?: string
  }

/** A table of fields, by their names in TypeScript, GraphQL, and the history. */
export type FieldTable<Name extends string = string> = Readonly<Record<Name, Field>>

type KeyOf<Fields> = Fields[keyof Fields] extends infer Row
  ? Row extends { key: infer Key extends string }
    ? Key
    : never
  : never

/** The keys of fields that have a key of their own. */
export function keysOf<Fields extends FieldTable>(
  fields: Fields,
  row: { readonly [Name in keyof Fields]?: string | null },
): Record<KeyOf<Fields>, string | null>
export function keysOf(
  fields: FieldTable,
  row: Readonly<Record<string, string | null | undefined>>,
): Record<string, string | null> {
  const keys = Object.entries(fields).map(
    ([name, { key, long }]) => [key, long ? wholeKey(row[name]) : keyOrNone(row[name])] as const,
  )
  return Object.fromEntries(keys.flatMap(([key, value]) => (key ? [[key, value]] : [])))
}

const wholeKey = (text: string | null | undefined): string | null => (text ? searchKey(text) : null)

/** The orders of a list by each field, as its indexes have them. */
export const ordersOf = <Name extends string>(fields: FieldTable<Name>): Record<Name, Order> =>
  mapRecord(fields, (field) => ({
    kind: field.kind === 'amount' ? 'amount' : 'text',
    keys: field.key === undefined ? field.sorted.map(columnOf) : [keyOrBeginning(field)],
    canLack: field.required ? undefined : true,
  }))

// As in the index of a long key.
const keyOrBeginning = ({ key, long }: Keyed<string>): SQL => (long ? sql`left(${columnOf(key)}, 250)` : columnOf(key))

const columnOf = (name: string): SQL => sql`c.${columnName(name)}`

/**
 * SQL: an object with columns of a row, by their names in TypeScript.
 * @param row the name of the table in the statement
 */
export const objectOf = (row: SQL, names: readonly string[]): SQL =>
  sql`jsonb_build_object(${sql.join(
    names.map((name) => sql`${name}::text, ${row}.${columnName(name)}`),
    sql`, `,
  )})`

/** A row with the empty ones of these columns filled from another's. */
export function filled<Row extends object, Name extends keyof Row>(row: Row, other: Row, names: readonly Name[]): Row {
  const made = { ...row }
  for (const name of names) made[name] ??= other[name]
  return made
}

/** SQL: columns, as a list. @param row the name of the table, where it is needed */
export const columnList = (names: readonly string[], row?: SQL): SQL =>
  sql.join(
    names.map((name) => (row ? sql`${row}.${columnName(name)}` : sql`${columnName(name)}`)),
    sql`, `,
  )
