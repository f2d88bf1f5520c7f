// A page of 100 contacts with their organizations over GraphQL, beside the same statements behind a bare Fastify route.
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { withDatabase } from './comments.ts'
import { figure, print } from './measure.ts'
import { fillContacts } from './million.ts'
import { run, start, startProgram } from './processes.ts'

const seconds = 4
const rounds = 4
const contacts = 20_000
const token = `bench-${randomUUID()}`

const query = `query contacts($path: ID!, $first: Int) { group(fullPath: $path) { __typename id contacts(state: active, first: $first) {
  __typename nodes { __typename id firstName lastName email phone description active organization { __typename id name } }
  pageInfo { __typename hasNextPage endCursor hasPreviousPage startCursor } } } }`

async function cannon(options: autocannon.Options, duration: number): Promise<autocannon.Result> {
  const result = await autocannon({ ...options, connections: 10, duration })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} answers were not 2xx, ${result.errors} errors`)
  return result
}

/** In turns, as the machine is not equally fast all the time. */
async function inTurns(all: readonly autocannon.Options[]): Promise<autocannon.Result[][]> {
  for (const options of all) await cannon(options, 2)
  const results = all.map((): autocannon.Result[] => [])
  for (let round = 0; round < rounds; round++)
    for (const [at, options] of all.entries()) results[at]?.push(await cannon(options, seconds))
  return results
}

const addressIn = ({ said }: { said: string }) => /listening on (\S+)/.exec(said)?.[1] as string
const meanOf = (results: readonly autocannon.Result[], of: (result: autocannon.Result) => number) =>
  results.reduce((sum, result) => sum + of(result), 0) / results.length

async function measure(url: string): Promise<void> {
  const environment = { DATABASE_URL: url, PORT: '0', ROLOBOT_ADMIN_TOKEN: token }
  await run(['migrate'], environment)
  const server = await start('serve', environment, /listening on .*\n/)
  await run(['sample'], environment)
  await fillContacts(url, contacts)
  const program = fileURLToPath(new URL('bare-page.ts', import.meta.url))
  const bare = await startProgram(['--import', 'tsx', program, url, token], {}, /listening on .*\n/)
  const ask: autocannon.Options = {
    url: `${addressIn(server)}/api/graphql`,
    method: 'POST',
    headers: { 'private-token': token, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { path: 'acme', first: 100 } }),
    // An answer with a fault in it is no answer.
    verifyBody: (body: unknown) => !String(body).includes('"errors"') && String(body).length > 10_000,
  } as autocannon.Options
  const [ours = [], beside = []] = await inTurns([ask, { url: addressIn(bare) }])
  await server.stop()
  await bare.stop()
  const row = (name: string, results: readonly autocannon.Result[]) => [
    name,
    figure(
      meanOf(results, ({ requests }) => requests.average),
      '/s',
    ),
    figure(
      meanOf(results, ({ latency }) => latency.p50),
      'ms',
    ),
    figure(
      meanOf(results, ({ latency }) => latency.p99),
      'ms',
    ),
  ]
  const rate = (results: readonly autocannon.Result[]) => meanOf(results, ({ requests }) => requests.average)
  print('A page of 100 contacts with organizations, 10 clients', [
    ['', 'rate', 'p50', 'p99'],
    row('GraphQL', ours),
    row('the same statements, bare Fastify', beside),
    ['ratio', (rate(ours) / rate(beside)).toFixed(2), '', ''],
  ])
}

/** Measures and prints. */
export const benchGraphql = (): Promise<void> => withDatabase(measure)
