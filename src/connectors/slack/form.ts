// The form "Link contacts" as Slack sends it → what was chosen in it.

import type { ChatHouse, Said } from '../chat/chat.ts'
import { type LinkForm, submitForm } from '../chat/form.ts'
import type { Person } from '../chat/names.ts'
import { contactsBlock } from './form-view.ts'
import type { SlackReplyTo } from './outbound.ts'

/** The fields as Slack sends them. */
export interface FormSubmission {
  id: string
  state: {
    values: Record<
      string,
      Record<
        string,
        { selected_option?: { value: string } | null; selected_options?: { value: string }[]; value?: string | null }
      >
    >
  }
}

export const asId = (value: string | undefined): number | undefined =>
  value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined

// Field errors can't have markup or links.
const withoutMarks = (text: string): string => text.replace(/<([^|]*)\|([^>]*)>/g, '$2 ($1)').replaceAll('`', '')

/** Takes a submitted form. @returns what is wrong, by field; or the answer */
export async function takeForm(
  house: ChatHouse,
  person: Person,
  view: FormSubmission,
): Promise<{ errors: Record<string, string> } | { said: Said }> {
  const form = toLinkForm(person, view)
  const outcome = await submitForm(house, person, form)
  if ('said' in outcome) return outcome
  return { errors: { [blockOf(outcome.wrong, form, view)]: withoutMarks(outcome.text) } }
}

function toLinkForm(person: Person, view: FormSubmission): LinkForm {
  const { values } = view.state
  const chosen = values[contactsIn(view) ?? '']?.contacts?.selected_options ?? []
  return {
    name: `${person.at} ${view.id}`,
    issue: asId(values.issue?.issue?.selected_option?.value),
    contacts: chosen.map(({ value }) => asId(value) ?? 0),
    reason: values.reason?.reason?.value ?? '',
    replyTo: { in: 'form', view: view.id } satisfies SlackReplyTo,
  }
}

const contactsIn = ({ state }: FormSubmission): string | undefined =>
  Object.keys(state.values).find((name) => name.startsWith('contacts '))

const blockOf = (field: 'issue' | 'contacts', { issue }: LinkForm, view: FormSubmission): string =>
  field === 'issue' ? 'issue' : (contactsIn(view) ?? contactsBlock({ issue }))
