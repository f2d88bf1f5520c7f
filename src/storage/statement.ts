// Statements that are built once and filled for each use: building a long one with Drizzle can take longer than running
// it.
import { is, Placeholder, type QueryWithTypings, SQL, sql } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'

const dialect = new PgDialect()

/** SQL: a value that is given with each use. */
export const given = (name: string): SQL => sql`${sql.placeholder(name)}`

// What Drizzle asks a statement for, built already.
class Built extends SQL {
  readonly #query: QueryWithTypings

  constructor(text: string, params: unknown[]) {
    super([])
    this.#query = { sql: text, params }
  }

  override toQuery(): QueryWithTypings {
    return this.#query
  }
}

/**
 * Builds a statement once.
 * @param template a whole statement; its values are all `given(…)`, and no quoted text in it contains `$1` or the like
 * @returns the statement with a value for each name
 * @throws if the template contains another value; on use, if a value is missing
 */
export function statementOf<Values extends Record<string, unknown>>(template: SQL): (values: Values) => SQL {
  const { sql: text, params } = dialect.sqlToQuery(template)
  const placeholders = params.map((param) => {
    if (!is(param, Placeholder)) throw new Error('every value of a statement that is built once must be given by name')
    return param.name
  })
  const names = [...new Set(placeholders)]
  const numbered = text.replace(/\$(\d+)/g, (_, at) => `$${names.indexOf(placeholders[Number(at) - 1] as string) + 1}`)
  return (values) =>
    new Built(
      numbered,
      names.map((name) => givenValue(values, name)),
    )
}

function givenValue(values: Record<string, unknown>, name: string): unknown {
  if (values[name] === undefined) throw new Error(`the statement lacks a value for ${name}`)
  return values[name]
}
