// Every example of the CommonMark specification, with a command before each of its lines and after the last: we take it
// as a command exactly where a Markdown reader, asked for everything it knows, says that it is text of a paragraph.
import { tests as examples } from 'commonmark-spec'
import MarkdownIt, { type Token } from 'markdown-it'
import { expect, test } from 'vitest'
import { understand } from '../../src/quick-actions/commands.ts'

const command = '/add_contacts marker@x.io'
const markdown = new MarkdownIt('commonmark').enable('table')

/**
 * What the whole reader says, blocks and inlines: a line of text, directly in a paragraph directly under the document.
 */
function isTextOfAParagraph(text: string): boolean {
  const tokens = markdown.parse(text, {})
  return tokens.some(
    (token, index) => token.level === 0 && token.type === 'paragraph_open' && beginsLine(tokens[index + 1]),
  )
}

const beginsLine = (inline: Token | undefined): boolean =>
  (inline?.children ?? []).some(({ type, content }, index, all) => {
    const before = all.slice(0, index).findLast((child) => child.content !== '' || child.type.endsWith('break'))
    return type === 'text' && content.startsWith(command) && (before === undefined || before.type.endsWith('break'))
  })

const placings = examples.flatMap(({ number, markdown: example }) => {
  const lines = example.replaceAll('→', '\t').replace(/\n$/, '').split('\n')
  return Array.from({ length: lines.length + 1 }, (_, at) => ({
    number,
    at,
    text: lines.toSpliced(at, 0, command).join('\n'),
  }))
})

// Ours: between an opening and a closing tag on lines of their own there is no command, where the specification sees
// Markdown: <table><tr><td> (148), <div> (152, 188), <del> (167), <table> with its rows (190, 191).
const betweenTags = new Map([
  [148, [5, 6, 7]],
  [152, [3, 4, 5]],
  [167, [3, 4, 5]],
  [188, [3, 4, 5]],
  [190, [3, 5, 9, 11]],
  [191, [3, 5, 6, 7, 8, 9, 11]],
])

test(`we agree with the Markdown reader on ${placings.length} placings of a command in ${examples.length} examples`, () => {
  const disagreed = placings.filter(({ text }) => understand(text).commands.length > 0 !== isTextOfAParagraph(text))
  const ours = [...betweenTags].flatMap(([number, lines]) => lines.map((line) => ({ number, line })))
  expect(disagreed.map(({ number, at }) => ({ number, line: at + 1 }))).toEqual(ours)
})

test('whatever they are, no command is found in what is left of them', () => {
  for (const { text } of placings) expect(understand(understand(text).text).commands).toEqual([])
})
