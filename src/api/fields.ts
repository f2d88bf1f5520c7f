// What was sent, held against what is expected: every fault is named by its field.
import type { z } from 'zod'
import { type FieldFault, Refusal } from './refusal.ts'

function faultsOf(error: z.ZodError): FieldFault[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((field) => ({ field, message: 'is not known here' }))
    const missing = issue.code === 'invalid_type' && issue.input === undefined
    return [{ field: issue.path.join('.') || 'body', message: missing ? 'is missing' : issue.message }]
  })
}

/**
 * Reads fields of a body or a query.
 * @throws Refusal 422 that lists every fault by field
 */
export function readFields<Shape extends z.ZodType>(shape: Shape, sent: unknown): z.output<Shape> {
  const read = shape.safeParse(sent ?? {}, { reportInput: true })
  if (read.success) return read.data
  const faults = faultsOf(read.error)
  throw new Refusal(422, faults.map(({ field, message }) => `${field} ${message}`).join('; '), faults)
}
