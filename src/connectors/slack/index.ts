// Slack: what is known of it before it is enabled.
import type { Connector } from '../connector.ts'
import { type SlackSettings, settings } from './settings.ts'

export const slack: Connector<SlackSettings> = {
  name: 'slack',
  settings,
  load: async () => (await import('./connection.ts')).connect,
  commands: [
    {
      name: 'manifest',
      description: 'print the app manifest for Slack',
      options: [['--socket-mode', 'for a server without a public address (the default when SLACK_APP_TOKEN is set)']],
      run: async (about, options) => (await import('./manifest.ts')).manifestFor(about, options),
    },
  ],
}
