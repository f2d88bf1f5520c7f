// What became of each address, in words: by address for the person who asked, in numbers for everybody else.
import type { ContactOutcome, IssueResult, Wish } from '../domain/change.ts'
import type { Audience } from './action.ts'
import { count, fits, list } from './phrases.ts'

const toTheAsker: Record<ContactOutcome, (addresses: readonly string[]) => string> = {
  added: (them) => `Added ${list(them)}.`,
  removed: (them) => `Removed ${list(them)}.`,
  'already there': (them) => `${list(them)} ${fits(them.length, 'was', 'were')} already there.`,
  inactive: (them) => `${list(them)} ${fits(them.length, 'is inactive and was', 'are inactive and were')} not added.`,
  unknown: (them) => `No contact has the ${fits(them.length, 'address', 'addresses')} ${list(them)}.`,
  'was not there': (them) => `${list(them)} ${fits(them.length, 'was', 'were')} not on the issue.`,
}

interface Tally {
  of: readonly ContactOutcome[]
  say(contacts: string, were: string): string
}

// In public an address that is unknown looks like one that is inactive, or not on the issue: existence is not revealed.
const inPublic: Record<Wish, readonly Tally[]> = {
  add: [
    { of: ['added'], say: (contacts) => `Added ${contacts}` },
    { of: ['inactive', 'unknown'], say: (contacts, were) => `${contacts} ${were} not added` },
    { of: ['already there'], say: (contacts, were) => `${contacts} ${were} already there` },
  ],
  remove: [
    { of: ['removed'], say: (contacts) => `Removed ${contacts}` },
    { of: ['was not there', 'unknown'], say: (contacts, were) => `${contacts} ${were} not on the issue` },
  ],
}

/** The outcomes of one wish, in sentences; '' when there are none. */
export function tellOutcomes(result: IssueResult, wish: Wish, audience: Audience): string {
  const outcomes = result.outcomes.filter((one) => one.wish === wish)
  if (audience === 'public') return tellNumbers(outcomes, inPublic[wish])
  const kinds = (Object.keys(toTheAsker) as ContactOutcome[]).map((kind) => outcomes.filter((one) => one.outcome === kind))
  return kinds.flatMap((some) => (some[0] ? toTheAsker[some[0].outcome](some.map((one) => one.address)) : [])).join(' ')
}

/** `Added 1 contact; 2 were not added.`: the noun stands with the first number only. */
function tellNumbers(outcomes: IssueResult['outcomes'], tallies: readonly Tally[]): string {
  const parts: string[] = []
  for (const { of, say } of tallies) {
    const number = outcomes.filter((one) => of.includes(one.outcome)).length
    if (number > 0) parts.push(say(parts.length > 0 ? `${number}` : count(number, 'contact'), fits(number, 'was', 'were')))
  }
  return parts.length > 0 ? `${parts.join('; ')}.` : ''
}
