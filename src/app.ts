// The wiring: the only file that knows every module.
import type { FastifyInstance } from 'fastify'
import type { Workspace } from './command-line/command.ts'
import type { Configuration } from './config.ts'
import type { Connection, House } from './connectors/connector.ts'
import { connectors as allConnectors } from './connectors/index.ts'
import type { Cost } from './domain/people/password-hashes.ts'
import type { Log } from './log.ts'
import type { Receive, Reply } from './pipeline/comment.ts'
import { explain } from './pipeline/explain.ts'
import { openReceive } from './pipeline/receive.ts'
import { keepSweeping } from './pipeline/sweep.ts'
import { openSubmit } from './pipeline/wait.ts'
import { openWork } from './pipeline/work.ts'
import { openBullQueue } from './queue/bullmq.ts'
import { openInProcessQueue } from './queue/in-process.ts'
import { type Queue, untilLastCall } from './queue/queue.ts'
import { type Database, openPostgres, overPglite } from './storage/db.ts'
import { type MayCreate, openEmbedded } from './storage/embedded.ts'
import { migrateEmbedded, misfit, schemaState } from './storage/migrate.ts'
import { type Newsroom, newsroomOf } from './storage/notify.ts'

/** A schema that does not fit this program, in words for the operator. */
export class SchemaMisfit extends Error {}

/** The open database; `announce` tells other processes where to reach the one that holds the embedded database. */
export interface OpenDatabase extends Database {
  announce(address: string): void
}

/**
 * Opens the database that the settings name. The embedded one is migrated, and created if `mayCreate` lets it.
 * @throws FolderError, SchemaMisfit
 */
export async function openDatabase(settings: Configuration, mayCreate: MayCreate): Promise<OpenDatabase> {
  const database = settings.DATABASE_URL
    ? { ...openPostgres(settings.DATABASE_URL, settings.DATABASE_CONNECTIONS), announce: () => {} }
    : await openFolder(settings, mayCreate)
  try {
    const state = await schemaState(database.db)
    const migrates = !settings.DATABASE_URL && state !== 'newer'
    if (migrates) await migrateEmbedded(database.db)
    else if (misfit(state)) throw new SchemaMisfit(misfit(state))
    return database
  } catch (fault) {
    await database.close()
    throw fault
  }
}

async function openFolder(settings: Configuration, mayCreate: MayCreate): Promise<OpenDatabase> {
  const embedded = await openEmbedded(settings.ROLOBOT_DATA, mayCreate)
  return { ...overPglite(embedded.pglite, embedded.close), announce: embedded.announce }
}

export interface Parts {
  settings: Configuration
  database: Database
  log: Log
  /** The enabled connectors. */
  connectors?: readonly SwitchedOn[]
  /** Other ways to answer. Our own entry points need none: the stored outcome is the answer. */
  replies?: ReadonlyMap<string, Reply>
}

/** A connector with its settings. */
export interface SwitchedOn {
  name: string
  connect(house: House): Connection
}

/** Loads the connectors that the settings enable. */
export const loadConnectors = (settings: Configuration): Promise<SwitchedOn[]> =>
  Promise.all(
    allConnectors
      .filter(({ name }) => settings.connectors.has(name))
      .map(async ({ name, load }) => {
        const connect = await load()
        return { name, connect: (house: House) => connect(settings.connectors.get(name), house) }
      }),
  )

/** Everything behind the entry points. */
export interface Service extends Workspace {
  receive: Receive
  newsroom: Newsroom
  connections: readonly Connection[]
  /** `PUBLIC_URL` is set: `publicUrl` is not derived from host and port. */
  publicUrlIsSet: boolean
  /** Addresses of reverse proxies. */
  trustedProxies: string[]
  /** Starts working on the queue. */
  attend(): void
  /** The same, and sweeps for stuck work. */
  work(): void
  close(): Promise<void>
}

export const publicUrlOf = ({ PUBLIC_URL, HOST, PORT }: Configuration) =>
  PUBLIC_URL ?? `http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${PORT}`

/** Sets up the service. It processes nothing before `work`. Closing it leaves the database open. */
export function openService(parts: Parts, queue: Queue = openQueue(parts.settings, parts.log)): Service {
  const { settings, database, log } = parts
  const { db } = database
  const newsroom = newsroomOf(database)
  const receive = openReceive({ db, queue, log })
  const submit = openSubmit({ db, receive, newsroom })
  const [mostAtOnce, publicUrl] = [settings.CONTACTS_PER_CHANGE, publicUrlOf(settings)]
  const privateHosts = settings.ALLOWED_PRIVATE_HOSTS
  const { connections, replies } = connectAll(parts, { db, receive, submit, log, publicUrl, mostAtOnce, privateHosts })
  const { WORK_ATTEMPTS: attempts, WORK_CONCURRENCY } = settings
  // At most half of the concurrent work waits for a slow service, so that the rest continues.
  const handle = openWork({ db, mostAtOnce, replies, attempts, mostReplies: Math.ceil(WORK_CONCURRENCY / 2), log })
  let stopSweeping = async () => {}
  return {
    db,
    queue,
    newsroom,
    receive,
    submit,
    mostAtOnce,
    publicUrl,
    publicUrlIsSet: settings.PUBLIC_URL !== undefined,
    trustedProxies: settings.TRUSTED_PROXIES,
    connections,
    attend: () => queue.work(handle),
    work() {
      queue.work(handle)
      stopSweeping = keepSweeping({ db, queue, log }, settings.SWEEP_SECONDS)
    },
    async close() {
      await stopSweeping()
      await Promise.all(connections.map((connection) => connection.close?.()))
      await queue.close()
    },
  }
}

function connectAll({ connectors = [], replies = new Map() }: Pick<Parts, 'connectors' | 'replies'>, house: House) {
  const connected = connectors.map(({ name, connect }) => [name, connect(house)] as const)
  return {
    connections: connected.map(([, connection]) => connection),
    replies: new Map([...replies, ...connected.map(([name, { reply }]) => [name, reply] as const)]),
  }
}

function openQueue(settings: Configuration, log: Log): Queue {
  const how = { concurrency: settings.WORK_CONCURRENCY, attempts: settings.WORK_ATTEMPTS }
  return settings.REDIS_URL ? openBullQueue(settings.REDIS_URL, log, how) : openInProcessQueue(how)
}

/** A service for one command in its own process: `push` does the work at once. */
export async function openCommandService(parts: Parts): Promise<Service> {
  let handle = async (_id: number) => {}
  const work: Queue['work'] = (how) => {
    handle = how
  }
  const running = new Set<Promise<void>>()
  const push: Queue['push'] = (id) => {
    const run: Promise<void> = handle(id)
      .catch(() => {})
      .finally(() => running.delete(run))
    running.add(run)
    return run
  }
  // The answer can be there before the work has ended, and the database is closed after the queue.
  const queue: Queue = { push, work, close: () => untilLastCall(running) }
  const service = openService(
    { ...parts, connectors: parts.connectors ?? (await loadConnectors(parts.settings)) },
    queue,
  )
  service.attend()
  await service.newsroom.open()
  return service
}

// Loaded only where there is a server: workers and data commands don't need it.
const loadDoors = async () => ({
  ...(await import('./http/server.ts')),
  ...(await import('./http/session.ts')),
  ...(await import('./http/health.ts')),
  ...(await import('./domain/people/password-hashes.ts')),
  ...(await import('./api/routes.ts')),
  ...(await import('./api/graphql/server.ts')),
  ...(await import('./web/routes.ts')),
})

/**
 * The HTTP server with all its entry points; it does not listen yet.
 * @param how `passwordCost`: of new hashes, otherwise today's
 */
export async function openHttp(
  service: Service,
  log: Log,
  { passwordCost }: { passwordCost?: Cost } = {},
): Promise<FastifyInstance> {
  const { db, submit, newsroom, mostAtOnce, publicUrl, connections } = service
  const { apiRoutes, graphqlRoutes, healthRoutes, openHasher, openServer, openSessions, webRoutes } = await loadDoors()
  await newsroom.open()
  const app = await openServer({ log, publicUrl, trustProxy: service.trustedProxies })
  const sessions = openSessions(db, service)
  const { who } = sessions
  healthRoutes(app, db)
  for (const connection of connections) connection.routes?.(app, who)
  apiRoutes(app, { db, who, submit, publicUrl, mostAtOnce })
  graphqlRoutes(app, { db, who, submit, newsroom, publicUrl, mostAtOnce })
  webRoutes(app, {
    db,
    submit,
    newsroom,
    sessions,
    hasher: openHasher(passwordCost),
    preview: async (body, facts) => {
      const { interpretation, outcome, preview } = await explain(db, body, { facts, mostAtOnce })
      return { text: interpretation.text, outcome: { ...outcome, answer: preview } }
    },
  })
  return app
}
