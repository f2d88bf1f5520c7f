// Near misses: which name was probably intended.

/** A short name is near after one typo, a long one after two. */
const slipsIn = (name: string): number => (name.length < 6 ? 1 : 2)

/** The nearest name to a word, if one is near. */
export const nearest = (word: string, names: readonly string[]): string | undefined =>
  names.find((name) => isNear(word, name, 1)) ?? names.find((name) => isNear(word, name, slipsIn(name)))

/** Is the distance at most this many typos: an extra letter, a missing one, a different one, or two swapped? */
function isNear(word: string, name: string, slips: number): boolean {
  if (Math.abs(word.length - name.length) > slips) return false
  let same = 0
  while (same < word.length && word[same] === name[same]) same += 1
  const [a, b] = [word.slice(same), name.slice(same)]
  if (a === '' || b === '') return true
  if (slips === 0) return false
  const swapped = a[0] === b[1] && a[1] === b[0]
  return (
    isNear(a.slice(1), b.slice(1), slips - 1) ||
    isNear(a.slice(1), b, slips - 1) ||
    isNear(a, b.slice(1), slips - 1) ||
    (swapped && isNear(a.slice(2), b.slice(2), slips - 1))
  )
}
