// Events in a workspace: messages, links, and uninstallation.
import type { App } from '@slack/bolt'
import type { ChatHouse } from '../chat/chat.ts'
import { type MessageEvent, toMessage } from './inbound.ts'
import { onMessage } from './messages.ts'
import { unfurl } from './unfurls.ts'
import type { Workspaces } from './workspaces.ts'

/** The envelope of an event. docs.slack.dev/apis/events-api#callback-field */
interface Envelope {
  team_id: string
  /** Seconds since the epoch. */
  event_time: number
  authorizations?: readonly { user_id: string; is_bot: boolean }[]
}

const ourUser = ({ authorizations }: Envelope) =>
  (authorizations?.find((one) => one.is_bot) ?? authorizations?.[0])?.user_id

/** Everything that happens without a user waiting for an answer. */
export function eventListeners(app: App, house: ChatHouse, workspaces: Workspaces): void {
  for (const name of ['app_mention', 'message'] as const)
    app.event(name, async ({ event, body, client }) => {
      const envelope = body as unknown as Envelope
      const message = toMessage(event as MessageEvent, { team: envelope.team_id, us: ourUser(envelope) })
      if (message) await onMessage(house, client, message)
    })
  app.event('link_shared', async ({ event, body, client }) => {
    const {
      user: id,
      channel,
      message_ts: ts,
      unfurl_id: unfurlId,
      source,
      links,
    } = event as typeof event & { source?: 'composer' | 'conversations_history' }
    // A link preview: nobody waits for it, and it isn't posted twice.
    const person = { team: body.team_id, id, at: body.team_id }
    const shared = { person, channel, ts, unfurlId, source, links, us: ourUser(body as unknown as Envelope) }
    void unfurl(house, client, shared).catch((fault: unknown) => house.log.warn({ fault }, 'a link was not unfurled'))
  })
  // It can arrive late, after a reinstallation.
  const before = (body: unknown) => new Date((body as Envelope).event_time * 1_000)
  app.event('app_uninstalled', ({ body }) => workspaces.forget(body.team_id, before(body)))
  app.event('tokens_revoked', async ({ event, body }) => {
    if (event.tokens?.bot?.length) await workspaces.forget(body.team_id, before(body))
  })
}
