// Buttons in Slack for a name that several contacts fit → the choice that was made.
import type { App, BlockAction, ButtonAction } from '@slack/bolt'
import type { Said } from '../chat/chat.ts'
import { choose } from '../chat/choices.ts'
import { inTime } from '../chat/deadlines.ts'
import { choiceName } from './choice-blocks.ts'
import { personOf } from './inbound.ts'
import type { SlackReplyTo } from './outbound.ts'
import type { SlackHouse } from './slack-chat.ts'

type Press = BlockAction<ButtonAction>

/** A choice that was made. */
export function choiceListeners(app: App, house: SlackHouse): void {
  app.action<Press>({ action_id: choiceName, type: 'block_actions' }, async ({ ack, body, action }) => {
    const replaces = choiceName.exec(action.action_id)?.[1] === 'alone'
    const tell = ({ text }: Said) =>
      house.respond(body.response_url, { response_type: 'ephemeral', replace_original: replaces, text })
    const said = await inTime(house, onPress(house, body, { value: action.value ?? '', replaces }), tell)
    await ack()
    if (said.text !== '') await tell(said)
  })
}

function onPress(
  house: SlackHouse,
  body: Press,
  { value, replaces }: { value: string; replaces: boolean },
): Promise<Said> {
  const person = personOf(body)
  const channel = body.channel?.id ?? person.id
  const replyTo = { in: 'command', url: body.response_url, channel, keep: !replaces } satisfies SlackReplyTo
  return choose(house, person, { value, name: `${person.team} ${body.trigger_id}`, replyTo })
}
