// What enters and what leaves: the only types that a door and the way share.
import type { IssueResult } from '../domain/change.ts'
import type { IssueFields } from '../domain/issue-edits.ts'
import type { IssueName } from '../domain/issues.ts'
import type { Refusal } from '../domain/refusals.ts'
import type { Choice } from '../quick-actions/choices.ts'

/** All that a door tells us of something that somebody wrote. */
export interface Comment {
  /** The door: 'web', 'api', 'command line', or the name of a connector. */
  via: string
  /** Names the comment there, and its edit if it is one: the same delivery is taken once, however often it comes. */
  delivery: string
  /** The issue, as `acme/shop#3` or by what we know of it; for a comment that opens an issue the project, as `acme/shop`. */
  on: string | IssueName
  /** Where to answer: an issue, a thread, a Message-ID. */
  place: string
  /** Who wrote it, by the id they have there. At our own doors that is our user's id. */
  author: { id: string; name: string; email?: string }
  body: string
  /** The comment is the description of a new issue. */
  opens?: { title: string }
  /** The comment is an edit: the delivery under which it came first, and its text before the edit. */
  replaces?: { delivery: string; text: string }
  /** The comment is an edit, made at a door of our own, of what an issue shows: a comment on it, or its description and what else is changed with it. */
  edits?: { comment: number } | { description: IssueFields }
}

/** The doors of our own, where the author's id is our user's and the answer is the stored outcome. */
export const ownDoors: ReadonlySet<string> = new Set(['web', 'api', 'command line'])

export type Receipt =
  | {
      status: 'taken'
      deliveryId: number
      issue: { issueId: number; iid: number; projectId: number; projectPath: string }
      /** What the issue now shows of it; null when only commands were in it. */
      shown: { id: number; body: string; createdAt: Date } | null
      /** Nothing is left to do: there was no command in it, or it had come before and is done. */
      done: boolean
      /** It had come before. */
      again: boolean
      accepted: readonly string[]
      refused: readonly { command: string; reason: string }[]
    }
  | {
      status: 'refused'
      why: 'unknown person' | 'not found' | 'forbidden' | 'too large' | 'another' | 'invalid'
      reason: string
      /** The same as a value, where a rule was broken. */
      refusal?: Refusal
    }

export type Receive = (comment: Comment, written?: (receipt: Extract<Receipt, { status: 'taken' }>) => void) => Promise<Receipt>

/** What is stored of a delivery that was applied: what came of the change, and the answer in words. */
export interface Outcome {
  result: IssueResult
  /** Sentences and lists for the person who asked, one an entry. */
  answer: readonly string[]
  /** The same for everybody: no addresses, no names. */
  publicAnswer: readonly string[]
  /** Something that was asked was not done. */
  lacking?: boolean
  /** The commands of which something failed, with only that: what stays in the box. */
  left?: string
}

/** An answer in words: for the person who asked, and for everybody (no addresses, no names; empty when there is nothing to say). */
export interface Answer {
  toAsker: readonly string[]
  inPublic: readonly string[]
  /** For the person alone: what can be chosen where several contacts fit a name. */
  choices: readonly Choice[]
  /** All that was asked is done. */
  done: boolean
  /** Something is not as it was. */
  changed: boolean
}

/**
 * Answers where a comment came from.
 * @returns why it can never be answered, if that is so; then it is given up
 * @throws when it could not be answered now; it is then asked again later, with the same place and answer, and not before `retryAfter`
 * milliseconds if the error has them
 */
export type Reply = (place: string, answer: Answer) => Promise<{ givenUp: string } | undefined>

/** The longest comment in bytes of UTF-8; a longer one is refused. */
export const longestComment = 256 * 1024
