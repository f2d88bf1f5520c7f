// All that a queue does: carry ids to workers. It may lose an id or deliver it twice; the row is the truth.
import { withTimeout } from '../timeout.ts'

export interface Queue {
  /** Queues the work on a delivery. */
  push(deliveryId: number): Promise<void>
  /**
   * Starts working: runs each id until `handle` succeeds, with growing delays after failures, until the attempts are
   * used up.
   */
  work(handle: (deliveryId: number) => Promise<void>): void
  /** Stops taking new work and waits a while for running work. */
  close(): Promise<void>
}

export interface QueueSettings {
  /** How many ids are processed at the same time. */
  concurrency: number
  /** How many attempts an id gets before the queue gives it up. */
  attempts: number
}

/** How long a stop waits for running work, in milliseconds: the rows know what is left. */
export const lastCall = 4_000

/** Waits for work to end, in any way, but not longer than the last call. */
export const untilLastCall = async (work: Iterable<Promise<unknown>>): Promise<void> =>
  void (await withTimeout(Promise.allSettled(work), lastCall, () => {}))

// A requested delay is respected, within reason.
const longestDelay = 10 * 60_000

/**
 * The delay before the next attempt, in milliseconds: half a second, doubled each time; the failure can ask for more
 * with its `retryAfter`.
 */
export const delayAfter = (attempt: number, fault?: unknown): number => {
  const { retryAfter = 0 } = (fault ?? {}) as { retryAfter?: number }
  return Math.max(500 * 2 ** (attempt - 1), Math.min(retryAfter, longestDelay))
}
