// The hosts at which Slack takes answers. Each `response_url` accepts five messages within thirty minutes.
// docs.slack.dev/interactivity/handling-user-interaction#message_responses

import { openRespond, type Respond } from '../chat/answers.ts'
import type { House } from '../connector.ts'
import { hostOf } from '../outgoing.ts'
import type { SlackSettings } from './settings.ts'
import { slackChat } from './slack-chat.ts'

const slackHosts = /(?:^|\.)slack(?:-gov)?\.com$/

/** Creates a client for Slack's URLs, and those of the server at SLACK_API_URL. */
export function respondToSlack(
  { SLACK_API_URL }: SlackSettings,
  { privateHosts }: Pick<House, 'privateHosts'>,
): Respond {
  const api = new URL(SLACK_API_URL)
  const expects = (url: URL) =>
    url.host === api.host || (url.protocol === 'https:' && url.port === '' && slackHosts.test(url.hostname))
  return openRespond(slackChat, { expects, privateHosts: [...privateHosts, hostOf(api)] })
}
