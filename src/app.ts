// The wiring: the only file that knows every room.
import type { FastifyInstance } from 'fastify'
import type { Workplace } from './command-line/commands.ts'
import type { Settings } from './config.ts'
import type { Log } from './log.ts'
import type { Receive, Reply } from './pipeline/comment.ts'
import { explain } from './pipeline/explain.ts'
import { openReceive } from './pipeline/receive.ts'
import { keepSweeping } from './pipeline/sweep.ts'
import { openHear } from './pipeline/wait.ts'
import { openWork } from './pipeline/work.ts'
import { openBullQueue } from './queue/bullmq.ts'
import { openInProcessQueue } from './queue/in-process.ts'
import type { Queue } from './queue/queue.ts'
import { type Database, openPostgres, overPglite } from './storage/db.ts'
import { openEmbedded } from './storage/embedded.ts'
import { migrateEmbedded, misfit, schemaState } from './storage/migrate.ts'
import { type Newsroom, newsroomOf } from './storage/notify.ts'

/** A schema that does not fit this program, in words for the operator. */
export class SchemaMisfit extends Error {}

/** The opened database; `announce` tells other processes where to talk to the one that holds the embedded one. */
export interface OpenDatabase extends Database {
  announce(address: string): void
}

/**
 * Opens the database that the settings name. The embedded one is brought up to date.
 * @throws FolderError, SchemaMisfit
 */
export async function openDatabase(settings: Settings): Promise<OpenDatabase> {
  const database = settings.DATABASE_URL
    ? { ...openPostgres(settings.DATABASE_URL, settings.DATABASE_CONNECTIONS), announce: () => {} }
    : await openFolder(settings)
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

async function openFolder(settings: Settings): Promise<OpenDatabase> {
  const embedded = await openEmbedded(settings.ROLOBOT_DATA)
  return { ...overPglite(embedded.pglite, embedded.close), announce: embedded.announce }
}

export interface Parts {
  settings: Settings
  database: Database
  log: Log
  /** How to answer at each connector. Doors of our own need none: the stored outcome is the answer. */
  replies?: ReadonlyMap<string, Reply>
}

/** Everything behind the doors. */
export interface Service extends Workplace {
  receive: Receive
  newsroom: Newsroom
  /** Takes on work from the queue, and sees to what got stuck. */
  work(): void
  close(): Promise<void>
}

const publicUrlOf = ({ PUBLIC_URL, HOST, PORT }: Settings) => PUBLIC_URL ?? `http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${PORT}`

/** Puts the service together. It works on nothing before `work`. Closing it leaves the database open. */
export function openService({ settings, database, log, replies = new Map() }: Parts, queue: Queue = openQueue(settings, log)): Service {
  const { db } = database
  const newsroom = newsroomOf(database)
  const receive = openReceive({ db, queue, log })
  const hear = openHear({ db, receive, newsroom })
  const mostAtOnce = settings.CONTACTS_PER_CHANGE
  const handle = openWork({ db, mostAtOnce, replies, attempts: settings.WORK_ATTEMPTS, log })
  let stopSweeping = async () => {}
  return {
    db,
    queue,
    newsroom,
    receive,
    hear,
    mostAtOnce,
    publicUrl: publicUrlOf(settings),
    work() {
      queue.work(handle)
      stopSweeping = keepSweeping({ db, queue, log }, settings.SWEEP_SECONDS)
    },
    async close() {
      await stopSweeping()
      await queue.close()
    },
  }
}

function openQueue(settings: Settings, log: Log): Queue {
  const how = { concurrency: settings.WORK_CONCURRENCY, attempts: settings.WORK_ATTEMPTS }
  return settings.REDIS_URL ? openBullQueue(settings.REDIS_URL, log, how) : openInProcessQueue(how)
}

/** A service for one command in a process of its own: whoever pushes does the work at once. */
export async function openCommandService(parts: Parts): Promise<Service> {
  const { settings, database, log, replies = new Map() } = parts
  const handle = openWork({ db: database.db, mostAtOnce: settings.CONTACTS_PER_CHANGE, replies, attempts: settings.WORK_ATTEMPTS, log })
  const service = openService(parts, { push: (id) => handle(id).catch(() => {}), work: () => {}, close: async () => {} })
  await service.newsroom.open()
  return service
}

// Loaded where there is a server: a worker, or a command on the data, needs none of them.
const loadDoors = async () => ({
  ...(await import('./http/server.ts')),
  ...(await import('./http/session.ts')),
  ...(await import('./http/health.ts')),
  ...(await import('./api/routes.ts')),
  ...(await import('./api/graphql/server.ts')),
  ...(await import('./web/routes.ts')),
})

/** The HTTP server with all its doors; it does not listen yet. */
export async function openHttp({ db, hear, newsroom, mostAtOnce, publicUrl }: Service, log: Log): Promise<FastifyInstance> {
  const { apiRoutes, forgetSession, graphqlRoutes, healthRoutes, keepSession, openServer, openWho, webRoutes } = await loadDoors()
  await newsroom.open()
  const app = await openServer({ log, publicUrl })
  const who = openWho(db)
  const secure = publicUrl.startsWith('https:')
  healthRoutes(app, db)
  apiRoutes(app, { db, who, hear, publicUrl, mostAtOnce })
  graphqlRoutes(app, { db, who, hear, newsroom, publicUrl, mostAtOnce })
  webRoutes(app, {
    db,
    who,
    hear,
    newsroom,
    session: { keep: (reply, secret) => keepSession(reply, secret, secure), forget: forgetSession },
    preview: async (body, facts) => {
      const { interpretation, outcome } = await explain(db, body, { facts, mostAtOnce })
      return { text: interpretation.text, sentences: outcome.answer }
    },
  })
  return app
}
