// Comments a second, from POST to applied: embedded, and on Postgres and Redis; beside the bare databases and the bare
// queue.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import postgres from 'postgres'
import { openEmbedded } from '../src/storage/embedded.ts'
import { databaseUrl, redisUrl } from '../test/support/service/services.ts'
import { figure, print, rateOf } from './measure.ts'
import { run, start } from './processes.ts'

const seconds = 8
const issues = 200
const token = `bench-${randomUUID()}`

/** Each comment adds one contact of the sample and removes another. */
function bodies(): string[] {
  const addresses = [
    'ingrid.halvorsen@halvorsen-marine.example',
    'tor.nygaard@halvorsen-marine.example',
    'paolo.ferrante@castellano.example',
  ]
  return addresses.map((address, at) =>
    JSON.stringify({
      body: `Called back.\n/add_contacts [contact:${address}]\n/remove_contacts ${addresses[(at + 1) % 3]}`,
    }),
  )
}

// Every issue is commented on in turn, as many people do; on one issue comments wait for each other.
const openIssues = `insert into issues (project_id, iid, title) select p.id, n, 'Issue ' || n from projects p, generate_series(1001, ${1000 + issues}) n where p.path = 'shop'`

async function post(url: string, connections: number): Promise<autocannon.Result> {
  const requests = bodies().flatMap((body) =>
    Array.from({ length: issues }, (_, at) => ({
      method: 'POST' as const,
      path: `/api/v4/projects/acme%2Fsupport%2Fshop/issues/${1001 + at}/notes`,
      body,
    })),
  )
  // Each client begins elsewhere, else all of them would comment on the same issue at the same moment.
  const setupClient = (client: autocannon.Client) => {
    const first = Math.floor(Math.random() * requests.length)
    client.setRequests([...requests.slice(first), ...requests.slice(0, first)])
  }
  const headers = { 'private-token': token, 'content-type': 'application/json' }
  const result = await autocannon({ url, connections, duration: seconds, requests, headers, setupClient })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} answers were not 2xx, ${result.errors} errors`)
  return result
}

const addressIn = (said: string) => /listening on (\S+)/.exec(said)?.[1] as string

async function embedded(): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'rolobot-bench-'))
  const environment = { ROLOBOT_DATA: join(folder, 'data'), PORT: '0', ROLOBOT_ADMIN_TOKEN: token }
  await (await start('serve', environment, /listening on .*\n.*\n.*\n/)).stop()
  const made = await openEmbedded(join(folder, 'data'))
  await made.pglite.exec(openIssues)
  await made.close()
  const server = await start('serve', environment, /listening on/)
  const result = await post(addressIn(server.said), 16)
  await server.stop()
  const bare = await openEmbedded(join(folder, 'bare'))
  await bare.pglite.exec('create table t (id int primary key, n int)')
  const upserts = await rateOf(3, 1, (at) =>
    bare.pglite.query('insert into t values ($1, 0) on conflict (id) do update set n = t.n + 1', [at % 100]),
  )
  await bare.close()
  await rm(folder, { recursive: true })
  return [
    'embedded',
    figure(result.requests.average, '/s'),
    figure(result.latency.p50, 'ms'),
    figure(result.latency.p99, 'ms'),
    `bare upserts, synced: ${figure(upserts, '/s')}`,
  ]
}

export async function withDatabase<Result>(work: (url: string) => Promise<Result>): Promise<Result> {
  const admin = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  const name = `rolobot_bench_${randomUUID().slice(0, 8)}`
  await admin.unsafe(`create database ${name}`)
  try {
    return await work(Object.assign(new URL(databaseUrl), { pathname: `/${name}` }).href)
  } finally {
    await admin.unsafe(`drop database ${name} with (force)`)
    await admin.end()
  }
}

async function psql(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1 })
  await sql.unsafe(statement)
  await sql.end()
}

async function onServices(url: string): Promise<string[][]> {
  const environment = {
    DATABASE_URL: url,
    REDIS_URL: Object.assign(new URL(redisUrl), { pathname: '/9' }).href,
    PORT: '0',
    ROLOBOT_ADMIN_TOKEN: token,
  }
  await run(['migrate'], environment)
  const server = await start('serve', environment, /listening on .*\n/)
  await run(['sample'], environment)
  await psql(url, openIssues)
  const worker = await start('work', environment, /works/)
  const result = await post(addressIn(server.said), 64)
  await worker.stop()
  await server.stop()
  const limits = `bare 3-statement transactions: ${figure(await transactions(url), '/s')}; bare jobs: ${figure(await jobs(), '/s')}`
  return [
    [
      'Postgres and Redis',
      figure(result.requests.average, '/s'),
      figure(result.latency.p50, 'ms'),
      figure(result.latency.p99, 'ms'),
      limits,
    ],
  ]
}

async function transactions(url: string): Promise<number> {
  const sql = postgres(url, { max: 10, onnotice: () => {} })
  await sql`create table bare (id int primary key, n int)`
  await sql`insert into bare select n, 0 from generate_series(0, 999) n`
  const rate = await rateOf(3, 10, (at) =>
    sql.begin(async (tx) => {
      await tx`select n from bare where id = ${at % 1000} for update`
      await tx`update bare set n = n + 1 where id = ${at % 1000}`
    }),
  )
  await sql.end()
  return rate
}

async function jobs(): Promise<number> {
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null, db: 9 })
  const queue = new Queue('bare', { connection, prefix: '{bench}' })
  let done = 0
  const worker = new Worker('bare', async () => void done++, { connection, prefix: '{bench}', concurrency: 10 })
  const until = Date.now() + 3_000
  while (Date.now() < until)
    await Promise.all(Array.from({ length: 50 }, () => queue.add('bare', {}, { removeOnComplete: true })))
  const rate = done / 3
  await worker.close()
  await queue.obliterate({ force: true })
  await queue.close()
  connection.disconnect()
  return rate
}

/** Measures and prints. */
export async function benchComments(services: boolean): Promise<void> {
  const rows = [await embedded(), ...(services ? await withDatabase(onServices) : [])]
  print('Comments, from POST to applied and answered', [['', 'rate', 'p50', 'p99', 'beside it'], ...rows])
}
