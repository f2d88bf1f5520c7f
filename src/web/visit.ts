// One request for a page: who asks for what, and what the pages are made of.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Asker } from '../domain/access-tokens.ts'
import { type IssueFacts, readFacts } from '../domain/issues.ts'
import { can } from '../domain/permissions.ts'
import type { Outcome } from '../pipeline/comment.ts'
import type { Hear } from '../pipeline/wait.ts'
import type { Db } from '../storage/db.ts'
import type { Newsroom } from '../storage/notify.ts'
import type { AssetAddresses } from './assets.ts'

/** What the pages need from the other rooms. */
export interface WebRoutes {
  db: Db
  newsroom: Newsroom
  hear: Hear
  /** Who is signed in in a browser, whether a page of ours asks, and the cookie that keeps the session. */
  sessions: {
    who(request: FastifyRequest): Promise<Asker | null>
    refuseOtherSites(request: FastifyRequest): void
    keep(reply: FastifyReply, secret: string): FastifyReply
    forget(reply: FastifyReply): FastifyReply
  }
  /** What a comment would come to; changes nothing. */
  preview: (body: string, facts: IssueFacts) => Promise<{ text: string; outcome: Outcome }>
}

export interface Visit extends WebRoutes {
  request: FastifyRequest
  reply: FastifyReply
  asker: Asker | null
  /** The named parts of the address. */
  params: Readonly<Record<string, string>>
  assets: AssetAddresses
  /** How to end each live stream that is open. */
  streams: Set<() => void>
}

/** What a visit cannot have, with an HTTP status. */
export class Fault extends Error {
  readonly statusCode: number
  constructor(statusCode: number, message: string) {
    super(message)
    this.statusCode = statusCode
  }
}

export const signInFirst = () => new Fault(401, 'Sign in first.')

/** Not there, or not to be seen: a visitor is asked to sign in, everybody else is told the same for both. */
export const absent = ({ asker }: Pick<Visit, 'asker'>) =>
  asker ? new Fault(404, 'There is nothing at this address, or you may not see it.') : signInFirst()

/** The issue that the address names, if whoever asks may see it. */
export async function openIssue(visit: Visit): Promise<IssueFacts> {
  const { project = '', iid } = visit.params
  const facts = await readFacts(visit.db, { project, iid: Number(iid) }, visit.asker?.userId ?? null)
  if (!facts || !can(facts.standing, 'read_issue')) throw absent(visit)
  return facts
}

/** May whoever asks comment on the issue? A token that may only read does not. */
export const mayComment = ({ asker }: Pick<Visit, 'asker'>, { standing }: IssueFacts): boolean =>
  asker?.scopes.includes('api') === true && can(standing, 'comment')

/** A text of the query or of a sent form; '' if it is absent or sent twice. */
export function field(fields: unknown, name: string): string {
  const value = (fields as Record<string, unknown> | null | undefined)?.[name]
  return typeof value === 'string' ? value : ''
}

/** A number of the query; undefined if it is absent or none. */
export function numberField(fields: unknown, name: string): number | undefined {
  const text = field(fields, name)
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined
}

/** The address of an issue's page. */
export const pathOf = ({ projectPath, iid }: Pick<IssueFacts, 'projectPath' | 'iid'>): string => `/${projectPath}/-/issues/${iid}`
