// The browsers in which a user is signed in: a part of the profile.
import type { FastifyReply } from 'fastify'
import { endSessionsExcept } from '../../domain/people/access-tokens.ts'
import { endOwnSession, listSessions, type ShownSession } from '../../domain/people/sessions.ts'
import { Time } from '../layout.tsx'
import { field, type Visit, whoMayChange } from '../visit.ts'

const address = '/-/profile'
const mostShown = 50

/** The sessions that the profile shows. */
export const shownSessions = async ({ db }: Visit, userId: number): Promise<ShownSession[]> =>
  (await listSessions(db, userId, { limit: mostShown, offset: 0 })).rows

/** `POST /-/profile/end_session` with its id. If it has ended already, that is fine. */
export async function submitEndSession(visit: Visit): Promise<FastifyReply> {
  const { userId } = whoMayChange(visit)
  const id = field(visit.request.body, 'id')
  if (/^[1-9]\d{0,14}$/.test(id)) await endOwnSession(visit.db, userId, Number(id))
  return visit.reply.redirect(address, 303)
}

/** `POST /-/profile/end_other_sessions` */
export async function endOtherSessions(visit: Visit): Promise<FastifyReply> {
  const { userId, tokenId } = whoMayChange(visit)
  await endSessionsExcept(visit.db, userId, tokenId)
  return visit.reply.redirect(address, 303)
}

interface Listed {
  sessions: readonly ShownSession[]
  /** The session in which the page is shown. */
  current: number
  mayChange: boolean
}

export const SessionList = ({ sessions, current, mayChange }: Listed) => (
  <section aria-labelledby="sessions">
    <h2 id="sessions">Sessions</h2>
    <p class="aside">
      You're signed in in these browsers. A session ends after 14 days without use, and after 90 days in any case.
    </p>
    <ul class="rows">
      {sessions.map((session) => (
        <Session key={session.id} session={session} current={session.id === current} mayChange={mayChange} />
      ))}
    </ul>
    {mayChange && sessions.some(({ id }) => id !== current) && (
      <form method="post" action={`${address}/end_other_sessions`}>
        <button type="submit" class="quiet">
          End all other sessions
        </button>
      </form>
    )}
  </section>
)

const Session = ({ session, current, mayChange }: { session: ShownSession; current: boolean; mayChange: boolean }) => (
  <li class="account">
    <span>
      {browserName(session.userAgent ?? '')}
      {current && <strong> · this browser</strong>}{' '}
      <span class="aside">
        signed in <Time at={session.createdAt} />
        {session.token !== null && (
          <>
            {' '}
            with the token <bdi>{session.token}</bdi>
          </>
        )}
        , last used <Time at={session.lastUsedAt ?? session.createdAt} />
      </span>
    </span>
    {mayChange && !current && (
      <form method="post" action={`${address}/end_session`}>
        <input type="hidden" name="id" value={session.id} autocomplete="off" />
        <button type="submit" class="quiet">
          End session
        </button>
      </form>
    )}
  </li>
)

// Each browser names itself after those that it wants to be taken for: the first match counts.
const browsers = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /(?:Chrome|CriOS)\//],
  ['Safari', /\bSafari\//],
] as const
const systems = [
  ['Android', /\bAndroid\b/],
  ['iOS', /\b(?:iPhone|iPad)\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
] as const

/** `Firefox on Linux`, from the browser's user agent. */
export function browserName(userAgent: string): string {
  const nameIn = (known: readonly (readonly [string, RegExp])[]) =>
    known.find(([, pattern]) => pattern.test(userAgent))?.[0]
  const [browser, system] = [nameIn(browsers) ?? 'Unknown browser', nameIn(systems)]
  return system ? `${browser} on ${system}` : browser
}
