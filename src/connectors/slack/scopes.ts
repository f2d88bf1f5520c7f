// What we ask of a workspace: scopes and events. docs.slack.dev/reference/scopes
import type { SlackSettings } from './settings.ts'

/** What our bot user needs, each for what it does. */
export const scopesFor = ({ SLACK_TRUST_EMAIL }: Partial<Pick<SlackSettings, 'SLACK_TRUST_EMAIL'>> = {}) =>
  [
    // Slash commands and shortcuts.
    'commands',
    // Mentions; their edits, in channels, in private ones, in groups; messages to us alone.
    'app_mentions:read',
    'channels:history',
    'groups:history',
    'mpim:history',
    'im:history',
    // Answers and reactions.
    'chat:write',
    'reactions:write',
    // Links to our issues, and whether the channel is private.
    'links:read',
    'links:write',
    'channels:read',
    'groups:read',
    'mpim:read',
    'im:read',
    // Who somebody is by address.
    ...(SLACK_TRUST_EMAIL ? (['users:read', 'users:read.email'] as const) : []),
  ] as const

export const events = [
  'app_mention',
  'message.channels',
  'message.groups',
  'message.mpim',
  'message.im',
  'link_shared',
  'app_uninstalled',
  'tokens_revoked',
] as const
