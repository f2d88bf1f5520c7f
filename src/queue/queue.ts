// All that a queue does: carry ids to whoever works. It may lose an id and may bring it twice; the row is the truth.
export interface Queue {
  /** Asks for the work on a delivery. */
  push(deliveryId: number): Promise<void>
  /** Starts to work: each id until `handle` succeeds, again after growing delays when it throws, until the tries are used up. */
  work(handle: (deliveryId: number) => Promise<void>): void
  /** Stops taking new work and waits a while for what is being done. */
  close(): Promise<void>
}

export interface QueueSettings {
  /** How many ids are worked on at the same time. */
  concurrency: number
  /** How often an id is tried before the queue gives it up. */
  attempts: number
}

/** How long whoever stops waits for what is being done, in milliseconds: the rows know what is left. */
export const lastCall = 4_000

/** Waits for work to end, however it does, but not longer than the last call. */
export async function untilLastCall(work: Iterable<Promise<unknown>>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, lastCall)
  })
  await Promise.race([Promise.allSettled(work), late])
  clearTimeout(timer)
}

// What somebody asks us to wait is waited for, within reason.
const longestDelay = 10 * 60_000

/** The delay before the next try, in milliseconds: half a second, doubled each time; what failed may ask for more by its `retryAfter`. */
export const delayAfter = (attempt: number, fault?: unknown): number => {
  const { retryAfter = 0 } = (fault ?? {}) as { retryAfter?: number }
  return Math.max(500 * 2 ** (attempt - 1), Math.min(retryAfter, longestDelay))
}
