// A page of 100 contacts with their organizations over GraphQL, beside the same statements behind a bare Fastify route.
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { withDatabase } from './comments.ts'
import { figure, print } from './measure.ts'
import { fillContacts } from './million.ts'
import { run, start, startProgram } from './processes.ts'

const seconds = 8
const contacts = 20_000
const token = `bench-${randomUUID()}`

const query = `query contacts($path: ID!, $first: Int) { group(fullPath: $path) { __typename id contacts(state: active, first: $first) {
  __typename nodes { __typename id firstName lastName email phone description active organization { __typename id name } }
  pageInfo { __typename hasNextPage endCursor hasPreviousPage startCursor } } } }`

async function cannon(options: autocannon.Options): Promise<autocannon.Result> {
  await autocannon({ ...options, connections: 10, duration: 2 })
  const result = await autocannon({ ...options, connections: 10, duration: seconds })
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} answers were not 2xx, ${result.errors} errors`)
  return result
}

const addressIn = ({ said }: { said: string }) => /listens on (\S+)/.exec(said)?.[1] as string

async function measure(url: string): Promise<void> {
  const environment = { DATABASE_URL: url, PORT: '0', ROLOBOT_ADMIN_TOKEN: token }
  await run(['migrate'], environment)
  const server = await start('serve', environment, /listens on .*\n/)
  await run(['sample'], environment)
  await fillContacts(url, contacts)
  const ours = await cannon({
    url: `${addressIn(server)}/api/graphql`,
    method: 'POST',
    headers: { 'private-token': token, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { path: 'acme', first: 100 } }),
    verifyBody: (body: unknown) => !String(body).includes('"errors"') && String(body).length > 10_000,
  } as autocannon.Options)
  await server.stop()
  const program = fileURLToPath(new URL('bare-page.ts', import.meta.url))
  const bare = await startProgram(['--import', 'tsx', program, url, token], {}, /listens on .*\n/)
  const beside = await cannon({ url: addressIn(bare) })
  await bare.stop()
  const rate = (result: autocannon.Result) => figure(result.requests.average, '/s')
  print('A page of 100 contacts with organizations, 10 clients', [
    ['', 'rate', 'p50', 'p99'],
    ['GraphQL', rate(ours), figure(ours.latency.p50, 'ms'), figure(ours.latency.p99, 'ms')],
    ['the same statements, bare Fastify', rate(beside), figure(beside.latency.p50, 'ms'), figure(beside.latency.p99, 'ms')],
    ['ratio', (ours.requests.average / beside.requests.average).toFixed(2), '', ''],
  ])
}

/** Measures and prints. */
export const benchGraphql = (): Promise<void> => withDatabase(measure)
