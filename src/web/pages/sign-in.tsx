// Signing in, with a one-time link or an access token, and out.
import type { FastifyReply } from 'fastify'
import { createToken, revokeToken, useSignInLink, whoHolds } from '../../domain/access-tokens.ts'
import { show } from '../layout.tsx'
import { field, type Visit } from '../visit.ts'

/** `GET /users/sign_in`: follows `?link=`, or shows the form; both go on to `?to=`. */
export async function signIn(visit: Visit): Promise<FastifyReply> {
  const { query } = visit.request
  const link = field(query, 'link')
  const to = localAddress(field(query, 'to'))
  if (!link) return showForm(visit, to)
  const userId = await useSignInLink(visit.db, link)
  if (userId !== undefined) return enter(visit, { userId, scopes: ['api'], to })
  return showForm(visit, to, 'This sign-in link has been used, is older than a day, or is not one of ours.')
}

/** `POST /users/sign_in` with an access token. The session may do what the token may. */
export async function signInWithToken(visit: Visit): Promise<FastifyReply> {
  const { body } = visit.request
  const to = localAddress(field(body, 'to'))
  const holder = await whoHolds(visit.db, field(body, 'token').trim(), 'api')
  if (!holder) return showForm(visit, to, 'This token isn’t valid: it is unknown, expired, or revoked.')
  return enter(visit, { ...holder, to })
}

/** `POST /users/sign_out` */
export async function signOut({ db, asker, sessions, reply }: Visit): Promise<FastifyReply> {
  if (asker) await revokeToken(db, asker.tokenId)
  return sessions.forget(reply).redirect('/users/sign_in', 303)
}

/** Where to sign in and come back to `url`. */
export const signInAddress = (url: string): string => `/users/sign_in?to=${encodeURIComponent(url)}`

async function enter(
  { db, reply, sessions }: Visit,
  who: { userId: number; scopes: readonly string[]; to: string },
): Promise<FastifyReply> {
  const secret = await createToken(db, who.userId, 'session', { scopes: [...who.scopes] })
  return sessions.keep(reply, secret).redirect(who.to, 303)
}

/** An address of ours, whatever was given: nobody is sent to another site. */
function localAddress(given: string): string {
  const here = 'http://here.invalid'
  if (!given.startsWith('/') || !URL.canParse(given, here)) return '/'
  const { origin, pathname, search, hash } = new URL(given, here)
  // A path that begins with two slashes would name a host.
  return origin === here && !pathname.startsWith('//') ? pathname + search + hash : '/'
}

const showForm = (visit: Visit, to: string, fault?: string): FastifyReply =>
  show(visit, { title: 'Sign in', status: fault ? 403 : 200 }, <SignIn to={to} fault={fault} />)

const SignIn = ({ to, fault }: { to: string; fault?: string }) => (
  <section class="narrow">
    <h1>Sign in</h1>
    {fault && (
      <p class="notice fault" role="alert">
        {fault}
      </p>
    )}
    <form class="fields" method="post" action="/users/sign_in">
      <label for="token">Access token</label>
      <input id="token" name="token" type="password" autocomplete="off" required />
      <input type="hidden" name="to" value={to} />
      <button type="submit">Sign in</button>
    </form>
    <p class="aside">
      Or get a link that signs you in: <code>npx rolobot sign-in-link &lt;username&gt;</code>
    </p>
  </section>
)
