// The form "Link contacts": suggestions for its fields, and its submission.
import { createHash } from 'node:crypto'
import { contactsToAdd, contactsWithIds, type Suggestion } from '../../domain/contacts/suggestions.ts'
import { issueFor } from '../../domain/issues/guard.ts'
import { shownIssues } from '../../domain/issues/list-rows.ts'
import { issuesThatFit, type SuggestedIssue } from '../../domain/issues/suggestions.ts'
import { findBinding } from '../../domain/people/bindings.ts'
import { referenceTo } from '../../domain/rules/change.ts'
import { redact } from '../../quick-actions/commands.ts'
import { count, fitsPhrase } from '../../quick-actions/phrases.ts'
import { type ChatHouse, type Said, whoAreYou } from './chat.ts'
import { forOutcome } from './deadlines.ts'
import type { Person } from './names.ts'
import { noSuchIssue, submit } from './submission.ts'

/** An issue to choose. */
export type IssueChoice = Pick<SuggestedIssue, 'id' | 'iid' | 'projectPath' | 'title'>

/** Issues for the field of the form, at most `limit`. */
export async function suggestIssues(
  house: ChatHouse,
  person: Person,
  typed: string,
  limit: number,
): Promise<IssueChoice[]> {
  const userId = await house.people.find(person)
  return userId === undefined ? [] : issuesThatFit(house.db, userId, typed, limit)
}

const longestTerm = 3_000

/** Contacts for the field of the form, at most `limit`: those that can be added to the issue. */
export async function suggestContacts(
  house: ChatHouse,
  person: Person,
  { typed, issue, limit }: { typed: string; issue: number | undefined; limit: number },
): Promise<Suggestion[]> {
  const userId = issue === undefined ? undefined : await house.people.find(person)
  if (userId === undefined || issue === undefined) return []
  const { value: facts } = await issueFor(house.db, { userId }, { id: issue }, 'set_issue_contacts')
  if (!facts) return []
  return contactsToAdd(house.db, facts, { term: typed.slice(0, longestTerm).replaceAll('\0', ''), earlier: [], limit })
}

/** An issue as a choice, for a user who can read it. */
export async function issueChoice(
  { db }: Pick<ChatHouse, 'db'>,
  userId: number,
  id: number,
): Promise<IssueChoice | undefined> {
  const [issue] = await shownIssues(db, userId, [id])
  return issue
}

/**
 * The issue to which a thread or channel is bound.
 * @param places the thread, if it is one, and the channel
 */
export async function boundIssue(
  house: ChatHouse,
  userId: number,
  places: readonly string[],
): Promise<IssueChoice | undefined> {
  const binding = await findBinding(house.db, house.chat.via, places)
  return binding?.issue ? issueChoice(house, userId, binding.issue.id) : undefined
}

/** A submitted form. */
export interface LinkForm {
  /** Names the form, the same for every redelivery. */
  name: string
  issue: number | undefined
  contacts: readonly number[]
  reason: string
  /** Where its outcome is answered. */
  replyTo: object
}

/** What is wrong with which field; or the answer. */
export type FormOutcome = { wrong: 'issue' | 'contacts'; text: string } | { said: Said }

/** Takes a submitted form. A resubmission because our response was late is the same form, and is taken once. */
export async function submitForm(
  house: ChatHouse,
  person: Person,
  { name, issue: id, contacts: wanted, reason, replyTo }: LinkForm,
): Promise<FormOutcome> {
  const userId = await house.people.find(person)
  if (userId === undefined) return { wrong: 'issue', text: whoAreYou(house).text }
  if (id === undefined) return { wrong: 'issue', text: noSuchIssue }
  const { value: facts, refused } = await issueFor(house.db, { userId }, { id }, 'set_issue_contacts')
  if (refused) return { wrong: 'issue', text: refused.reason }
  const contacts = await contactsWithIds(house.db, facts, wanted)
  const fault = faultOf(wanted.length, contacts.length, house.mostAtOnce)
  if (fault) return { wrong: 'contacts', text: fault }
  // The command first: whatever the reason holds, it comes after. What is a command in the reason stays text: it may be
  // another user's message.
  const body = [`/add_contacts ${contacts.map(referenceTo).join(' ')}`, redact(reason)].join('\n\n').trim()
  // The same form submitted with other fields is another request.
  const delivery = `form ${name} ${createHash('sha256').update(`${facts.issueId} ${body}`).digest('base64url')}`
  return {
    said: await submit(house, { person, on: { id: facts.issueId }, body, delivery, replyTo, patience: forOutcome }),
  }
}

function faultOf(wanted: number, found: number, mostAtOnce: number): string | undefined {
  if (wanted === 0) return 'Choose at least one contact.'
  if (wanted > mostAtOnce) return `You can add at most ${count(mostAtOnce, 'contact')} at once; these are ${wanted}.`
  const gone = wanted - found
  return gone > 0
    ? `${count(gone, 'contact')} of these ${fitsPhrase(gone, 'is', 'are')} not there any more, or ${fitsPhrase(gone, 'belongs', 'belong')} to another issue. Choose again.`
    : undefined
}
