// The workspaces where we are installed, and a client for each: with the one token of the settings, or with those that
// installations left.
import { WebClient, type WebClientOptions } from '@slack/web-api'
import { findInstallation, forgetInstallation, keepInstallation } from '../../domain/people/installations.ts'
import type { Log } from '../../log.ts'
import { patience } from '../chat/answers.ts'
import type { House } from '../connector.ts'
import { openSeal } from '../seal.ts'
import type { SlackSettings } from './settings.ts'
import { slackChat } from './slack-chat.ts'
import { slackLog } from './slack-log.ts'

export interface Workspaces {
  /** A client for a workspace; undefined if we are not installed there. Doesn't call Slack. */
  client(team: string): Promise<WebClient | undefined>
  /**
   * A client for a workspace where we are known to be installed.
   * @throws if Slack has to be asked whose token ours is, and can't be reached
   */
  certain(team: string): Promise<WebClient | undefined>
  /** Stores an installation. */
  keep(workspace: { id: string; name: string; token: string; userId: number | null }): Promise<void>
  /** We were uninstalled from a workspace, at that time. */
  forget(team: string, at: Date): Promise<void>
}

/** How calls to Slack are made: once, because the queue retries. */
export const clientOptions = ({ SLACK_API_URL }: Pick<SlackSettings, 'SLACK_API_URL'>, log: Log): WebClientOptions => ({
  slackApiUrl: SLACK_API_URL,
  retryConfig: { retries: 0 },
  rejectRateLimitedCalls: true,
  timeout: patience,
  logger: slackLog(log),
})

const { via } = slackChat

// How soon, in milliseconds, a token that was revoked elsewhere is noticed.
const remembered = 60_000

/** Sets up the workspaces of the settings. */
export function openWorkspaces(settings: SlackSettings, { db, log }: Pick<House, 'db' | 'log'>): Workspaces {
  const own = openOwn(settings, log)
  const installed = openInstalled(settings, { db, log })
  return {
    client: async (team) =>
      own?.isOf(team) ? own.client : ((await installed?.client(team)) ?? (own?.mayBeOf(team) ? own.client : undefined)),
    async certain(team) {
      const client = await installed?.client(team)
      if (client || !own) return client
      await own.learn()
      return own.isOf(team) ? own.client : undefined
    },
    keep: async (workspace) =>
      installed ? installed.keep(workspace) : Promise.reject(new Error('there is no key to seal tokens with')),
    forget: async (team, at) => installed?.forget(team, at),
  }
}

/** The workspace of the one token in the settings. Slack is asked once which one it is, when that is needed. */
function openOwn(settings: SlackSettings, log: Log) {
  if (!settings.SLACK_BOT_TOKEN) return undefined
  const client = new WebClient(settings.SLACK_BOT_TOKEN, clientOptions(settings, log))
  let own: string | undefined
  return {
    client,
    isOf: (team: string) => own === team,
    mayBeOf: (team: string) => own === undefined || own === team,
    async learn(): Promise<void> {
      if (own === undefined) own = (await client.auth.test()).team_id
    },
  }
}

function openInstalled(settings: SlackSettings, { db, log }: Pick<House, 'db' | 'log'>) {
  if (!settings.SLACK_TOKEN_KEY) return undefined
  const seal = openSeal(settings.SLACK_TOKEN_KEY)
  const known = new Map<string, { client: WebClient; until: number }>()
  const tokenIn = (sealed: string, team: string): string | undefined => {
    try {
      return seal.open(sealed)
    } catch (fault) {
      log.error({ fault, team }, 'the token of a workspace cannot be opened with SLACK_TOKEN_KEY: install there again')
      return undefined
    }
  }
  return {
    async client(team: string): Promise<WebClient | undefined> {
      const before = known.get(team)
      if (before && before.until > Date.now()) return before.client
      known.delete(team)
      const found = await findInstallation(db, via, team)
      const token = found && tokenIn(found.sealed, team)
      if (!token) return undefined
      const client = new WebClient(token, clientOptions(settings, log))
      known.set(team, { client, until: Date.now() + remembered })
      return client
    },
    async keep({ id, name, token, userId }: Parameters<Workspaces['keep']>[0]): Promise<void> {
      await keepInstallation(db, { via, externalId: id, name, sealed: seal.close(token), userId })
      known.delete(id)
    },
    async forget(team: string, at: Date): Promise<void> {
      await forgetInstallation(db, { via, externalId: team }, at)
      known.delete(team)
    },
  }
}
