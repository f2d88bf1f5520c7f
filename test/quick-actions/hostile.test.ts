// The longest comment made of anything at all is understood, and interpreted, without overflow and without delay.
// How fast is measured by the bench; a loop is stopped by the time that every test has.
import { expect, test } from 'vitest'
import { typing } from '../../src/quick-actions/caret.ts'
import { redact, understand } from '../../src/quick-actions/commands.ts'
import { interpret } from '../../src/quick-actions/interpreter.ts'
import { owner } from './facts.ts'

const longest = 256 * 1024

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
  ...['a@b ', 'x ', '[', '[ ', '[contact:', '["', '<', '<mailto:a@b|', '@', 'a@', 'a', '.', '`', '"', ',', '\\'].map(
    (piece) => `/add_contacts ${piece.repeat(20_000)}\n`,
  ),
]
const filled = (piece: string) => `${piece.repeat(Math.ceil(longest / piece.length))}\n\n/help`.slice(-longest)
const lengthening = (unit: string, around: string) =>
  Array.from({ length: 600 }, (_, n) => unit.repeat(n + 1) + around)
    .join('')
    .slice(0, longest)

test.each([
  ...pieces.map(
    (piece) => [piece.length > 40 ? `${piece.slice(0, 20)}… (${piece.length})` : piece, filled(piece)] as const,
  ),
  ['one line of arguments', `/add_contacts ${'a@b '.repeat(longest / 4)}`.slice(0, longest)] as const,
  ['back-tick runs of all lengths', lengthening('`', ' ')] as const,
  [
    'back-tick runs of all lengths, then commands',
    `${lengthening('`', ' ').slice(0, longest / 2)}\n${'/help\n'.repeat(20_000)}`,
  ] as const,
  ['lists in lists', lengthening('  ', '- a\n')] as const,
  ['quotes in quotes', lengthening('>', ' a\n')] as const,
  ['a wide table', `${'|a'.repeat(40_000)}\n${'|-'.repeat(40_000)}\n${'/help\n'.repeat(10_000)}`] as const,
])('%j', (_, body) => {
  const { text, commands } = understand(body)
  expect(commands.length).toBeLessThanOrEqual(100)
  expect(understand(text).commands).toEqual([])
  expect(interpret(body, owner).commands).toEqual(commands)
  expect(understand(redact(body)).commands).toEqual([])
  expect(typing(body.slice(0, 20_000)).kind).toMatch(/command|contact|none/)
})
