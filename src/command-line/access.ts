// Access: tokens, sign-in links, link codes.
import { createToken } from '../domain/people/access-tokens.ts'
import { createLinkCode } from '../domain/people/link-codes.ts'
import { listTokens, revokePersonalToken, type ShownToken } from '../domain/people/personal-tokens.ts'
import { Refused, type Run, textIn, userNamed } from './command.ts'
import { signInLink } from './sign-in-link.ts'

// Operators see all tokens.
const operator = { userId: 0, administrator: true }

const mostListed = 1_000
const dayOf = (moment: Date) => moment.toISOString().slice(0, 10)

const described = ({ id, name, scopes, createdAt, lastUsedAt, expiresAt }: ShownToken) =>
  [
    id,
    name,
    scopes.join(', '),
    `created ${dayOf(createdAt)}`,
    lastUsedAt ? `last used ${dayOf(lastUsedAt)}` : 'never used',
    expiresAt ? `expires ${dayOf(expiresAt)}` : "doesn't expire",
  ].join('\t')

export const listingTokens: Run = async ({ db }, input) => {
  const user = await userNamed(db, textIn(input, 'username'))
  const wanted = { userId: user.id, active: true, descending: false }
  const { total, rows: tokens } = await listTokens(db, operator, wanted, { limit: mostListed, offset: 0 })
  const lines = tokens.map(described)
  if (total > mostListed) lines.push(`These are ${mostListed} of ${total} tokens.`)
  return lines.join('\n') || `${user.username} has no active tokens.`
}

export const creatingToken: Run = async ({ db }, input) => {
  const user = await userNamed(db, textIn(input, 'username'))
  return createToken(db, user.id, 'api', {
    name: input.name ? textIn(input, 'name') : 'command line',
    scopes: [input.readOnly ? 'read_api' : 'api'],
  })
}

export const revokingToken: Run = async ({ db }, input) => {
  const id = textIn(input, 'id')
  const revoked = /^\d{1,15}$/.test(id) && (await revokePersonalToken(db, operator, Number(id)))
  if (!revoked || revoked.refused)
    throw new Refused(`There is no token ${id}. List a user's tokens with: npx rolobot token list <username>`)
  return `Revoked token ${id}.`
}

export const linking: Run = async (workspace, input) =>
  signInLink(workspace, (await userNamed(workspace.db, textIn(input, 'username'))).id)

export const makingLinkCode: Run = async ({ db }, input) => {
  const user = await userNamed(db, textIn(input, 'username'))
  const { code } = await createLinkCode(db, user.id)
  return `${code}\nTo link ${user.username}'s Slack account, enter in Slack: /rolobot link ${code}\nThe code works once, expires in ten minutes, and replaces earlier codes.`
}
