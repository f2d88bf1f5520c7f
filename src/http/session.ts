// Cookie or token → caller; and whether the request comes from one of our pages.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { markUsed, type SignedInUser, userOfToken } from '../domain/people/access-tokens.ts'
import type { Db } from '../storage/db.ts'
import { refused } from './refused.ts'

// As long as a session can last.
const ninetyDays = 90 * 24 * 60 * 60
const aYear = 365 * 24 * 60 * 60

export type Who = (request: FastifyRequest) => Promise<SignedInUser | null>

export interface Sessions {
  /**
   * Identifies the caller by `PRIVATE-TOKEN`, by `Authorization: Bearer`, or by the session cookie; null for a visitor.
   * @throws 401 for an invalid token; 403 for a change requested by another site's page
   */
  who: Who
  /** @throws 403 for a change requested by another site's page */
  refuseOtherSites(request: FastifyRequest): void
  /** Sets the session cookie. */
  keep(reply: FastifyReply, secret: string): FastifyReply
  /** Clears the session cookie. */
  forget(reply: FastifyReply): FastifyReply
  /** Sets the cookie by which the browser is known the next time its user signs in. */
  know(reply: FastifyReply, secret: string): void
  /** Its secret. */
  browserOf(request: FastifyRequest): string | undefined
}

/** The public address of this site. */
export interface Site {
  publicUrl: string
  /** The operator has set the public address; otherwise pages are reached at whatever address the browser used. */
  publicUrlIsSet: boolean
}

function tokenOf({ headers }: FastifyRequest): string | undefined {
  const given = headers['private-token'] ?? headers.authorization?.match(/^Bearer\s+(\S+)$/i)?.[1]
  return Array.isArray(given) ? given[0] : given
}

/** Opens the sessions of browsers, and recognizes the tokens of programs. */
export function openSessions(db: Db, site: Site): Sessions {
  const secure = site.publicUrl.startsWith('https:')
  // A subdomain, or plain HTTP, cannot set a cookie of this prefix.
  // developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes
  const named = (name: string) => `${secure ? '__Host-' : ''}rolobot_${name}`
  const [cookie, browser] = [named('session'), named('browser')]
  const attributes = { path: '/', httpOnly: true, sameSite: 'lax', secure } as const
  const refuseOtherSites = (request: FastifyRequest) => {
    if (isFromOtherSite(request, site)) throw refused(403, "This request came from another site's page.")
  }
  return {
    refuseOtherSites,
    keep: (reply, secret) => reply.setCookie(cookie, secret, { ...attributes, maxAge: ninetyDays }),
    forget: (reply) => reply.clearCookie(cookie, attributes),
    know: (reply, secret) => void reply.setCookie(browser, secret, { ...attributes, maxAge: aYear }),
    browserOf: ({ cookies }) => cookies[browser],
    async who(request) {
      const token = tokenOf(request)
      const session = token === undefined ? request.cookies[cookie] : undefined
      const secret = token ?? session
      if (secret === undefined) {
        if (request.headers.authorization !== undefined)
          throw refused(401, 'The Authorization header must be `Bearer` and a token.')
        return null
      }
      if (session !== undefined) refuseOtherSites(request)
      const user = await userOfToken(db, secret, token === undefined ? 'session' : 'api')
      if (!user && token !== undefined)
        throw refused(401, "This token isn't valid: it is unknown, expired, or revoked.")
      // Not awaited: no response depends on it.
      if (user) void markUsed(db, user).catch((fault: unknown) => request.log.warn({ fault }, 'token use not recorded'))
      return user ?? null
    },
  }
}

// A browser sends our cookie with requests from other sites' pages; it also says which site they come from.
// developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site; where it is missing (plain HTTP, old
// browsers), Origin is sent.
function isFromOtherSite({ method, headers, host }: FastifyRequest, { publicUrl, publicUrlIsSet }: Site): boolean {
  if (method === 'GET' || method === 'HEAD') return false
  const site = headers['sec-fetch-site']
  if (site) return site !== 'same-origin' && site !== 'none'
  const ours = publicUrlIsSet ? new URL(publicUrl).origin : `http://${host}`
  return headers.origin !== undefined && headers.origin !== ours
}
