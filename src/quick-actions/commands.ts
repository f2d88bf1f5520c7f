// Finds the commands in a comment: the text of each, not yet its meaning.
import { parse } from './grammar/commands.js'
import { findAction, names } from './index.ts'
import { linesInTheOpen } from './paragraphs.ts'
import { nearest } from './spelling.ts'

/** A command. `line` and `column`, where its arguments begin, count from 1. */
export interface Command {
  name: string
  arguments: string
  line: number
  column: number
}

export interface Understood {
  /** The text without the commands. */
  text: string
  commands: Command[]
  hints: string[]
}

/** A line that begins like a command: with a known name, or nearly one. */
interface Candidate {
  line: number
  /** As written, without arguments. */
  written: string
  name: string
  known: boolean
}

/** A comment that contains only commands, not all of them valid. */
export interface NearMiss {
  /** The name of the first invalid one. */
  name: string
  /** The comment as probably intended. */
  text: string
}

/** Further commands are removed, but don't count. */
const mostCommands = 100
const mostHints = 10
/** Only an attacker writes back-tick runs of so many different lengths: to make every fence a long one. */
const longestFence = 16

const anyCommand = /^(?:[ \u00A0\u200B]{0,3}\/\S|@rolobot\s)/im
// A command begins in the first column; after one to three spaces it is a near miss, after more it is code.
const opening = /^([ \u00A0\u200B]{0,3})(\/|@rolobot[\s\u200B]+\/?)([^\s\u200B]+)(?:[ \t\u00A0]+([\p{L}\p{N}_-]+))?/iu
const isBlank = (line: string): boolean => /^[ \t]*$/.test(line)

/**
 * Parses a comment as Markdown and extracts its commands.
 * @param body the comment; any text at all. Prose without commands takes less than a millisecond for each
 * megabyte, the worst text of 256 KiB about a tenth of a second
 * @returns the remaining text, with LF line ends and trimmed at the end; the first 100 commands; hints for users
 */
export function understand(body: string): Understood {
  const text = body.includes('\r') ? body.replace(/\r\n?/g, '\n') : body
  if (!anyCommand.test(text)) return { text: text.trimEnd(), commands: [], hints: [] }
  const lines = text.split('\n')
  const found = find(lines)
  const known = found.filter((candidate) => candidate.known)
  return {
    // Without its commands, a text can parse differently: `2. a` after a command is text, and begins a list without it.
    // What was not a command before and would be one now must stay text.
    text: (known.length > 0 ? asCodeSpans(takeOut(lines, known)).join('\n') : text).trimEnd(),
    commands: known.slice(0, mostCommands).flatMap((candidate) => takeApart(candidate, lines)),
    hints: hint(found, known.length - mostCommands),
  }
}

/**
 * Turns each command into a code span, so that it is shown and never runs. Nothing else changes; a text without
 * commands is returned as it is.
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
 * Detects a comment that contains only commands, at least one of them a near miss: ` /add_contacts`, `/add_contcts`,
 * `/add contacts`.
 * @returns what was probably intended; undefined for every other comment
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
  !candidate || candidate.known
    ? line
    : `/${candidate.name}${line.slice(line.indexOf(candidate.written) + candidate.written.length)}`

function find(lines: readonly string[]): Candidate[] {
  const judge = judging()
  const candidates = lines.flatMap((text, line) => {
    if (!/^[/@ \u00A0\u200B]/.test(text)) return []
    const found = candidateIn(text, judge)
    return found ? [{ line, ...found }] : []
  })
  if (candidates.length === 0) return []
  const linesOf = (some: readonly Candidate[]) => new Set(some.map(({ line }) => line))
  // Text that isn't a command stays, and anything it opens hides what follows.
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

/** Finds the name that a word equals or nearly equals. Caches the words of one text, which often repeat. */
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

/**
 * The remaining text. If a command stood between empty lines, or at the beginning, the empty lines after it are removed
 * too.
 */
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
  if (tooMany > 0)
    hints.push(
      `A comment can have at most ${mostCommands} commands. ${tooMany} more ${tooMany === 1 ? 'was' : 'were'} ignored.`,
    )
  return hints
}

/**
 * The shortest run of back-ticks that the text doesn't contain, so that it neither closes nor is closed by anything
 * else.
 */
function shortestFence(lines: readonly string[]): string {
  const lengths = new Set<number>()
  for (const [run] of lines.join('\n').matchAll(/`+/g)) lengths.add(run.length)
  let length = 1
  while (lengths.has(length)) length += 1
  return '`'.repeat(length)
}

/** Spaces separate a back-tick at the end from the fence; Markdown drops them. */
const codeSpan = (line: string, fence: string): string =>
  line.endsWith('`') ? `${fence} ${line} ${fence}` : `${fence}${line}${fence}`
