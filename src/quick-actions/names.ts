// Names in plain words among the arguments of a command, for doors that look them up before the comment is taken.
import { parse } from './grammar/arguments.js'

/** A name that stands from one offset to another. */
export interface WrittenName {
  text: string
  from: number
  to: number
}

// Letters, and what names have between them; quotes may stand around.
const namelike = /^["“”„'‘’]?[\p{L}\p{M}][\p{L}\p{M}\p{N}.'’-]*["“”'‘’]?$/u
const between = /^[\s.]*$/

/**
 * Finds the names in arguments: words that are no contact references, those next to each other together.
 * @param words the arguments of a command
 * @returns `ann lee, bob@x.io` → `ann lee`; what is neither a name nor a reference is left out
 */
export function namesIn(words: string): WrittenName[] {
  const spans: { from: number; to: number }[] = []
  for (const { found, column } of parse(words, { startRule: 'contactRefs' }).faults) {
    if (!namelike.test(found)) continue
    const [from, to] = [column - 1, column - 1 + found.length]
    const last = spans.at(-1)
    if (last && between.test(words.slice(last.to, from))) last.to = to
    else spans.push({ from, to })
  }
  return spans.map(({ from, to }) => ({ text: words.slice(from, to).replace(/["“”„]|^['‘]|['’]$/g, ''), from, to }))
}
