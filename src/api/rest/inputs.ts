// What clients made for GitLab send, in a body, a form or a query: numbers and booleans may be texts, and what means nothing here may be there.
import { z } from 'zod'
import { roles } from '../../domain/permissions.ts'
import type { Page } from './paging.ts'

export const text = z.string('must be a text')

/** What is looked for. No database holds a zero; it is read as U+FFFD. */
export const search = text.max(1_000, 'can be at most 1000 characters long').transform((words) => words.replaceAll('\0', '\uFFFD'))

export const flag = z
  .union([z.boolean(), z.literal([1, 0]), z.enum(['true', 'false', '1', '0'])], 'must be true or false')
  .transform((said) => [true, 1, 'true', '1'].includes(said))

const digits = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)

export const id = z.union([z.int().nonnegative(), digits], 'must be a whole number')

const levels: readonly number[] = Object.values(roles)

/** A role, as the number that GitLab has for it. */
export const accessLevel = id.refine((level) => levels.includes(level), `must be one of ${levels.join(', ')}`)

/** Null, or empty as a form has it: none. */
export const idOrNone = z.union([id, z.null(), z.literal('').transform(() => null)], 'must be a whole number, or null')

export const visibility = z.enum(['public', 'private'], 'must be public or private')

/** @param usual the direction if none is asked for */
export const sort = (usual: 'asc' | 'desc') => z.enum(['asc', 'desc'], 'must be asc or desc').default(usual)

/** One of some words. */
export const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, `must be one of ${words.join(', ')}`)

/** Fields that clients send and that change nothing here. */
export const harmless = <Name extends string>(...names: Name[]): Record<Name, z.ZodOptional<z.ZodUnknown>> =>
  Object.fromEntries(names.map((name) => [name, z.unknown().optional()])) as Record<Name, z.ZodOptional<z.ZodUnknown>>

/** Which rows of a list are on a page. */
export const rowsOn = ({ page, per_page: limit }: Page): { limit: number; offset: number } => ({ limit, offset: (page - 1) * limit })
