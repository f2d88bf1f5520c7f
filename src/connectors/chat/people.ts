// User of a chat → our user.
import { linkByAddress } from '../../domain/people/link-codes.ts'
import { findUserElsewhere } from '../../domain/people/users.ts'
import { withTimeout } from '../../timeout.ts'
import type { House } from '../connector.ts'
import type { Chat, People } from './chat.ts'
import { forAddress } from './deadlines.ts'
import { externalId, type Person } from './names.ts'

/** Asks a chat for the email address of a user that it has confirmed, and for the user's name. */
export type ConfirmedAddress = (person: Person) => Promise<{ email: string; name: string } | undefined>

/** @param confirmedAddress only if the operator trusts the chat's addresses */
export function openPeople(
  { db, log }: Pick<House, 'db' | 'log'>,
  { via, title }: Pick<Chat, 'via' | 'title'>,
  confirmedAddress: ConfirmedAddress | undefined,
): People {
  async function byAddress(person: Person, ask: ConfirmedAddress): Promise<number | undefined> {
    const address = await ask(person)
    return address && linkByAddress(db, address.email, { via, externalId: externalId(person), name: address.name })
  }
  return {
    trustEmail: confirmedAddress !== undefined,
    async find(person) {
      const userId = await findUserElsewhere(db, via, externalId(person))
      // A workspace is trusted for its own members only.
      if (userId !== undefined || !confirmedAddress || person.at !== person.team) return userId
      const found = byAddress(person, confirmedAddress).catch((fault: unknown) => {
        log.warn({ fault }, `${title} did not say who a user is`)
        return undefined
      })
      // A result that arrives later is used on the next attempt.
      return withTimeout(found, forAddress, () => undefined)
    },
  }
}
