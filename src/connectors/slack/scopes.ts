// What we request from a workspace: scopes and events. docs.slack.dev/reference/scopes
import type { SlackSettings } from './settings.ts'

/** The scopes of our bot user, with the purpose of each. */
export const scopesFor = ({ SLACK_TRUST_EMAIL }: Partial<Pick<SlackSettings, 'SLACK_TRUST_EMAIL'>> = {}) =>
  [
    // Slash commands and shortcuts.
    'commands',
    // Mentions, and their edits in channels, private channels, and group messages; direct messages.
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
    // Users by email address.
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
