// What Slack shows: its limits, and the building blocks of messages and forms.
import type { KnownBlock, MrkdwnElement, PlainTextElement, PlainTextOption } from '@slack/types'
import { contactLine } from '../chat/choices.ts'

// docs.slack.dev/reference/block-kit/composition-objects/option-object
const longestOption = 75
/**
 * Slack accepts a hundred (docs.slack.dev/reference/block-kit/block-elements/select-menu-element#external_select):
 * nobody reads that many, and half load faster.
 */
export const mostOptions = 50
/** docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element */
export const longestInput = 3_000
// docs.slack.dev/reference/block-kit/blocks/section-block
const longestSection = 3_000
// docs.slack.dev/reference/methods/chat.postMessage#truncating: up to 4,000 display well.
const longestText = 4_000

/** Truncates a text, which then ends in `…`. Counts UTF-16 units, as Slack does, and splits no character. */
export const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`

/** Text for Slack's mrkdwn without any markup. docs.slack.dev/messaging/formatting-message-text#escaping */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Sentences and lists in Slack's format. */
export const asPlainText = (lines: readonly string[]): string =>
  cut(escaped(lines.join('\n').replace(/^- /gm, '• ')), longestText)

export const plain = (text: string, most = longestOption): PlainTextElement => ({
  type: 'plain_text',
  text: cut(text, most),
  emoji: false,
})

const mrkdwn = (text: string): MrkdwnElement => ({ type: 'mrkdwn', text: cut(text, longestSection) })

/** A paragraph; `text` is mrkdwn. */
export const section = (text: string): KnownBlock => ({ type: 'section', text: mrkdwn(text) })

/** Small text below. */
export const context = (text: string): KnownBlock => ({ type: 'context', elements: [mrkdwn(text)] })

/** One choice; the value is an id. An empty text is not allowed. */
export const option = (text: string, value: string): PlainTextOption => ({ text: plain(text.trim() || value), value })

/** A contact as a choice. */
export const contactOption = (contact: Parameters<typeof contactLine>[0], value: string): PlainTextOption =>
  option(contactLine(contact), value)

/** An issue as a choice. */
export const issueOption = (issue: { id: number; iid: number; projectPath: string; title: string }): PlainTextOption =>
  option(`${cut(`${issue.projectPath}#${issue.iid}`, 40)} ${issue.title}`, String(issue.id))
