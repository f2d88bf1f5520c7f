// How Slack reaches an app: signed requests over HTTP, or envelopes over Socket Mode. Either way it waits three
// seconds.
import { createHmac } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FakeSlack } from './server.ts'
import { type Envelope, NoAnswer } from './sockets.ts'
import type { Json } from './world.ts'

// docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
const patience = 3_000

export interface Ack {
  status: number
  type: string
  body: string
  ms: number
  /** The app asks not to be told this event again. */
  noRetry: boolean
}

export interface Line {
  /** Sends, and waits for the acknowledgement; `NoAnswer` if there is none. */
  send(envelope: Envelope): Promise<Ack>
}

/** The headers that show that a body comes from Slack (docs.slack.dev/authentication/verifying-requests-from-slack). */
export function sign(
  signingSecret: string,
  body: string,
  timestamp = Math.floor(Date.now() / 1000),
): Record<string, string> {
  const digest = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')
  return { 'x-slack-request-timestamp': String(timestamp), 'x-slack-signature': `v0=${digest}` }
}

const form = (fields: Json): string => new URLSearchParams(fields as Record<string, string>).toString()

function written({ type, payload }: Envelope): { body: string; type: string } {
  if (type === 'events_api') return { body: JSON.stringify(payload), type: 'application/json' }
  const fields = type === 'slash_commands' ? payload : { payload: JSON.stringify(payload) }
  return { body: form(fields), type: 'application/x-www-form-urlencoded' }
}

/** Posts as Slack does; gives up after three seconds. */
export async function post(url: string, body: string, headers: Record<string, string>): Promise<Ack> {
  const begun = performance.now()
  try {
    const signal = AbortSignal.timeout(patience)
    const answer = await fetch(url, { method: 'POST', body, headers, signal, redirect: 'manual' })
    const said = await answer.text()
    const type = answer.headers.get('content-type') ?? ''
    const noRetry = answer.headers.get('x-slack-no-retry') === '1'
    return { status: answer.status, type, body: said, ms: performance.now() - begun, noRetry }
  } catch (problem) {
    throw new NoAnswer((problem as Error).name === 'TimeoutError' ? 'http_timeout' : 'connection_failed', {
      cause: problem,
    })
  }
}

export const httpLine = (slack: FakeSlack, url: string): Line => ({
  send(envelope) {
    const { body, type } = written(envelope)
    const { attempt, reason } = envelope.retry ?? {}
    return post(url, body, {
      'content-type': type,
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      ...sign(slack.signingSecret, body),
      ...(attempt && { 'x-slack-retry-num': String(attempt), 'x-slack-retry-reason': String(reason) }),
    })
  },
})

export const socketLine = (slack: FakeSlack): Line => ({
  async send(envelope) {
    const begun = performance.now()
    const payload = await slack.sockets.deliver(envelope, patience)
    const body = envelope.answerable && Object.keys(payload).length > 0 ? JSON.stringify(payload) : ''
    return { status: 200, type: 'application/json', body, ms: performance.now() - begun, noRetry: false }
  },
})

/** What became of an event: the status of each attempt, or why there was no answer. */
export interface Delivery {
  event: string
  attempts: (number | string)[]
  /** What was sent. */
  payload: Json
}

const isGood = (attempt: number | string): boolean => typeof attempt === 'number' && attempt >= 200 && attempt < 300

/** Sends an event until it is taken: once, and three times again (docs.slack.dev/apis/events-api/#retries). */
export async function sendEvent(line: Line, payload: Json, delays: readonly number[]): Promise<Delivery> {
  const attempts: (number | string)[] = []
  const { type: event } = payload.event as { type: string }
  for (const delay of [0, ...delays]) {
    await sleep(delay)
    const last = attempts.at(-1)
    const retry =
      last === undefined
        ? undefined
        : { attempt: attempts.length, reason: typeof last === 'string' ? last : 'http_error' }
    const envelope: Envelope = { type: 'events_api', payload, answerable: false, retry }
    const ack = await line.send(envelope).catch((problem: unknown) => {
      if (problem instanceof NoAnswer) return problem.message
      throw problem
    })
    const attempt = typeof ack === 'string' ? ack : ack.status
    attempts.push(attempt)
    if (isGood(attempt) || (typeof ack !== 'string' && ack.noRetry)) break
  }
  return { event, attempts, payload }
}
