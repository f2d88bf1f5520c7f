// Bolt without its own server: requests over HTTP or a socket go in here, and are acknowledged when they are safe.
import { type App, isValidSlackRequest, type Receiver, type StringIndexed } from '@slack/bolt'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../../log.ts'
import { withTimeout } from '../../timeout.ts'
import { sendAgain } from '../chat/deadlines.ts'

// Slack waits three seconds. docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
const patience = 2_800

/** What Slack shows if we have no answer: a text for a command, an empty list for a field, the same text for a form. */
function tooLate({ command, type }: StringIndexed): unknown {
  if (command) return { response_type: 'ephemeral', text: sendAgain }
  if (type === 'block_suggestion') return { options: [] }
  return type === 'view_submission' ? { response_action: 'errors', errors: { issue: sendAgain } } : undefined
}

// How many handled events are remembered.
const mostRemembered = 1_000

/**
 * Receives for Bolt. Events are acknowledged after they were handled, so that none is lost: Slack resends those that
 * were not.
 */
export class OurReceiver implements Receiver {
  #app: App | undefined
  readonly #log: Log
  readonly #events = new Map<string, Promise<unknown>>()
  readonly #running = new Set<Promise<unknown>>()

  constructor(log: Log) {
    this.#log = log
  }

  init(app: App): void {
    this.#app = app
  }

  async start(): Promise<void> {}

  /** Waits for work in progress, as long as Slack waits. */
  async stop(): Promise<void> {
    await withTimeout(Promise.allSettled(this.#running), patience, () => {})
  }

  /**
   * Handles what Slack sends.
   * @returns the acknowledgment
   * @throws if an event could not be handled, and is to be resent
   */
  handle(body: StringIndexed): Promise<unknown> {
    const name = body.type === 'event_callback' && typeof body.event_id === 'string' ? body.event_id : undefined
    const before = name === undefined ? undefined : this.#events.get(name)
    if (before) return before
    const handled = this.#process(body)
    if (name !== undefined) this.#remember(name, handled)
    return handled
  }

  #process(body: StringIndexed): Promise<unknown> {
    const isEvent = body.type === 'event_callback'
    const handled = new Promise<unknown>((resolve, reject) => {
      let acknowledged: unknown
      const ack = async (given?: unknown) => {
        acknowledged = given
        if (!isEvent) resolve(given)
      }
      const run = (this.#app as App)
        .processEvent({ body, ack })
        .then(() => resolve(acknowledged))
        .catch((fault: unknown) => {
          this.#log.error({ fault }, 'something from Slack could not be dealt with')
          if (isEvent) reject(fault)
          else resolve(tooLate(body))
        })
        .finally(() => this.#running.delete(run))
      this.#running.add(run)
    })
    // An event that takes too long is resent, and found done.
    return isEvent ? handled : withTimeout(handled, patience, () => tooLate(body))
  }

  #remember(name: string, handled: Promise<unknown>): void {
    this.#events.set(name, handled)
    handled.catch(() => this.#events.delete(name))
    for (const oldest of this.#events.keys()) {
      if (this.#events.size <= mostRemembered) break
      this.#events.delete(oldest)
    }
  }
}

const bodyLimit = 1024 * 1024

export const eventsPath = '/slack/events'

/** Adds the route to which Slack sends everything. */
export function receiveOverHttp(http: FastifyInstance, receiver: OurReceiver, signingSecret: string | undefined): void {
  http.register(async (slack) => {
    // The signature covers the raw bytes, whatever their content type.
    slack.removeAllContentTypeParsers()
    slack.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, async (_: FastifyRequest, body: Buffer) => body)
    slack.post(eventsPath, (request, reply) => answer(request, reply, { receiver, signingSecret }))
  })
}

const refused = (statusCode: number, message: string) => Object.assign(new Error(message), { statusCode })

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { receiver, signingSecret }: { receiver: OurReceiver; signingSecret: string | undefined },
): Promise<FastifyReply> {
  const text = Buffer.isBuffer(request.body) ? request.body.toString('utf8') : ''
  const type = String(request.headers['content-type'] ?? '').split(';')[0]
  // Unsigned. docs.slack.dev/interactivity/implementing-slash-commands
  if (type === form && new URLSearchParams(text).get('ssl_check') === '1') return reply.code(200).send()
  if (!signingSecret || !isSigned(request, text, signingSecret))
    throw refused(401, "The request isn't signed by Slack, or its timestamp is more than five minutes off.")
  const body = read(type, text)
  if (body.type === 'event_callback' && !isObject(body.event)) return reply.code(200).send()
  if (body.type === 'url_verification') return reply.send({ challenge: body.challenge })
  const given = (await receiver.handle(body)) ?? ''
  return typeof given === 'string' ? reply.type('text/plain').send(given) : reply.send(given)
}

// docs.slack.dev/authentication/verifying-requests-from-slack; the library rejects old timestamps, but accepts future
// ones.
const mostSecondsApart = 5 * 60

function isSigned({ headers }: FastifyRequest, body: string, signingSecret: string): boolean {
  const [signature, sentAt] = [String(headers['x-slack-signature']), Number(headers['x-slack-request-timestamp'])]
  const signed = { 'x-slack-signature': signature, 'x-slack-request-timestamp': sentAt }
  return sentAt - Date.now() / 1000 <= mostSecondsApart && isValidSlackRequest({ signingSecret, body, headers: signed })
}

const form = 'application/x-www-form-urlencoded'

/** Events come as JSON, commands as a form, and interactions as JSON in a form. */
function read(type: string | undefined, text: string): StringIndexed {
  if (type === 'application/json') return parsed(text)
  if (type !== form) throw refused(415, 'Slack sends JSON or a form.')
  const fields = new URLSearchParams(text)
  const payload = fields.get('payload')
  return payload === null ? Object.fromEntries(fields) : parsed(payload)
}

const isObject = (value: unknown): value is StringIndexed =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function parsed(text: string): StringIndexed {
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch {
    // Reported below.
  }
  throw refused(400, "The body isn't a JSON object.")
}
