// Parses what was typed to find a contact. Pure.
import { partedText, searchKey } from '../rules/search-keys.ts'

export interface Term {
  /** The whole phrase; '' if nothing was typed. */
  text: string
  /** Its words, the longest first; words of symbols alone are ignored. */
  words: readonly string[]
}

// More words would hardly narrow the result.
const mostWords = 6

/** Parses a term: letter case, accents, and the number of spaces are ignored. */
export function readTerm(typed: string): Term {
  const text = searchKey(typed).replace(/\s+/g, ' ').trim()
  const words = [...new Set(text.split(' '))]
    .filter((word) => asWords(word))
    .toSorted((one, other) => other.length - one.length)
  return { text, words: words.slice(0, mostWords) }
}

const longest = 60

/**
 * A text as the words of contacts are kept (`parted` in drizzle/…_words_of_contacts.sql), cut like them; undefined if
 * it has no word.
 */
export const asWords = (text: string): string | undefined =>
  [...partedText(text)].slice(0, longest).join('') || undefined

/** The digits of a possible phone number prefix, otherwise undefined: spaces and symbols are ignored. */
export function phoneDigits(text: string): string | undefined {
  const digits = text.replace(/\D/g, '')
  return digits.length > 1 && /^[\d\s+()./-]+$/.test(text) ? digits : undefined
}
