// What enters and what leaves: the only types that the entry points and the pipeline share.

import type { IssueFields } from '../domain/issues/edits.ts'
import type { IssueName } from '../domain/issues/issues.ts'
import type { IssueResult } from '../domain/rules/change.ts'
import type { Refusal } from '../domain/rules/results.ts'
import type { Choice } from '../quick-actions/choices.ts'

/** What an entry point knows about every submission. */
interface Submitting {
  /** The entry point: 'web', 'api', 'command line', or the name of a connector. */
  via: string
  /**
   * Names the comment at its source, and its edit if it is one: the same delivery is taken once, however often it
   * arrives.
   */
  delivery: string
  /** The name is an Idempotency-Key: an operation that posts nothing may have it (domain/rules/only-once.ts). */
  keyed?: boolean
  /** At our own entry points, a user; elsewhere, an account there. */
  author: { userId: number } | { account: string }
  /** Where a connector answers: an issue, a thread, a Message-ID. */
  replyTo?: string
  body: string
}

/** A comment on an issue. */
export interface NewComment extends Submitting {
  kind: 'comment'
  on: IssueName
  /** It was edited at its source: the delivery of the original, and its text before the edit. */
  replaces?: { delivery: string; text: string }
}

/** A new issue: the comment is its description. */
export interface NewIssue extends Submitting {
  kind: 'issue'
  /** The project, as `acme/shop`. */
  project: string
  title: string
}

/** An edit of what an issue shows: a comment on it, or its description and other fields. */
export interface CommentEdit extends Submitting {
  kind: 'edit'
  on: IssueName
  edits: { comment: number } | { description: IssueFields }
}

/** A submission. */
export type Comment = NewComment | NewIssue | CommentEdit

/** The answer to what was stored. */
export interface TakenReceipt {
  status: 'taken'
  deliveryId: number
  issue: { issueId: number; iid: number; projectId: number; projectPath: string }
  /** What the issue now shows of it; null if it contained only commands. */
  shown: { id: number; body: string; createdAt: Date } | null
  /** Nothing is left to do: it contained no command, or it was submitted before and is done. */
  done: boolean
  /** It was submitted before. */
  again: boolean
  accepted: readonly string[]
  refused: readonly { command: string; reason: string }[]
}

/** The answer to what was not stored. */
export interface RefusedReceipt {
  status: 'refused'
  why: 'unknown person' | 'not found' | 'forbidden' | 'too large' | 'another' | 'invalid'
  reason: string
  /** The same as a value, if a rule was broken. */
  refusal?: Refusal
}

export type Receipt = TakenReceipt | RefusedReceipt

export type Receive = (comment: Comment, written?: (receipt: TakenReceipt) => void) => Promise<Receipt>

/** What is stored of an applied delivery: the outcome of the change, and the answer in words. */
export interface Outcome {
  result: IssueResult
  /** Sentences and lists for the author, one per entry. */
  answer: readonly string[]
  /** The same for everyone: no addresses, no names. */
  publicAnswer: readonly string[]
  /** Some of the request was not done. */
  lacking?: boolean
  /** The commands of which something failed, reduced to that: what stays in the comment box. */
  left?: string
}

/** An answer in words: for the author, and for everyone (no addresses, no names; empty if there is nothing to say). */
export interface Answer {
  toAuthor: readonly string[]
  inPublic: readonly string[]
  /** For the author alone: the choices where several contacts fit a name. */
  choices: readonly Choice[]
  /** Everything was done. */
  done: boolean
  /** Something has changed. */
  changed: boolean
}

/**
 * Answers where a comment came from.
 * @returns why it can never be answered, in that case; it is then given up
 * @throws if it could not be answered now; it is retried with the same arguments, not before `retryAfter`
 * milliseconds if the error has that property
 */
export type Reply = (replyTo: string, answer: Answer) => Promise<{ givenUp: string } | undefined>

/** The longest comment in bytes of UTF-8; a longer one is rejected. */
export const longestComment = 256 * 1024
