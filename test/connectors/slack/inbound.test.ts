// What Slack sends and what we read in it: pairs of files, and tables.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readMessage } from '../../../src/connectors/chat/messages.ts'
import { asTyped, type MessageEvent, toMessage } from '../../../src/connectors/slack/inbound.ts'

const us = 'U0LAN0Z89'
const here = 'https://rolobot.example'
const folder = new URL('./pairs/', import.meta.url)
const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
const names = readdirSync(folder).flatMap((name) =>
  name.endsWith('.message.json') ? [name.replace('.message.json', '')] : [],
)

test.each(names)('%s', (name) => {
  const message = toMessage(read(`${name}.json`) as MessageEvent, { team: 'T9TK3CUKW', us })
  if (!message) return expect(read(`${name}.message.json`)).toBeNull()
  const { text, us: _, ...rest } = message
  expect({ ...rest, ...readMessage(asTyped(text, us), here) }).toEqual(read(`${name}.message.json`))
})

test.each([
  ['<mailto:a@x.io|a@x.io>', 'a@x.io'],
  ['<mailto:a@x.io>', 'a@x.io'],
  ['<mailto:a@x.io|Ann>', 'a@x.io'],
  ['[contact:<mailto:a@x.io|a@x.io>]', '[contact:a@x.io]'],
  ['a &amp; b &lt;c&gt; &amp;lt;', 'a & b <c> &lt;'],
  ['<http://x.io|x.io>', 'x.io'],
  ['<https://x.io/a?b=1&amp;c=2>', 'https://x.io/a?b=1&c=2'],
  ['<https://x.io|here>', '[here](https://x.io)'],
  ['<@U1> <@U2|bob> <#C1|general> <#C2> <!here> <!subteam^S1|@team>', '@U1 @bob #general #C2 @here @team'],
  [`<@${us}> hello`, '@rolobot hello'],
  ['< <<> <| a|b >', '< <<> <| a|b >'],
])('%s is %s', (sent, typed) => {
  expect(asTyped(sent, us)).toBe(typed)
})
