// The line up to the caret → what is being typed: | is where the replacement begins.
import { describe, expect, test } from 'vitest'
import { typing } from '../../src/quick-actions/caret.ts'

const at = (row: string) => ({ line: row.replace('|', ''), from: row.indexOf('|') })

describe('the name of a command', () => {
  test.each([
    ['|/', '/', ''],
    ['|/ad', '/', 'ad'],
    ['|/add_contacts', '/', 'add_contacts'],
    ['@rolobot |', '', ''],
    ['@rolobot |ad', '', 'ad'],
    ['@Rolobot  |/ad', '/', 'ad'],
  ])('%s', (row, sign, term) => {
    const { line, from } = at(row)
    expect(typing(line)).toEqual({ kind: 'command', from, sign, term })
  })
})

describe('a contact', () => {
  test.each([
    ['/add_contacts |', '', []],
    ['/add_contacts |ann', 'ann', []],
    ['/add_contacts |ann@x.i', 'ann@x.i', []],
    ['/add_contacts |[', '', []],
    ['/add_contacts |[con', '', []],
    ['/add_contacts |["con', '', []],
    ['/add_contacts |[contact', '', []],
    ['/add_contacts |[contact:', '', []],
    ['/add_contacts |[Contact:ann', 'ann', []],
    ['/add_contacts |["contact:ann', 'ann', []],
    ['/add_contacts |[contact:"ann', 'ann', []],
    ['/add_contacts |[contact:Ann Le', 'Ann Le', []],
    ['/add_contacts |[contact:Ánn', 'Ánn', []],
    ['/add_contacts [contact:ann@x.io] |', '', ['ann@x.io']],
    ['/add_contacts ann@x.io,|', '', ['ann@x.io']],
    ['/add_contacts ann@x.io, <bob@x.io> nonsense |[contact:c', 'c', ['ann@x.io', 'bob@x.io']],
    ['/add_contacts [contact:ann@x.io]|[contact:b', 'b', ['ann@x.io']],
    ['/add_contacts 😀 |[contact:b', 'b', []],
    ['/add_contacts [contact:Ann |[contact:b', 'b', []],
    ['/add_contact |b', 'b', []],
    ['/add_contacts |ngozi ok', 'ngozi ok', []],
    ['/add_contacts |ngozi ', 'ngozi ', []],
    ['/add_contacts  |Ngozi  O’Kafor-B', 'Ngozi  O’Kafor-B', []],
    ['/add_contacts |J. R. Smi', 'J. R. Smi', []],
    ['/add_contacts |+49 (30) 12', '+49 (30) 12', []],
    ['/add_contacts |ngozi ngozi@x.i', 'ngozi ngozi@x.i', []],
    ['/add_contacts ann@x.io |ngozi ok', 'ngozi ok', ['ann@x.io']],
    ['/add_contacts ann@x.io. |ngozi ok', 'ngozi ok', ['ann@x.io']],
    ['/add_contacts [contact:ann@x.io] |ngozi ok', 'ngozi ok', ['ann@x.io']],
    ['/add_contacts Hannah Weiss <hannah@x.io>, |Tor B', 'Tor B', ['hannah@x.io']],
    ['/add_contacts Hannah Weiss <hannah@x.io> |Tor B', 'Tor B', ['hannah@x.io']],
    ['/add_contacts ann lee, |ngozi ok', 'ngozi ok', []],
    ['/add_contacts ann lee,|ngozi ok', 'ngozi ok', []],
    ['/add_contacts ann lee; |', '', []],
    ['/add_contacts ann lee |[contact:ngozi ok', 'ngozi ok', []],
    ['/add_contacts [project:a] |ngozi ok', 'ngozi ok', []],
    ['/add_contacts [contact:#7] |ngozi ok', 'ngozi ok', ['#7']],
    ['/add_contacts [contact:#7]|[contact:b', 'b', ['#7']],
    ['/add_contacts [contact:#7x] |b', 'b', []],
    ['@rolobot add_contacts |b', 'b', []],
  ])('to add: %s', (row, term, earlier) => {
    const { line, from } = at(row)
    expect(typing(line)).toMatchObject({ kind: 'contact', action: { name: 'add_contacts' }, from, term, earlier })
  })

  test('to remove', () => {
    expect(typing('/REMOVE_CONTACTS a')).toMatchObject({
      kind: 'contact',
      action: { name: 'remove_contacts', suggests: 'remove' },
      from: 17,
    })
  })
})

describe('nothing', () => {
  test.each([
    '',
    'Hi',
    ' /ad',
    'Hi /ad',
    '@rolobot',
    '@rolobotad',
    '/add_contacts.',
    '/add_contacts [contact:ann@x.io]',
    '/add_contacts <ann@x.io>',
    '/add_contacts x[contact:a',
    '/add_contacts ann@x.io[contact:a',
    '/add_contacts [contact:ann@x.io]x',
    '/help ',
    '/close [contact:',
    'Hi [contact:a',
    '/add_contacts [project:a',
    '/add_contacts `a',
    '/add_contacts [contact:#7]',
    '/add_contacts ann <ann@x',
    '/add_contacts ann [project:a',
  ])('%s', (line) => {
    expect(typing(line)).toEqual({ kind: 'none' })
  })
})
