// The rules for text fields: which values are valid, with a message for each fault. Pure.
import type { Fault } from './results.ts'

export interface TextRule {
  /** The name of the field in messages. */
  label: string
  /** The most characters (code points). */
  most: number
  required?: true
  /** Line breaks are allowed. */
  lines?: true
}

// Postgres can't store a NUL or half of a surrogate pair; the rest would break a line in which the text is shown.
const unstorable = /\0|\p{Cs}/u
const control = /\p{Cc}|\u2028|\u2029/u
// Nothing visible.
const blank = /^[\s\p{Default_Ignorable_Code_Point}\p{Cc}\u2800]*$/u

/**
 * Parses the text of a field.
 * @param given absent or null: empty
 * @returns the text without outer blanks (null for nothing), and what is wrong with it
 */
export function readText(field: string, rule: TextRule, given: string | null | undefined): { text: string | null; faults: Fault[] } {
  const text = (given ?? '').trim()
  const fault = (what: string): { text: null; faults: Fault[] } => ({ text: null, faults: [{ field, fault: `${rule.label} ${what}` }] })
  if (blank.test(text) && !unstorable.test(text)) return rule.required ? fault("can't be blank") : { text: null, faults: [] }
  if (unstorable.test(text)) return fault("contains a character that can't be stored (NUL, or half of a surrogate pair)")
  if (!rule.lines && control.test(text)) return fault('must be one line without control characters')
  if ([...text].length > rule.most) return fault(`is too long (maximum is ${rule.most} characters)`)
  return { text, faults: [] }
}

/** Parses several texts; absent ones are left out. */
export function readTexts<Field extends string>(
  rules: Readonly<Record<Field, TextRule>>,
  given: Readonly<Partial<Record<NoInfer<Field>, string | null>>>,
  { whole }: { whole: boolean },
): { texts: Partial<Record<Field, string | null>>; faults: Fault[] } {
  const texts: Partial<Record<Field, string | null>> = {}
  const faults: Fault[] = []
  for (const [field, rule] of Object.entries(rules) as [Field, TextRule][]) {
    if (given[field] === undefined && !(whole && rule.required)) continue
    const read = readText(field, rule, given[field])
    texts[field] = read.text
    faults.push(...read.faults)
  }
  return { texts, faults }
}

/** The format of a path, and of a username. */
export const form = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?$/

const longestAddress = 255

// A subset of what a command can refer to (grammar/arguments.peggy), so that every contact with an address can be added. Dots have something
// on both sides, and the domain's name doesn't end in hyphens.
const atom = "[\\p{L}\\p{N}\\p{M}_+'&!#$%*/=?^{}~-]+"
const label = '[\\p{L}\\p{N}\\p{M}_](?:[\\p{L}\\p{N}\\p{M}_-]*[\\p{L}\\p{N}\\p{M}_])?'
const address = new RegExp(`^(?=[\\p{L}\\p{N}_])${atom}(?:\\.${atom})*@${label}(?:\\.${label})*$`, 'u')

/** Reads an e-mail address, as contacts and users have one. */
export function readAddress(given: string | null | undefined): { email: string | null; faults: Fault[] } {
  const email = given || null
  if (email !== null && [...email].length > longestAddress)
    return { email: null, faults: [{ field: 'email', fault: `Email is too long (maximum is ${longestAddress} characters)` }] }
  if (email !== null && !address.test(email)) return { email: null, faults: [{ field: 'email', fault: 'Email is invalid' }] }
  return { email, faults: [] }
}
