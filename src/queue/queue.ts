// All that a queue does: carry ids to whoever works. It may lose an id and may bring it twice; the row is the truth.
export interface Queue {
  /** Asks for the work on a delivery. */
  push(deliveryId: number): Promise<void>
  /** Starts to work: each id until `handle` succeeds, again after growing delays when it throws, until the tries are used up. */
  work(handle: (deliveryId: number) => Promise<void>): void
  /** Stops taking new work and waits for what is being done. */
  close(): Promise<void>
}

export interface QueueSettings {
  /** How many ids are worked on at the same time. */
  concurrency: number
  /** How often an id is tried before the queue gives it up. */
  attempts: number
}

/** The delay before the next try, in milliseconds: half a second, doubled each time. */
export const delayAfter = (attempt: number): number => 500 * 2 ** (attempt - 1)
