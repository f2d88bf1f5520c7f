// A field of a form: its label, help, and what is wrong with it.
import type { FieldFault } from '../domain/rules/results.ts'

interface Shown {
  name: string
  label: string
  type?: 'text' | 'password'
  autocomplete: string
  help?: string
  value?: string
  faults?: readonly FieldFault[]
}

/** The first field at fault has the focus. */
export const InputField = ({ name, label, type = 'password', autocomplete, help, value, faults = [] }: Shown) => {
  const fault = faults.find(({ field }) => field === name)?.fault
  const about = [help && `${name}-help`, fault && `${name}-fault`].filter(Boolean).join(' ')
  const input = {
    id: name,
    name,
    value,
    autocomplete,
    autocapitalize: 'none',
    spellcheck: false,
    required: true,
    autofocus: fault !== undefined && faults[0]?.field === name,
    'aria-invalid': fault === undefined ? undefined : true,
    'aria-describedby': about || undefined,
  } as const
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {type === 'text' ? <input type="text" {...input} /> : <input type="password" {...input} />}
      {help && (
        <p id={`${name}-help`} class="aside">
          {help}
        </p>
      )}
      {fault && (
        <p id={`${name}-fault`} class="wrong">
          {fault}.
        </p>
      )}
    </div>
  )
}

/** What went wrong, above a form. */
export const Alert = ({ text }: { text: string | undefined }) =>
  text === undefined ? null : (
    <p class="notice fault" role="alert">
      {text}
    </p>
  )
