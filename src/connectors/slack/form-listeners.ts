// The form "Link contacts" in Slack: opened by a shortcut, filled with suggestions, submitted.
import type { App, BlockAction, ExternalSelectAction, MessageShortcut, SlackShortcut } from '@slack/bolt'
import type { WebClient } from '@slack/web-api'
import { findBinding } from '../../domain/people/bindings.ts'
import { placeName } from '../chat/names.ts'
import { type Asking, type Said, whoAreYou } from './asking.ts'
import { asText } from './blocks.ts'
import { call } from './calls.ts'
import { asId, issueChoice, submit, suggestContacts, suggestIssues } from './form.ts'
import { formId, formView, messageShortcut } from './form-view.ts'
import { asTyped, personOf, via } from './inbound.ts'
import { outcomeView } from './outbound.ts'

/** Everything about the form. */
export function formListeners(app: App, house: Asking): void {
  for (const name of [formId, messageShortcut])
    app.shortcut(name, async ({ ack, shortcut, client }) => {
      await ack()
      await open(house, client, shortcut)
    })
  app.options('issue', async ({ ack, body }) => ack({ options: await suggestIssues(house, personOf(body), body.value) }))
  app.options('contacts', async ({ ack, body }) => {
    const asked = { typed: body.value, metadata: body.view?.private_metadata ?? '' }
    await ack({ options: await suggestContacts(house, personOf(body), asked) })
  })
  app.action<BlockAction<ExternalSelectAction>>({ action_id: 'issue', type: 'block_actions' }, async ({ ack, body, action, client }) => {
    await ack()
    const { view } = body
    const userId = await house.people.find(personOf(body))
    const id = asId(action.selected_option?.value)
    // Not Slack's copy of the option: it is escaped.
    const issue = userId === undefined || id === undefined ? undefined : await issueChoice(house, userId, id)
    const reason = view?.state.values.reason?.reason?.value ?? undefined
    const draft = formView({ issue, reason, mostAtOnce: house.mostAtOnce })
    if (view) await call(() => client.views.update({ view_id: view.id, hash: view.hash, view: draft }))
  })
  app.view(formId, async ({ ack, body, view }) => {
    const outcome = await submit(house, personOf(body), view)
    if ('errors' in outcome) await ack({ response_action: 'errors', errors: outcome.errors })
    else await ack({ response_action: 'update', view: outcomeView(textOf(outcome.said)) })
  })
}

const textOf = ({ text, taken }: Said): string => (taken?.outcome ? asText(taken.outcome) : text || 'Working on it …')

async function open(house: Asking, client: WebClient, shortcut: SlackShortcut): Promise<void> {
  const { trigger_id } = shortcut
  const userId = await house.people.find(personOf(shortcut))
  const message = shortcut.type === 'message_action' ? shortcut : undefined
  const issue = userId !== undefined && message ? await boundIssue(house, userId, message) : undefined
  const reason = message?.message.text && asTyped(message.message.text)
  const view = userId === undefined ? outcomeView(whoAreYou(house).text) : formView({ issue, reason, mostAtOnce: house.mostAtOnce })
  const given = await call(() => client.views.open({ trigger_id, view }))
  if (given) house.log.warn({ slack: given.cannot }, 'the form could not be opened')
}

/** The issue to which the message's thread or channel belongs. */
async function boundIssue(house: Asking, userId: number, { channel, message, team, user }: MessageShortcut) {
  const thread = typeof message.thread_ts === 'string' ? message.thread_ts : undefined
  const places = [placeName(personOf({ user, team }), channel.id, thread), placeName(personOf({ user, team }), channel.id)]
  const binding = await findBinding(house.db, via, places)
  return binding?.issue ? issueChoice(house, userId, binding.issue.id) : undefined
}
