// What Slack sends and what we read in it: pairs of files, and tables.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { hasNewCommands, readMessage } from '../../../src/connectors/chat/messages.ts'
import { issueAt, takeIssue } from '../../../src/connectors/chat/references.ts'
import { asTyped, type MessageEvent, toMessage } from '../../../src/connectors/slack/inbound.ts'

const us = 'U0LAN0Z89'
const here = 'https://rolobot.example'
const folder = new URL('./pairs/', import.meta.url)
const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
const names = readdirSync(folder).flatMap((name) => (name.endsWith('.message.json') ? [name.replace('.message.json', '')] : []))

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

describe('the issue that is named', () => {
  test.each([
    ['acme/shop#12 ann', { named: { reference: 'acme/shop#12' }, rest: 'ann' }],
    ['#12', { named: { iid: 12 }, rest: '' }],
    [' acme/shop#12: a@x.io ', { named: { reference: 'acme/shop#12' }, rest: 'a@x.io ' }],
    [`${here}/acme/shop/-/issues/12#note_3 a@x.io`, { named: { reference: 'acme/shop#12' }, rest: 'a@x.io' }],
    ['https://other.example/acme/shop/-/issues/12 a@x.io', { rest: 'https://other.example/acme/shop/-/issues/12 a@x.io' }],
    ['a@x.io', { rest: 'a@x.io' }],
    ['', { rest: '' }],
    ['#', { rest: '#' }],
    ['#1234567890', { rest: '#1234567890' }],
    ['ann#lee', { rest: 'ann#lee' }],
  ])('%s', (text, expected) => {
    expect(takeIssue(text, here)).toEqual(expected)
  })

  test('by address: decoded, whatever stands behind it', () => {
    expect(issueAt(`${here}/a%2Fb/-/issues/1/?x=1`, here)).toBe('a/b#1')
    expect(issueAt(`${here}/a%zz/-/issues/1`, here)).toBe('a%zz#1')
    expect(issueAt(`${here}.evil.example/a/-/issues/1`, here)).toBeUndefined()
  })
})

test.each([
  ['/add_contacts a@x.io', '/add_contacts a@x.io', false],
  ['/add_contacts a@x.io\n/add_contacts a@x.io', '/add_contacts a@x.io', true],
  ['Well. /add_contacts a@x.io', '', false],
  ['Other words\n/add_contacts a@x.io', 'Words\n/add_contacts a@x.io', false],
  ['/remove_contacts a@x.io', '/add_contacts a@x.io', true],
])('has %j commands that %j had not? %s', (text, before, expected) => {
  expect(hasNewCommands(text, before)).toBe(expected)
})
