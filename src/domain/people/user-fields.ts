// The fields of users: which values are valid. Pure.
import type { FieldFault } from '../rules/results.ts'
import { emailRule, form, readAddress, readTexts } from '../rules/text-fields.ts'

export interface UserFields {
  username?: string | null
  name?: string | null
  email?: string | null
}

const rules = {
  name: { label: 'Name', most: 255, required: true },
  username: { label: 'Username', most: 255, required: true },
} as const

const misspelt = {
  field: 'username',
  fault:
    "Username can contain only letters, digits, '_', '-' and '.'; it can neither begin with '-' or '.', nor end with '.'",
}

/**
 * Parses the input for a new user and reports all faults at once. The database checks whether a value is taken.
 * @param how `whole`: name and email address are required; otherwise the name can be absent, and is then the username
 */
export function readUserFields(
  given: UserFields,
  how: { whole: boolean },
): { texts: { username: string; name: string; email: string | null }; faults: FieldFault[] } {
  const { texts, faults } = readTexts(rules, given, how)
  if (texts.username && !form.test(texts.username)) faults.push(misspelt)
  const { text: email, faults: ofAddress } = readAddress('email', emailRule, given.email?.trim())
  if (how.whole && email === null && ofAddress.length === 0)
    faults.push({ field: 'email', fault: "Email can't be blank" })
  const [username, name] = [texts.username ?? '', texts.name ?? texts.username ?? '']
  return { texts: { username, name, email }, faults: [...faults, ...ofAddress] }
}
