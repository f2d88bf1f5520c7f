// Under which names we know users, channels, and threads of a chat. Pure.

/** A user of a chat: ids are unique in a workspace. */
export interface Person {
  team: string
  id: string
  /** The workspace in which they wrote: in a shared channel it can differ from their own. */
  at: string
}

/** The name under which we know a user. */
export const externalId = ({ team, id }: Pick<Person, 'team' | 'id'>): string => `${team}:${id}`

/** The name under which a channel, or a thread in it, is bound. */
export const placeName = ({ at }: Person, channel: string, thread?: string): string =>
  [at, channel, thread].filter(Boolean).join('/')
