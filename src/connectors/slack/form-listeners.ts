// The form "Link contacts" in Slack: opened by a shortcut, filled with suggestions, submitted.
import type { App, BlockAction, ExternalSelectAction, MessageShortcut, SlackShortcut } from '@slack/bolt'
import type { WebClient } from '@slack/web-api'
import { type ChatHouse, type Said, whoAreYou } from '../chat/chat.ts'
import { textAtOnce } from '../chat/deadlines.ts'
import { boundIssue, type IssueChoice, issueChoice, suggestContacts, suggestIssues } from '../chat/form.ts'
import { placeName } from '../chat/names.ts'
import { asPlainText, contactOption, issueOption, mostOptions } from './blocks.ts'
import { call } from './calls.ts'
import { asId, takeForm } from './form.ts'
import { formId, formView, knownOf, messageShortcut } from './form-view.ts'
import { asTyped, personOf } from './inbound.ts'
import { outcomeView } from './outbound.ts'

/** Everything about the form. */
export function formListeners(app: App, house: ChatHouse): void {
  for (const name of [formId, messageShortcut])
    app.shortcut(name, async ({ ack, shortcut, client }) => {
      await ack()
      await open(house, client, shortcut)
    })
  app.options('issue', async ({ ack, body }) => {
    const issues = await suggestIssues(house, personOf(body), body.value, mostOptions)
    await ack({ options: issues.map(issueOption) })
  })
  app.options('contacts', async ({ ack, body }) => {
    const { issue } = knownOf(body.view?.private_metadata ?? '')
    const contacts = await suggestContacts(house, personOf(body), { typed: body.value, issue, limit: mostOptions })
    await ack({ options: contacts.map((contact) => contactOption(contact, String(contact.id))) })
  })
  app.action<BlockAction<ExternalSelectAction>>(
    { action_id: 'issue', type: 'block_actions' },
    async ({ ack, body, action, client }) => {
      await ack()
      const { view } = body
      const userId = await house.people.find(personOf(body))
      const id = asId(action.selected_option?.value)
      // Not Slack's copy of the option: it is escaped.
      const issue = userId === undefined || id === undefined ? undefined : await issueChoice(house, userId, id)
      const draft = viewOf(house, issue, view?.state.values.reason?.reason?.value ?? undefined)
      if (view) await call(() => client.views.update({ view_id: view.id, hash: view.hash, view: draft }))
    },
  )
  app.view(formId, async ({ ack, body, view }) => {
    const outcome = await takeForm(house, personOf(body), view)
    if ('errors' in outcome) await ack({ response_action: 'errors', errors: outcome.errors })
    else await ack({ response_action: 'update', view: outcomeView(textOf(outcome.said)) })
  })
}

const viewOf = ({ mostAtOnce }: ChatHouse, issue: IssueChoice | undefined, reason: string | undefined) =>
  formView({ issue: issue && issueOption(issue), reason, mostAtOnce })

const textOf = (said: Said): string => (said.taken?.outcome ? asPlainText(said.taken.outcome) : textAtOnce(said))

async function open(house: ChatHouse, client: WebClient, shortcut: SlackShortcut): Promise<void> {
  const { trigger_id } = shortcut
  const userId = await house.people.find(personOf(shortcut))
  const message = shortcut.type === 'message_action' ? shortcut : undefined
  const issue = userId !== undefined && message ? await boundIssue(house, userId, placesOf(message)) : undefined
  const reason = message?.message.text && asTyped(message.message.text)
  const view = userId === undefined ? outcomeView(whoAreYou(house).text) : viewOf(house, issue, reason)
  const given = await call(() => client.views.open({ trigger_id, view }))
  if (given) house.log.warn({ slack: given.cannot }, 'the form could not be opened')
}

/** The message's thread, and its channel. */
function placesOf({ channel, message, team, user }: MessageShortcut): string[] {
  const thread = typeof message.thread_ts === 'string' ? message.thread_ts : undefined
  const person = personOf({ user, team })
  return [placeName(person, channel.id, thread), placeName(person, channel.id)]
}
