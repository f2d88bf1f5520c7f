// Slack's libraries log through our logger. Their details contain what users wrote, so they are left out.
import { type Logger, LogLevel } from '@slack/bolt'
import { reasonOf } from '../../faults.ts'
import type { Log } from '../../log.ts'

const words = (given: unknown[]) => given.map((one) => (one instanceof Error ? reasonOf(one) : String(one))).join(' ')

export const slackLog = (log: Log): Logger => ({
  debug() {},
  info: (...given) => log.debug({ slack: words(given) }, 'Slack'),
  warn: (...given) => log.debug({ slack: words(given) }, 'Slack'),
  error: (...given) => log.warn({ slack: words(given) }, 'Slack'),
  setLevel() {},
  getLevel: () => LogLevel.INFO,
  setName() {},
})
