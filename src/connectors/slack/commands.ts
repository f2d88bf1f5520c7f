// Slack's slash commands → what was typed, and our immediate answer.
import type { App, SlashCommand as Payload, RespondArguments } from '@slack/bolt'
import type { Said } from '../chat/chat.ts'
import { inTime, textAtOnce } from '../chat/deadlines.ts'
import { runSlashCommand, type SlashCommand } from '../chat/slash-commands.ts'
import { asTyped } from './inbound.ts'
import type { SlackReplyTo } from './outbound.ts'
import type { SlackHouse } from './slack-chat.ts'

/** All slash commands. */
export function commandListeners(app: App, house: SlackHouse): void {
  app.command(/^/, async ({ ack, command }) => {
    const tell = ({ text }: Said) => house.respond(command.response_url, { response_type: 'ephemeral', text })
    await ack(shown(await inTime(house, runSlashCommand(house, toSlashCommand(command)), tell)))
  })
}

/** What Slack shows at once, to the author alone; nothing if the outcome itself is on its way. */
function shown(said: Said): RespondArguments | '' {
  const text = textAtOnce(said)
  return text === '' ? '' : { response_type: 'ephemeral', text }
}

function toSlashCommand({
  team_id,
  user_id,
  user_name,
  channel_id: channel,
  command,
  text,
  response_url,
  trigger_id,
}: Payload): SlashCommand {
  return {
    person: { team: team_id, id: user_id, at: team_id },
    userName: user_name,
    channel,
    command,
    text: asTyped(text),
    // A Slack-compatible server might not have triggers.
    name: `command ${team_id} ${trigger_id ?? response_url}`,
    replyTo: { in: 'command', url: response_url, channel } satisfies SlackReplyTo,
  }
}
