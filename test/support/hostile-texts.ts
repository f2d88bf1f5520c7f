// Comments of a given length made of anything at all, and what must be true of each: what takes a careless parser
// quadratic time, or too deep, is understood and interpreted without overflow and without delay.
import { expect } from 'vitest'
import { typing } from '../../src/quick-actions/caret.ts'
import { redact, understand } from '../../src/quick-actions/commands.ts'
import { interpret } from '../../src/quick-actions/interpreter.ts'
import { owner } from '../quick-actions/facts.ts'

const pieces = [
  '`',
  '` ',
  '`a` ',
  '`\n',
  '`\n/help\n',
  '/help `\n',
  '\\',
  '\\\n',
  '[',
  '[\n',
  '[a\n\n',
  '[a]: b\n',
  '[a]: <',
  '![',
  ']',
  '|',
  '|\n',
  '|-\n',
  'a|b\n-|-\n\n',
  `${'|'.repeat(51)}\n`,
  '\n',
  ' \n',
  '\t\n',
  '\r',
  '\r\n',
  ' ',
  '\t',
  '\0',
  '\u2028',
  'a\n\n',
  'word ',
  '😀',
  '\ud800',
  '/',
  '/a\n',
  '/a\n\n',
  '/help\n',
  '/help\n\n',
  '/help \u2028\n',
  '@',
  '@rolobot\n',
  '@rolobot help\n',
  '/hlep\n',
  '/hlep\n\n',
  '>',
  '> ',
  '>\n',
  '> - ',
  '> - a\n',
  '>>>\n',
  '>>>\n\n',
  '- ',
  '-\n',
  '- x\n',
  '1. ',
  '1. a\n',
  '* ',
  '***\n',
  '- > ',
  '\t- a\n',
  '<',
  '<a ',
  "<a b='",
  '<a b="\'',
  '<a\n',
  '<b>\n',
  '<b>\n\n',
  '<b>\n/help\n\n',
  '<b>',
  '<div>\n\n</div>\n\n',
  '</b>\n\n',
  '<!--',
  '<!-- ',
  '<!-- \n/help\n',
  '<?',
  '<![CDATA[',
  '<!A ',
  '<a:>',
  '<a:`>',
  '```\n',
  '~~~\n\n',
  'a\n===\n',
  'a\n-\n',
  '# a\n',
  '=\n',
  '    a\n\n',
  '&a',
  '*',
  '_',
  '/help\n2. a\n<x>\n\n/help\n\n</x>\n\n',
  `${'> '.repeat(40)}a\n${'b\n'.repeat(300)}`,
  `${'- '.repeat(40)}a\n${'b\n'.repeat(300)}`,
]

const parts = [
  'a@b ',
  'x ',
  '[',
  '[ ',
  '[contact:',
  '["',
  '<',
  '<mailto:a@b|',
  '@',
  'a@',
  'a',
  '.',
  '`',
  '"',
  ',',
  '\\',
]

/** Texts of `length` UTF-16 units, each with its name. */
export function hostileTexts(length: number): [name: string, text: string][] {
  const filled = (piece: string) => `${piece.repeat(Math.ceil(length / piece.length))}\n\n/help`.slice(-length)
  const lengthening = (unit: string, around: string) =>
    Array.from({ length: 600 }, (_, n) => unit.repeat(n + 1) + around)
      .join('')
      .slice(0, length)
  const ofArguments = parts.map((part) => `/add_contacts ${part.repeat(length / 13)}\n`)
  return [
    ...[...pieces, ...ofArguments].map((piece): [string, string] => [
      piece.length > 40 ? `${piece.slice(0, 20)}… (${piece.length})` : piece,
      filled(piece),
    ]),
    ['one line of arguments', `/add_contacts ${'a@b '.repeat(length / 4)}`.slice(0, length)],
    ['back-tick runs of all lengths', lengthening('`', ' ')],
    [
      'back-tick runs of all lengths, then commands',
      `${lengthening('`', ' ').slice(0, length / 2)}\n${'/help\n'.repeat(length / 12)}`,
    ],
    ['lists in lists', lengthening('  ', '- a\n')],
    ['quotes in quotes', lengthening('>', ' a\n')],
    ['a wide table', `${'|a'.repeat(length / 6)}\n${'|-'.repeat(length / 6)}\n${'/help\n'.repeat(length / 24)}`],
  ]
}

/** Understands and interprets a text, whole and without what is confidential in it. */
export function expectUnderstood(body: string): void {
  const { text, commands } = understand(body)
  expect(commands.length).toBeLessThanOrEqual(100)
  expect(understand(text).commands).toEqual([])
  expect(interpret(body, owner).commands).toEqual(commands)
  expect(understand(redact(body)).commands).toEqual([])
  expect(typing(body.slice(0, 20_000)).kind).toMatch(/command|contact|none/)
}
