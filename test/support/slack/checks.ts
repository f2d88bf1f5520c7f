// Small checks of JSON, put together to what Slack accepts. Each one returns what is wrong and where, in the words that
// Slack uses.
import type { Json } from './world.ts'

export type Check = (value: unknown, place: string) => string[]

export const at = (place: string, problem: string): string[] => [`${problem} [json-pointer:${place}]`]

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

export const string =
  (most: number, least = 0): Check =>
  (value, place) => {
    if (typeof value !== 'string') return at(place, 'must be a string')
    if (value.length > most) return at(place, `must be less than ${most + 1} characters`)
    return value.length < least ? at(place, `must be more than ${least - 1} characters`) : []
  }

export const flag: Check = (value, place) => (typeof value === 'boolean' ? [] : at(place, 'must be a boolean'))

export const integer =
  (least: number, most = Number.MAX_SAFE_INTEGER): Check =>
  (value, place) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? []
      : at(place, 'must be a valid integer')

export const oneOf =
  (...allowed: string[]): Check =>
  (value, place) =>
    allowed.includes(value as string) ? [] : at(place, 'must be a valid enum value')

export const literal = (value: string): Check => oneOf(value)

export const list =
  (check: Check, most: number, least = 0): Check =>
  (value, place) => {
    if (!Array.isArray(value)) return at(place, 'must be an array')
    if (value.length > most) return at(place, `no more than ${most} items allowed`)
    if (value.length < least) return at(place, `must provide at least ${least} items`)
    return value.flatMap((one, index) => check(one, `${place}/${index}`))
  }

/** An object with these keys and no others. */
export const object =
  (required: Record<string, Check>, optional: Record<string, Check> = {}, name = 'object'): Check =>
  (value, place) => {
    if (!isObject(value)) return at(place, `must be a valid ${name}`)
    const known: Record<string, Check> = { ...required, ...optional }
    const missing = Object.keys(required).filter((key) => value[key] === undefined)
    return [
      ...missing.flatMap((key) => at(place, `missing required field: ${key}`)),
      ...Object.entries(value).flatMap(
        ([key, inner]) => known[key]?.(inner, `${place}/${key}`) ?? at(place, `invalid additional property: ${key}`),
      ),
    ]
  }

/** An object whose `type` says what it has to be. */
export const keyed =
  (kinds: Record<string, Check>): Check =>
  (value, place) => {
    if (!isObject(value)) return at(place, 'must be an object')
    const check = Object.hasOwn(kinds, String(value.type)) ? kinds[String(value.type)] : undefined
    return check ? check(value, place) : at(`${place}/type`, `unsupported type: ${value.type}`)
  }

/** Further checks, made where the first finds nothing. */
export const when =
  (first: Check, ...further: Check[]): Check =>
  (value, place) => {
    const wrong = first(value, place)
    return wrong.length > 0 ? wrong : further.flatMap((check) => check(value, place))
  }
