// The form "Link contacts": an issue, contacts, and perhaps a reason, which becomes the comment.
import type { ModalView, PlainTextOption } from '@slack/types'
import { showIssues } from '../../domain/issue-rows.ts'
import { issuesThatFit } from '../../domain/issue-suggestions.ts'
import { can, refusalOf } from '../../domain/permissions.ts'
import { contactsToAdd, contactsWithIds } from '../../domain/suggestions.ts'
import { redact } from '../../quick-actions/commands.ts'
import { count, fits } from '../../quick-actions/phrases.ts'
import { type Asking, ask, factsFor, noSuchIssue, type Said, whoAreYou } from './asking.ts'
import { contactOption, cut, issueOption, longestInput, mostOptions, plain } from './blocks.ts'
import { forOutcome } from './commands.ts'
import type { Person } from './inbound.ts'

export const formId = 'link_contacts'

/** What a form knows: it travels with it, as Slack tells suggestions nothing of the other fields. */
interface Known {
  issue?: number
}

const read = (metadata: string): Known => (metadata ? (JSON.parse(metadata) as Known) : {})

const contactsBlock = ({ issue }: Known) => `contacts ${issue ?? 'of none'}`

export interface Draft {
  /** The issue that is chosen, as it stood in the list. */
  issue?: PlainTextOption
  reason?: string
  mostAtOnce: number
}

/** The form. Another issue has other contacts, so the field for them has another name: then Slack forgets what was chosen. */
export const formView = ({ issue, reason, mostAtOnce }: Draft): ModalView => {
  const known: Known = issue ? { issue: Number(issue.value) } : {}
  return {
    type: 'modal',
    callback_id: formId,
    private_metadata: JSON.stringify(known),
    title: plain('Link contacts'),
    submit: plain('Link'),
    close: plain('Cancel'),
    blocks: [
      {
        type: 'input',
        block_id: 'issue',
        dispatch_action: true,
        label: plain('Issue'),
        element: {
          type: 'external_select',
          action_id: 'issue',
          min_query_length: 0,
          placeholder: plain('Number, project or title'),
          ...(issue && { initial_option: issue }),
        },
      },
      {
        type: 'input',
        block_id: contactsBlock(known),
        label: plain('Contacts'),
        ...(!issue && { hint: plain('Choose the issue first: it says whose contacts these can be.', longestInput) }),
        element: {
          type: 'multi_external_select',
          action_id: 'contacts',
          min_query_length: 0,
          max_selected_items: mostAtOnce,
          placeholder: plain('Name, address or organization'),
        },
      },
      {
        type: 'input',
        block_id: 'reason',
        optional: true,
        label: plain('Reason'),
        hint: plain('Becomes a comment on the issue.', longestInput),
        element: {
          type: 'plain_text_input',
          action_id: 'reason',
          multiline: true,
          max_length: longestInput,
          ...(reason && { initial_value: cut(reason, longestInput) }),
        },
      },
    ],
  }
}

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
  const { issue } = read(metadata)
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

/** The issue of an id as a choice, for somebody who may read it. */
export async function issueChoice({ db }: Asking, userId: number, id: number): Promise<PlainTextOption | undefined> {
  const [issue] = await showIssues(db, userId, [id])
  return issue && issueOption(issue)
}

/** The fields as Slack sends them. */
export interface Submitted {
  id: string
  private_metadata: string
  state: {
    values: Record<
      string,
      Record<string, { selected_option?: { value: string } | null; selected_options?: { value: string }[]; value?: string | null }>
    >
  }
}

/** What is wrong, by field; or what is said to somebody whose form was taken. */
export type Outcome = { errors: Record<string, string> } | { said: Said }

export const asId = (value: string | undefined): number | undefined =>
  value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined

/** Takes a form that was sent. */
export async function submit(house: Asking, person: Person, view: Submitted): Promise<Outcome> {
  const { values } = view.state
  const userId = await house.people.find(person)
  if (userId === undefined)
    return {
      errors: {
        issue: whoAreYou(house)
          .text.replace(/<[^|]*\|([^>]*)>/g, '$1')
          .replaceAll('`', ''),
      },
    }
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
  const command = `/add_contacts ${contacts.map(({ address }) => `[contact:${address}]`).join(' ')}`
  const body = [command, redact(values.reason?.reason?.value ?? '')].join('\n\n').trim()
  return {
    said: await ask(house, {
      person,
      on: { id: facts.issueId },
      body,
      delivery: `form ${person.team} ${view.id}`,
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
