// Administering users and their roles.

import { listUsers, lookUpUser } from '../domain/people/user-lists.ts'
import { insertUser, setBlocked } from '../domain/people/users.ts'
import { removeRole, setRole } from '../domain/rules/members.ts'
import { roles } from '../domain/rules/permissions.ts'
import { attempt } from '../domain/rules/transaction.ts'
import { namespaceNamed, noSuchUser, Refused, type Run, roleNamed, textIn, userNamed } from './command.ts'
import { resetLink } from './sign-in-link.ts'

const mostListed = 1_000

export const listingUsers: Run = async ({ db }, input) => {
  const wanted = { search: textIn(input, 'search'), byAddress: true, order: 'username', descending: false } as const
  const { total, rows: users } = await listUsers(db, wanted, { limit: mostListed, offset: 0 })
  const lines = users.map(({ username, name, administrator, blocked }) =>
    [username, name, ...(administrator ? ['administrator'] : []), ...(blocked ? ['blocked'] : [])].join('\t'),
  )
  if (total > mostListed) lines.push(`These are ${mostListed} of ${total} users. Narrow the list with --search.`)
  return lines.join('\n') || 'No users.'
}

export const creatingUser: Run = async ({ db }, input) => {
  const username = textIn(input, 'username')
  if (input.in && !input.role) throw new Refused(`--in needs --role: one of ${Object.keys(roles).join(', ')}.`)
  if (input.role && !input.in)
    throw new Refused('--role needs --in: the group or project where the user gets the role.')
  const granted = input.role
    ? { role: roleNamed(textIn(input, 'role')), namespace: await namespaceNamed(db, textIn(input, 'in')) }
    : undefined
  const name = input.name ? textIn(input, 'name') : undefined
  const given = { username, name, email: textIn(input, 'email'), administrator: input.admin === true }
  const made = await attempt(db, async (tx) => {
    const made = await insertUser(tx, given, { whole: false })
    if (made.value && granted) await setRole(tx, made.value.id, granted.namespace, granted.role)
    return made
  })
  if (made.refused) throw new Refused(`${made.refused.reason.replace(/\.$/, '')}.`)
  return `Created ${made.value.username}${granted ? `, ${granted.role} in ${textIn(input, 'in')}` : ''}.`
}

export const blocking =
  (blocked: boolean): Run =>
  async ({ db }, input) => {
    const user = await lookUpUser(db, { username: textIn(input, 'username') })
    if (!user) throw noSuchUser(textIn(input, 'username'))
    await db.transaction((tx) => setBlocked(tx, { userId: null, via: 'command line' }, { id: user.id, blocked }))
    return `${blocked ? 'Blocked' : 'Unblocked'} ${user.username}.`
  }

export const resetting: Run = async (namespace, input) => {
  const username = textIn(input, 'username')
  const user = await lookUpUser(namespace.db, { username })
  if (!user) throw noSuchUser(username)
  if (user.blocked)
    throw new Refused(`${user.username} is blocked. Unblock the user first: npx rolobot user unblock ${user.username}`)
  return resetLink(namespace, user.id)
}

export const settingRole: Run = async ({ db }, input) => {
  if (Boolean(input.role) === Boolean(input.none))
    throw new Refused(`Give either --role, one of ${Object.keys(roles).join(', ')}, or --none to take the role away.`)
  const user = await userNamed(db, textIn(input, 'username'))
  const namespace = await namespaceNamed(db, textIn(input, 'in'))
  if (input.none) {
    await removeRole(db, user.id, namespace)
    return `${user.username} has no role of their own in ${textIn(input, 'in')} now.`
  }
  const role = roleNamed(textIn(input, 'role'))
  await setRole(db, user.id, namespace, role)
  return `${user.username} is ${role} in ${textIn(input, 'in')} now.`
}
