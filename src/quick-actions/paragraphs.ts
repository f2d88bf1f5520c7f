// Markdown → the lines that can hold a command.
import { type Block, readBlocks, readLineStarts } from './markdown.ts'

/** From a line to a later one. */
type Span = readonly [from: number, to: number]

const tag = /<(\/?)([a-z][a-z0-9-]*)[^<>]*>/gi
const beginsWithTag = (line: string | undefined): boolean => /^ {0,3}<[/a-z]/i.test(line ?? '')
// A comment, or an element whose content isn't HTML: anything inside that looks like a tag isn't one.
const opaque = /^ {0,3}<(?:[!?]|(?:script|pre|style|textarea)\b)/i

/**
 * Of some lines, those that can hold a command: in a top-level paragraph, not in a code span or
 * an HTML comment, not in a `>>>` block, not between opening and closing HTML tags on lines of their own.
 * @param lines all lines of the text, without their ends
 * @param candidates numbers of lines, from 0
 * @param taken those that are removed if they are outside of everything: a back-tick in them opens nothing after it
 */
export function linesInTheOpen(
  lines: readonly string[],
  candidates: ReadonlySet<number>,
  taken: ReadonlySet<number>,
): Set<number> {
  const blocks = readBlocks(lines.join('\n'))
  const read = blocks.flatMap((block) => linesToRead(lines, block, { candidates, taken }))
  const hides = hiding([...quotes(blocks), ...elements(lines, read)], lines.length)
  return new Set(read.filter((line) => candidates.has(line) && !hides(line)))
}

interface Lines {
  candidates: ReadonlySet<number>
  taken: ReadonlySet<number>
}

/** The candidates in a block, and its lines that begin with a tag, unless they are inside something else. */
function linesToRead(lines: readonly string[], block: Block, { candidates, taken }: Lines): number[] {
  const { kind, start, end } = block
  if (kind === 'quote mark' || (kind === 'html' && opaque.test(lines[start] ?? ''))) return []
  const wanted: number[] = []
  for (let line = start; line < end; line++) if (candidates.has(line) || beginsWithTag(lines[line])) wanted.push(line)
  if (wanted.length === 0) return wanted
  if (kind === 'html') return wanted.filter((line) => !candidates.has(line))
  return beginningAsText(lines, block, wanted, taken)
}

function beginningAsText(
  lines: readonly string[],
  { start, end }: Block,
  wanted: number[],
  taken: ReadonlySet<number>,
): number[] {
  const paragraph = lines.slice(start, end).join('\n')
  if (!/[`<]/.test(paragraph)) return wanted
  const begun = new Set<number>()
  readLineStarts(paragraph, (line) => {
    begun.add(start + line)
    return taken.has(start + line)
  })
  return wanted.filter((line) => begun.has(line))
}

/** `>>>` blocks: every second mark ends one. The last of an odd number opens nothing. */
function quotes(blocks: readonly Block[]): Span[] {
  const marks = blocks.filter((block) => block.kind === 'quote mark').map((block) => block.start)
  return marks.flatMap((mark, index) => (index % 2 === 1 ? [[marks[index - 1] ?? mark, mark] as const] : []))
}

/**
 * What stands between an opening tag and the tag that closes it, on lines that hold tags at both ends. An opening tag
 * that nothing closes hides nothing: it may be a `<br>`, or a `<p>`, which need no closing.
 */
function elements(lines: readonly string[], read: readonly number[]): Span[] {
  const open = new Map<string, number[]>()
  const found: Span[] = []
  for (const line of read) {
    const text = lines[line]?.trim() ?? ''
    if (!text.startsWith('<') || !text.endsWith('>')) continue
    for (const [, closes, name = ''] of text.matchAll(tag)) {
      const key = name.toLowerCase()
      const openings = open.get(key) ?? []
      open.set(key, openings)
      const opening = closes ? openings.pop() : openings.push(line) && undefined
      if (opening !== undefined) found.push([opening, line])
    }
  }
  return found
}

/** Finds out for each line whether one of the spans covers it; in one pass, however deeply the spans are nested. */
function hiding(spans: readonly Span[], lines: number): (line: number) => boolean {
  const depth = new Int32Array(lines + 1)
  const change = (line: number, by: number) => {
    depth[line] = (depth[line] ?? 0) + by
  }
  for (const [from, to] of spans) {
    change(from, 1)
    change(to, -1)
  }
  for (let line = 1; line <= lines; line++) change(line, depth[line - 1] ?? 0)
  return (line) => depth[line] !== 0
}
