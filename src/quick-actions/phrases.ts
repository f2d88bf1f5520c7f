// Numbers and lists in words, for all messages to users.

/** Of a longer list, only the first ones are named. */
const mostNamed = 20

/** `1 contact`, `2 contacts`. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`

/** `a`, `a and b`, `a, b and c`; a list longer than 20 ends in `and 7 more`. */
export function list(items: readonly string[]): string {
  const named = items.length > mostNamed ? [...items.slice(0, mostNamed), `${items.length - mostNamed} more`] : items
  return named.length < 2 ? named.join('') : `${named.slice(0, -1).join(', ')} and ${named.at(-1)}`
}

/** The form of a word that agrees with a number: `fits(n, 'is', 'are')`. */
export const fitsPhrase = (number: number, one: string, many: string): string => (number === 1 ? one : many)
