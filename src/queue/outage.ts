// Reports an outage once, then once a minute while it lasts, and then its end: a client that reconnects fails several
// times a second.
import type { Log } from '../log.ts'

const everyMinute = 60_000

/** Reports whether a service, with its display name, can be reached. Several connections to it share one. */
export function reportsOutages(
  log: Log,
  service: string,
  now: () => number = Date.now,
): { failed(fault: Error): void; works(): void } {
  let reportedAt: number | undefined
  return {
    failed(fault) {
      if (reportedAt !== undefined && now() - reportedAt < everyMinute) return
      reportedAt = now()
      log.warn({ fault }, `Can't reach ${service}, retrying`)
    },
    works() {
      if (reportedAt === undefined) return
      reportedAt = undefined
      log.warn(`${service} is back`)
    },
  }
}
