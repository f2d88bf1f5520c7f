// What clients made for GitLab send, in a body, a form or a query: numbers may be texts.
import { z } from 'zod'
import { roles } from '../../domain/rules/permissions.ts'

export const text = z.string('must be a text')

/** A search text. Postgres can't store a NUL; it is read as U+FFFD. */
export const search = text
  .max(1_000, 'can be at most 1000 characters long')
  .transform((words) => words.replaceAll('\0', '\uFFFD'))

const digits = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)

export const id = z.union([z.int().nonnegative(), digits], 'must be a whole number')

const levels: readonly number[] = Object.values(roles)

const shapeOfMoment = /^(?!0000)(\d{4}-\d\d-\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/

/** A time without a zone is UTC, as Python's `isoformat` writes it; undefined if invalid. */
function momentIn(written: string): Date | undefined {
  const [, day = '', zone] = shapeOfMoment.exec(written) ?? []
  const [moment, midnight] = [new Date(zone || written === day ? written : `${written}Z`), new Date(day)]
  const isDay = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day)
  return isDay && !Number.isNaN(moment.getTime()) ? moment : undefined
}

/** A time or a day; an empty form field means none. */
export const moment = z
  .string('must be a date or time (ISO 8601)')
  .refine((written) => written === '' || momentIn(written) !== undefined, 'must be a date or time (ISO 8601)')
  .transform(momentIn)

/** A role, as the number that GitLab has for it. */
export const accessLevel = id
  .refine((level) => levels.includes(level), `must be one of ${levels.join(', ')}`)
  .meta({ enum: levels })

/** Null; an empty form field means none. */
export const idOrNone = z.union([id, z.null(), z.literal('').transform(() => null)], 'must be a whole number, or null')

export const visibility = z.enum(['public', 'private'], 'must be public or private')

/** @param usual the default direction */
export const sort = (usual: 'asc' | 'desc') => z.enum(['asc', 'desc'], 'must be asc or desc').default(usual)

/** One of some words. */
export const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, `must be one of ${words.join(', ')}`)
