// `rolobot slack manifest`: YAML that Slack takes, with the addresses, the commands, and the scopes that all of it
// needs.
import type { Manifest } from '@slack/web-api/dist/types/request/manifest.js'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { actions } from '../../../src/quick-actions/index.ts'
import { run } from '../../support/processes/processes.ts'

type Whole = Manifest & Required<Pick<Manifest, 'features' | 'oauth_config' | 'settings'>>

const tokens = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 'secret' }
const install = {
  SLACK_CLIENT_ID: '1.2',
  SLACK_CLIENT_SECRET: 'secret',
  SLACK_TOKEN_KEY: 'x'.repeat(32),
  SLACK_SIGNING_SECRET: 'secret',
}

const PUBLIC_URL = 'https://rolobot.acme.example/team'

/** What is printed, and what it says. */
async function printed(
  environment: Record<string, string>,
  ...options: string[]
): Promise<{ text: string; manifest: Whole }> {
  const { code, out, err } = await run(['slack', 'manifest', ...options], {
    environment: { PUBLIC_URL, ...environment },
  })
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return { text: out, manifest: parse(out) as Whole }
}

let overHttp: Whole
let overSockets: { text: string; manifest: Whole }
let installed: Whole
beforeAll(async () => {
  overHttp = (await printed({})).manifest
  overSockets = await printed({}, '--socket-mode')
  installed = (await printed({ ...install, SLACK_TRUST_EMAIL: '1' })).manifest
})

const textsIn = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(textsIn)
      : []

describe('where Slack reaches us', () => {
  const address = `${PUBLIC_URL}/slack/events`

  test('at one address, in all places', () => {
    const { features, settings, oauth_config } = overHttp
    expect(features.slash_commands?.every(({ url }) => url === address)).toBe(true)
    expect(settings.event_subscriptions?.request_url).toBe(address)
    expect(settings.interactivity).toEqual({
      is_enabled: true,
      request_url: address,
      message_menu_options_url: address,
    })
    expect(settings.socket_mode_enabled).toBe(false)
    expect(features.unfurl_domains).toEqual(['rolobot.acme.example'])
    expect(oauth_config.redirect_urls).toBeUndefined()
  })

  test('nowhere over sockets: no address stands in it', () => {
    const { text, manifest } = overSockets
    expect(text).not.toMatch(/https?:/)
    expect(manifest.settings.socket_mode_enabled).toBe(true)
    expect(manifest.settings.interactivity).toEqual({ is_enabled: true })
    expect({ ...manifest, settings: undefined }).toEqual({
      ...overHttp,
      settings: undefined,
      features: {
        ...overHttp.features,
        slash_commands: overHttp.features.slash_commands?.map(({ url: _, ...command }) => command),
      },
    })
  })

  test.each([
    ['a signing secret', tokens, false],
    ['an app-level token', { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' }, true],
    ['both', { ...tokens, SLACK_APP_TOKEN: 'xapp-1' }, true],
  ])('as the settings say: %s', async (_, environment, expected) => {
    expect((await printed(environment)).manifest.settings.socket_mode_enabled).toBe(expected)
  })

  test('installing into several workspaces comes back to us', () => {
    expect(installed.oauth_config.redirect_urls).toEqual([`${PUBLIC_URL}/slack/oauth_redirect`])
  })
})

// As the types of Slack's own client document them; the names of shortcuts:
// docs.slack.dev/interactivity/implementing-shortcuts.
const limits: readonly [what: string, values: (manifest: Whole) => readonly string[], most: number][] = [
  ['the name', ({ display_information }) => [display_information.name], 35],
  ['the description', ({ display_information }) => [display_information.description ?? ''], 140],
  ['the name of the bot user', ({ features }) => [features.bot_user?.display_name ?? ''], 80],
  ['commands', ({ features }) => features.slash_commands?.map(({ command }) => command) ?? [], 32],
  [
    'descriptions of commands',
    ({ features }) => features.slash_commands?.map(({ description }) => description) ?? [],
    2_000,
  ],
  ['usage hints', ({ features }) => features.slash_commands?.map(({ usage_hint }) => usage_hint ?? '') ?? [], 1_000],
  ['names of shortcuts', ({ features }) => features.shortcuts?.map(({ name }) => name) ?? [], 24],
  ['callback ids', ({ features }) => features.shortcuts?.map(({ callback_id }) => callback_id) ?? [], 255],
  ['descriptions of shortcuts', ({ features }) => features.shortcuts?.map(({ description }) => description) ?? [], 150],
]

const counts: readonly [what: string, values: (manifest: Whole) => readonly unknown[], most: number][] = [
  ['commands', ({ features }) => features.slash_commands ?? [], 50],
  ['shortcuts', ({ features }) => features.shortcuts ?? [], 10],
  ['domains', ({ features }) => features.unfurl_domains ?? [], 5],
  ['scopes', ({ oauth_config }) => oauth_config.scopes?.bot ?? [], 255],
  ['events', ({ settings }) => settings.event_subscriptions?.bot_events ?? [], 100],
]

describe('the limits of Slack', () => {
  test.each(limits)('%s', (_, values, most) => {
    for (const text of values(overHttp)) {
      expect(text.length, text).toBeLessThanOrEqual(most)
      expect(text, 'nothing is empty').not.toBe('')
    }
  })

  test.each(counts)('how many %s', (_, values, most) => {
    const all = values(installed)
    expect(all.length).toBeGreaterThan(0)
    expect(all.length).toBeLessThanOrEqual(most)
    expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(all.length)
  })

  test('signs', () => {
    expect(overHttp.features.bot_user?.display_name).toMatch(/^[a-z0-9._-]+$/)
    expect(overHttp.display_information.background_color).toMatch(/^#([0-9a-f]{3}|[0-9a-f]{6})$/)
    for (const { command } of overHttp.features.slash_commands ?? []) expect(command).toMatch(/^\/[a-z0-9_-]+$/)
    for (const text of textsIn(overHttp)) expect(text).not.toMatch(/\n/)
  })
})

test('every quick action is a command, with its summary; help is Slack’s own', () => {
  const described = new Map(overHttp.features.slash_commands?.map(({ command, description }) => [command, description]))
  for (const { name, summary } of actions.filter(({ name }) => name !== 'help'))
    expect(described.get(`/${name}`)).toBe(summary)
  expect([...described.keys()]).toContain('/rolobot')
  expect([...described.keys()]).not.toContain('/help')
})

// What each thing that we ask for needs. docs.slack.dev/reference/events, docs.slack.dev/reference/methods
const eventScopes: Readonly<Record<string, readonly string[]>> = {
  app_mention: ['app_mentions:read'],
  'message.channels': ['channels:history'],
  'message.groups': ['groups:history'],
  'message.mpim': ['mpim:history'],
  'message.im': ['im:history'],
  link_shared: ['links:read'],
  app_uninstalled: [],
  tokens_revoked: [],
}
const otherScopes: Readonly<Record<string, readonly string[]>> = {
  'commands and shortcuts': ['commands'],
  'chat.postMessage, chat.postEphemeral': ['chat:write'],
  'reactions.add': ['reactions:write'],
  'chat.unfurl': ['links:write'],
  'conversations.info': ['channels:read', 'groups:read', 'mpim:read', 'im:read'],
}
const toTrustAddresses = ['users:read', 'users:read.email']

test('the scopes are those that the events and our calls need, and no more', () => {
  const needed = overHttp.settings.event_subscriptions?.bot_events?.flatMap(
    (event) => eventScopes[event] ?? [`nothing known of ${event}`],
  )
  const scopes = [...new Set([...(needed ?? []), ...Object.values(otherScopes).flat()])].sort()
  expect(overHttp.oauth_config.scopes?.bot?.toSorted()).toEqual(scopes)
  expect(installed.oauth_config.scopes?.bot?.toSorted()).toEqual([...scopes, ...toTrustAddresses].sort())
})
