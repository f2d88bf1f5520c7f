// Near misses: which name was probably meant.

/** A short name is near after one slip of the finger, a long one after two. */
const slipsIn = (name: string): number => (name.length < 6 ? 1 : 2)

/** The name that is nearest to a word, if one is near. */
export const nearest = (word: string, names: readonly string[]): string | undefined =>
  names.find((name) => isNear(word, name, 1)) ?? names.find((name) => isNear(word, name, slipsIn(name)))

/** Does it take no more than so many slips: a letter too many, too few, another one, or two in the wrong order? */
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
