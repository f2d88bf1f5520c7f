// Signing in with a password, a one-time link, or an access token, and signing out.
import type { FastifyReply } from 'fastify'
import { createToken, endSession, type SignedInUser, userOfToken } from '../../domain/people/access-tokens.ts'
import { signInByLink, signInWithPassword } from '../../domain/people/sign-in.ts'
import { type FormFaults, signedIn, signInContext, toldOf } from '../entering.ts'
import { Alert, InputField } from '../fields.tsx'
import { show } from '../layout.tsx'
import { field, type Visit } from '../visit.ts'

const address = '/users/sign_in'

const invalidLink = "This sign-in link isn't valid: it has been used, replaced by a newer one, or has expired."
const invalidToken = "This token isn't valid: it is unknown, expired, or revoked."

/**
 * `GET /users/sign_in` shows the form; with `?link=` a button, because mail scanners and previews follow links. Both
 * continue to `?to=`.
 */
export async function signIn(visit: Visit): Promise<FastifyReply> {
  const { query } = visit.request
  const link = field(query, 'link')
  const to = localAddress(field(query, 'to'))
  if (!link) return showForm(visit, { to })
  const user = await userOfToken(visit.db, link, 'sign_in')
  if (!user) return showForm(visit, { to, told: refused(invalidLink) })
  return show(visit, { title: 'Sign in' }, <ByLink link={link} to={to} name={user.name} />)
}

/**
 * `POST /users/sign_in` with a username and a password, with the secret of a link, or with an access token, whose
 * permissions are the session's.
 */
export async function submitSignIn(visit: Visit): Promise<FastifyReply> {
  const { body } = visit.request
  const to = localAddress(field(body, 'to'))
  if (field(body, 'link')) return enterByLink(visit, field(body, 'link'), to)
  if (field(body, 'token')) return enterByToken(visit, field(body, 'token').trim(), to)
  return enterByPassword(visit, to)
}

async function enterByLink(visit: Visit, link: string, to: string): Promise<FastifyReply> {
  const session = await signInByLink(visit.db, link, visit.request.headers['user-agent'])
  return session === undefined ? showForm(visit, { to, told: refused(invalidLink) }) : signedIn(visit, { session }, to)
}

async function enterByToken(visit: Visit, token: string, to: string): Promise<FastifyReply> {
  const user = await userOfToken(visit.db, token, 'api')
  if (!user) return showForm(visit, { to, told: refused(invalidToken), byToken: true })
  return signedIn(visit, { session: await openSession(visit, user) }, to)
}

async function enterByPassword(visit: Visit, to: string): Promise<FastifyReply> {
  const { request, sessions } = visit
  const [login, password] = [field(request.body, 'username'), field(request.body, 'password')]
  const entering = { login, password, address: request.ip, browser: sessions.browserOf(request) }
  const { value, refused } = await signInWithPassword(signInContext(visit), entering)
  return refused ? showForm(visit, { to, told: toldOf(visit, refused), login }) : signedIn(visit, value, to)
}

const refused = (reason: string): FormFaults => ({ status: 403, reason, faults: [] })

/** `POST /users/sign_out` */
export async function signOut({ db, user, sessions, reply }: Visit): Promise<FastifyReply> {
  if (user) await endSession(db, user.tokenId)
  return sessions.forget(reply).redirect(address, 303)
}

/** The sign-in URL that returns to `url`. */
export const signInAddress = (url: string): string => `${address}?to=${encodeURIComponent(url)}`

/** A session with the scopes of a token, which ends with it. */
const openSession = ({ db, request }: Visit, { userId, scopes, tokenId }: SignedInUser): Promise<string> =>
  createToken(db, userId, 'session', { scopes, parentId: tokenId, userAgent: request.headers['user-agent'] })

/** One of our own paths, whatever was given: nobody is redirected to another site. */
function localAddress(given: string): string {
  const here = 'http://here.invalid'
  if (!given.startsWith('/') || !URL.canParse(given, here)) return '/'
  const { origin, pathname, search, hash } = new URL(given, here)
  // A path that begins with two slashes would name a host.
  return origin === here && !pathname.startsWith('//') ? pathname + search + hash : '/'
}

interface Form {
  to: string
  told?: FormFaults
  /** What was typed. */
  login?: string
  byToken?: boolean
}

const showForm = (visit: Visit, form: Form): FastifyReply =>
  show(visit, { title: 'Sign in', status: form.told?.status }, <SignIn {...form} />)

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

const SignIn = ({ to, told, login, byToken }: Form) => (
  <section class="narrow">
    <h1>Sign in</h1>
    <Alert text={told?.reason} />
    <form class="fields" method="post" action={address}>
      <InputField name="username" label="Username or email" type="text" autocomplete="username" value={login} />
      <InputField name="password" label="Password" autocomplete="current-password" />
      <input type="hidden" name="to" value={to} autocomplete="off" />
      <button type="submit">Sign in</button>
    </form>
    <p class="aside">
      No password yet, or forgot it? An administrator can create a one-time link that sets one:{' '}
      <code>npx rolobot user reset &lt;username&gt;</code>
    </p>
    <details class="other" open={byToken}>
      <summary>Sign in with an access token</summary>
      <form class="fields" method="post" action={address}>
        <InputField name="token" label="Access token" autocomplete="off" />
        <input type="hidden" name="to" value={to} autocomplete="off" />
        <button type="submit" class="quiet">
          Sign in with token
        </button>
      </form>
    </details>
  </section>
)
