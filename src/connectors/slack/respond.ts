// Answering at a `response_url`: Slack sends it along, and it is checked before anything is sent there.
import type { House } from '../connector.ts'
import { ForbiddenAddress, hostOf, openPostJson } from '../outgoing.ts'
import { type Given, later, patience } from './calls.ts'
import type { SlackSettings } from './settings.ts'

/** Posts a message to a `response_url`, which accepts five messages within thirty minutes. docs.slack.dev/interactivity/handling-user-interaction#message_responses */
export type Respond = (url: string, message: object) => Promise<Given>

const slackHosts = /(?:^|\.)slack(?:-gov)?\.com$/

/** Creates a client for Slack's URLs, and those of the server at SLACK_API_URL. */
export function openRespond({ SLACK_API_URL }: SlackSettings, { privateHosts }: Pick<House, 'privateHosts'>): Respond {
  const api = new URL(SLACK_API_URL)
  const expects = (url: URL) => url.host === api.host || (url.protocol === 'https:' && url.port === '' && slackHosts.test(url.hostname))
  const post = openPostJson({ expects, privateHosts: [...privateHosts, hostOf(api)] })
  return async (url, message) => {
    const answer = await post(url, message, patience).catch((fault: unknown) => {
      if (fault instanceof ForbiddenAddress) return fault
      throw fault
    })
    if (answer instanceof ForbiddenAddress) return { cannot: `response_url is ${answer.message}` }
    const { status, headers, text } = answer
    if (status === 429) throw later(Number(headers['retry-after']) || 1)
    if (status >= 500) throw new Error(`response_url answered ${status}`)
    return status >= 200 && status < 300 ? undefined : { cannot: `response_url ${status} ${text.slice(0, 200)}` }
  }
}
