// What an issue says about a change: numerals, no names. Pure.
const counted = (verb: string, n: number) => (n === 0 ? [] : [`${verb} ${n} contact${n === 1 ? '' : 's'}`])

/** `added 2 contacts and removed 1 contact`; '' for no change. */
export const linkNote = (added: number, removed: number): string =>
  [...counted('added', added), ...counted('removed', removed)].join(' and ')
