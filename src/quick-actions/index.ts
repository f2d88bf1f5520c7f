// The list of all actions: one line each, in the order in which they are offered.
import type { Action } from './action.ts'
import { addContacts } from './actions/add-contacts.ts'
import { contactActions } from './actions/contacts.ts'
import { helpOn } from './actions/help.ts'
import { removeContacts } from './actions/remove-contacts.ts'

export const actions: readonly Action[] = [addContacts, removeContacts, contactActions, helpOn(() => actions)]

const byName = new Map(
  actions.flatMap((action) => [action.name, ...action.aliases].map((name) => [name, action] as const)),
)

/** Every name and alias that a user can write. */
export const names: readonly string[] = [...byName.keys()]

/** The action with this name or alias, in any letter case. */
export const findAction = (name: string): Action | undefined => byName.get(name.toLowerCase())
