// Email addresses that Slack has confirmed.
import type { Person } from '../chat/names.ts'
import type { Workspaces } from './workspaces.ts'

/** The address of a human member (not a bot) of one of our workspaces. docs.slack.dev/reference/objects/user-object */
export async function confirmedAddress(
  workspaces: Workspaces,
  { id, team }: Person,
): Promise<{ email: string; name: string } | undefined> {
  const client = await workspaces.certain(team)
  const user = (await client?.users.info({ user: id }))?.user
  const isPerson = user && !user.deleted && !user.is_bot && !user.is_stranger && user.team_id === team
  const email = user?.profile?.email
  return isPerson && user.is_email_confirmed && email ? { email, name: user.real_name ?? user.name ?? id } : undefined
}
