// How texts are compared in searches: letter case and accents are ignored. Pure.

/** A text as it is looked for. Words in it are as they were: blanks stay. */
export const searchKey = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

// An index entry can have 2,704 bytes, a character four, and some have two keys.
const longest = 250

/** An indexed key: truncated, as nobody types or sorts by more. */
export const indexKey = (text: string): string => [...searchKey(text)].slice(0, longest).join('')

/** The same for a value that can be missing. */
export const keyOrNone = (text: string | null | undefined): string | null => (text ? indexKey(text) : null)

/** A text with one blank for whatever separates words, as in `parted` (drizzle/…_words_of_contacts.sql). */
export const partedText = (text: string): string =>
  text.replace(/[\t\u00A0 !-/:-@[-`{-~‘’‚‛“”„«»·•…‐‑–—]+/g, ' ').replace(/^ | $/g, '')

/** The words of a name, each once. Other signs belong to a word only inside it, as in `Foo★Bar`. */
export const nameWords = (name: string): string[] => [
  ...new Set(
    partedText(searchKey(name))
      .split(' ')
      .flatMap((word) => word.match(/[\p{L}\p{N}](?:.*[\p{L}\p{N}])?/su)?.[0] ?? []),
  ),
]

/** The words of a search: separated by spaces, with `"a quoted phrase"` kept together, each once. */
export function wordsOf(search: string): string[] {
  const words = [...search.matchAll(/"([^"]*)"|([^\s"]+)/g)].map(([, phrase, word]) =>
    searchKey(phrase ?? word ?? '').trim(),
  )
  return [...new Set(words.filter((word) => word !== ''))]
}
