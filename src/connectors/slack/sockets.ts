// Socket Mode: we connect to Slack instead of Slack calling us, for servers without a public address.

import type { StringIndexed } from '@slack/bolt'
import { SocketModeClient } from '@slack/socket-mode'
import type { WebClientOptions } from '@slack/web-api'
import type { Log } from '../../log.ts'
import { withTimeout } from '../../timeout.ts'
import type { OurReceiver } from './receiver.ts'
import { slackLog } from './slack-log.ts'

/**
 * Slack closes each connection now and then: with two, one is always open. Up to ten are allowed.
 * docs.slack.dev/apis/events-api/using-socket-mode
 */
const connections = 2

const longestPause = 30_000
// How long a stop waits for messages being handled.
const lastCall = 1_000
// A connection that lasts this long is a good one: when it ends, the next one is opened at once.
const steadyAfter = 10_000

interface Envelope {
  ack(response?: unknown): Promise<void>
  body: StringIndexed
}

export interface Sockets {
  open(): void
  close(): Promise<void>
}

export function openSockets(
  receiver: OurReceiver,
  { appToken, client, log }: { appToken: string; client: WebClientOptions; log: Log },
): Sockets {
  const all = Array.from({ length: connections }, () => new Socket(receiver, { appToken, client, log }))
  return {
    open() {
      for (const one of all) one.open()
    },
    close: async () => void (await Promise.all(all.map((one) => one.close()))),
  }
}

// The library's own reconnect ends the process when Slack is unreachable: its start is rejected, and nothing handles
// the rejection.
class Socket {
  readonly #client: SocketModeClient
  readonly #log: Log
  readonly #taking = new Set<Promise<void>>()
  #closed = false
  #failures = 0
  #timer: NodeJS.Timeout | undefined
  #steady: NodeJS.Timeout | undefined

  constructor(
    receiver: OurReceiver,
    { appToken, client, log }: { appToken: string; client: WebClientOptions; log: Log },
  ) {
    this.#log = log
    this.#client = new SocketModeClient({
      appToken,
      clientOptions: client,
      autoReconnectEnabled: false,
      logger: slackLog(log),
    })
    this.#client.on('slack_event', (envelope: Envelope) => {
      const take = this.#take(receiver, envelope).finally(() => this.#taking.delete(take))
      this.#taking.add(take)
    })
    this.#client.on('connected', () => {
      this.#steady = setTimeout(() => {
        this.#failures = 0
      }, steadyAfter).unref()
      if (this.#closed) void this.#client.disconnect()
    })
    this.#client.on('disconnected', () => this.#again())
  }

  open(): void {
    if (this.#closed) return
    this.#client.start().catch((fault: unknown) => {
      this.#log.warn({ fault }, 'Slack cannot be reached; will try again')
      this.#again()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await withTimeout(Promise.all(this.#taking), lastCall, () => {})
    await this.#client.disconnect()
  }

  // At once the first time, because Slack requests a reconnect now and then.
  #again(): void {
    clearTimeout(this.#steady)
    if (this.#closed || this.#timer) return
    const pause =
      this.#failures === 0 ? 0 : Math.min(1_000 * 2 ** (this.#failures - 1), longestPause) * (0.5 + Math.random())
    this.#failures += 1
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.open()
    }, pause)
  }

  // Slack resends what isn't acknowledged.
  async #take(receiver: OurReceiver, { ack, body }: Envelope): Promise<void> {
    try {
      const given = await receiver.handle(body)
      // An empty text would be sent as a message.
      await ack(given || undefined)
    } catch (fault) {
      this.#log.warn({ fault }, 'not acknowledged to Slack')
    }
  }
}
