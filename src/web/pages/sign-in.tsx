// Signing in with a one-time link or an access token, and signing out.
import type { FastifyReply } from 'fastify'
import { createToken, endSession, useSignInLink, whoHolds } from '../../domain/people/access-tokens.ts'
import { show } from '../layout.tsx'
import { field, type Visit } from '../visit.ts'

const address = '/users/sign_in'

const invalidLink = "This sign-in link isn't valid: it has been used, replaced by a newer one, or has expired."
const invalidToken = "This token isn't valid: it is unknown, expired, or revoked."

/** `GET /users/sign_in` shows the form; with `?link=` a button, because mail scanners and previews follow links. Both continue to `?to=`. */
export async function signIn(visit: Visit): Promise<FastifyReply> {
  const { query } = visit.request
  const link = field(query, 'link')
  const to = localAddress(field(query, 'to'))
  if (!link) return showForm(visit, to)
  const holder = await whoHolds(visit.db, link, 'sign_in')
  if (!holder) return showForm(visit, to, invalidLink)
  return show(visit, { title: 'Sign in' }, <ByLink link={link} to={to} name={holder.name} />)
}

/** `POST /users/sign_in` with the secret of a link, or with an access token: the session has the token's permissions. */
export async function enter(visit: Visit): Promise<FastifyReply> {
  const { body } = visit.request
  const to = localAddress(field(body, 'to'))
  const link = field(body, 'link')
  const holder = link ? await byLink(visit, link) : await whoHolds(visit.db, field(body, 'token').trim(), 'api')
  if (!holder) return showForm(visit, to, link ? invalidLink : invalidToken)
  return openSession(visit, { ...holder, to })
}

async function byLink({ db }: Visit, link: string) {
  const userId = await useSignInLink(db, link)
  return userId === undefined ? undefined : { userId, scopes: ['api'], tokenId: undefined }
}

/** `POST /users/sign_out` */
export async function signOut({ db, asker, sessions, reply }: Visit): Promise<FastifyReply> {
  if (asker) await endSession(db, asker.tokenId)
  return sessions.forget(reply).redirect(address, 303)
}

/** The sign-in URL that returns to `url`. */
export const signInAddress = (url: string): string => `${address}?to=${encodeURIComponent(url)}`

interface Entering {
  userId: number
  scopes: readonly string[]
  /** The token that the session ends with. */
  tokenId: number | undefined
  to: string
}

/** Opens a session in place of the browser's previous one. */
async function openSession({ db, asker, request, reply, sessions }: Visit, { userId, scopes, tokenId, to }: Entering) {
  if (asker) await endSession(db, asker.tokenId)
  const secret = await createToken(db, userId, 'session', { scopes, parentId: tokenId, userAgent: request.headers['user-agent'] })
  return sessions.keep(reply, secret).redirect(to, 303)
}

/** One of our own paths, whatever was given: nobody is redirected to another site. */
function localAddress(given: string): string {
  const here = 'http://here.invalid'
  if (!given.startsWith('/') || !URL.canParse(given, here)) return '/'
  const { origin, pathname, search, hash } = new URL(given, here)
  // A path that begins with two slashes would name a host.
  return origin === here && !pathname.startsWith('//') ? pathname + search + hash : '/'
}

const showForm = (visit: Visit, to: string, fault?: string): FastifyReply =>
  show(visit, { title: 'Sign in', status: fault ? 403 : 200 }, <SignIn to={to} fault={fault} />)

const ByLink = ({ link, to, name }: { link: string; to: string; name: string }) => (
  <section class="narrow">
    <h1>Sign in</h1>
    <p>
      This link signs you in as <bdi>{name}</bdi>. It works once.
    </p>
    <form class="fields" method="post" action={address}>
      <input type="hidden" name="link" value={link} autocomplete="off" />
      <input type="hidden" name="to" value={to} autocomplete="off" />
      <button type="submit">Sign in</button>
    </form>
  </section>
)

const SignIn = ({ to, fault }: { to: string; fault?: string }) => (
  <section class="narrow">
    <h1>Sign in</h1>
    {fault && (
      <p class="notice fault" role="alert">
        {fault}
      </p>
    )}
    <form class="fields" method="post" action={address}>
      <label for="token">Access token</label>
      <input id="token" name="token" type="password" autocomplete="off" required />
      <input type="hidden" name="to" value={to} autocomplete="off" />
      <button type="submit">Sign in</button>
    </form>
    <p class="aside">
      Or create a one-time sign-in link: <code>npx rolobot sign-in-link &lt;username&gt;</code>
    </p>
  </section>
)
