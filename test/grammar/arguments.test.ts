// Arguments → values or faults.
import { describe, expect, test } from 'vitest'
import { parse } from '../../src/quick-actions/grammar/arguments.js'

const contactRefs = (text: string) => parse(text, { startRule: 'contactRefs' })
const addresses = (text: string) => contactRefs(text).addresses
const faults = (text: string) => contactRefs(text).faults.map(({ found, column }) => [found, column])

describe('all these mean a@x.io', () => {
  test.each([
    'a@x.io',
    '[contact:a@x.io]',
    '["contact:a@x.io"]',
    '[contact:"a@x.io"]',
    '<a@x.io>',
    '<mailto:a@x.io|a@x.io>',
    '<mailto:a@x.io>',
    '[“contact:a@x.io”]',
    '[contact:“a@x.io”]',
    '“a@x.io”',
    "'a@x.io'",
    '`a@x.io`',
    '``a@x.io``',
    '`[contact:a@x.io]`',
    '[contact:`a@x.io`]',
    'a\\@x.io',
    '\\[contact:a@x.io\\]',
    '\\<a@x.io\\>',
    '[Contact:a@x.io]',
    '[CONTACT:a@x.io]',
    '[contact: a@x.io ]',
    'mailto:a@x.io',
    '[contact:<mailto:a@x.io|a@x.io>]',
    'a@x.io.',
    'a@x.io;',
    ' \t\u00a0,a@x.io, ',
  ])('%s', (text) => {
    expect(contactRefs(text)).toEqual({ addresses: ['a@x.io'], faults: [] })
  })
})

describe('an address keeps its letters', () => {
  test.each([
    ["o'brien+news_2.x-y@sub-domain.example.com", "o'brien+news_2.x-y@sub-domain.example.com"],
    ['o’brien@x.io', "o'brien@x.io"],
    ['ann\\_lee@x.io', 'ann_lee@x.io'],
    ['Ann.Lee@X.io', 'Ann.Lee@X.io'],
    ['žofie@škoda.cz', 'žofie@škoda.cz'],
    ['用户@例子.广告', '用户@例子.广告'],
    ['𐐀@x.io', '𐐀@x.io'],
    ['7@x.io', '7@x.io'],
    ['root@localhost', 'root@localhost'],
  ])('%s', (text, address) => {
    expect(contactRefs(text)).toEqual({ addresses: [address], faults: [] })
  })
})

describe('several are parted by blanks, commas, or brackets', () => {
  test.each([
    'a@x.io b@x.io',
    'a@x.io,b@x.io',
    'a@x.io ,\u00a0b@x.io',
    '[contact:a@x.io][contact:b@x.io]',
    'a@x.io[contact:b@x.io]',
    '<a@x.io><b@x.io>',
    'a@x.io; b@x.io.',
    'a@x.io\u200bb@x.io',
  ])('%s', (text) => {
    expect(contactRefs(text)).toEqual({ addresses: ['a@x.io', 'b@x.io'], faults: [] })
  })
})

describe('what is not a reference is a fault, and the good ones beside it count', () => {
  test.each([
    ['', [], [['', 1]]],
    ['bob', [], [['bob', 1]]],
    [
      'bob a@x.io jim',
      ['a@x.io'],
      [
        ['bob', 1],
        ['jim', 12],
      ],
    ],
    ['[contact:Ann Lee] a@x.io', ['a@x.io'], [['[contact:Ann Lee]', 1]]],
    ['[contact:a@x.io', [], [['[contact:a@x.io', 1]]],
    ['a@b@x.io', [], [['a@b@x.io', 1]]],
    [
      'a@.x.io a@x..io a@x.io..',
      [],
      [
        ['a@.x.io', 1],
        ['a@x..io', 9],
        ['a@x.io..', 17],
      ],
    ],
    [
      '@x.io a@ @',
      [],
      [
        ['@x.io', 1],
        ['a@', 7],
        ['@', 10],
      ],
    ],
    ['(a@x.io)', [], [['(a@x.io)', 1]]],
    ['[project:a@x.io]', [], [['[project:a@x.io]', 1]]],
    ['Ann <a@x.io>', ['a@x.io'], [['Ann', 1]]],
    ['a@x.io /help', ['a@x.io'], [['/help', 8]]],
    ['<script>', [], [['<script>', 1]]],
  ])('%s', (text, good, bad) => {
    expect(addresses(text)).toEqual(good)
    expect(faults(text)).toEqual(bad)
  })

  test('it says what was expected, and shows no more than is needed', () => {
    expect(contactRefs(`${'y'.repeat(300)}@x.io`).faults).toEqual([
      { found: `${'y'.repeat(40)}…`, expected: 'a contact reference; write [contact:name@example.com] or an address', column: 1 },
    ])
  })
})

test.each([
  [250, 1],
  [251, 0],
])('an address has at most 255 characters: %i before @x.io', (length, found) => {
  expect(addresses(`${'a'.repeat(length)}@x.io`).length).toBe(found)
})

test.each(['', 'now', 'please, [contact:'])('a command without arguments minds none: %s', (text) => {
  expect(parse(text, { startRule: 'nothing' })).toEqual({ faults: [] })
})
