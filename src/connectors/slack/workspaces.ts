// The workspaces that we were let into, and how to speak in each: with the one token of the settings, or with those that installing left.
import { WebClient, type WebClientOptions } from '@slack/web-api'
import { findInstallation, forgetInstallation, keepInstallation } from '../../domain/installations.ts'
import type { Log } from '../../log.ts'
import type { House } from '../connector.ts'
import { openSeal } from '../seal.ts'
import { patience } from './calls.ts'
import type { SlackSettings } from './settings.ts'
import { slackLog } from './slack-log.ts'

export interface Workspaces {
  /** Speaks in a workspace; undefined if we were not let in. */
  client(team: string): Promise<WebClient | undefined>
  /** Keeps what lets us into a workspace. */
  keep(workspace: { id: string; name: string; token: string; userId: number | null }): Promise<void>
  forget(team: string): Promise<void>
  /** Asks whose the token of the settings is; until that is known, it is taken to be of the workspace that speaks. */
  learn(): Promise<void>
}

/** How Slack is spoken to: once, as the queue tries again. */
export const clientOptions = ({ SLACK_API_URL }: Pick<SlackSettings, 'SLACK_API_URL'>, log: Log): WebClientOptions => ({
  slackApiUrl: SLACK_API_URL,
  retryConfig: { retries: 0 },
  rejectRateLimitedCalls: true,
  timeout: patience,
  logger: slackLog(log),
})

// A token that was taken back elsewhere is noticed after so long, in milliseconds.
const remembered = 60_000
const via = 'slack'

export function openWorkspaces(settings: SlackSettings, { db, log }: Pick<House, 'db' | 'log'>): Workspaces {
  const options = clientOptions(settings, log)
  const seal = settings.SLACK_TOKEN_KEY ? openSeal(settings.SLACK_TOKEN_KEY) : undefined
  const own = settings.SLACK_BOT_TOKEN ? new WebClient(settings.SLACK_BOT_TOKEN, options) : undefined
  let ownTeam: string | undefined
  const known = new Map<string, { client: WebClient | undefined; until: number }>()

  async function installed(team: string): Promise<WebClient | undefined> {
    const before = known.get(team)
    if (before && before.until > Date.now()) return before.client
    const found = seal && (await findInstallation(db, via, team))
    const client = found && seal ? new WebClient(seal.open(found.sealed), options) : undefined
    known.set(team, { client, until: Date.now() + remembered })
    return client
  }

  return {
    async client(team) {
      const isOwn = own && (ownTeam === undefined ? !seal : ownTeam === team)
      return isOwn ? own : ((await installed(team)) ?? (ownTeam === undefined ? own : undefined))
    },
    async keep({ id, name, token, userId }) {
      if (!seal) throw new Error('there is no key to seal tokens with')
      await keepInstallation(db, { via, externalId: id, name, sealed: seal.close(token), userId })
      known.delete(id)
    },
    async forget(team) {
      await forgetInstallation(db, via, team)
      known.delete(team)
    },
    async learn() {
      const answer = await own?.auth.test()
      ownTeam = answer?.team_id ?? ownTeam
    },
  }
}
