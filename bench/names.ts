// Fifty names in plain words over 1,000,000 contacts: of two frequent words that nobody or many have, beside rare ones.
import { contactsFitting } from '../src/domain/issues/contact-names.ts'
import { readFacts } from '../src/domain/issues/issues.ts'
import { openPostgres } from '../src/storage/db.ts'
import { figure, percentile, print } from './measure.ts'

const frequent = ['Maria', 'Jose', 'Anna', 'Ahmed', 'Li', 'Olga', 'Ivan', 'Mary', 'John', 'Noor', 'Aiko']
const pairs = frequent.flatMap((one, at) => frequent.slice(at + 1).map((other) => `${one} ${other}`))
const fifty = (name: (at: number) => string) => Array.from({ length: 50 }, (_, at) => name(at))

const kinds: Record<string, string[]> = {
  'rare: one contact or few': fifty((at) => `Smith-${at * 40} Maria`),
  'frequent: nobody has both words': pairs.slice(0, 50),
  'frequent: thousands have both words': fifty(
    (at) => `${frequent[at % frequent.length]} Company ${'Smith '.repeat(at % 2)}`,
  ),
  'frequent: ten words': fifty((at) => `${pairs[at]} Company Smith ${frequent.slice(0, 6).join(' ')}`),
}
const repetitions = 5

/** Measures and prints; the million contacts are there. */
export async function benchNames(url: string): Promise<void> {
  const { db, close } = openPostgres(url, 1)
  const facts = await readFacts(db, { project: 'acme/support/shop', iid: 1 }, 1)
  if (!facts) throw new Error('the sample is not there')
  const medians: number[] = []
  for (const names of Object.values(kinds)) {
    const times: number[] = []
    for (let at = 0; at < repetitions; at++) {
      const begin = performance.now()
      await contactsFitting(
        db,
        names.map((name, position) => ({ position, name, wish: 'add', facts })),
      )
      times.push(performance.now() - begin)
    }
    medians.push(percentile(times, 0.5))
  }
  await close()
  const rows = Object.keys(kinds).map((kind, at) => {
    const [median = 0, rare = 0] = [medians[at], medians[0]]
    return [kind, figure(median, 'ms'), figure(median / rare, 'times the rare ones')]
  })
  print('Fifty names in plain words', rows)
}
