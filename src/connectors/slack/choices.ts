// Runs the user's choice where several contacts fit a name.
import type { App, BlockAction, ButtonAction } from '@slack/bolt'
import { actions } from '../../quick-actions/index.ts'
import { type Asking, ask, noSuchIssue, type Said } from './asking.ts'
import { choose, chosenOf } from './choice-blocks.ts'
import { inTime } from './commands.ts'
import { personOf } from './inbound.ts'

type Choice = BlockAction<ButtonAction>

/** A choice that was made. */
export function choiceListeners(app: App, house: Asking): void {
  app.action<Choice>({ action_id: choose, type: 'block_actions' }, async ({ ack, body, action }) => {
    const replaces = choose.exec(action.action_id)?.[1] === 'alone'
    const tell = ({ text, blocks }: Said) =>
      house.respond(body.response_url, { response_type: 'ephemeral', replace_original: replaces, text, blocks })
    const said = await inTime(house, onChoice(house, body, { value: action.value ?? '', replaces }), tell)
    await ack()
    if (said.text !== '') await tell(said)
  })
}

async function onChoice(house: Asking, body: Choice, { value, replaces }: { value: string; replaces: boolean }): Promise<Said> {
  const person = personOf(body)
  const chosen = chosenOf(value)
  if (!chosen) return { text: noSuchIssue, state: 'lacking' }
  return ask(house, {
    person,
    on: { id: chosen.issueId },
    // By number: the contact's address may have changed or been removed.
    body: `/${actions.find(({ suggests }) => suggests === chosen.wish)?.name} [contact:#${chosen.contactId}]`,
    delivery: `choice ${person.team} ${body.trigger_id}`,
    place: { in: 'command', url: body.response_url, channel: body.channel?.id ?? person.id, keep: !replaces },
  })
}
