// Names in plain words: if exactly one contact fits, it is meant; else a choice is offered.
import type { KnownBlock } from '@slack/types'
import type { Wish } from '../../domain/change.ts'
import type { IssueFacts } from '../../domain/issues.ts'
import { type Addressed, contactsNamed } from '../../domain/suggestions.ts'
import { understand } from '../../quick-actions/commands.ts'
import { findAction } from '../../quick-actions/index.ts'
import { namesIn, type WrittenName } from '../../quick-actions/names.ts'
import type { Db } from '../../storage/db.ts'
import { contactOption, escaped, plain, section } from './blocks.ts'

/** So many are offered to choose from; who is not among them is to be typed more precisely. */
const mostOffered = 20
/** So many names of a comment are looked up. */
const mostNames = 20

export interface SpeltOut {
  /** The comment, each name that is clear replaced by its contact; a command that is left without arguments is gone. */
  body: string
  /** The same of the text before an edit; '' if there is none. */
  before: string
  /** For each name that more than one could be: who? Of an edit only what is new. */
  unclear: KnownBlock[]
  unknown: string[]
}

/** Looks the names up that stand in the commands of a comment, among the contacts that somebody may see. */
export async function spellOut(db: Db, facts: IssueFacts, text: string, textBefore = ''): Promise<SpeltOut> {
  const [now, before] = [await replaceNames(db, facts, text), await replaceNames(db, facts, textBefore)]
  const old = new Set(before.found.map(nameOf))
  const found = [...new Map(now.found.map((one) => [nameOf(one), one])).values()].filter((one) => !old.has(nameOf(one)))
  const unclear = found.filter(({ contacts }) => contacts.length > 1)
  return {
    body: now.body,
    before: before.body,
    unclear: unclear.flatMap((one, at) => choice(one, facts, { at, of: unclear.length })),
    unknown: found.filter(({ contacts }) => contacts.length === 0).map(({ name }) => name.text),
  }
}

const nameOf = ({ wish, name }: Found) => `${wish} ${name.text.toLowerCase()}`

async function replaceNames(db: Db, facts: IssueFacts, text: string): Promise<{ body: string; found: Found[] }> {
  const lines = text.split(/\r\n?|\n/)
  const found: Found[] = []
  for (const { name, arguments: words, line, column } of understand(text).commands) {
    const wish = findAction(name)?.suggests
    const names = wish ? namesIn(words).slice(0, mostNames - found.length) : []
    if (!wish || names.length === 0) continue
    const answers = await Promise.all(names.map((one) => lookUp(db, facts, wish, one)))
    const rest = replaceAll(words, answers)
    lines[line - 1] = rest === '' ? gone : (lines[line - 1] as string).slice(0, column - 1) + rest
    found.push(...answers)
  }
  return { body: lines.filter((line) => line !== gone).join('\n'), found }
}

// No line that was written can be this.
const gone = '\n'

interface Found {
  name: WrittenName
  wish: Wish
  contacts: readonly Addressed[]
}

async function lookUp(db: Db, facts: IssueFacts, wish: Wish, name: WrittenName): Promise<Found> {
  const contacts = await contactsNamed(db, facts, name.text, { among: wish === 'add' ? 'source' : 'issue', limit: mostOffered })
  const whole = contacts.filter((one) => one.whole)
  // One letter begins too many names.
  const fitting = name.text.length < 2 ? whole : contacts
  return { name, wish, contacts: whole.length === 1 ? whole : fitting }
}

function replaceAll(words: string, answers: readonly Found[]): string {
  let rest = words
  for (const { name, contacts } of answers.toReversed()) {
    const [only] = contacts.length === 1 ? contacts : []
    rest = `${rest.slice(0, name.from)}${only ? `[contact:${only.address}]` : ''}${rest.slice(name.to)}`
  }
  return rest
    .split(/[\s,;]+/)
    .filter(Boolean)
    .join(' ')
}

/** What a choice says: what to do, on which issue, with whom. Ids only: addresses are looked up again. */
export interface Chosen {
  wish: Wish
  issueId: number
  contactId: number
}

/** Values of a choice have at most 150 characters. */
const asValue = ({ wish, issueId, contactId }: Chosen): string => `${wish} ${issueId} ${contactId}`

/** Reads what was chosen; undefined for what none of ours says. */
export function chosenOf(value: string): Chosen | undefined {
  const [, wish, issueId, contactId] = /^(add|remove) (\d{1,15}) (\d{1,15})$/.exec(value) ?? []
  return wish ? { wish: wish as Wish, issueId: Number(issueId), contactId: Number(contactId) } : undefined
}

/** A choice alone in its message is replaced by what comes of it. */
export const choose = /^choose (alone|one) \d+$/

function choice({ name, wish, contacts }: Found, { issueId }: IssueFacts, { at, of }: { at: number; of: number }): KnownBlock[] {
  const options = contacts.map((contact) => contactOption(contact, asValue({ wish, issueId, contactId: contact.id })))
  const more = contacts.length === mostOffered ? ' Who is not in the list: write more of the name, or the address.' : ''
  return [
    section(`Who is “${escaped(name.text)}”?${more}`),
    {
      type: 'actions',
      elements: [
        { type: 'static_select', action_id: `choose ${of === 1 ? 'alone' : 'one'} ${at}`, placeholder: plain('Choose a contact'), options },
      ],
    },
  ]
}
