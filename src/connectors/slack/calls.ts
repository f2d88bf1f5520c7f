// Asking Slack for something: what it will never do is told apart from what it may do later.
import { WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api'

/** Undefined: it is done. */
export type Given = { cannot: string } | undefined

/** How long we wait for an answer, in milliseconds: Slack can be slow, and what it did although we did not wait would be done twice. */
export const patience = 15_000

// Errors that pass. Each method's page has the list: docs.slack.dev/reference/methods/chat.postEphemeral#errors
const passing: ReadonlySet<string> = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'ratelimited',
  'team_added_to_org',
])
// It is as we want it.
const wanted: ReadonlySet<string> = new Set(['already_reacted'])

/** Slack asks to wait that long. */
export const later = (seconds: number) => Object.assign(new Error(`Slack asks to wait ${seconds} seconds`), { retryAfter: seconds * 1_000 })

/**
 * Calls a method of Slack's API.
 * @throws what passes: no connection, no answer in time, a limit (with `retryAfter`)
 */
export async function call(ask: () => Promise<unknown>): Promise<Given> {
  try {
    await ask()
    return undefined
  } catch (fault) {
    if (fault instanceof WebAPIRateLimitedError) throw later(fault.retryAfter)
    const error = fault instanceof WebAPIPlatformError ? fault.data.error : undefined
    if (error === undefined || passing.has(error)) throw fault
    return wanted.has(error) ? undefined : { cannot: error }
  }
}

/** Waits for something, but not longer than that many milliseconds. @throws what goes wrong within the time; later it goes to `late` */
export async function withinTime(work: Promise<void>, milliseconds: number, late: (fault: unknown) => void): Promise<void> {
  let isOver = false
  const guarded = work.catch((fault: unknown) => {
    if (!isOver) throw fault
    late(fault)
  })
  const timer = new Promise<void>((resolve) => setTimeout(resolve, milliseconds).unref())
  await Promise.race([guarded, timer])
  isOver = true
}
