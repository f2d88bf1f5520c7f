// People of the sample workspace who work with us in Slack, while our program runs in processes of its own, at an
// address that stays.
import { expect, vi } from 'vitest'
import { adminToken } from '../processes/crowd.ts'
import { type Environment, type Serving, serve } from '../processes/processes.ts'
import { freePort } from '../processes/redis-server.ts'
import { connectTo } from './people.ts'
import type { FakeSlack } from './server.ts'

/** Of the sample; all may link contacts. */
export const colleagues = ['priya', 'dana', 'marcus', 'olivia'] as const
export type Colleague = (typeof colleagues)[number]

// A start takes its time where others test beside us: until then Slack tries again.
const retries = Array.from({ length: 60 }, () => 500)

export type Office = Awaited<ReturnType<typeof openOffice>>

/**
 * Starts the service beside a Slack and makes both know the same people.
 * @param environment of all processes; `settle` is done after the first start
 */
export async function openOffice(
  slack: FakeSlack,
  environment: Environment,
  settle: () => Promise<void> = async () => {},
) {
  const port = String(await freePort())
  const whole: Environment = {
    ROLOBOT_ADMIN_TOKEN: adminToken,
    SWEEP_SECONDS: '2',
    PORT: port,
    ...slack.environment,
    ...environment,
  }
  let server: Serving = await serve(whole)
  const { url } = server
  await settle()
  const client = connectTo(
    slack,
    slack.environment.SLACK_SIGNING_SECRET && !environment.SLACK_APP_TOKEN ? url : 'socket',
    { retries },
  )
  const users = new Map(colleagues.map((name) => [name, slack.user(name)]))
  const channel = slack.channel('support', { members: [...users.values()].map(({ id }) => id) })
  const userOf = (name: Colleague) => users.get(name)?.id as string
  const office = {
    slack,
    client,
    environment: whole,
    url,
    userOf,
    as: (name: Colleague) => client.as(userOf(name)).in(channel),
    /** What a user reads in the channel. */
    reads: (name: Colleague) => slack.seenBy(userOf(name), channel),
    lastRead: (name: Colleague) => slack.seenBy(userOf(name), channel).at(-1),
    /** What stands below an issue of the project `shop`, in order; what the system says in brackets. */
    notesOf: async (iid: number) => {
      const notes = await ask<{ body: string; system: boolean }[]>(
        url,
        `projects/acme%2Fsupport%2Fshop/issues/${iid}/notes?sort=asc`,
      )
      return notes.map(({ body, system }) => (system ? `[${body}]` : body))
    },
    kill: async () => expect(await server.stop('SIGKILL')).toMatchObject({ signal: 'SIGKILL' }),
    async start(): Promise<void> {
      server = await serve(whole)
    },
    stop: () => server.stop(),
    /** All connections of Socket Mode are open. */
    connected: () => vi.waitFor(() => expect(slack.sockets.count).toBe(2), { timeout: 20_000 }),
  }
  if (environment.SLACK_APP_TOKEN) await office.connected()
  for (const name of colleagues) await introduce(office, name)
  return office
}

async function ask<Answer>(
  url: string,
  path: string,
  { token = adminToken, body }: { token?: string; body?: object } = {},
): Promise<Answer> {
  const headers = { 'private-token': token, ...(body && { 'content-type': 'application/json' }) }
  const answer = await fetch(`${url}/api/${path.startsWith('link_codes') ? '' : 'v4/'}${path}`, {
    method: body ? 'POST' : 'GET',
    headers,
    ...(body && { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Answer
}

/** A user gets a code here and types it there. */
async function introduce(
  { url, as, lastRead }: Pick<Office, 'url' | 'as' | 'lastRead'>,
  name: Colleague,
): Promise<void> {
  const [user] = await ask<{ id: number }[]>(url, `users?username=${name}`)
  const wanted = { name: 'link', scopes: ['api'] }
  const { token } = await ask<{ token: string }>(url, `users/${user?.id}/personal_access_tokens`, { body: wanted })
  const { code } = await ask<{ code: string }>(url, 'link_codes', { token, body: {} })
  await as(name).types(`/rolobot link ${code}`)
  expect(lastRead(name)).toBe(`Your Slack account is now linked to ${name}.`)
}
