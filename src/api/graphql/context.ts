// One request: who sends it, and what it is answered with.
import { GraphQLError } from 'graphql'
import type { SignedInUser } from '../../domain/people/access-tokens.ts'
import type { Actor } from '../../domain/rules/history.ts'
import type { Submit } from '../../pipeline/wait.ts'
import type { Db } from '../../storage/db.ts'
import type { Newsroom } from '../../storage/notify.ts'
import type { Loaders } from './loaders.ts'
import { missing } from './refusals.ts'

/** What the API needs from the other modules. */
export interface GraphqlParts {
  db: Db
  submit: Submit
  newsroom: Newsroom
  publicUrl: string
  mostAtOnce: number
}

/** One request. */
export interface Context extends GraphqlParts {
  user: SignedInUser | null
  /** null for a visitor. */
  userId: number | null
  /** The caller, as the history names them; absent for a visitor. */
  actor?: Actor
  load: Loaders
  /**
   * The name of an operation, after the request's Idempotency-Key and its position in a batch; undefined without a key.
   */
  keyOf(...parts: readonly (string | undefined)[]): string | undefined
  /** Registers what ends a stream when the server stops; returns how to unregister it. */
  ending(end: () => void): () => void
}

/** The caller, if they can change anything at all. @throws for visitors, and for read-only tokens */
export function actorOf({ user, actor }: Context) {
  if (!user || !actor) return missing()
  if (!user.scopes.includes('api')) throw new GraphQLError("This token is read-only: it doesn't have the `api` scope.")
  return actor
}
