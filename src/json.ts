// JSON from outside: limits on its depth and size, checked in one pass before it is parsed.

const deepest = 32
const mostValues = 10_000

/** Why a JSON text is rejected unparsed; undefined if it can be parsed, valid or not. */
export function jsonExcess(text: string): { status: 400 | 413; reason: string } | undefined {
  let depth = 0
  let values = 1
  for (let at = 0; at < text.length; at++) {
    const sign = text.charCodeAt(at)
    if (sign === signs.quote) at = endOfString(text, at)
    else if (sign === signs.comma) values++
    else if (sign === signs.openBrace || sign === signs.openBracket) depth++
    else if (sign === signs.closeBrace || sign === signs.closeBracket) depth--
    if (depth > deepest) return { status: 400, reason: `The JSON is nested too deeply: at most ${deepest} levels are accepted.` }
    if (values > mostValues) return { status: 413, reason: `The JSON holds too many values: at most ${mostValues} are accepted.` }
  }
  return undefined
}

const signs = { quote: 34, comma: 44, openBracket: 91, closeBracket: 93, openBrace: 123, closeBrace: 125 } as const

/** Where the string that begins at `from` ends: at the first quote after an even number of backslashes. */
function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end
    while (text[before - 1] === '\\') before--
    if ((end - before) % 2 === 0) return end
  }
  return text.length
}
