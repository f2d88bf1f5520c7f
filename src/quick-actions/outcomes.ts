// The outcome for each contact, in words: by address for the author, as counts for everyone else.
import type { ContactOutcome, FittingContact, IssueResult, UnclearName, Wish } from '../domain/rules/change.ts'
import type { Audience } from './action.ts'
import { count, fitsPhrase, list } from './phrases.ts'

type Sentence = (contacts: readonly string[]) => string

const toTheAuthor: Record<ContactOutcome, Sentence> = {
  added: (them) => `Added ${list(them)}.`,
  removed: (them) => `Removed ${list(them)}.`,
  'already there': (them) => `${list(them)} ${fitsPhrase(them.length, 'was', 'were')} already linked.`,
  inactive: (them) =>
    `${list(them)} ${fitsPhrase(them.length, 'is inactive and was', 'are inactive and were')} not added.`,
  unknown: (them) => `No contact has the ${fitsPhrase(them.length, 'address', 'addresses')} ${list(them)}.`,
  'was not there': (them) => `${list(them)} ${fitsPhrase(them.length, 'was', 'were')} not linked.`,
}

const before: Record<ContactOutcome, Sentence> = {
  ...toTheAuthor,
  added: (them) => `Would add ${list(them)}.`,
  removed: (them) => `Would remove ${list(them)}.`,
  'already there': (them) => `${list(them)} ${fitsPhrase(them.length, 'is', 'are')} already linked.`,
  inactive: (them) => `${list(them)} ${fitsPhrase(them.length, 'is', 'are')} inactive and would not be added.`,
  'was not there': (them) => `${list(them)} ${fitsPhrase(them.length, 'is', 'are')} not linked.`,
}

interface Tally {
  of: readonly (ContactOutcome | 'unclear')[]
  say(contacts: string, were: string): string
}

// In public, an unknown address looks like an inactive or unlinked one: existence is not revealed.
const inPublic: Record<Wish, readonly Tally[]> = {
  add: [
    { of: ['added'], say: (contacts) => `Added ${contacts}` },
    { of: ['inactive', 'unknown', 'unclear'], say: (contacts, were) => `${contacts} ${were} not added` },
    { of: ['already there'], say: (contacts, were) => `${contacts} ${were} already linked` },
  ],
  remove: [
    { of: ['removed'], say: (contacts) => `Removed ${contacts}` },
    { of: ['was not there', 'unknown', 'unclear'], say: (contacts, were) => `${contacts} ${were} not linked` },
  ],
}

/** The outcomes of one wish, in sentences; '' if there are none. */
export function tellOutcomes(result: IssueResult, wish: Wish, audience: Audience): string {
  const outcomes = result.outcomes.filter((one) => one.wish === wish)
  const unclear = result.unclear?.filter((one) => one.wish === wish) ?? []
  if (audience === 'public')
    return tellNumbers(
      [...outcomes.map(({ outcome }) => outcome), ...unclear.map(() => 'unclear' as const)],
      inPublic[wish],
    )
  const sentences = audience === 'preview' ? before : toTheAuthor
  const kinds = (Object.keys(toTheAuthor) as ContactOutcome[]).map((kind) =>
    outcomes.filter(({ outcome }) => outcome === kind),
  )
  const told = kinds.flatMap((some) => (some[0] ? sentencesOn(some[0].outcome, some, sentences) : []))
  return [...told, ...unclear.map(tellUnclear)].join(' ')
}

type Became = IssueResult['outcomes'][number]

/** `Jane Doe (jane@x.io)` if she was not named by her address. */
const shown = ({ name, address }: Pick<Became, 'name' | 'address'>): string =>
  name === undefined ? address : `${name} (${address})`

function sentencesOn(
  outcome: ContactOutcome,
  some: readonly Became[],
  sentences: Record<ContactOutcome, Sentence>,
): string[] {
  if (outcome !== 'unknown') return [sentences[outcome](some.map(shown))]
  const numbers = some.flatMap(({ address }) =>
    address.startsWith('#') ? [`No contact has the number ${address}.`] : [],
  )
  const addresses = some.flatMap(({ address }) => (address.startsWith('#') ? [] : [address]))
  return [...(addresses.length > 0 ? [sentences.unknown(addresses)] : []), ...numbers]
}

const among: Record<Wish, string> = {
  add: 'active contact',
  remove: 'linked contact',
}

function tellUnclear({ name, wish, contacts, more }: UnclearName): string {
  if (contacts.length === 0 && more)
    return `"${name}" can't be looked up: too many contacts share these words. Use the address instead.`
  if (contacts.length === 0) return `No ${among[wish]} is named "${name}".`
  const them = contacts.map(fittingShown)
  const all = more ? `${them.join(', ')} and others. Write more of the name, or the address` : list(them)
  return `More than one ${among[wish]} is named "${name}": ${all}.`
}

const fittingShown = ({ id, name, address }: FittingContact): string => shown({ name, address: address ?? `#${id}` })

/** `Added 1 contact; 2 were not added.`: the noun stands with the first number only. */
function tellNumbers(outcomes: readonly (ContactOutcome | 'unclear')[], tallies: readonly Tally[]): string {
  const parts: string[] = []
  for (const { of, say } of tallies) {
    const number = outcomes.filter((outcome) => of.includes(outcome)).length
    if (number > 0)
      parts.push(say(parts.length > 0 ? `${number}` : count(number, 'contact'), fitsPhrase(number, 'was', 'were')))
  }
  return parts.length > 0 ? `${parts.join('; ')}.` : ''
}
