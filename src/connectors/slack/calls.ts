// Calling Slack: errors that are permanent are distinguished from those that are transient.
import { WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api'
import { type GivenUp, later } from '../chat/answers.ts'
import { slackChat } from './slack-chat.ts'

// Transient errors. Each method's page has the list: docs.slack.dev/reference/methods/chat.postEphemeral#errors
const passing: ReadonlySet<string> = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'ratelimited',
  'team_added_to_org',
])
// The desired state already holds.
const wanted: ReadonlySet<string> = new Set(['already_reacted'])

/**
 * Calls a method of Slack's API.
 * @throws transient errors: no connection, no response in time, a rate limit (with `retryAfter`)
 */
export async function call(ask: () => Promise<unknown>): Promise<GivenUp> {
  try {
    await ask()
    return undefined
  } catch (fault) {
    if (fault instanceof WebAPIRateLimitedError) throw later(slackChat, fault.retryAfter)
    const error = fault instanceof WebAPIPlatformError ? fault.data.error : undefined
    if (error === undefined || passing.has(error)) throw fault
    return wanted.has(error) ? undefined : { cannot: error }
  }
}
