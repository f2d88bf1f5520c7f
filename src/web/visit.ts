// One request for a page: the caller, the request, and what pages are built from.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { issueFor } from '../domain/issues/guard.ts'
import type { IssueFacts } from '../domain/issues/issues.ts'
import type { SignedInUser } from '../domain/people/access-tokens.ts'
import type { Hasher } from '../domain/people/password-hashes.ts'
import type { Caller } from '../domain/rules/guard.ts'
import { can } from '../domain/rules/permissions.ts'
import type { Result } from '../domain/rules/results.ts'
import type { Outcome } from '../pipeline/comment.ts'
import type { Submit } from '../pipeline/wait.ts'
import type { Db } from '../storage/db.ts'
import type { Newsroom } from '../storage/notify.ts'
import type { AssetAddresses } from './assets.ts'

/** What the pages need from the other modules. */
export interface WebRoutes {
  db: Db
  newsroom: Newsroom
  submit: Submit
  /** The signed-in user, whether the request comes from one of our pages, and the session cookie. */
  sessions: {
    who(request: FastifyRequest): Promise<SignedInUser | null>
    refuseOtherSites(request: FastifyRequest): void
    keep(reply: FastifyReply, secret: string): FastifyReply
    forget(reply: FastifyReply): FastifyReply
    know(reply: FastifyReply, secret: string): void
    browserOf(request: FastifyRequest): string | undefined
  }
  hasher: Hasher
  /** What a comment would do; changes nothing. */
  preview: (body: string, facts: IssueFacts) => Promise<{ text: string; outcome: Outcome }>
}

export interface Visit extends WebRoutes {
  request: FastifyRequest
  reply: FastifyReply
  user: SignedInUser | null
  /** The named parameters of the path. */
  params: Readonly<Record<string, string>>
  assets: AssetAddresses
  /** How to end each open live stream. */
  streams: Set<() => void>
}

/** Why a request is refused, with its HTTP status. */
export class PageFault extends Error {
  readonly statusCode: number
  constructor(statusCode: number, message: string) {
    super(message)
    this.statusCode = statusCode
  }
}

/** A read-only token changes nothing: least of all can it open a session with full access. */
export const mayChange = ({ scopes }: SignedInUser): boolean => scopes.includes('api')

/** The signed-in user, to change something of their own. @throws 401 for a visitor, 403 for a read-only token */
export function whoMayChange({ user }: Pick<Visit, 'user'>): SignedInUser {
  if (!user) throw signInFirstPage()
  if (!mayChange(user)) throw new PageFault(403, 'You are signed in with a read-only token.')
  return user
}

export const signInFirstPage = () => new PageFault(401, 'Sign in first.')

const notHere = "This page doesn't exist, or you don't have access to it."

/** Doesn't exist or is forbidden: visitors are asked to sign in, everyone else gets the same answer for both. */
export const absentPage = ({ user }: Pick<Visit, 'user'>) => (user ? new PageFault(404, notHere) : signInFirstPage())

/** The issue in the path. */
export const issueNamedIn = ({ params: { project = '', iid } }: Pick<Visit, 'params'>) => ({
  project,
  iid: Number(iid),
})

/** The issue in the path, if the caller can see it. */
export const issueOfPage = async (visit: Visit): Promise<IssueFacts> =>
  foundForPage(visit, await issueFor(visit.db, callerOf(visit), issueNamedIn(visit)))

/** The caller; a visitor has no id. */
export const callerOf = ({ user }: Pick<Visit, 'user'>): Caller => ({ userId: user?.userId ?? null })

/** What the caller can see. @throws `absent`, if they can't */
export function foundForPage<Value>(visit: Pick<Visit, 'user'>, { value }: Result<Value>): Value {
  if (value === undefined) throw absentPage(visit)
  return value
}

/** Why a signed-in user cannot comment on the issue, or on any without its facts; undefined if they can. */
export function whyNoComment(user: SignedInUser, facts?: IssueFacts): string | undefined {
  if (!mayChange(user)) return "You're signed in with a read-only token, so you can't comment."
  return !facts || can(facts.standing, 'comment') ? undefined : "You don't have permission to comment on this issue."
}

/** A text of the query or of a submitted form; '' if it is absent or repeated. */
export function field(fields: unknown, name: string): string {
  const value = (fields as Record<string, unknown> | null | undefined)?.[name]
  return typeof value === 'string' ? value : ''
}

/** A number of the query; undefined if it is absent or invalid. */
export function numberField(fields: unknown, name: string): number | undefined {
  const text = field(fields, name)
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined
}

/** The address of an issue's page. */
export const pathOf = ({ projectPath, iid }: Pick<IssueFacts, 'projectPath' | 'iid'>): string =>
  `/${projectPath}/-/issues/${iid}`
