// Slack user → our user.
import { linkByAddress } from '../../domain/people/link-codes.ts'
import { findUserElsewhere } from '../../domain/people/users.ts'
import { withTimeout } from '../../timeout.ts'
import { externalId, type Person } from '../chat/names.ts'
import type { House } from '../connector.ts'
import { via } from './inbound.ts'
import type { Workspaces } from './workspaces.ts'

// Part of the three seconds that Slack waits for us.
const patience = 1_500

export interface People {
  /** A user without a linked account is identified by the address that their own workspace has confirmed. */
  trustEmail: boolean
  /** Our user; undefined if unknown. */
  find(person: Person): Promise<number | undefined>
}

export function openPeople(
  { db, log }: Pick<House, 'db' | 'log'>,
  workspaces: Workspaces,
  { trustEmail }: { trustEmail: boolean },
): People {
  async function byAddress(person: Person): Promise<number | undefined> {
    const address = await confirmedAddress(workspaces, person)
    return address && linkByAddress(db, address.email, { via, externalId: externalId(person), name: address.name })
  }
  return {
    trustEmail,
    async find(person) {
      const userId = await findUserElsewhere(db, via, externalId(person))
      // A workspace is trusted for its own members only.
      if (userId !== undefined || !trustEmail || person.at !== person.team) return userId
      const found = byAddress(person).catch((fault: unknown) => {
        log.warn({ fault }, 'Slack did not tell who somebody is')
        return undefined
      })
      // A result that arrives later is used on the next attempt.
      return withTimeout(found, patience, () => undefined)
    },
  }
}

/** The address that Slack has confirmed, of a human member (not a bot) of one of our workspaces. docs.slack.dev/reference/objects/user-object */
async function confirmedAddress(workspaces: Workspaces, { id, team }: Person): Promise<{ email: string; name: string } | undefined> {
  const client = await workspaces.certain(team)
  const user = (await client?.users.info({ user: id }))?.user
  const isPerson = user && !user.deleted && !user.is_bot && !user.is_stranger && user.team_id === team
  const email = user?.profile?.email
  return isPerson && user.is_email_confirmed && email ? { email, name: user.real_name ?? user.name ?? id } : undefined
}
