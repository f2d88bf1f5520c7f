// Understanding a comment: the usual, a long one without commands, and texts made to be slow; beside the bare Markdown
// reader.
import MarkdownIt from 'markdown-it'
import { understand } from '../src/quick-actions/commands.ts'
import { figure, medianOf, print } from './measure.ts'

const markdown = new MarkdownIt('commonmark').enable('table')
const line = 'The customer called again this morning, and asked when the export will be mended.'
const prose = (bytes: number) => `${line}\n`.repeat(Math.ceil(bytes / (line.length + 1))).slice(0, bytes)
const usual = `${prose(900)}\n/add_contacts [contact:ann@example.com] bob@example.com\n`

const longest = 256 * 1024
const fill = (piece: string) => piece.repeat(Math.ceil(longest / piece.length)).slice(0, longest - 32)
const command = '\n/add_contacts a@x.io\n'

// Each fills the longest comment, and holds a command at its end, so that nothing can be skipped.
const hostile: Record<string, string> = {
  'back-ticks': fill('`'),
  'back-tick runs of all lengths': Array.from({ length: 700 }, (_, n) => '`'.repeat(n))
    .join(' ')
    .slice(0, longest - 32),
  '[': fill('['),
  '![](': fill('![]('),
  'empty lines': fill('\n'),
  pipes: fill('|'),
  'a wide table': `${fill('|a').slice(0, longest / 2)}\n${fill('|-').slice(0, longest / 2 - 64)}`,
  'rows of a table': `|a|b|\n|-|-|\n${fill('|a|b|\n').slice(0, longest - 64)}`,
  '/a lines': fill('/a\n'),
  '/a paragraphs': fill('/a\n\n'),
  'near misses': fill('/add_contcts\n'),
  commands: fill('/add_contacts a@x.io\n'),
  'commands in paragraphs': fill('/add_contacts a@x.io\n\n'),
  'tiny paragraphs': fill('a\n\n'),
  quotes: fill('>'),
  'lists in lists': fill('- '),
  'lazy lines below deep quotes': fill(`${'> '.repeat(40)}a\n${'b\n'.repeat(300)}`),
  'lazy lines below deep lists': fill(`${'- '.repeat(40)}a\n${'b\n'.repeat(300)}`),
  '<': fill('<'),
  '<!--': fill('<!--\n'),
  'html tags': fill('<div>\n\n'),
  '*': fill('*a_'),
  escapes: fill('\\`'),
  '>>>': fill('>>>\n\n'),
  'one command of 256 KiB': `/add_contacts ${fill('a@x.io,')}`,
  'one command of nonsense': `/add_contacts ${fill('["<a@')}`,
}

/** Measures and prints. */
export function benchUnderstanding(): void {
  const megabyte = prose(1_000_000)
  for (let warm = 0; warm < 200; warm++) understand(usual)
  const once = medianOf(500, () => understand(usual))
  const bareOnce = medianOf(500, () => markdown.parse(usual, {}))
  const quick = medianOf(50, () => understand(megabyte))
  const bareQuick = medianOf(50, () => megabyte.indexOf('\n\u0000'))
  const scan = figure(1 / bareQuick, 'GB/s')
  print('Understanding a comment', [
    ['', 'ours', 'beside it'],
    [
      '1 KB with one command',
      figure(once * 1000, 'µs'),
      `markdown-it alone: ${figure(bareOnce * 1000, 'µs')}, ratio ${(once / bareOnce).toFixed(2)}`,
    ],
    ['1 MB of prose', figure(1 / quick, 'GB/s'), `a search for two characters: ${scan}`],
  ])
  const rows = Object.entries(hostile).map(([name, text]) => {
    const whole = text + command
    const ours = medianOf(3, () => understand(whole))
    const bare = medianOf(1, () => markdown.block.parse(whole, markdown, {}, []))
    return [name, figure(ours, 'ms'), `markdown-it's blocks: ${figure(bare, 'ms')}`]
  })
  print('The longest comment, made to be slow', [['', 'ours', 'beside it'], ...rows])
}
