// The queue for many processes: BullMQ on Redis. Finished and failed jobs are removed: the result of a delivery is in
// its row.
import { Queue as BullQueue, Worker } from 'bullmq'
import { Cluster, Redis } from 'ioredis'
import type { Log } from '../log.ts'
import { reportsOutages } from './outage.ts'
import { delayAfter, type Queue, type QueueSettings, untilLastCall } from './queue.ts'

const name = 'deliveries'
// In a cluster, all keys of a queue must be in one slot: the braces ensure that.
const defaultPrefix = '{rolobot}'
// How long after a worker's death its jobs go to another.
const stalledAfter = 10_000

/** Connects to one Redis, or to a cluster when several addresses are given. */
export function connectRedis(addresses: readonly string[], options: { forWorker: boolean }): Redis | Cluster {
  // A worker waits for Redis as long as it takes; a push fails at once while Redis is unavailable, and the sweep makes
  // up for it.
  const how = options.forWorker
    ? { maxRetriesPerRequest: null, enableAutoPipelining: true }
    : { maxRetriesPerRequest: 1, enableOfflineQueue: false, commandTimeout: 5_000, enableAutoPipelining: true }
  if (addresses.length > 1)
    return new Cluster([...addresses], { redisOptions: { maxRetriesPerRequest: how.maxRetriesPerRequest } })
  return new Redis(addresses[0] as string, { ...how, retryStrategy: (times) => Math.min(times * 100, 2_000) })
}

/** A queue on Redis. Losing Redis loses nothing: pushes fail until it is back, and the sweep brings what was missed. */
export function openBullQueue(
  addresses: readonly string[],
  log: Log,
  settings: QueueSettings & { prefix?: string },
): Queue {
  const { concurrency, attempts, prefix = defaultPrefix } = settings
  const connection = connectRedis(addresses, { forWorker: false })
  const queue = new BullQueue(name, { connection, prefix, skipVersionCheck: true })
  const workers: Worker[] = []
  const running = new Set<Promise<void>>()
  const connections = [connection]
  const outages = reportsOutages(log, 'Redis')
  const watch = (one: Redis | Cluster) => one.on('error', outages.failed).on('ready', outages.works)
  watch(connection)
  queue.on('error', () => {})

  return {
    async push(id) {
      // BullMQ refuses ids made only of digits. The same id twice is one job.
      await queue.add(
        'apply',
        { deliveryId: id },
        { jobId: `delivery-${id}`, attempts, backoff: { type: 'custom' }, removeOnComplete: true, removeOnFail: true },
      )
    },
    work(handle) {
      const own = connectRedis(addresses, { forWorker: true })
      watch(own)
      connections.push(own)
      const noted = (run: Promise<void>) => running.add(run) && run.finally(() => running.delete(run))
      const worker = new Worker(name, (job) => noted(handle(job.data.deliveryId)), {
        connection: own,
        prefix,
        concurrency,
        lockDuration: stalledAfter,
        stalledInterval: stalledAfter,
        settings: { backoffStrategy: (attempt, _, fault) => delayAfter(attempt, fault) },
        skipVersionCheck: true,
      })
      worker.on('error', () => {})
      workers.push(worker)
    },
    async close() {
      // BullMQ would wait forever for an unavailable Redis. Running work is waited for here, and what Redis was not
      // told is delivered again.
      const closed = Promise.all(workers.map((worker) => worker.close())).then(() => queue.close())
      await untilLastCall([closed, ...running])
      for (const one of connections) one.disconnect()
    },
  }
}
