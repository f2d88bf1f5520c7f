// What the form of the comment box requests: a comment, a near-miss command, or a choice among contacts.
import { nearMissOf } from '../quick-actions/commands.ts'
import { field } from './visit.ts'

export type Sent =
  /** The text may be intended as the command of this name; it is not posted yet. */
  | { kind: 'near miss'; name: string }
  /** `rest` stays in the box; `asText`: what looks like a command is intended as text. */
  | { kind: 'comment'; text: string; rest: string; asText: boolean }

/** Parses a form that was sent with this text in the box. */
export function readSent(form: unknown, body: string): Sent {
  const [command, name = ''] = field(form, 'choice').split(/\r?\n/)
  if (command) return { kind: 'comment', text: command, rest: withoutName(body, name), asText: false }
  const miss = nearMissOf(body)
  const as = field(form, 'as')
  if (!miss || as === 'text') return { kind: 'comment', text: body, rest: '', asText: miss !== undefined }
  if (as === 'command') return { kind: 'comment', text: miss.text, rest: '', asText: false }
  return { kind: 'near miss', name: miss.name }
}

/** The text without a name that was chosen, and without the command if it has no other. */
function withoutName(text: string, name: string): string {
  const lines = text.split('\n')
  const at = lines.findIndex((line) => line.startsWith('/') && namesIn(line).includes(name))
  if (at < 0) return text
  const line = lines[at] as string
  const command = line.split(/\s/, 1)[0] as string
  const names = namesIn(line).toSpliced(namesIn(line).indexOf(name), 1)
  return lines.toSpliced(at, 1, ...(names.length > 0 ? [`${command} ${names.join(', ')}`] : [])).join('\n')
}

const namesIn = (line: string): string[] =>
  line
    .replace(/^\S+\s*/, '')
    .split(',')
    .map((part) => part.trim())
