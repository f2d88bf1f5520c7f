// Who is it? Somebody of Slack → our user.
import type { WebClient } from '@slack/web-api'
import { findUserByAddress, findUserElsewhere, nameUserElsewhere } from '../../domain/users.ts'
import type { House } from '../connector.ts'
import { externalId, type Person } from './inbound.ts'
import type { Workspaces } from './workspaces.ts'

const via = 'slack'

// Of the three seconds that Slack waits for us.
const patience = 1_500

export interface People {
  /** Our user; undefined for somebody whom we do not know. */
  find(person: Person): Promise<number | undefined>
}

/**
 * @param trustEmail somebody who is not linked is whoever has the address here that their own workspace has confirmed
 */
export function openPeople(
  { db, log }: Pick<House, 'db' | 'log'>,
  workspaces: Workspaces,
  { trustEmail }: { trustEmail: boolean },
): People {
  async function byAddress(person: Person): Promise<number | undefined> {
    const client = await workspaces.client(person.team)
    const address = client && (await confirmedAddress(client, person))
    const userId = address ? await findUserByAddress(db, address.email) : undefined
    if (userId !== undefined && address) await nameUserElsewhere(db, userId, { via, externalId: externalId(person), name: address.name })
    return userId
  }
  return {
    async find(person) {
      const userId = await findUserElsewhere(db, via, externalId(person))
      if (userId !== undefined || !trustEmail) return userId
      const found = byAddress(person).catch((fault: unknown) => {
        log.warn({ fault }, 'Slack did not tell who somebody is')
        return undefined
      })
      // What comes later is there when they try again.
      return Promise.race([found, late(patience)])
    },
  }
}

const late = (milliseconds: number) => new Promise<undefined>((resolve) => setTimeout(resolve, milliseconds, undefined).unref())

/** The address that Slack has confirmed, of a person (no bot) of that workspace. docs.slack.dev/reference/objects/user-object */
async function confirmedAddress(client: WebClient, { id, team }: Person): Promise<{ email: string; name: string } | undefined> {
  const { user } = await client.users.info({ user: id })
  const isPerson = user && !user.deleted && !user.is_bot && !user.is_stranger && user.team_id === team
  const email = user?.profile?.email
  return isPerson && user.is_email_confirmed && email ? { email, name: user.real_name ?? user.name ?? id } : undefined
}
