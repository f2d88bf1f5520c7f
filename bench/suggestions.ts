// Suggestions over 1,000,000 contacts: over HTTP, beside the same search straight on the database and beside a bare
// Fastify route.
import { randomUUID } from 'node:crypto'
import autocannon from 'autocannon'
import { sql } from 'drizzle-orm'
import fastify from 'fastify'
import { contactsToAdd } from '../src/domain/contacts/suggestions.ts'
import { readFacts } from '../src/domain/issues/issues.ts'
import { openPostgres } from '../src/storage/db.ts'
import { withDatabase } from './comments.ts'
import { figure, percentile, print, rateOf } from './measure.ts'
import { contactTerms, fillMillion, millionContacts } from './million.ts'
import { benchNames } from './names.ts'
import { run, start } from './processes.ts'

const seconds = 6
const token = `bench-${randomUUID()}`
async function cannon(url: string, connections: number, paths: readonly string[]) {
  const requests = paths.map((path) => ({ method: 'GET' as const, path }))
  return autocannon({ url, connections, duration: seconds, requests, headers: { 'private-token': token } })
}

// autocannon's own histogram counts whole milliseconds.
async function alone(url: string, paths: readonly string[]): Promise<number[]> {
  const times: number[] = []
  for (let at = 0; at < 3_000; at++) {
    const begin = performance.now()
    await (await fetch(`${url}${paths[at % paths.length]}`, { headers: { 'private-token': token } })).arrayBuffer()
    if (at >= 300) times.push(performance.now() - begin)
  }
  return times
}

async function bareSearch(url: string): Promise<number> {
  const database = openPostgres(url, 10)
  const facts = await readFacts(database.db, { project: 'acme/support/shop', iid: 1 }, 1)
  if (!facts) throw new Error('the sample is not there')
  const rate = await rateOf(seconds, 10, (at) =>
    contactsToAdd(database.db, facts, {
      term: contactTerms[at % contactTerms.length] as string,
      earlier: [],
      limit: 10,
    }),
  )
  await database.close()
  return rate
}

async function bareRoute(url: string): Promise<number> {
  const database = openPostgres(url, 10)
  const app = fastify()
  app.get('/', () => database.db.execute(sql`select id, title from issues where id = ${1}`))
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  const result = await autocannon({ url: address, connections: 50, duration: seconds })
  await app.close()
  await database.close()
  return result.requests.average
}

async function measure(url: string): Promise<void> {
  const environment = { DATABASE_URL: url, PORT: '0', ROLOBOT_ADMIN_TOKEN: token }
  await run(['migrate'], environment)
  const server = await start('serve', environment, /listening on .*\n/)
  await run(['sample'], environment)
  await fillMillion(url)
  const address = /listening on (\S+)/.exec(server.said)?.[1] as string
  const paths = contactTerms.map(
    (term) =>
      `/api/suggestions?${new URLSearchParams({ issue: 'acme/support/shop#1', text: `/add_contacts [contact:${term}` })}`,
  )
  // What was just filled in is still being written out, and isn't cached yet.
  await cannon(address, 50, paths)
  const one = await alone(address, paths)
  const fifty = await cannon(address, 50, paths)
  if (fifty.non2xx > 0) throw new Error(`${fifty.non2xx} answers were not 2xx`)
  await server.stop()
  await benchNames(url)
  const [search, route] = [await bareSearch(url), await bareRoute(url)]
  print(`Suggestions over ${millionContacts.toLocaleString('en')} contacts`, [
    ['', 'p50', 'p99', 'rate', 'beside it'],
    ['one at a time', figure(percentile(one, 0.5), 'ms'), figure(percentile(one, 0.99), 'ms'), '', ''],
    [
      '50 clients',
      figure(fifty.latency.p50, 'ms'),
      figure(fifty.latency.p99, 'ms'),
      figure(fifty.requests.average, '/s'),
      `the search alone: ${figure(search, '/s')}; Fastify with one indexed query: ${figure(route, '/s')}`,
    ],
  ])
}

/** Measures and prints. */
export const benchSuggestions = (): Promise<void> => withDatabase(measure)
