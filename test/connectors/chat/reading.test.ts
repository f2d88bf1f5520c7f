// What a text typed in a chat names and asks for: tables.
import { describe, expect, test } from 'vitest'
import { hasNewCommands } from '../../../src/connectors/chat/messages.ts'
import { issueAt, takeIssueName } from '../../../src/connectors/chat/references.ts'

const here = 'https://rolobot.example'

describe('the issue that is named', () => {
  test.each([
    ['acme/shop#12 ann', { named: { reference: 'acme/shop#12' }, rest: 'ann' }],
    ['#12', { named: { iid: 12 }, rest: '' }],
    [' acme/shop#12: a@x.io ', { named: { reference: 'acme/shop#12' }, rest: 'a@x.io ' }],
    [`${here}/acme/shop/-/issues/12#note_3 a@x.io`, { named: { reference: 'acme/shop#12' }, rest: 'a@x.io' }],
    [
      'https://other.example/acme/shop/-/issues/12 a@x.io',
      { rest: 'https://other.example/acme/shop/-/issues/12 a@x.io' },
    ],
    ['a@x.io', { rest: 'a@x.io' }],
    ['', { rest: '' }],
    ['#', { rest: '#' }],
    ['#1234567890', { rest: '#1234567890' }],
    ['ann#lee', { rest: 'ann#lee' }],
  ])('%s', (text, expected) => {
    expect(takeIssueName(text, here)).toEqual(expected)
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
