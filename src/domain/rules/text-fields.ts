// The rules for fields that are typed as text: which values are valid, with a message for each fault. Pure.
import type { FieldFault } from './results.ts'

interface Labelled {
  /** The name of the field in messages. */
  label: string
  /** It can't be empty. */
  required?: true
}

export interface TextRule extends Labelled {
  kind?: 'text'
  /** The most characters (code points). */
  most: number
  /** Line breaks are allowed. */
  lines?: true
}

interface AddressRule extends Labelled {
  kind: 'address'
  most: number
  required?: undefined
}

interface AmountRule extends Labelled {
  kind: 'amount'
  below: number
  required?: undefined
}

/**
 * A text, an e-mail address, or an amount of money: zero or more, with at most two decimals, as money isn't rounded.
 */
export type FieldRule = TextRule | AddressRule | AmountRule
type FieldRules = Readonly<Record<string, FieldRule>>

type RequiredOf<Rules> = {
  [Field in keyof Rules]: Rules[Field] extends { required: true } ? Field : never
}[keyof Rules]

/** The input for fields. Absent: unchanged; null or blank: empty. */
export type Given<Rules> = {
  [Field in keyof Rules]?: (Rules[Field] extends { kind: 'amount' } ? number | string : string) | null
}

/** Fields as they are stored: a required one is there, another can be null. */
export type Texts<Rules> = { [Field in RequiredOf<Rules>]: string } & {
  [Field in Exclude<keyof Rules, RequiredOf<Rules>>]?: string | null
}

interface Read {
  /** Null for nothing, and for what is wrong. */
  text: string | null
  faults: FieldFault[]
}

const read = (text: string | null): Read => ({ text, faults: [] })
const wrong = (field: string, fault: string): Read => ({ text: null, faults: [{ field, fault }] })

// Postgres can't store a NUL or half of a surrogate pair; the rest would break a line in which the text is shown.
const unstorable = /\0|\p{Cs}/u
const control = /\p{Cc}|\u2028|\u2029/u
const blank = /^[\s\p{Default_Ignorable_Code_Point}\p{Cc}\u2800]*$/u

/** Is nothing of it visible? */
export const isBlank = (text: string): boolean => blank.test(text)

/**
 * Parses the text of a field.
 * @param given absent or null: empty
 * @returns the text without outer blanks (null for nothing), and what is wrong with it
 */
export function readText(field: string, rule: TextRule, given: string | null | undefined): Read {
  const text = (given ?? '').trim()
  const fault = (what: string) => wrong(field, `${rule.label} ${what}`)
  if (isBlank(text) && !unstorable.test(text)) return rule.required ? fault("can't be blank") : read(null)
  if (unstorable.test(text))
    return fault("contains a character that can't be stored (NUL, or half of a surrogate pair)")
  if (!rule.lines && control.test(text)) return fault('must be one line without control characters')
  if ([...text].length > rule.most) return fault(`is too long (maximum is ${rule.most} characters)`)
  return read(text)
}

// A subset of what a command can refer to (grammar/arguments.peggy), so that every contact with an address can be
// added. Dots have something on both sides, and the domain's name doesn't end in hyphens.
const atom = "[\\p{L}\\p{N}\\p{M}_+'&!#$%*/=?^{}~-]+"
const label = '[\\p{L}\\p{N}\\p{M}_](?:[\\p{L}\\p{N}\\p{M}_-]*[\\p{L}\\p{N}\\p{M}_])?'
const address = new RegExp(`^(?=[\\p{L}\\p{N}_])${atom}(?:\\.${atom})*@${label}(?:\\.${label})*$`, 'u')

/** The e-mail address of contacts and users. */
export const emailRule = { kind: 'address', label: 'Email', most: 255 } as const

/** Parses an e-mail address; null for nothing. */
export function readAddress(field: string, rule: AddressRule, given: string | null | undefined): Read {
  if (!given) return read(null)
  if ([...given].length > rule.most)
    return wrong(field, `${rule.label} is too long (maximum is ${rule.most} characters)`)
  return address.test(given) ? read(given) : wrong(field, `${rule.label} is invalid`)
}

function readAmount(field: string, { label, below }: AmountRule, given: string): Read {
  const text = given.trim()
  if (text === '') return read(null)
  const fault = (what: string) => wrong(field, `${label} ${what}`)
  if (Number.isNaN(Number(text)) || !/^[-+\d.e]+$/i.test(text)) return fault('is not a number')
  if (Number(text) < 0) return fault('must be greater than or equal to 0')
  if (Number(text) >= below) return fault(`must be less than ${below}`)
  const [, whole, decimals = ''] = /^\+?(\d*)\.?(\d*)$/.exec(text) ?? []
  if (whole === undefined || decimals.replace(/0+$/, '').length > 2) return fault('can have at most two decimals')
  return read(`${whole || '0'}.${decimals.slice(0, 2).padEnd(2, '0')}`)
}

function readValue(field: string, rule: FieldRule, given: string | number | null | undefined): Read {
  const text = String(given ?? '')
  switch (rule.kind) {
    case 'address':
      return readAddress(field, rule, text)
    case 'amount':
      return readAmount(field, rule, text)
    default:
      return readText(field, rule, text)
  }
}

/**
 * Parses several fields and reports all faults at once. Absent ones are left out; a required one that is wrong is an
 * empty text.
 * @param how `whole`: required fields must be present
 */
export function readTexts<Rules extends FieldRules>(
  rules: Rules,
  given: Readonly<NoInfer<Given<Rules>>>,
  how: { whole: true },
): { texts: Texts<Rules>; faults: FieldFault[] }
export function readTexts<Rules extends FieldRules>(
  rules: Rules,
  given: Readonly<NoInfer<Given<Rules>>>,
  how: { whole: boolean },
): { texts: Partial<Texts<Rules>>; faults: FieldFault[] }
export function readTexts(
  rules: FieldRules,
  given: Readonly<Record<string, string | number | null | undefined>>,
  { whole }: { whole: boolean },
): { texts: Record<string, string | null | undefined>; faults: FieldFault[] } {
  const texts: Record<string, string | null> = {}
  const faults: FieldFault[] = []
  for (const [field, rule] of Object.entries(rules)) {
    if (given[field] === undefined && !(whole && rule.required)) continue
    const { text, faults: found } = readValue(field, rule, given[field])
    texts[field] = rule.required ? (text ?? '') : text
    faults.push(...found)
  }
  return { texts, faults }
}

/** The format of a path, and of a username. */
export const form = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?$/
