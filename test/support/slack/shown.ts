// What people read: mrkdwn as the client of Slack shows it, and a message with blocks as its blocks.
import type { Block, Json, SlackMessage, World } from './world.ts'

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

/** Mentions by name and links by label (docs.slack.dev/messaging/formatting-message-text). */
export function shownText(world: World, text: string): string {
  const show = (_: string, sign: string, target: string, label?: string) => {
    if (sign === '@') return `@${world.users.get(target)?.name ?? label ?? target}`
    if (sign === '#') return `#${world.channels.get(target)?.name ?? label ?? target}`
    return sign === '!' ? `@${target}` : (label ?? target)
  }
  return unescaped(text.replace(/<([@#!]?)([^|<>]+)(?:\|([^<>]*))?>/g, show))
}

function wordsOf(world: World, value: unknown): string[] {
  const { type, text } = (value ?? {}) as Json
  if (typeof text !== 'string') return []
  return [type === 'mrkdwn' ? shownText(world, text) : unescaped(text)]
}

function linesOf(world: World, block: Block): string[] {
  const { type, text, fields = [], elements = [] } = block as Block & { fields?: unknown[]; elements?: unknown[] }
  if (type === 'context') return [elements.flatMap((element) => wordsOf(world, element)).join(' ')]
  if (type === 'markdown') return [String(text)]
  if (type === 'section' || type === 'header') return [text, ...fields].flatMap((words) => wordsOf(world, words))
  return []
}

/** The words of a message. Buttons and menus are pressed, not read. */
export function shownMessage(world: World, { text, blocks, bot_id }: SlackMessage): string {
  const asBlocks = bot_id && blocks && blocks.length > 0
  return asBlocks ? blocks.flatMap((block) => linesOf(world, block)).join('\n') : shownText(world, text)
}
