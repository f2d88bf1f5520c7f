// Arguments → values or faults.
import { describe, expect, test } from 'vitest'
import { parse } from '../../src/quick-actions/grammar/arguments.js'

const contactRefs = (text: string) => parse(text, { startRule: 'contactRefs' })
const refs = (text: string) => contactRefs(text).refs.map(({ by, text }) => (by === 'address' ? text : `${by} ${text}`))
const faults = (text: string) => contactRefs(text).faults.map(({ found, column }) => [found, column])
const only = (...refs: string[]) => ({ refs, faults: [] })
const read = (text: string) => ({ refs: refs(text), faults: faults(text) })

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
    expect(read(text)).toEqual(only('a@x.io'))
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
    expect(read(text)).toEqual(only(address))
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
    expect(read(text)).toEqual(only('a@x.io', 'b@x.io'))
  })
})

describe('lists of mail clients work as pasted', () => {
  test.each([
    ['Hannah Weiss <hannah@x.io>, Tor <tor@x.io>', ['hannah@x.io', 'tor@x.io']],
    ['"Weiss, Hannah" <hannah@x.io>', ['hannah@x.io']],
    ['“Weiss, Hannah” <hannah@x.io>; Tor <tor@x.io>', ['hannah@x.io', 'tor@x.io']],
    ["'Hannah Weiss' <hannah@x.io>", ['hannah@x.io']],
    ['Hannah (Acme) Weiss <mailto:hannah@x.io|hannah@x.io>', ['hannah@x.io']],
    ['"O\'Brien, Sean (3M & Co.)"   <sean@x.io>', ['sean@x.io']],
    ['Tor, Hannah Weiss <hannah@x.io>', ['name Tor', 'hannah@x.io']],
    ['Hannah Weiss <hannah@x.io> Tor <tor@x.io>', ['hannah@x.io', 'tor@x.io']],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(only(...expected))
  })

  test('the name belongs to what was written', () => {
    expect(contactRefs('Tor, "Weiss, Hannah" <hannah@x.io>').refs).toEqual([
      { by: 'name', text: 'Tor', written: 'Tor', column: 1 },
      { by: 'address', text: 'hannah@x.io', written: '"Weiss, Hannah" <hannah@x.io>', column: 6 },
    ])
  })
})

describe('names in plain words', () => {
  test.each([
    ['bob', ['name bob']],
    ['Ann Lee, Bob', ['name Ann Lee', 'name Bob']],
    ['Ann\u00a0 Lee; Bob.', ['name Ann Lee', 'name Bob']],
    ['bob a@x.io jim', ['name bob', 'a@x.io', 'name jim']],
    ['Ngozi [contact:chidi@x.io]', ['name Ngozi', 'chidi@x.io']],
    ["Sinéad O'Neill, Jean-Luc 3M", ["name Sinéad O'Neill", 'name Jean-Luc 3M']],
    ['J. R. Hartley', ['name J. R. Hartley']],
    ['Smith & Sons (Leeds)', ['name Smith & Sons (Leeds']],
    ['"Weiss, Hannah", Tor', ['name Weiss, Hannah', 'name Tor']],
    ['“Ann Lee”', ['name Ann Lee']],
    ['`Ann Lee`', ['name Ann Lee']],
    ['[contact:Ann Lee]', ['name Ann Lee']],
    ['李 小龙; Müller', ['name 李 小龙', 'name Müller']],
    ['7', ['name 7']],
    ['Ann Lee.', ['name Ann Lee']],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(only(...expected))
  })
})

describe('a contact without an address is referred to by its number', () => {
  test.each([
    '[contact:#7]',
    '["contact:#7"]',
    '[contact:"#7"]',
    '`[contact:#7]`',
    '[Contact: #7]',
    '\\[contact:#7\\]',
  ])('%s', (text) => {
    expect(read(text)).toEqual(only('number #7'))
  })

  test('beside others', () => {
    expect(read('[contact:#7][contact:#8] a@x.io, Ann')).toEqual(only('number #7', 'number #8', 'a@x.io', 'name Ann'))
  })
})

describe('what is no reference and no name is a fault, and the good ones beside it count', () => {
  test.each<[string, string[], [string, number][]]>([
    ['', [], [['', 1]]],
    [', ;', [], [['', 4]]],
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
    ['[contact:#1234567890123456]', [], [['[contact:#1234567890123456]', 1]]],
    ['a@x.io /help', ['a@x.io'], [['/help', 8]]],
    [
      'Ann, #7, @bob',
      ['name Ann'],
      [
        ['#7', 6],
        ['@bob', 10],
      ],
    ],
    ['<script>', [], [['<script>', 1]]],
    [
      '😀, ---',
      [],
      [
        ['😀', 1],
        ['---', 5],
      ],
    ],
  ])('%s', (text, good, bad) => {
    expect(read(text)).toEqual({ refs: good, faults: bad })
  })

  test('it says what was expected, and shows no more than is needed', () => {
    const written = `${'y'.repeat(300)}@x.io`
    expect(contactRefs(written).faults).toEqual([
      { written, found: `${'y'.repeat(40)}…`, expected: 'an email address or a name', column: 1 },
    ])
    expect(faults('y'.repeat(256))).toEqual([[`${'y'.repeat(40)}…`, 1]])
    expect(refs('y'.repeat(255)).length).toBe(1)
  })
})

test.each([
  [250, 1],
  [251, 0],
])('an address has at most 255 characters: %i before @x.io', (length, found) => {
  expect(refs(`${'a'.repeat(length)}@x.io`).length).toBe(found)
})

test.each(['', 'now', 'please, [contact:'])('a command without arguments minds none: %s', (text) => {
  expect(parse(text, { startRule: 'nothing' })).toEqual({ faults: [] })
})
