// Slack, enabled: Bolt dispatches what comes in, and each kind has its own file.
import { App } from '@slack/bolt'
import { type ConfirmedAddress, openPeople } from '../chat/people.ts'
import type { Connection, House } from '../connector.ts'
import { confirmedAddress } from './addresses.ts'
import { choiceListeners } from './choices.ts'
import { commandListeners } from './commands.ts'
import { eventListeners } from './events.ts'
import { formListeners } from './form-listeners.ts'
import { installRoutes } from './installs.ts'
import { openSlackReply } from './outbound.ts'
import { OurReceiver, receiveOverHttp } from './receiver.ts'
import { respondToSlack } from './respond.ts'
import type { SlackSettings } from './settings.ts'
import { type SlackHouse, slackChat } from './slack-chat.ts'
import { slackLog } from './slack-log.ts'
import { openSockets } from './sockets.ts'
import { clientOptions, openWorkspaces, type Workspaces } from './workspaces.ts'

/** Connects to Slack. Sends it nothing before something comes in, or `listen`. */
export function connect(settings: SlackSettings, house: House): Connection {
  const { log, publicUrl } = house
  const client = clientOptions(settings, log)
  const workspaces = openWorkspaces(settings, house)
  const trusted: ConfirmedAddress | undefined = settings.SLACK_TRUST_EMAIL
    ? (person) => confirmedAddress(workspaces, person)
    : undefined
  const people = openPeople(house, slackChat, trusted)
  const respond = respondToSlack(settings, house)
  const receiver = new OurReceiver(log)
  openApp(receiver, { house: { ...house, chat: slackChat, people, respond }, workspaces, client })
  const { SLACK_APP_TOKEN: appToken, SLACK_CLIENT_ID: installs } = settings
  const sockets = appToken ? openSockets(receiver, { appToken, client, log }) : undefined
  return {
    reply: openSlackReply(workspaces, { inChannel: settings.SLACK_IN_CHANNEL, respond, log }),
    routes(http, who) {
      receiveOverHttp(http, receiver, settings.SLACK_SIGNING_SECRET)
      if (installs) installRoutes(http, who, { settings, workspaces, db: house.db, log, publicUrl })
    },
    listen: () => sockets?.open(),
    async close() {
      // Work in progress is still acknowledged.
      await receiver.stop()
      await sockets?.close()
    },
  }
}

interface Parts {
  house: SlackHouse
  workspaces: Workspaces
  client: ReturnType<typeof clientOptions>
}

const notInstalled = 'Rolobot is not installed in this workspace.'
const partings: readonly unknown[] = ['app_uninstalled', 'tokens_revoked']

function openApp(receiver: OurReceiver, { house, workspaces, client }: Parts): void {
  const app = new App({
    receiver,
    // No call to Slack: users wait at most three seconds for us.
    authorize: async ({ teamId }) => ({ botToken: (await workspaces.client(teamId ?? ''))?.token }),
    clientOptions: client,
    logger: slackLog(house.log),
    // Both would call Slack, or use memory: toMessage recognizes our own messages, and the rows are what is stored.
    ignoreSelf: false,
    convoStore: false,
  })
  app.error((fault) => Promise.reject(fault))
  app.use(async ({ context, body, payload, next, ...rest }) => {
    if (context.botToken || partings.includes((payload as { type?: unknown }).type)) return next()
    // What is a command can be answered; everything else is ignored.
    if ('ack' in rest)
      await (rest.ack as (text?: string) => Promise<void>)('command' in body ? notInstalled : undefined)
  })
  commandListeners(app, house)
  choiceListeners(app, house)
  formListeners(app, house)
  eventListeners(app, house, workspaces)
}
