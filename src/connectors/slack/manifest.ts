// The manifest from which Slack makes the app. docs.slack.dev/reference/app-manifest
import { stringify } from 'yaml'
import { rolobotCommand, slashActions } from '../chat/slash-commands.ts'
import { formId, messageShortcut } from './form-view.ts'
import { redirectPath } from './installs.ts'
import { eventsPath } from './receiver.ts'
import { events, scopesFor } from './scopes.ts'
import type { SlackSettings } from './settings.ts'

const unreachable =
  "Slack must be able to reach this server over HTTPS: set PUBLIC_URL, or use --socket-mode, which doesn't need it."

/**
 * Writes the manifest as YAML.
 * @param about the URL at which Slack reaches us, and our settings, if there are any yet
 * @param options `socketMode`: Slack doesn't call us
 */
export async function manifestFor(
  { publicUrl, settings }: { publicUrl: string; settings: unknown },
  { socketMode }: Readonly<Record<string, unknown>>,
): Promise<{ out: string } | { refused: string }> {
  const given = (settings ?? {}) as Partial<SlackSettings>
  const overSocket = Boolean(socketMode ?? given.SLACK_APP_TOKEN)
  if (!overSocket && !publicUrl.startsWith('https:')) return { refused: unreachable }
  const wanted = {
    publicUrl,
    overSocket,
    installs: Boolean(given.SLACK_CLIENT_ID),
    trustEmail: Boolean(given.SLACK_TRUST_EMAIL),
  }
  return { out: stringify(manifestOf(wanted), { lineWidth: 0 }).trimEnd() }
}

interface Wanted {
  publicUrl: string
  overSocket: boolean
  installs: boolean
  trustEmail: boolean
}

function manifestOf({ publicUrl, overSocket, installs, trustEmail }: Wanted) {
  const url = `${publicUrl}${eventsPath}`
  return {
    _metadata: { major_version: 1, minor_version: 1 },
    display_information: {
      name: 'Rolobot',
      description: 'Links customers to issues, from wherever you type.',
      background_color: '#1f4d46',
    },
    features: {
      app_home: { home_tab_enabled: false, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      bot_user: { display_name: 'rolobot', always_online: true },
      shortcuts: [
        { name: 'Link contacts', type: 'global', callback_id: formId, description: 'Link contacts to an issue' },
        {
          name: 'Link contacts',
          type: 'message',
          callback_id: messageShortcut,
          description: 'Link contacts to an issue, with this message as the reason',
        },
      ],
      slash_commands: slashCommands(overSocket ? {} : { url }),
      ...unfurls(publicUrl),
    },
    oauth_config: {
      ...(installs && { redirect_urls: [`${publicUrl}${redirectPath}`] }),
      scopes: { bot: [...scopesFor({ SLACK_TRUST_EMAIL: trustEmail })] },
    },
    settings: {
      event_subscriptions: { ...(!overSocket && { request_url: url }), bot_events: [...events] },
      interactivity: { is_enabled: true, ...(!overSocket && { request_url: url, message_menu_options_url: url }) },
      org_deploy_enabled: false,
      socket_mode_enabled: overSocket,
      token_rotation_enabled: false,
    },
  }
}

const slashCommands = (address: { url?: string }) => {
  const command = (name: string, description: string, usage: string) => ({
    command: name,
    ...address,
    description,
    ...(usage && { usage_hint: usage }),
    should_escape: false,
  })
  const about = "Help, your linked account, and this channel's binding"
  return [
    ...slashActions.map(({ name, summary, usage }) => command(`/${name}`, summary, `acme/shop#12 ${usage}`.trimEnd())),
    command(rolobotCommand, about, 'help | link 4F7K-9QXM | bind acme/shop#12'),
  ]
}

// Slack accepts domains, but no IP addresses. docs.slack.dev/messaging/unfurling-links-in-messages
const unfurls = (publicUrl: string) => {
  const { hostname } = new URL(publicUrl)
  return /\.\p{L}+$/u.test(hostname) ? { unfurl_domains: [hostname] } : {}
}
