// Finding the commands of a comment: in the text, not yet in what they mean.
import { parse } from './grammar/commands.js'
import { findAction, names } from './index.ts'
import { linesInTheOpen } from './paragraphs.ts'
import { nearest } from './spelling.ts'

/** A command that was found. `line` and `column`, where its arguments begin, count from 1. */
export interface Command {
  name: string
  arguments: string
  line: number
  column: number
}

export interface Understood {
  /** What is left without the commands. */
  text: string
  commands: Command[]
  hints: string[]
}

/** A line that begins like a command: with a name that we know, or nearly so. */
interface Candidate {
  line: number
  /** As it was written, without arguments. */
  written: string
  name: string
  known: boolean
}

/** A comment that is nothing but commands, not all of which are written as they must be. */
export interface NearMiss {
  /** The name of the first one that is not. */
  name: string
  /** The comment as it was probably meant. */
  text: string
}

/** Further commands are taken out, but do not count. */
const mostCommands = 100
const mostHints = 10
/** Nobody writes back-tick runs of so many different lengths but to do harm: to make every fence a long one. */
const longestFence = 16

const anyCommand = /^(?:[ \u00A0\u200B]{0,3}\/\S|@rolobot\s)/im
// A command stands in the first column; behind one to three blanks it is a near miss, behind more it is code.
const opening = /^([ \u00A0\u200B]{0,3})(\/|@rolobot[\s\u200B]+\/?)([^\s\u200B]+)(?:[ \t\u00A0]+([\p{L}\p{N}_-]+))?/iu
const isBlank = (line: string): boolean => /^[ \t]*$/.test(line)

/**
 * Reads a comment as Markdown and takes its commands out.
 * @param body the comment; any text at all. Prose without commands takes less than a millisecond for each
 * megabyte, the worst text of 256 KiB about a tenth of a second
 * @returns the text that is left, with LF as line ends and trimmed at the end; the first 100 commands; hints for people
 */
export function understand(body: string): Understood {
  const text = body.includes('\r') ? body.replace(/\r\n?/g, '\n') : body
  if (!anyCommand.test(text)) return { text: text.trimEnd(), commands: [], hints: [] }
  const lines = text.split('\n')
  const found = find(lines)
  const known = found.filter((candidate) => candidate.known)
  return {
    // Without its commands a text may read otherwise: `2. a` after a command is text, and begins a list without it.
    // What was no command before and would be one now must stay text.
    text: (known.length > 0 ? asCodeSpans(takeOut(lines, known)).join('\n') : text).trimEnd(),
    commands: known.slice(0, mostCommands).flatMap((candidate) => takeApart(candidate, lines)),
    hints: hint(found, known.length - mostCommands),
  }
}

/**
 * Makes a code span of each command, so that it is shown and never runs. Nothing else changes; a text in which nothing
 * is found comes back as it is.
 */
export function redact(body: string): string {
  if (!anyCommand.test(body)) return body
  const ends = body.match(/\r\n?|\n/g) ?? []
  const lines = body.split(/\r\n?|\n/)
  const spans = asCodeSpans(lines)
  return spans === lines ? body : spans.map((line, index) => line + (ends[index] ?? '')).join('')
}

/** The lines with a code span for each command; the same lines if there is none. */
function asCodeSpans(lines: string[]): string[] {
  const known = new Set(find(lines).flatMap((candidate) => (candidate.known ? [candidate.line] : [])))
  if (known.size === 0) return lines
  const fence = shortestFence(lines)
  if (fence.length > longestFence) return asCodeSpans(lines.map((line) => line.replaceAll('`', "'")))
  return lines.map((line, number) => (known.has(number) ? codeSpan(line, fence) : line))
}

/**
 * Tells whether a comment is nothing but commands, of which at least one is a near miss: ` /add_contacts`, `/add_contcts`, `/add contacts`.
 * @returns what was probably meant; undefined for every other comment
 */
export function nearMissOf(body: string): NearMiss | undefined {
  const text = body.replace(/\r\n?/g, '\n').trimEnd()
  if (!anyCommand.test(text)) return undefined
  const lines = text.split('\n')
  const found = new Map(find(lines).map((candidate) => [candidate.line, candidate]))
  const first = [...found.values()].find(({ known }) => !known)
  if (!first || lines.some((line, at) => !found.has(at) && !isBlank(line))) return undefined
  return { name: first.name, text: lines.map((line, at) => corrected(line, found.get(at))).join('\n') }
}

const corrected = (line: string, candidate: Candidate | undefined): string =>
  !candidate || candidate.known ? line : `/${candidate.name}${line.slice(line.indexOf(candidate.written) + candidate.written.length)}`

function find(lines: readonly string[]): Candidate[] {
  const judge = judging()
  const candidates = lines.flatMap((text, line) => {
    if (!/^[/@ \u00A0\u200B]/.test(text)) return []
    const found = candidateIn(text, judge)
    return found ? [{ line, ...found }] : []
  })
  if (candidates.length === 0) return []
  const linesOf = (some: readonly Candidate[]) => new Set(some.map(({ line }) => line))
  // What is no command stays in the text, and what it opens hides what follows.
  const open = linesInTheOpen(lines, linesOf(candidates), linesOf(candidates.filter(({ known }) => known)))
  return candidates.filter((candidate) => open.has(candidate.line))
}

type Verdict = Pick<Candidate, 'name' | 'known'>

function candidateIn(text: string, judge: (word: string) => Verdict | undefined): Omit<Candidate, 'line'> | undefined {
  const [whole, blanks = '', sign = '', word = '', next] = opening.exec(text) ?? []
  if (whole === undefined || (blanks !== '' && !sign.endsWith('/'))) return undefined
  const written = sign.endsWith('/') ? `/${word}` : `${sign}${word}`
  const verdict = judge(word)
  if (verdict) return { written, name: verdict.name, known: verdict.known && blanks === '' }
  // `/add contacts`
  const parted = next === undefined ? undefined : findAction(`${word}_${next}`)
  return parted && { written: whole.slice(blanks.length), name: parted.name, known: false }
}

/** Tells what name a word is or is near to. Remembers the words of one text: they often come again. */
function judging(): (word: string) => Verdict | undefined {
  const judged = new Map<string, Verdict | undefined>()
  return (word) => {
    if (!judged.has(word)) {
      const name = findAction(word)?.name ?? nearest(word.toLowerCase(), names)
      judged.set(word, name === undefined ? undefined : { name, known: findAction(word) !== undefined })
    }
    return judged.get(word)
  }
}

function takeApart({ line, name }: Candidate, lines: readonly string[]): Command[] {
  const command = parse(lines[line] ?? '', { startRule: 'line' })
  return command ? [{ name, arguments: command.arguments, line: line + 1, column: command.argumentsColumn }] : []
}

/** What is left. Where a command stood between empty lines, or at the beginning, those after it go with it. */
function takeOut(lines: readonly string[], commands: readonly Candidate[]): string[] {
  const taken = new Set(commands.map((command) => command.line))
  const left: string[] = []
  let afterCommand = false
  for (const [number, line] of lines.entries()) {
    afterCommand ||= taken.has(number)
    if (taken.has(number) || (afterCommand && isBlank(line) && isBlank(left.at(-1) ?? ''))) continue
    afterCommand = false
    left.push(line)
  }
  return left
}

function hint(found: readonly Candidate[], tooMany: number): string[] {
  const near = found.filter((candidate) => !candidate.known).slice(0, mostHints)
  const hints = near.map(({ line, written, name }) => `Did you mean /${name}? (line ${line + 1}: ${written})`)
  if (tooMany > 0) hints.push(`Only the first ${mostCommands} commands of a comment count; ${tooMany} more were left out.`)
  return hints
}

/** The shortest run of back-ticks that the text does not hold, so that it closes nothing and is closed by nothing else. */
function shortestFence(lines: readonly string[]): string {
  const lengths = new Set<number>()
  for (const [run] of lines.join('\n').matchAll(/`+/g)) lengths.add(run.length)
  let length = 1
  while (lengths.has(length)) length += 1
  return '`'.repeat(length)
}

/** Blanks keep a back-tick at the end apart from the fence; Markdown drops them. */
const codeSpan = (line: string, fence: string): string => (line.endsWith('`') ? `${fence} ${line} ${fence}` : `${fence}${line}${fence}`)
