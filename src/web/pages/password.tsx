// Passwords: setting one with a one-time link, and the part of the profile where it is changed.
import type { FastifyReply } from 'fastify'
import { userOfToken } from '../../domain/people/access-tokens.ts'
import {
  changePassword,
  invalidResetLink,
  type NewPassword,
  passwordLength,
  setPasswordByLink,
} from '../../domain/people/passwords.ts'
import type { FieldFault } from '../../domain/rules/results.ts'
import { type FormFaults, signedIn, signInContext, toldOf } from '../entering.ts'
import { Alert, InputField } from '../fields.tsx'
import { show, Time } from '../layout.tsx'
import { field, type Visit, whoMayChange } from '../visit.ts'

const address = '/users/password/edit'
// As in GitLab's address.
const tokenField = 'reset_password_token'

/** `GET /users/password/edit?reset_password_token=` shows the form. */
export async function passwordForm(visit: Visit): Promise<FastifyReply> {
  return showForm(visit, field(visit.request.query, tokenField))
}

/** `POST /users/password/edit` sets the password and signs in. */
export async function setPassword(visit: Visit): Promise<FastifyReply> {
  const { body } = visit.request
  const link = field(body, tokenField)
  const { value, refused } = await setPasswordByLink(signInContext(visit), link, newPasswordIn(body))
  return refused ? showForm(visit, link, toldOf(visit, refused)) : signedIn(visit, value, '/')
}

const newPasswordIn = (body: unknown): NewPassword => ({
  password: field(body, 'password'),
  again: field(body, 'again'),
})

async function showForm(visit: Visit, link: string, told?: FormFaults): Promise<FastifyReply> {
  const user = await userOfToken(visit.db, link, 'reset')
  const status = user ? told?.status : 403
  return show(
    visit,
    { title: 'Set your password', status },
    <SetPassword link={link} username={user?.username} told={told} />,
  )
}

const SetPassword = ({ link, username, told }: { link: string; username?: string; told?: FormFaults }) => (
  <section class="narrow">
    <h1>Set your password</h1>
    {username === undefined ? (
      <>
        <Alert text={invalidResetLink.refused.reason} />
        <p>
          Ask your administrator for another link, or <a href="/users/sign_in">sign in</a>.
        </p>
      </>
    ) : (
      <>
        <Alert text={told?.reason} />
        <p>
          For <bdi>{username}</bdi>. You'll be signed out of all other browsers.
        </p>
        <form class="fields" method="post" action={address}>
          <input type="hidden" name={tokenField} value={link} autocomplete="off" />
          <NewPasswordFields username={username} faults={told?.faults} />
          <button type="submit">Set password</button>
        </form>
      </>
    )}
  </section>
)

const lengths = `${passwordLength.least} to ${passwordLength.most} characters. A few unrelated words are easy to remember.`

/** Password managers find out from the hidden field whose password it is. */
const NewPasswordFields = ({ username, faults }: { username: string; faults?: readonly FieldFault[] }) => (
  <>
    <input
      type="text"
      class="hidden"
      value={username}
      autocomplete="username"
      readonly
      tabIndex={-1}
      aria-hidden="true"
    />
    <InputField name="password" label="New password" autocomplete="new-password" help={lengths} faults={faults} />
    <InputField name="again" label="Repeat the new password" autocomplete="new-password" faults={faults} />
  </>
)

/** `POST /-/profile/password`: what came of it, for the profile to show. */
export async function changeOwnPassword(visit: Visit): Promise<FormFaults | 'done'> {
  const { body } = visit.request
  const given = { current: field(body, 'current'), ...newPasswordIn(body) }
  const { value, refused } = await changePassword(signInContext(visit), whoMayChange(visit), given)
  if (refused) return toldOf(visit, refused)
  visit.sessions.know(visit.reply, value.browser)
  return 'done'
}

interface Shown {
  username: string
  /** When it was set. */
  setAt: Date | undefined
  came?: FormFaults | 'done'
}

export const ChangePassword = ({ username, setAt, came }: Shown) => {
  const told = came === 'done' ? undefined : came
  return (
    <section aria-labelledby="change-password">
      <h2 id="change-password">Password</h2>
      {came === 'done' && (
        <p class="notice done" role="status">
          Your password has been changed. You've been signed out of all other browsers.
        </p>
      )}
      <Alert text={told?.reason} />
      <p class="aside">
        {setAt ? (
          <>
            Set <Time at={setAt} />.
          </>
        ) : (
          "You don't have a password yet. With one, you can sign in without a link."
        )}
      </p>
      <details class="other" open={told !== undefined}>
        <summary>{setAt ? 'Change password' : 'Set a password'}</summary>
        <form class="fields narrow" method="post" action="/-/profile/password">
          {setAt && (
            <InputField name="current" label="Current password" autocomplete="current-password" faults={told?.faults} />
          )}
          <NewPasswordFields username={username} faults={told?.faults} />
          <button type="submit">{setAt ? 'Change password' : 'Set password'}</button>
        </form>
      </details>
    </section>
  )
}
