// Slack as a chat: its name, and how text is written there.

import type { Respond } from '../chat/answers.ts'
import type { Chat, ChatHouse } from '../chat/chat.ts'
import { asPlainText, escaped } from './blocks.ts'

export const slackChat: Chat = {
  via: 'slack',
  title: 'Slack',
  plain: escaped,
  link: (url, label) => `<${url}|${label}>`,
  lines: asPlainText,
  hint: 'In threads, where Slack has no slash commands, mention me: `@rolobot add_contacts ann@example.com`.',
}

export interface SlackHouse extends ChatHouse {
  respond: Respond
}
