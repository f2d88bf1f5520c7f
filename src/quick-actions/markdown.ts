// The Markdown parser (CommonMark with GFM tables), reduced to what commands need:
// the top-level blocks, and the lines of a paragraph that begin as text.
import MarkdownIt, { type StateBlock, type StateInline, type Token } from 'markdown-it'

/** A top-level block; lines count from 0, `end` is the line after it. */
export interface Block {
  kind: 'paragraph' | 'html' | 'quote mark'
  start: number
  end: number
}

const kinds = new Map<string, Block['kind']>([
  ['paragraph_open', 'paragraph'],
  ['html_block', 'html'],
  ['quote_mark', 'quote mark'],
])

/** Where the reader is in a paragraph: the line, and how far line ends are counted. */
interface Cursor {
  line: number
  counted: number
  visit(line: number): boolean
}

/** Replaces a line `>>>` while the text is parsed; otherwise it would be an ordinary quote. */
const quoteMark = '\0'

/** Below this depth, the parser looks only for the end of a block: the depth of its recursion is bounded. */
const deepest = 12

const reader = new MarkdownIt('commonmark', { maxNesting: Number.POSITIVE_INFINITY }).enable('table')
// CommonMark accepts any link target, and nobody follows these links.
reader.normalizeLink = (link) => link
reader.validateLink = () => true
reader.block.ruler.before('table', 'too_deep', readNoDeeper)
reader.block.ruler.before('blockquote', 'quote_mark', readQuoteMark, {
  alt: ['paragraph', 'reference', 'blockquote', 'list'],
})
// Only what can hide the beginning of a line: code spans, tags and comments, links in angle brackets.
reader.inline.ruler.enableOnly(['text', 'newline', 'escape', 'backticks', 'autolink', 'html_inline'])
reader.inline.ruler.at('newline', readLineEnd)
reader.inline.ruler2.enableOnly([])

// Creating tokens is most of the parser's work, and nearly all of them are never used: those share one object.
const unread = new reader.block.State('', reader, {}, []).push('unread', '', 0)
reader.block.State = class extends reader.block.State {
  override push(type: string, _tag: string, nesting: -1 | 0 | 1): Token {
    const kept = this.level === 0 && kinds.has(type)
    this.level += nesting
    if (!kept) return unread
    const token: Token = Object.create(unread)
    token.type = type
    this.tokens.push(token)
    return token
  }
}
reader.inline.State = class extends reader.inline.State {
  override push(): Token {
    this.pending = ''
    return unread
  }
}

/** Parses the top-level paragraphs, HTML blocks, and `>>>` lines, in order. */
export function readBlocks(text: string): Block[] {
  const tokens: Token[] = []
  reader.block.parse(
    text.replaceAll(quoteMark, '\uFFFD').replace(/(^|\n)>>>[ \t]*(?=\n|$)/g, `$1${quoteMark}`),
    reader,
    {},
    tokens,
  )
  return tokens.flatMap(({ type, map }) => {
    const kind = kinds.get(type)
    return kind && map ? { kind, start: map[0], end: map[1] } : []
  })
}

/**
 * Parses a paragraph and calls `visit` at each line, including the first, that begins as text: not inside a code span,
 * a tag, or a comment. If `visit` returns true, the rest of the line is skipped: nothing in it opens anything.
 */
export function readLineStarts(paragraph: string, visit: (line: number) => boolean): void {
  reader.inline.parse(`\n${paragraph}`, reader, { line: -1, counted: 0, visit } satisfies Cursor, [])
}

function readLineEnd(state: StateInline): boolean {
  const { src } = state
  // A backslash at the end of a line is a hard break, and the next line still begins as text.
  if (src.startsWith('\\\n', state.pos)) state.pos += 1
  if (src[state.pos] !== '\n') return false
  const cursor = state.env as unknown as Cursor
  for (; cursor.counted <= state.pos; cursor.counted++) if (src[cursor.counted] === '\n') cursor.line += 1
  state.pos += 1
  if (cursor.visit(cursor.line)) state.pos = (src.indexOf('\n', state.pos) + 1 || src.length + 1) - 1
  return true
}

function readQuoteMark(state: StateBlock, start: number, _end: number, silent: boolean): boolean {
  if (state.src[state.bMarks[start] ?? 0] !== quoteMark) return false
  if (silent) return true
  state.line = start + 1
  state.push('quote_mark', '', 0).map = [start, start + 1]
  return true
}

// A list item goes on while lines are indented; a line that is not may still continue its paragraph, up to an empty
// line.
function readNoDeeper(state: StateBlock, start: number, end: number): boolean {
  if (state.level < deepest) return false
  const goesOn = (line: number) =>
    state.isEmpty(line) || !state.isEmpty(line - 1) || (state.sCount[line] ?? 0) >= state.blkIndent
  state.line = start + 1
  while (state.line < end && goesOn(state.line)) state.line += 1
  return true
}
