// What holds for every text whatever: made of pieces of Markdown, of commands, and of noise.
import fc from 'fast-check'
import MarkdownIt, { type Token } from 'markdown-it'
import { describe, expect, test } from 'vitest'
import { redact, understand } from '../../src/quick-actions/commands.ts'
import { interpret } from '../../src/quick-actions/interpreter.ts'
import { owner } from './facts.ts'

const commands = [
  '/add_contacts a@x.io',
  '/help',
  '/HELP',
  '@rolobot contacts',
  '/remove_contact `b@x.io',
  '/add_contcts c',
  '/close',
  '/a',
]
const blocks = [
  '# T',
  '---',
  '===',
  '```',
  '~~~',
  '    code',
  '- a',
  '2. a',
  '   b',
  '> q',
  '>>>',
  '>>>  ',
  '|a|b|',
  '|-|-|',
  '[a]: b',
  "[a]: b 'c",
  '***',
]
const inlines = [
  '`',
  '``',
  'a ` b',
  '\\`',
  '\\',
  '<!--',
  '-->',
  '<x',
  "<a b='",
  "'>",
  '<http://`>',
  '&#96;',
  '*',
  '[a](b',
  ')',
  '![',
  '"c"',
]
const tags = [
  '<p>',
  '</p>',
  '<details>',
  '<details><summary>s</summary>',
  '</details>',
  '<br>',
  '<x>',
  '</x>',
  '<pre>',
  '</pre>',
  '<script>',
  '</script>',
]
const words = ['', '', '', ' ', 'Hi', 'bye  ', 'a|b', '\u00a0', 'é', '😀']
const piece = fc.constantFrom(...commands, ...commands, ...blocks, ...inlines, ...tags, ...words)
const line = fc.oneof(
  { weight: 4, arbitrary: piece },
  { weight: 2, arbitrary: fc.tuple(piece, piece).map((two) => two.join(' ')) },
  { weight: 1, arbitrary: fc.string() },
)
const text = fc
  .array(fc.tuple(line, fc.constantFrom('\n', '\n', '\n', '\n\n', '\r\n', '\r')), { maxLength: 24 })
  .map((lines) => lines.flat().join(''))

const often = { numRuns: 3000 }
const likeThis = (body: string): string => body.replace(/\r\n?/g, '\n').trimEnd()

describe('for every text', () => {
  test('one without a known command comes back unchanged but for line ends and trailing blanks', () => {
    fc.assert(
      fc.property(text, (body) => {
        const { text: left, commands } = understand(body)
        if (commands.length === 0) expect(left).toBe(likeThis(body))
      }),
      often,
    )
  })

  test('understanding what is left finds no command, and changes nothing more', () => {
    fc.assert(
      fc.property(text, (body) => {
        const { text: left } = understand(body)
        const again = understand(left)
        expect(again.commands).toEqual([])
        expect(again.text).toBe(left)
      }),
      often,
    )
  })

  test('a command is a whole line of the comment, and all other words stay', () => {
    fc.assert(
      fc.property(text, (body) => {
        const { commands } = understand(body)
        const lines = likeThis(body).split('\n')
        for (const { line, column, arguments: words } of commands)
          expect(lines[line - 1]?.slice(column - 1).trimEnd()).toBe(words)
      }),
      often,
    )
  })

  test('redacting leaves no command, can be repeated, and only puts back-ticks around lines', () => {
    fc.assert(
      fc.property(text, (body) => {
        const redacted = redact(body)
        expect(understand(redacted).commands).toEqual([])
        expect(redact(redacted)).toBe(redacted)
        const [before, after] = [body, redacted].map((some) => some.split(/(\r\n|\r|\n)/))
        const changed =
          after?.flatMap((part, index) => (part === before?.[index] ? [] : [{ part, was: before?.[index] ?? '' }])) ??
          []
        expect(changed.length).toBe(understand(body).commands.length)
        for (const { part, was } of changed) expect(part.replace(/^(`+)( ?)(.*)\2\1$/, '$3')).toBe(was)
      }),
      often,
    )
  })

  test('interpreting is total: any text, any facts', () => {
    fc.assert(
      fc.property(text, fc.option(text, { nil: undefined }), (body, old) => {
        const { accepted, refused, commands } = interpret(body, owner, old)
        expect(accepted.length + refused.length).toBeLessThanOrEqual(commands.length)
      }),
      { numRuns: 500 },
    )
  })

  test('what is added by an edit is only what the old text did not ask for', () => {
    fc.assert(
      fc.property(text, (body) => {
        const { change, commands } = interpret(body, owner, body)
        expect({ change, commands }).toEqual({ change: { wishes: [], questions: [] }, commands: [] })
      }),
      { numRuns: 500 },
    )
  })
})

// An independent judge for what hides the beginning of a line inside a paragraph: the whole reader with all its rules.
// But for links: their titles may run over lines, and hide nothing for us.
describe('in one paragraph', () => {
  const markdown = new MarkdownIt('commonmark').disable(['link', 'image'])
  const inline = fc.constantFrom(
    '`',
    '``',
    '```',
    'a',
    ' ',
    '\\',
    '<!-- ',
    '-->',
    '<a ',
    "b='",
    "'",
    '>',
    '<http://x',
    '&',
    '*',
    '_',
    '<?',
    '?>',
    '<![CDATA[',
    ']]>',
  )
  const textOf = ([paragraph]: Token[]): string => (paragraph?.children ?? []).map(textOfOne).join('')
  const textOfOne = ({ type, content }: Token): string => {
    if (type.startsWith('text')) return content
    if (type.endsWith('break')) return '\n'
    return /^(em|strong)_/.test(type) ? '' : '\uFFFD'
  }
  const around = fc.array(inline, { maxLength: 12 }).map((some) => `w${some.join('')}`)

  test('a command counts exactly where the Markdown reader shows its line as text', () => {
    fc.assert(
      fc.property(around, around, (before, after) => {
        const body = `${before}\n/help\n${after}`
        const shown = /^\/help$/m.test(textOf(markdown.parseInline(body, {})))
        expect(understand(body).commands.length > 0).toBe(shown)
      }),
      { numRuns: 5000 },
    )
  })
})
