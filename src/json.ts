// JSON from outside: limits on its depth and size, checked in one pass before it is parsed, and keys that are
// dangerous.

const deepest = 32
const mostValues = 10_000

/** Why JSON, as bytes of UTF-8, is rejected unparsed; undefined if it can be parsed, valid or not. */
export function jsonExcess(text: Uint8Array): { status: 400 | 413; reason: string } | undefined {
  let depth = 0
  let values = 1
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]
    if (sign === signs.quote) at = endOfString(text, at)
    else if (sign === signs.comma) values++
    else if (sign === signs.openBrace || sign === signs.openBracket) depth++
    else if (sign === signs.closeBrace || sign === signs.closeBracket) depth--
    if (depth > deepest)
      return { status: 400, reason: `The JSON is nested too deeply: at most ${deepest} levels are accepted.` }
    if (values > mostValues)
      return { status: 413, reason: `The JSON holds too many values: at most ${mostValues} are accepted.` }
  }
  return undefined
}

const signs = {
  quote: 34,
  comma: 44,
  openBracket: 91,
  backslash: 92,
  closeBracket: 93,
  openBrace: 123,
  closeBrace: 125,
} as const

/** Where the string that begins at `from` ends. */
function endOfString(text: Uint8Array, from: number): number {
  let at = from + 1
  while (at < text.length && text[at] !== signs.quote) at += text[at] === signs.backslash ? 2 : 1
  return at
}

/**
 * A key of parsed JSON that could change the prototype of an object that it is copied into; undefined if there is none.
 * (Looking for it in the text, as Fastify's own parser does, takes longer than parsing.)
 */
export function dangerousKey(value: unknown): string | undefined {
  const left = [value]
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    if (typeof part !== 'object' || part === null) continue
    if (Object.hasOwn(part, '__proto__')) return '__proto__'
    if (Object.hasOwn(part, 'constructor') && isObjectWith((part as { constructor: unknown }).constructor, 'prototype'))
      return 'constructor'
    for (const inner of Object.values(part)) left.push(inner)
  }
  return undefined
}

const isObjectWith = (value: unknown, key: string): boolean =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
