// What is logged when the database refuses a statement: the reason, at every entry point, and never a value of the
// statement.
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { runCommand } from '../../src/command-line/commands.ts'
import { askServer, openControl } from '../../src/command-line/control.ts'
import { createToken } from '../../src/domain/people/access-tokens.ts'
import { describeFault } from '../../src/faults.ts'
import { openLog } from '../../src/log.ts'
import { failedDeliveries } from '../../src/pipeline/failures.ts'
import { type Db, rowsOf } from '../../src/storage/db.ts'
import { startTeam, type Team, teamIn } from '../support/slack/team.ts'

// A line that looks like a frame of a stack is no frame.
const planted = 'Planted\n    at planted (planted.ts:1:1)'
const address = 'planted@x.io'

const tables = [
  'contacts',
  'organizations',
  'issues',
  'deliveries',
  'comments',
  'history',
  'issue_contacts',
  'issue_texts',
  'users',
] as const

/** Ways in which a table fails, with how to mend it: for every statement, for every change, and by a constraint. */
const ways: Record<string, (table: string) => { fail: string; mend: string }> = {
  missing: (table) => ({
    fail: `alter table ${table} rename to ${table}_gone`,
    mend: `alter table ${table}_gone rename to ${table}`,
  }),
  'refused by a trigger': (table) => ({
    fail: `create trigger planted before insert or update or delete on ${table} for each row execute function planted()`,
    mend: `drop trigger planted on ${table}`,
  }),
  'refused by a constraint': (table) => ({
    fail: `alter table ${table} add constraint planted_rule check (false) not valid`,
    mend: `alter table ${table} drop constraint planted_rule`,
  }),
}

const triggerThatTells = `create function planted() returns trigger language plpgsql as $$ begin raise exception 'row: % %', new, old; end $$`

function entries(
  team: Team,
  here: Awaited<ReturnType<typeof teamIn>>,
  secrets: { token: string; cookie: string; control: string },
) {
  const { url } = team.service
  const json = { 'private-token': secrets.token, 'content-type': 'application/json' }
  const rest = (method: string, path: string, body?: object) =>
    fetch(`${url}/api/v4${path}`, { method, headers: json, body: body && JSON.stringify(body) })
  const graphql = (query: string, variables: object) =>
    fetch(`${url}/api/graphql`, { method: 'POST', headers: json, body: JSON.stringify({ query, variables }) })
  const page = (path: string, body?: Record<string, string>) =>
    fetch(url + path, {
      method: body ? 'POST' : 'GET',
      headers: { cookie: secrets.cookie, 'sec-fetch-site': 'same-origin', accept: 'text/html' },
      body: body && new URLSearchParams(body),
      redirect: 'manual',
    })
  const { group, project, issue, reference } = here
  const at = `/projects/${project.id}/issues`
  const body = `${planted}\n/add_contacts ${address}`
  const contact = { groupId: `gid://gitlab/Group/${group.id}`, firstName: planted, lastName: 'x', email: address }
  const id = `gid://gitlab/CustomerRelations::Contact/${here.contacts[0]?.id}`
  return [
    rest('POST', `${at}/${issue.iid}/notes`, { body }),
    rest('POST', at, { title: planted.slice(0, 7), description: body }),
    rest('PUT', `${at}/${issue.iid}`, { description: body }),
    rest('GET', `${at}?search=planted&author_username=planted`),
    rest('GET', '/users?search=planted'),
    graphql(
      'mutation ($input: CustomerRelationsContactCreateInput!) { customerRelationsContactCreate(input: $input) { errors } }',
      {
        input: contact,
      },
    ),
    graphql(
      'mutation ($input: CustomerRelationsContactUpdateInput!) { customerRelationsContactUpdate(input: $input) { errors } }',
      {
        input: { id, description: planted },
      },
    ),
    graphql(
      'mutation ($input: CustomerRelationsOrganizationCreateInput!) { customerRelationsOrganizationCreate(input: $input) { errors } }',
      {
        input: { groupId: contact.groupId, name: 'planted' },
      },
    ),
    graphql(
      'query ($path: ID!, $search: String) { group(fullPath: $path) { contacts(search: $search) { nodes { email } } } }',
      {
        path: group.fullPath,
        search: 'planted',
      },
    ),
    graphql('mutation ($input: CreateNoteInput!) { createNote(input: $input) { errors } }', {
      input: { noteableId: `gid://gitlab/Issue/${issue.id}`, body },
    }),
    page(`/${project.fullPath}/-/issues?search=planted`),
    page(`/${project.fullPath}/-/issues/${issue.iid}`, { body, delivery: 'planted' }),
    here.as('ann').types(`/add_contacts ${reference} ${address}`),
    askServer(secrets.control, {
      command: 'comment',
      input: { on: reference, as: here.users.get('ann')?.username, body },
    }),
    askServer(secrets.control, {
      command: 'user create',
      input: { username: `planted${Math.random()}`, name: planted, email: address },
    }),
  ]
}

/** Everything that is said: in the answers, by the commands, and in what is kept of failed deliveries. */
async function said(came: readonly PromiseSettledResult<unknown>[], db: Db): Promise<string> {
  const texts = came.map(async (one) => {
    if (one.status === 'rejected') return String(one.reason)
    return one.value instanceof Response && one.value.status >= 500
      ? one.value.text()
      : one.value instanceof Response
        ? ''
        : JSON.stringify(one.value)
  })
  const kept = (await failedDeliveries(db)).map(({ fault }) => fault)
  return [...(await Promise.all(texts)), ...kept].join('\n')
}

test('every kind of statement fails at every entry point, and no value of it is logged or told', {
  timeout: 240_000,
}, async () => {
  const lines: string[] = []
  const log = openLog('debug', { write: (line) => void lines.push(line) })
  const team = await startTeam({ WORK_ATTEMPTS: '1' }, { log })
  const { db } = team.service
  const here = await teamIn(team, { people: { ann: 'owner', root: 'administrator' }, contacts: [address] })
  const ann = here.users.get('ann')?.id as number
  const secrets = {
    token: await here.token('root'),
    cookie: `rolobot_session=${await createToken(db, ann, 'session')}`,
    control: '',
  }
  const control = await openControl(({ command, input }) => runCommand(team.service, command, input))
  secrets.control = control.address
  await db.execute(sql.raw(triggerThatTells))
  let told = ''
  for (const [, way] of Object.entries(ways))
    for (const table of tables) {
      const { fail, mend } = way(table)
      await db.execute(sql.raw(fail))
      const came = await Promise.allSettled(entries(team, here, secrets))
      await db.execute(sql.raw(mend))
      told += await said(came, db)
      await db.execute(sql`update deliveries set status = 'replied' where status <> 'replied'`)
    }
  await control.close()
  const logged = lines.join('')
  expect(logged).not.toMatch(/planted(?!_rule)/i)
  // Commands name what was typed in their arguments; the text of the comment comes only from a statement.
  expect(told).not.toMatch(/Planted|params:|row:/)
  for (const where of ['request failed', 'graphql failed', 'something from Slack', 'a delivery could not be worked on'])
    expect(logged).toContain(where)
  for (const reason of ['does not exist', 'raised by a trigger', 'planted_rule']) expect(logged).toContain(reason)
})

test('a value that does not fit is not told', async () => {
  const { service } = await startTeam({}, { idle: true })
  const faults = [
    sql`select ${'planted'}::bigint`,
    sql`select ${'planted'}::timestamptz`,
    sql`select (${'{"planted":'}::text)::jsonb`,
    sql`select ${'planted'}::text ~ ${'[planted'}`,
    sql`select array_length(${'{planted'}::text::bigint[], 1)`,
  ]
  for (const statement of faults) {
    const fault = await rowsOf(service.db, statement).catch((thrown: unknown) => thrown)
    const { reason, code, at } = describeFault(fault)
    expect(`${reason} ${at}`).not.toContain('planted')
    expect([code, reason]).toEqual([expect.stringMatching(/^22/), expect.stringMatching(/^invalid|^malformed|…/)])
  }
})

test('what a fault says of itself', () => {
  const parsed = (() => {
    try {
      return JSON.parse('planted')
    } catch (fault) {
      return fault
    }
  })()
  const wrapped = Object.assign(new Error('Failed query: select $1\nparams: planted'), {
    params: ['planted'],
    query: 'select $1',
  })
  expect(
    [parsed, wrapped, { planted: 1 }, new TypeError('x is not a function')].map((fault) => describeFault(fault).reason),
  ).toEqual([
    expect.not.stringContaining('planted'),
    'a statement failed',
    'not an error but object',
    'x is not a function',
  ])
})
