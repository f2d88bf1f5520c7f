// The form "Link contacts" as Slack shows it: an issue, contacts, and perhaps a reason, which becomes the comment.
import type { InputBlock, ModalView, PlainTextOption } from '@slack/types'
import { cut, longestInput, plain } from './blocks.ts'

export const formId = 'link_contacts'
export const messageShortcut = 'link_contacts_of_message'

/**
 * The state of a form: it travels with the form, as Slack sends no other fields along with a request for suggestions.
 */
interface Known {
  issue?: number
}

/** Reads the state of a form. */
export const knownOf = (metadata: string): Known => (metadata ? (JSON.parse(metadata) as Known) : {})

/**
 * The name of the contacts field. It depends on the issue, so that Slack clears the field when another issue is chosen.
 */
export const contactsBlock = ({ issue }: Known): string => `contacts ${issue ?? 'of none'}`

export interface FormDraft {
  /** The chosen issue. */
  issue?: PlainTextOption
  reason?: string
  mostAtOnce: number
}

/** The form, as far as it is filled in. */
export function formView({ issue, reason, mostAtOnce }: FormDraft): ModalView {
  const known: Known = issue ? { issue: Number(issue.value) } : {}
  return {
    type: 'modal',
    callback_id: formId,
    private_metadata: JSON.stringify(known),
    title: plain('Link contacts'),
    submit: plain('Link'),
    close: plain('Cancel'),
    blocks: [issueField(issue), contactsField(known, mostAtOnce), reasonField(reason)],
  }
}

const issueField = (issue: PlainTextOption | undefined): InputBlock => ({
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
})

const contactsField = (known: Known, mostAtOnce: number): InputBlock => ({
  type: 'input',
  block_id: contactsBlock(known),
  label: plain('Contacts'),
  ...(known.issue === undefined && {
    hint: plain('Choose the issue first: it determines which contacts you can add.', longestInput),
  }),
  element: {
    type: 'multi_external_select',
    action_id: 'contacts',
    min_query_length: 0,
    max_selected_items: mostAtOnce,
    placeholder: plain('Name, address or organization'),
  },
})

const reasonField = (reason: string | undefined): InputBlock => ({
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
})
