// The profile: the user, the password, linked accounts and the code that links one, and sessions.
import type { FastifyReply } from 'fastify'
import { createLinkCode } from '../../domain/people/link-codes.ts'
import { passwordSetAt } from '../../domain/people/passwords.ts'
import { lookUpUser } from '../../domain/people/user-lists.ts'
import { forgetNameElsewhere, namesElsewhere } from '../../domain/people/users.ts'
import type { FormFaults } from '../entering.ts'
import { show, Time } from '../layout.tsx'
import { field, mayChange, signInFirstPage, type Visit, whoMayChange } from '../visit.ts'
import { ChangePassword, changeOwnPassword } from './password.tsx'
import { SessionList, shownSessions } from './sessions.tsx'

const address = '/-/profile'

type LinkCode = Awaited<ReturnType<typeof createLinkCode>>
type Name = Awaited<ReturnType<typeof namesElsewhere>>[number]

/** `GET /-/profile` */
export const profile = (visit: Visit): Promise<FastifyReply> => showProfile(visit)

/** `POST /-/profile` creates a link code and shows it once. */
export async function linkCode(visit: Visit): Promise<FastifyReply> {
  const { userId } = whoMayChange(visit)
  return showProfile(visit, { code: await createLinkCode(visit.db, userId) })
}

/** `POST /-/profile/password` */
export const newPassword = async (visit: Visit): Promise<FastifyReply> =>
  showProfile(visit, { password: await changeOwnPassword(visit) })

/** `POST /-/profile/unlink` with the service and the id there. If it is unlinked already, that is fine. */
export async function unlink(visit: Visit): Promise<FastifyReply> {
  const { userId } = whoMayChange(visit)
  const { body } = visit.request
  await forgetNameElsewhere(visit.db, { userId, via: 'web' }, field(body, 'via'), field(body, 'id'))
  return visit.reply.redirect(address, 303)
}

interface Came {
  code?: LinkCode
  password?: FormFaults | 'done'
}

async function showProfile(visit: Visit, { code, password }: Came = {}): Promise<FastifyReply> {
  const { user: caller, db } = visit
  if (!caller) throw signInFirstPage()
  const [user, setAt, names, sessions] = await Promise.all([
    lookUpUser(db, { id: caller.userId }),
    passwordSetAt(db, caller.userId),
    namesElsewhere(db, caller.userId),
    shownSessions(visit, caller.userId),
  ])
  return show(
    visit,
    { title: 'Profile', status: password === 'done' ? 200 : password?.status },
    <>
      <h1>Profile</h1>
      <Facts name={caller.name} username={caller.username} email={user?.email} />
      {mayChange(caller) && <ChangePassword username={caller.username} setAt={setAt} came={password} />}
      <Elsewhere names={names} mayChange={mayChange(caller)} />
      {mayChange(caller) && <Linking code={code} />}
      <SessionList sessions={sessions} current={caller.tokenId} mayChange={mayChange(caller)} />
    </>,
  )
}

const Facts = ({ name, username, email }: { name: string; username: string; email?: string | null }) => (
  <dl class="facts">
    <dt>Name</dt>
    <dd dir="auto">{name}</dd>
    <dt>Username</dt>
    <dd>{username}</dd>
    {email && <dt>E-mail</dt>}
    {email && <dd>{email}</dd>}
  </dl>
)

const Elsewhere = ({ names, mayChange }: { names: readonly Name[]; mayChange: boolean }) => (
  <section aria-labelledby="elsewhere">
    <h2 id="elsewhere">Linked accounts</h2>
    {names.length === 0 && <p class="empty">No linked accounts yet.</p>}
    {names.length > 0 && (
      <ul class="rows">
        {names.map((name) => (
          <Account key={`${name.via} ${name.externalId}`} name={name} mayChange={mayChange} />
        ))}
      </ul>
    )}
  </section>
)

const serviceName = (via: string): string => via.charAt(0).toUpperCase() + via.slice(1)

const Account = ({ name: { via, externalId, name, createdAt }, mayChange }: { name: Name; mayChange: boolean }) => (
  <li class="account">
    <span>
      <bdi>{name ?? externalId}</bdi> in {serviceName(via)}{' '}
      <span class="aside">
        since <Time at={createdAt} />
      </span>
    </span>
    {mayChange && (
      <details class="confirm">
        <summary aria-label={`Unlink ${name ?? externalId} in ${serviceName(via)}`}>Unlink</summary>
        <form method="post" action={`${address}/unlink`}>
          <p>That account will no longer be linked to you.</p>
          <input type="hidden" name="via" value={via} autocomplete="off" />
          <input type="hidden" name="id" value={externalId} autocomplete="off" />
          <button type="submit">Yes, unlink it</button>
        </form>
      </details>
    )}
  </li>
)

const Linking = ({ code }: { code?: LinkCode }) => (
  <section aria-labelledby="linking">
    <h2 id="linking">Link an account</h2>
    <p>Use this code to link your Slack account. It works once, expires in ten minutes, and replaces earlier codes.</p>
    {code && <Code {...code} />}
    <form method="post" action={address}>
      <button type="submit" class={code && 'quiet'}>
        Get {code ? 'another' : 'a'} link code
      </button>
    </form>
  </section>
)

const Code = ({ code, expiresAt }: LinkCode) => (
  <div class="notice answer" role="status">
    <p class="code">{code}</p>
    <p>
      Expires <Time at={expiresAt} />. Enter it in Slack:
    </p>
    <p>
      <code>/rolobot link {code}</code>
    </p>
  </div>
)
