// The whole service in this process, on a database of its own; on Postgres and Redis when the stories run there.
import { randomUUID } from 'node:crypto'
import { loadConnectors, openHttp, openService, type Service } from '../../../src/app.ts'
import { readSettings } from '../../../src/config.ts'
import { connectors } from '../../../src/connectors/index.ts'
import { type Log, openLog } from '../../../src/log.ts'
import type { Answer, Reply } from '../../../src/pipeline/comment.ts'
import { openBullQueue } from '../../../src/queue/bullmq.ts'
import { openInProcessQueue } from '../../../src/queue/in-process.ts'
import type { Queue } from '../../../src/queue/queue.ts'
import type { Database } from '../../../src/storage/db.ts'
import { holdToDocument } from '../api/documented.ts'
import { atEnd } from './at-end.ts'
import { freshDatabase, onServices } from './db.ts'
import { redisUrl } from './services.ts'

export interface RunningService extends Service {
  database: Database
  /** Where it listens. */
  url: string
  /** What was answered at the place of speech named `chat`, in order. */
  chat: { place: string; answer: Answer }[]
}

export interface Wanted {
  environment?: Record<string, string>
  database?: Database
  queue?: Queue
  /** Stands in for the answering half of a connector named `chat`. */
  reply?: Reply
  /** Leave the queue alone: nothing is applied before `work` is called. */
  idle?: boolean
  log?: Log
}

export const testLog = openLog(process.env.TEST_LOG ?? 'silent')

/** The queue of this run of the stories. Each has a corner of Redis to itself. */
export const freshQueue = (concurrency = 10, attempts = 8): Queue =>
  onServices
    ? openBullQueue([redisUrl], testLog, { concurrency, attempts, prefix: `{test-${randomUUID()}}` })
    : openInProcessQueue({ concurrency, attempts })

/** Starts a service; it is stopped after the test that starts it, or after the file's last one. */
export async function startService(wanted: Wanted = {}): Promise<RunningService> {
  const settings = readSettings({ LOG_LEVEL: 'silent', PORT: '0', ...wanted.environment }, connectors)
  const log = wanted.log ?? testLog
  const database = wanted.database ?? (await freshDatabase())
  const chat: RunningService['chat'] = []
  const note: Reply = async (place, answer) => {
    chat.push({ place, answer })
    return undefined
  }
  const replies = new Map([['chat', wanted.reply ?? note]])
  const service = openService(
    { settings, database, log, replies, connectors: await loadConnectors(settings) },
    wanted.queue ?? freshQueue(settings.WORK_CONCURRENCY, settings.WORK_ATTEMPTS),
  )
  const http = await openHttp(service, log, { passwordCost: { ln: 5, r: 8, p: 1 } })
  holdToDocument(http)
  const url = await http.listen({ port: settings.PORT, host: '127.0.0.1' })
  if (!wanted.idle) service.work()
  for (const connection of service.connections) connection.listen?.()
  let closing: Promise<void> | undefined
  const closeAll = async () => {
    await http.close()
    await service.close()
    await database.close()
  }
  const close = () => {
    closing ??= closeAll()
    return closing
  }
  atEnd(close)
  return { ...service, database, url, chat, close }
}
