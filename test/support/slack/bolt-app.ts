// A small app built with Bolt, to try the stand-in for Slack on; and the blocks it speaks in.
import { App } from '@slack/bolt'
import { LogLevel } from '@slack/web-api'
import { atEnd } from '../service/at-end.ts'
import type { FakeSlack } from './server.ts'
import type { Block, Json } from './world.ts'

export const words = (text: string, type = 'plain_text') => ({ type, text })
export const section = (more: Json = {}): Block => ({ type: 'section', text: words('Hello', 'mrkdwn'), ...more })
export const button = (more: Json = {}) => ({ type: 'button', text: words('Go'), action_id: 'go', value: '1', ...more })
export const menu = (more: Json = {}) => ({
  type: 'multi_external_select',
  action_id: 'who',
  min_query_length: 1,
  ...more,
})
export const ask = (element: Json, more: Json = {}): Block => ({
  type: 'input',
  block_id: 'ask',
  label: words('Who'),
  element,
  ...more,
})
export const modal = (blocks: Block[], more: Json = {}) => ({
  type: 'modal',
  title: words('Contacts'),
  submit: words('Add'),
  blocks,
  ...more,
})
export const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))
export const choices = (count: number) => many(count, (index) => ({ text: words(`c${index}`), value: `${index}` }))

const silence = () => {}
/** A logger that keeps what it is told to itself. */
export const quiet = {
  debug: silence,
  info: silence,
  warn: silence,
  error: silence,
  setLevel: silence,
  getLevel: () => LogLevel.ERROR,
  setName: silence,
}

/** Starts the app; it stops with the test file. */
export async function startBoltApp(slack: FakeSlack): Promise<{ url: string; heard: string[] }> {
  const heard: string[] = []
  const clientOptions = { slackApiUrl: slack.apiUrl, logger: quiet }
  const app = new App({ token: slack.botToken, signingSecret: slack.signingSecret, clientOptions, logger: quiet })
  addCommands(app)
  addModal(app, heard)
  addEvents(app, heard)
  const server = (await app.start({ port: 0, host: '127.0.0.1' })) as unknown as { address(): { port: number } }
  atEnd(() => app.stop())
  return { url: `http://127.0.0.1:${server.address().port}`, heard }
}

function addCommands(app: App): void {
  app.command('/add', async ({ ack, command, respond }) => {
    await ack(`Working on ${command.text}`)
    // A command's answer takes no other's place, whatever this says.
    await respond({
      text: 'x',
      replace_original: true,
      blocks: [section(), { type: 'actions', elements: [button({ text: words('Go & see') })] }] as never,
    })
  })
  app.command('/never', async () => {})
  app.command('/pick', async ({ ack, command, client }) => {
    await ack()
    const view = modal([ask(menu())], { callback_id: 'pick', private_metadata: 'm' })
    await client.views.open({ trigger_id: command.trigger_id, view: view as never })
  })
}

function addModal(app: App, heard: string[]): void {
  app.options('who', ({ ack, options: { value } }) => {
    const fitting = value === 'too many' ? choices(101) : choices(30).filter(({ text }) => text.text.includes(value))
    return ack({ options: fitting as never })
  })
  app.view('pick', async ({ ack, view }) => {
    const chosen = view.state.values.ask?.who?.selected_options ?? []
    if (chosen.length > 1) return ack({ response_action: 'errors', errors: { ask: 'Only one' } })
    heard.push(`picked ${chosen.map(({ value }) => value)} with ${view.private_metadata}`)
    return ack()
  })
  app.action({ type: 'block_actions', action_id: 'go' }, async ({ ack, respond, body, action }) => {
    await ack()
    heard.push(`${body.type} ${action.type === 'button' && action.text.text}`)
    await respond({ delete_original: true })
  })
  app.shortcut('later', async ({ ack, shortcut }) => {
    await ack()
    heard.push(shortcut.type)
  })
}

function addEvents(app: App, heard: string[]): void {
  app.event('app_mention', async ({ event, say }) => {
    if (!event.edited) await say({ text: 'Yes?', thread_ts: event.ts })
  })
  app.message('secret', async ({ message }) => {
    heard.push(`heard ${message.subtype ?? 'a message'}`)
  })
  app.event('link_shared', async ({ event, client }) => {
    const unfurls = Object.fromEntries(event.links.map(({ url }) => [url, { blocks: [section()] }]))
    await client.chat.unfurl({ channel: event.channel, ts: event.message_ts, unfurls: unfurls as never })
  })
}
