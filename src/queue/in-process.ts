// The queue for one process, and for tests: a list in memory. The sweep restores what a crash loses.
import { delayAfter, type Queue, type QueueSettings, untilLastCall } from './queue.ts'

type Handle = (deliveryId: number) => Promise<void>

class InProcessQueue implements Queue {
  readonly #settings: QueueSettings
  readonly #waiting = new Set<number>()
  /** Running, or waiting for a retry. */
  readonly #taken = new Set<number>()
  readonly #running = new Set<Promise<void>>()
  readonly #timers = new Set<NodeJS.Timeout>()
  #handle: Handle | undefined
  #closed = false

  constructor(settings: QueueSettings) {
    this.#settings = settings
  }

  async push(id: number): Promise<void> {
    if (this.#closed || this.#taken.has(id)) return
    this.#waiting.add(id)
    this.#next()
  }

  work(handle: Handle): void {
    this.#handle = handle
    this.#next()
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const timer of this.#timers) clearTimeout(timer)
    await untilLastCall(this.#running)
  }

  #next(): void {
    for (const id of this.#waiting) {
      if (!this.#handle || this.#closed || this.#running.size >= this.#settings.concurrency) return
      this.#waiting.delete(id)
      this.#taken.add(id)
      this.#start(this.#handle, id, 1)
    }
  }

  #start(handle: Handle, id: number, attempt: number): void {
    const run = this.#try(handle, id, attempt).finally(() => {
      this.#running.delete(run)
      this.#next()
    })
    this.#running.add(run)
  }

  async #try(handle: Handle, id: number, attempt: number): Promise<void> {
    try {
      await handle(id)
    } catch (fault) {
      // The handler has recorded the fault; here it only means: retry later.
      if (attempt < this.#settings.attempts) return this.#later(handle, id, attempt + 1, delayAfter(attempt, fault))
    }
    this.#taken.delete(id)
  }

  #later(handle: Handle, id: number, attempt: number, delay: number): void {
    if (this.#closed) return
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#start(handle, id, attempt)
    }, delay)
    this.#timers.add(timer)
  }
}

/** A queue that works in this process alone. */
export const openInProcessQueue = (settings: QueueSettings): Queue => new InProcessQueue(settings)
