// Positions in a list: what it is sorted by, where a row is, and cursors for positions. Pure.
import { type SQL, sql } from 'drizzle-orm'

const isMoment = (text: string): boolean => {
  const moment = /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(text) ? new Date(text) : undefined
  return (
    moment !== undefined && !Number.isNaN(moment.getTime()) && moment.toISOString().slice(0, 19) === text.slice(0, 19)
  )
}

// How a key is written in a cursor, and which values are valid. Times keep their microseconds.
const kinds = {
  text: { type: 'text', written: (key: SQL) => key, isOne: (text: string) => !/\0|\p{Cs}/u.test(text) },
  moment: {
    type: 'timestamptz',
    written: (key: SQL) => sql`to_char(${key} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
    isOne: isMoment,
  },
  amount: {
    type: 'numeric',
    written: (key: SQL) => sql`${key}::text`,
    isOne: (text: string) => /^\d{1,16}\.\d\d$/.test(text),
  },
}

/** What a list is sorted by; ties are broken by id. */
export interface Order {
  kind: keyof typeof kinds
  /** SQL on the table as `c`. */
  keys: readonly SQL[]
  /** The key can be missing; there is only one. Rows without it come last. */
  canLack?: true
}

/** A position in a list. */
export interface Position {
  keys: readonly (string | null)[]
  id: number
}

/** A row that is there. */
export interface ListEntry extends Position {
  state: 'active' | 'inactive'
}

export const lacksKey = ({ keys }: Position): boolean => keys[0] === null

const names = ['k0', 'k1'].map((name) => sql.raw(name))
const commas = (parts: readonly SQL[]): SQL => sql.join([...parts], sql`, `)

/** SQL: the keys of an order as columns. */
export const keyColumns = ({ keys }: Order): SQL => commas(keys.map((key, at) => sql`${key} as ${names[at]}`))
/** SQL: the names of these columns. */
export const keyNamesOf = ({ keys }: Order): SQL[] => names.slice(0, keys.length)
/** SQL: the same as texts, in an array. */
export const writtenKeys = (order: Order): SQL =>
  sql`array[${commas(keyNamesOf(order).map(kinds[order.kind].written))}]`

/** SQL: in the order of these keys, then of the ids. */
export const inOrder = (keys: readonly SQL[], id: SQL, descending: boolean): SQL => {
  const direction = sql.raw(descending ? 'desc' : 'asc')
  return commas([...keys, id].map((key) => sql`${key} ${direction}`))
}

/** SQL: after a position, among rows that have their keys. */
export const isBeyond = ({ kind }: Order, row: readonly SQL[], { keys, id }: Position, descending: boolean): SQL => {
  const values = keys.map((key) => sql`${key}::${sql.raw(kinds[kind].type)}`)
  return sql`(${commas(row)}) ${sql.raw(descending ? '<' : '>')} (${commas([...values, sql`${id}::bigint`])})`
}

/**
 * Encodes a position as a text that is safe in a URL.
 * @param list which list it is, and how it is sorted
 */
export const cursorOf = (list: string, { keys, id }: Position): string =>
  Buffer.from(JSON.stringify([list, ...keys, id])).toString('base64url')

// Two keys of 250 characters, however they are escaped.
const longest = 8_000

/** Decodes such a text; undefined if it is invalid, or belongs to another list or order. */
export function positionOf(list: string, order: Order, cursor: string): Position | undefined {
  if (cursor.length > longest || !/^[\w-]+$/.test(cursor)) return undefined
  const parts = parse(Buffer.from(cursor, 'base64url').toString())
  if (!Array.isArray(parts) || parts.length !== order.keys.length + 2 || parts[0] !== list) return undefined
  const [keys, id] = [parts.slice(1, -1), parts.at(-1)]
  const isKey = (key: unknown) =>
    typeof key === 'string' ? kinds[order.kind].isOne(key) : key === null && order.canLack
  return keys.every(isKey) && Number.isSafeInteger(id) && id > 0 ? { keys, id } : undefined
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
