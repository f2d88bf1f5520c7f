// Cookie or token → who is asking.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Asker, markUsed, whoHolds } from '../domain/access-tokens.ts'
import type { Db } from '../storage/db.ts'
import { refused } from './refused.ts'

const sessionCookie = 'rolobot_session'
const thirtyDays = 30 * 24 * 60 * 60

export type Who = (request: FastifyRequest) => Promise<Asker | null>

function tokenOf({ headers }: FastifyRequest): string | undefined {
  const given = headers['private-token'] ?? headers.authorization?.match(/^Bearer\s+(\S+)$/i)?.[1]
  return Array.isArray(given) ? given[0] : given
}

/**
 * Who is asking: by `PRIVATE-TOKEN`, by `Authorization: Bearer`, or by the session cookie; null for a visitor.
 * @throws 401 for a token that is not good; 403 for a change asked by a page of another site
 */
export const openWho =
  (db: Db): Who =>
  async (request) => {
    const token = tokenOf(request)
    const session = token === undefined ? request.cookies[sessionCookie] : undefined
    const secret = token ?? session
    if (secret === undefined) {
      if (request.headers.authorization !== undefined)
        throw refused(401, 'The Authorization header is not understood: it must be `Bearer` and a token.')
      return null
    }
    if (session !== undefined) refuseOtherSites(request)
    const asker = await whoHolds(db, secret, token === undefined ? 'session' : 'api')
    if (!asker && token !== undefined) throw refused(401, 'This token is not good: it is unknown, expired or revoked.')
    // Not waited for: nobody's answer depends on it.
    if (asker) void markUsed(db, asker).catch((fault: unknown) => request.log.warn({ fault }, 'token use not noted'))
    return asker ?? null
  }

// A browser sends our cookie along with what another site's page asks; it also says who asks.
// developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site; browsers without it send Origin.
function refuseOtherSites({ method, headers, host }: FastifyRequest): void {
  if (method === 'GET' || method === 'HEAD') return
  const site = headers['sec-fetch-site']
  const ours = site ? site === 'same-origin' || site === 'none' : !headers.origin || headers.origin.replace(/^https?:\/\//, '') === host
  if (!ours) throw refused(403, 'This was asked by a page of another site.')
}

/** Lets a browser keep a session. */
export const keepSession = (reply: FastifyReply, secret: string, secure: boolean): FastifyReply =>
  reply.setCookie(sessionCookie, secret, { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: thirtyDays })

/** Lets a browser forget its session. */
export const forgetSession = (reply: FastifyReply): FastifyReply => reply.clearCookie(sessionCookie, { path: '/' })
