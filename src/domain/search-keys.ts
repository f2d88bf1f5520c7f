// How texts are compared when people look for something: letter case and accents do not matter. Pure.

/** A text as it is looked for. Words in it are as they were: blanks stay. */
export const searchKey = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

// An entry of an index can have 2,704 bytes, a character four, and there are two keys in some.
const longest = 250

/** A key that is in an index: cut, as nobody types or sorts by more. */
export const indexKey = (text: string): string => [...searchKey(text)].slice(0, longest).join('')

/** The same for what may be missing. */
export const keyOrNone = (text: string | null | undefined): string | null => (text ? indexKey(text) : null)

/** The words of a name, each once: what stands between letters and numbers parts them, as in `O'Brien`. */
export const nameWords = (name: string): string[] => [
  ...new Set(
    searchKey(name)
      .split(/[^\p{L}\p{N}]+/u)
      .filter(Boolean),
  ),
]

/** The words of a search: parted by blanks, `"a quoted phrase"` kept whole, each once. */
export function wordsOf(search: string): string[] {
  const words = [...search.matchAll(/"([^"]*)"|([^\s"]+)/g)].map(([, phrase, word]) => searchKey(phrase ?? word ?? '').trim())
  return [...new Set(words.filter((word) => word !== ''))]
}
