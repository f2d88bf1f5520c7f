// What somebody chose where a name was not clear.
import type { App, BlockAction, StaticSelectAction } from '@slack/bolt'
import { can, refusalOf } from '../../domain/permissions.ts'
import { contactsWithIds } from '../../domain/suggestions.ts'
import { actions } from '../../quick-actions/index.ts'
import { type Asking, ask, factsFor, noSuchIssue, type Said, whoAreYou } from './asking.ts'
import { inTime } from './commands.ts'
import { personOf } from './inbound.ts'
import { choose, chosenOf } from './names.ts'

type Choice = BlockAction<StaticSelectAction>

/** A choice that is made. */
export function choiceListeners(app: App, house: Asking): void {
  app.action<Choice>({ action_id: choose, type: 'block_actions' }, async ({ ack, body, action }) => {
    const replaces = choose.exec(action.action_id)?.[1] === 'alone'
    const tell = ({ text, blocks }: Said) =>
      house.respond(body.response_url, { response_type: 'ephemeral', replace_original: replaces, text, blocks })
    const said = await inTime(house, onChoice(house, body, { value: action.selected_option.value, replaces }), tell)
    await ack()
    if (said.text !== '') await tell(said)
  })
}

async function onChoice(house: Asking, body: Choice, { value, replaces }: { value: string; replaces: boolean }): Promise<Said> {
  const person = personOf(body)
  const userId = await house.people.find(person)
  if (userId === undefined) return whoAreYou(house)
  const chosen = chosenOf(value)
  const facts = chosen && (await factsFor(house, { id: chosen.issueId }, userId))
  if (!facts) return { text: noSuchIssue, state: 'lacking' }
  if (!can(facts.standing, 'set_issue_contacts')) return { text: refusalOf('set_issue_contacts') }
  const [contact] = await contactsWithIds(house.db, facts, [chosen.contactId])
  if (!contact) return { text: 'This contact is not there any more.' }
  return ask(house, {
    person,
    on: { id: facts.issueId },
    body: `/${actions.find(({ suggests }) => suggests === chosen.wish)?.name} [contact:${contact.address}]`,
    delivery: `choice ${person.team} ${body.trigger_id}`,
    place: { in: 'command', url: body.response_url, channel: body.channel?.id ?? person.id, keep: !replaces },
  })
}
