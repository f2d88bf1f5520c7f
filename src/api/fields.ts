// Checks what was sent against what is expected: every fault names its field.
import type { z } from 'zod'
import { type ProblemField, RefusalError } from './refusal.ts'

/** The most faults that are named; the others are counted. */
const mostNamed = 20
const longestName = 100

const shortened = (field: string): string =>
  field.length > longestName ? `${field.slice(0, longestName).toWellFormed()}…` : field

function faultsOf(error: z.ZodError): ProblemField[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((field) => ({ field: shortened(field), message: 'is not known here' }))
    const missing = issue.code === 'invalid_type' && issue.input === undefined
    return [{ field: shortened(issue.path.join('.')) || 'body', message: missing ? 'is missing' : issue.message }]
  })
}

/**
 * Reads fields of a body or a query.
 * @throws Refusal 422 that lists the faults by field, at most twenty, and says how many more there are
 */
export function readFields<Shape extends z.ZodType>(shape: Shape, sent: unknown): z.output<Shape> {
  const read = shape.safeParse(sent ?? {}, { reportInput: true })
  if (read.success) return read.data
  const faults = faultsOf(read.error)
  const named = faults.slice(0, mostNamed)
  const more = faults.length - named.length
  const sentences = [
    ...named.map(({ field, message }) => `${field} ${message}`),
    ...(more > 0 ? [`and ${more} more`] : []),
  ]
  throw new RefusalError(422, sentences.join('; '), named)
}
