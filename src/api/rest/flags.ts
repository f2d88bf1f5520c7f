// Booleans as programs in any language write them. docs.gitlab.com/api/rest/#boolean-values
import { z } from 'zod'

const words: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(['true', '1', 'on', 'yes', 'y', 't'].map((word) => [word, true])),
  ...Object.fromEntries(['false', '0', 'off', 'no', 'n', 'f'].map((word) => [word, false])),
}

/** The boolean that a value means in JSON, a form or a query; undefined for none. */
export function readFlag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const word = String(value).toLowerCase()
  return Object.hasOwn(words, word) ? words[word] : undefined
}

/** A boolean. */
export const flag = z
  .custom<boolean | string | number>((value) => readFlag(value) !== undefined, 'must be true or false')
  .transform((value) => readFlag(value) === true)
  .meta({ type: 'boolean' })
