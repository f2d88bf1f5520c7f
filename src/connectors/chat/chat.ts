// A chat: what differs from one service to the next, while the same is understood, submitted, and answered.
import type { House } from '../connector.ts'
import type { Person } from './names.ts'

export interface Chat {
  /** As deliveries, bindings, and linked accounts are marked: `slack`. */
  via: string
  /** As it is called: `Slack`. */
  title: string
  /** Shows a text as it is, without markup. */
  plain(text: string): string
  link(url: string, label: string): string
  /** Shows sentences and lists, cut to what a message can hold. */
  lines(lines: readonly string[]): string
  /** The last sentences of the help: what to do where it has no slash commands. */
  hint: string
}

/** Which of our users the users of a chat are. */
export interface People {
  /** A user without a linked account is identified by the address that their own workspace has confirmed. */
  trustEmail: boolean
  /** Our user; undefined if unknown. */
  find(person: Person): Promise<number | undefined>
}

/** What Rolobot provides to a connector, and what a chat adds to it. */
export interface ChatHouse extends House {
  chat: Chat
  people: People
}

/** The immediate answer. */
export interface Said {
  /** With the markup of the chat; '' if there is nothing to say besides the outcome. */
  text: string
  /**
   * A comment was taken: the outcome is sent separately, and is on its way if it is known already. `again`: it had been
   * taken before.
   */
  taken?: { issueId: number; again: boolean; outcome?: readonly string[] }
  /** Everything was done; or something was not. */
  state?: 'done' | 'lacking'
}

/** One sentence for users without a linked account: how to link it, and nothing else. */
export const whoAreYou = ({ chat, publicUrl }: Pick<ChatHouse, 'chat' | 'publicUrl'>): Said => ({
  text: `I don't know who you are yet. Get a link code from ${profileLink({ chat, publicUrl })} and enter it here: \`/rolobot link 4F7K-9QXM\`.`,
  state: 'lacking',
})

/** Where link codes come from. */
export const profileLink = ({ chat, publicUrl }: Pick<ChatHouse, 'chat' | 'publicUrl'>): string =>
  chat.link(`${publicUrl}/-/profile`, 'your profile')
