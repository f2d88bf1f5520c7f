// What the first start creates on an empty database (an administrator, and a sample to try things on), and says.
import { createToken } from '../domain/people/access-tokens.ts'
import { createUser, nobodyYet } from '../domain/people/users.ts'
import { type Db, violated } from '../storage/db.ts'
import type { Workspace } from './command.ts'
import { createSample } from './sample.ts'
import { signInLink } from './sign-in-link.ts'

export interface FirstStart {
  /** The administrator gets this API token. */
  adminToken?: string
  /** Other processes might use the same database. It gets no sample. */
  shared: boolean
  sample: boolean
}

/** What a first start has created. */
export interface Settled {
  administratorId: number
  /** The issue to try things on, if there is a sample. */
  sample?: string
}

/** Creates the first administrator and the sample, all or nothing. Returns undefined if the database is not empty. */
export const settleIn = (db: Db, wanted: FirstStart): Promise<Settled | undefined> =>
  db
    .transaction((tx) => settle(tx, wanted))
    .catch((fault: unknown) => {
      // Another process was faster.
      if (wanted.shared && violated(fault)) return undefined
      throw fault
    })

async function settle(tx: Db, { adminToken, shared, sample }: FirstStart): Promise<Settled | undefined> {
  if (!(await nobodyYet(tx))) return undefined
  const root = await createUser(tx, { username: 'root', name: 'Administrator', administrator: true })
  if (adminToken) await createToken(tx, root.id, 'api', { name: 'ROLOBOT_ADMIN_TOKEN', secret: adminToken })
  return { administratorId: root.id, sample: sample && !shared ? (await createSample(tx)).first : undefined }
}

/** What a server says once it listens; after a first start also how to sign in and what to try. */
export async function greeting(workspace: Workspace, address: string, first: Settled | undefined): Promise<string> {
  const listening = `Rolobot is listening on ${address}`
  if (!first) return listening
  const to = first.sample && `/${first.sample.replace('#', '/-/issues/')}`
  const link = await signInLink(workspace, first.administratorId, { lasts: '1 hour', to })
  const invitation = `Sign in as the administrator with this link. It works once and expires in an hour.\n${link}`
  const hint = first.sample && 'Then type /add_contacts [contact: in the comment box.'
  return [listening, invitation, hint].filter(Boolean).join('\n')
}
