// What our own entry points share: web, REST, GraphQL, and the command line. Who submits, under which name, and how it
// is answered.
import { randomUUID } from 'node:crypto'
import type { Actor } from '../domain/rules/history.ts'
import type { Refusal } from '../domain/rules/results.ts'
import { isBlank } from '../domain/rules/text-fields.ts'
import type { Comment, RefusedReceipt } from './comment.ts'

/** Our own entry points, where authors are users and the answer is the stored outcome. */
export const ownEntryPoints: ReadonlySet<string> = new Set(['web', 'api', 'command line'])

/**
 * What a client calls its request. The name belongs to the user, so that another user's is another name.
 * @param parts name one of several operations of the same request
 * @returns undefined if the client doesn't call it anything
 */
export const requestName = (
  userId: number,
  given: string | undefined,
  ...parts: readonly (string | number | undefined)[]
): string | undefined =>
  given === undefined ? undefined : [userId, given, ...parts].filter((part) => part !== undefined).join(' ')

/** The longest Idempotency-Key, in characters. */
export const longestKey = 255

/**
 * Who submits a comment, and under which name.
 * @param name see `requestName`; without one, the comment can't be repeated
 */
export const submittedBy = (
  { userId, via }: Actor,
  name?: string,
): Pick<Comment, 'via' | 'author' | 'delivery' | 'keyed'> => ({
  via,
  author: { userId },
  delivery: name ?? randomUUID(),
  keyed: via === 'api' && name !== undefined,
})

/** What a comment without any text is refused with. GitLab's clients know the fault of the field. */
export const blankComment: Refusal = {
  why: 'invalid',
  reason: "A comment can't be blank.",
  faults: [{ field: 'body', fault: "Note can't be blank" }],
}

/** Does a comment lack any text? The description of an issue can be blank. */
export const lacksText = (comment: Comment): boolean =>
  isBlank(comment.body) && (comment.kind === 'comment' || (comment.kind === 'edit' && 'comment' in comment.edits))

/** The HTTP status of a refusal. */
export const refusalStatus = {
  'unknown person': 403,
  'not found': 404,
  forbidden: 403,
  'too large': 413,
  another: 422,
  invalid: 422,
} satisfies Record<RefusedReceipt['why'], number>

/** The answer if there is no outcome yet. */
export const stillQueued = 'Your commands are queued and will take effect soon.'
