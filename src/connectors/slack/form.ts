// The form "Link contacts": suggestions for its fields, and its submission.
import { createHash } from 'node:crypto'
import type { PlainTextOption } from '@slack/types'
import { contactsToAdd, contactsWithIds } from '../../domain/contacts/suggestions.ts'
import { showIssues } from '../../domain/issues/list-rows.ts'
import { issuesThatFit } from '../../domain/issues/suggestions.ts'
import { referenceTo } from '../../domain/rules/change.ts'
import { can, refusalOf } from '../../domain/rules/permissions.ts'
import { redact } from '../../quick-actions/commands.ts'
import { count, fits } from '../../quick-actions/phrases.ts'
import type { Person } from '../chat/names.ts'
import { type Asking, ask, factsFor, noSuchIssue, type Said, whoAreYou } from './asking.ts'
import { contactOption, issueOption, longestInput, mostOptions } from './blocks.ts'
import { forOutcome } from './commands.ts'
import { contactsBlock, knownOf } from './form-view.ts'

/** Issues for the field of the form. */
export async function suggestIssues(house: Asking, person: Person, typed: string): Promise<PlainTextOption[]> {
  const userId = await house.people.find(person)
  return userId === undefined ? [] : (await issuesThatFit(house.db, userId, typed, mostOptions)).map(issueOption)
}

/** Contacts for the field of the form: those that can be added to the issue. */
export async function suggestContacts(
  house: Asking,
  person: Person,
  { typed, metadata }: { typed: string; metadata: string },
): Promise<PlainTextOption[]> {
  const { issue } = knownOf(metadata)
  const userId = issue === undefined ? undefined : await house.people.find(person)
  if (userId === undefined || issue === undefined) return []
  const facts = await factsFor(house, { id: issue }, userId)
  if (!facts || !can(facts.standing, 'set_issue_contacts')) return []
  const found = await contactsToAdd(house.db, facts, {
    term: typed.slice(0, longestInput).replaceAll('\0', ''),
    earlier: [],
    limit: mostOptions,
  })
  return found.map((contact) => contactOption(contact, String(contact.id)))
}

/** An issue as a choice, for a user who can read it. */
export async function issueChoice({ db }: Asking, userId: number, id: number): Promise<PlainTextOption | undefined> {
  const [issue] = await showIssues(db, userId, [id])
  return issue && issueOption(issue)
}

/** The fields as Slack sends them. */
export interface Submitted {
  id: string
  state: {
    values: Record<
      string,
      Record<string, { selected_option?: { value: string } | null; selected_options?: { value: string }[]; value?: string | null }>
    >
  }
}

/** What is wrong, by field; or the answer to a submitted form. */
export type Outcome = { errors: Record<string, string> } | { said: Said }

export const asId = (value: string | undefined): number | undefined =>
  value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined

// Field errors can't have markup or links.
const withoutMarks = (text: string): string => text.replace(/<([^|]*)\|([^>]*)>/g, '$2 ($1)').replaceAll('`', '')

/** Takes a submitted form. A resubmission because our response was late is the same form, and is taken once. */
export async function submit(house: Asking, person: Person, view: Submitted): Promise<Outcome> {
  const { values } = view.state
  const userId = await house.people.find(person)
  if (userId === undefined) return { errors: { issue: withoutMarks(whoAreYou(house).text) } }
  const id = asId(values.issue?.issue?.selected_option?.value)
  const facts = id === undefined ? undefined : await factsFor(house, { id }, userId)
  if (!facts) return { errors: { issue: noSuchIssue } }
  if (!can(facts.standing, 'set_issue_contacts')) return { errors: { issue: refusalOf('set_issue_contacts') } }
  const block = Object.keys(values).find((name) => name.startsWith('contacts ')) ?? contactsBlock({ issue: id })
  const wanted = (values[block]?.contacts?.selected_options ?? []).map(({ value }) => asId(value) ?? 0)
  const contacts = await contactsWithIds(house.db, facts, wanted)
  const fault = faultOf(wanted.length, contacts.length, house.mostAtOnce)
  if (fault) return { errors: { [block]: fault } }
  // The command first: whatever the reason holds, it comes after. What is a command in the reason stays text: it may be somebody else's message.
  const command = `/add_contacts ${contacts.map(referenceTo).join(' ')}`
  const body = [command, redact(values.reason?.reason?.value ?? '')].join('\n\n').trim()
  return {
    said: await ask(house, {
      person,
      on: { id: facts.issueId },
      body,
      // The same form submitted with other fields is another request.
      delivery: `form ${person.at} ${view.id} ${createHash('sha256').update(`${facts.issueId} ${body}`).digest('base64url')}`,
      place: { in: 'form', view: view.id },
      patience: forOutcome,
    }),
  }
}

function faultOf(wanted: number, found: number, mostAtOnce: number): string | undefined {
  if (wanted === 0) return 'Choose at least one contact.'
  if (wanted > mostAtOnce) return `You can add at most ${count(mostAtOnce, 'contact')} at once; these are ${wanted}.`
  const gone = wanted - found
  return gone > 0
    ? `${count(gone, 'contact')} of these ${fits(gone, 'is', 'are')} not there any more, or ${fits(gone, 'belongs', 'belong')} to another issue. Choose again.`
    : undefined
}
