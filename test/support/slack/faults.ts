// What goes wrong at Slack when a test wants it: limits, errors, answers that come late or get lost.
import type { Json } from './world.ts'

/** A method of the Web API, or all response URLs. */
export type Place = string

type Fault = { kind: 'limit'; retryAfter: number } | { kind: 'fail'; error: string | number } | { kind: 'lose' }

export interface Verdict {
  status: number
  headers?: Record<string, string>
  body: string
}

export function createFaults() {
  const planned = new Map<Place, Fault[]>()
  let delay = 0

  const plan = (place: Place, fault: Fault, times: number) => {
    planned.set(place, [...(planned.get(place) ?? []), ...Array.from({ length: times }, () => fault)])
  }

  return {
    /** How long every answer takes, in milliseconds. */
    delay: (): number => delay,
    slow(milliseconds: number): void {
      delay = milliseconds
    },
    /** The next calls are too many: 429, with the seconds to wait. */
    limit(place: Place, { retryAfter, times = 1 }: { retryAfter: number; times?: number }): void {
      plan(place, { kind: 'limit', retryAfter }, times)
    },
    /** The next calls are refused with a code, or fail with an HTTP status. */
    fail(place: Place, error: string | number, times = 1): void {
      plan(place, { kind: 'fail', error }, times)
    },
    /** The next calls are carried out, and the connection is cut before they are answered. */
    lose(place: Place, times = 1): void {
      plan(place, { kind: 'lose' }, times)
    },
    /** Takes the next fault of a place from the plan. */
    next: (place: Place): Fault | undefined => planned.get(place)?.shift(),
    /** Forgets what is planned. */
    heal(): void {
      planned.clear()
      delay = 0
    },
  }
}

/** The answer that a fault gives instead of ours. */
export function verdictOf(fault: Exclude<Fault, { kind: 'lose' }>): Verdict {
  // docs.slack.dev/apis/web-api/rate-limits
  if (fault.kind === 'limit') {
    const body: Json = { ok: false, error: 'ratelimited' }
    return { status: 429, headers: { 'retry-after': String(fault.retryAfter) }, body: JSON.stringify(body) }
  }
  if (typeof fault.error === 'number') return { status: fault.error, body: 'upstream connect error' }
  return { status: 200, body: JSON.stringify({ ok: false, error: fault.error }) }
}
