// Lists of 1,000,000 contacts: pages in every order, counts, searches; beside a page by primary key through the same
// driver.
import { sql } from 'drizzle-orm'
import { type ContactOrder, contactOrders, countContacts, listContacts } from '../src/domain/contacts/contact-lists.ts'
import { insertGroup } from '../src/domain/groups/groups.ts'
import type { Reader } from '../src/domain/lists/owned-lists.ts'
import { type Db, openPostgres, rowsOf } from '../src/storage/db.ts'
import { migrateDatabase } from '../src/storage/migrate.ts'
import { withDatabase } from './comments.ts'
import { figure, percentile, print } from './measure.ts'
import { fillMillion, millionContacts } from './million.ts'

const states = [undefined, 'active', 'inactive'] as const
const limit = 20
const repetitions = 8

const terms: Record<string, string[]> = {
  dense: ['maria', 'example', '+49 30', 'smith', 'company'],
  rare: ['user500001@', 'smith-4711', '07919123', 'contract 9001', 'user99999'],
  'two words': ['anna smith-77', 'marta wei', 'zoe smith-4999', 'mail7.example peter', '"company 1999" ella'],
  short: ['z', 'é', '+4', 'li', '%'],
  absent: ['nowhere', 'zzzz', 'müller', '"anna nowhere"', 'smith-99999'],
  // Each of their trigrams is in every row.
  'common trigrams': ['ith-smi', 'mailmail', 'exampleuser', 'userexample', 'smithsmith'],
}

async function timesOf(works: readonly (() => Promise<unknown>)[]): Promise<number[]> {
  const times: number[] = []
  for (let at = 0; at <= repetitions; at++)
    for (const work of works) {
      const begin = performance.now()
      await work()
      if (at > 0) times.push(performance.now() - begin)
    }
  return times
}

const row = (name: string, times: readonly number[], beside = '') => [
  name,
  figure(percentile(times, 0.5), 'ms'),
  figure(percentile(times, 0.95), 'ms'),
  beside,
]

/** The cursor of a contact in the middle of a list. */
async function middleOf(
  db: Db,
  reader: Reader,
  wanted: { sort: { by: ContactOrder; descending: boolean }; state?: 'active' | 'inactive' },
) {
  const some = sql`select id from contacts where state = ${wanted.state ?? 'active'} and id > ${millionContacts / 2}
    limit 1`
  const ids = (await rowsOf<{ id: number }>(db, some)).map(({ id }) => id)
  return (await listContacts(db, reader, { ...wanted, ids, limit: 1 })).value?.endCursor
}

async function pages(db: Db, reader: Reader): Promise<string[][]> {
  const works: Record<string, (() => Promise<unknown>)[]> = {
    first: [],
    last: [],
    'deep, forward': [],
    'deep, back': [],
  }
  for (const by of contactOrders)
    for (const descending of [false, true])
      for (const state of states) {
        const wanted = { sort: { by, descending }, state }
        const middle = await middleOf(db, reader, wanted)
        works.first?.push(() => listContacts(db, reader, { ...wanted, limit }))
        works.last?.push(() => listContacts(db, reader, { ...wanted, limit, fromEnd: true }))
        works['deep, forward']?.push(() => listContacts(db, reader, { ...wanted, limit, after: middle }))
        works['deep, back']?.push(() => listContacts(db, reader, { ...wanted, limit, before: middle }))
      }
  const rows: string[][] = []
  for (const [name, all] of Object.entries(works))
    rows.push(row(`page, ${name}`, await timesOf(all), `${all.length} orders and states`))
  return rows
}

async function searches(db: Db, reader: Reader): Promise<string[][]> {
  const rows: string[][] = []
  const sorts = (['lastName', 'description', 'updatedAt'] as const).map((by) => ({ by }))
  for (const [kind, searched] of Object.entries(terms)) {
    let [answers, cutOff] = [0, 0]
    const note = (isCutOff: boolean | undefined) => {
      answers++
      if (isCutOff) cutOff++
    }
    const lists = searched.flatMap((search) =>
      sorts.map((sort) => async () => note((await listContacts(db, reader, { search, sort, limit })).value?.cutOff)),
    )
    const found = await timesOf(lists)
    rows.push(row(`search, ${kind}`, found, `cut off: ${cutOff} of ${answers}`))
    const counts = await timesOf(searched.map((search) => () => countContacts(db, reader, { search })))
    rows.push(row(`count, ${kind}`, counts))
  }
  return rows
}

async function measure(url: string): Promise<void> {
  await migrateDatabase(url)
  const { db, close } = openPostgres(url, 1)
  const group = await insertGroup(db, { path: 'acme', name: 'Acme' })
  await fillMillion(url)
  const reader: Reader = { standing: { administrator: true, customerRelations: true }, sourceId: group.id }
  const bare = await timesOf(
    Array.from(
      { length: 40 },
      (_, at) => () => rowsOf(db, sql`select * from contacts where id > ${at * 24_000} order by id limit 20`),
    ),
  )
  print(`Lists of ${millionContacts.toLocaleString('en')} contacts, ${limit} a page`, [
    ['', 'p50', 'p95', ''],
    row('bare page by primary key', bare),
    ...(await pages(db, reader)),
    row('counts', await timesOf([() => countContacts(db, reader)])),
    ...(await searches(db, reader)),
  ])
  await close()
}

/** Measures and prints. */
export const benchLists = (): Promise<void> => withDatabase(measure)
