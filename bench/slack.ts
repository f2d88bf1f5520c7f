// What the form in Slack offers: contacts of a million, issues of 100,000, as Slack asks for them; beside the same
// search alone and a signed request for nothing.
import { createHmac, randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import postgres from 'postgres'
import { contactsToAdd } from '../src/domain/contacts/suggestions.ts'
import { readFacts } from '../src/domain/issues/issues.ts'
import { issuesThatFit } from '../src/domain/issues/suggestions.ts'
import { findUser, nameUserElsewhere } from '../src/domain/people/users.ts'
import { type Db, openPostgres } from '../src/storage/db.ts'
import { withDatabase } from './comments.ts'
import { figure, percentile, print, rateOf } from './measure.ts'
import { contactTerms, fillMillion, millionContacts } from './million.ts'
import { run, start, startProgram } from './processes.ts'

const seconds = 6
const atOnce = 50
const mostOptions = 50
const issues = 100_000
const secret = randomUUID()
const team = 'T0BENCH'
const user = 'U0BENCH'

const issueTerms = {
  'nothing typed': [''],
  'a number': ['7', '#4711', 'shop#99999', '50000', '#2'],
  'a rare word': ['4711', 'berlin-77', 'crash-31', 'zzz', 'step 8123'],
  'words everywhere': ['the', 'checkout', 'checkout address', 'in the', 'e'],
}

// Titles are of ten kinds of trouble; each also has words of its own.
const fillIssues = `
  insert into issues (project_id, iid, title, description, state, updated_at)
  select p.id, n, t.title, 'Reported in the morning by Berlin-' || n % 500 || '. The crash-' || n % 1000 || ' is in the log.',
    case when n % 3 = 0 then 'closed' else 'opened' end, timestamptz '2024-01-01' + n::bigint * 7919 % 1000003 * interval '61 seconds'
  from projects p, generate_series(1001, ${issues + 1000}) n cross join lateral (select (array['Checkout stops at the address form','Invoices show an old rate',
    'Reminders are sent twice','The export lacks a column','Lists cannot be printed','Logging in takes long','Prices are rounded wrong',
    'The search finds nothing','Mails arrive late','Photos are turned around'])[1 + n % 10] || ', step ' || n as title) t
  where p.path = 'shop';
  insert into issue_texts (issue_id, search_text) select id, lower(title || chr(10) || description) from issues on conflict do nothing;
  vacuum analyze issues; vacuum analyze issue_texts`

async function fill(url: string): Promise<void> {
  await fillMillion(url)
  const client = postgres(url, { max: 1, onnotice: () => {} })
  for (const statement of fillIssues.split(';')) await client.unsafe(statement)
  await client.end()
}

/** A request as Slack sends it while a user types. It is good for five minutes. */
function asked(
  field: 'issue' | 'contacts',
  value: string,
  issue: number,
): { body: string; headers: Record<string, string> } {
  const view = { id: 'V1', type: 'modal', callback_id: 'link_contacts', private_metadata: JSON.stringify({ issue }) }
  const who = {
    team: { id: team, domain: 'acme' },
    user: { id: user, name: 'ann', team_id: team },
    api_app_id: 'A1',
    token: 'x',
  }
  const payload = {
    type: 'block_suggestion',
    ...who,
    container: { type: 'view', view_id: 'V1' },
    view,
    action_id: field,
    block_id: field,
    value,
  }
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
  const timestamp = String(Math.floor(Date.now() / 1000))
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`
  const type = 'application/x-www-form-urlencoded'
  return {
    body,
    headers: { 'content-type': type, 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature },
  }
}

type Asked = ReturnType<typeof asked>

interface Measured {
  one: readonly number[]
  many: autocannon.Result
}

/** One after the other, then many at once. @param least so many options come in all, else nothing was measured */
async function measure(url: string, requests: readonly Asked[], least: number): Promise<Measured> {
  const one: number[] = []
  let offered = 0
  for (let at = 0; at < 600; at++) {
    const begin = performance.now()
    const answer = await fetch(`${url}/slack/events`, { method: 'POST', ...requests[at % requests.length] })
    const { options } = (await answer.json()) as { options?: unknown[] }
    if (at >= 60) one.push(performance.now() - begin)
    offered += options?.length ?? 0
  }
  if (offered < least) throw new Error(`only ${offered} options were offered`)
  // Each client begins elsewhere, else all of them would ask for the same at the same moment.
  const all = requests.map((request) => ({ method: 'POST' as const, path: '/slack/events', ...request }))
  let clients = 0
  const setupClient = (client: autocannon.Client) => {
    const first = clients++ % all.length
    client.setRequests([...all.slice(first), ...all.slice(0, first)])
  }
  const how = { url, connections: atOnce, requests: all, setupClient }
  // The database's connections are opened, and each statement is planned on each of them.
  await autocannon({ ...how, duration: 2 })
  const many = await autocannon({ ...how, duration: seconds })
  if (many.non2xx + many.errors > 0) throw new Error(`${many.non2xx} answers were not 2xx, ${many.errors} errors`)
  return { one, many }
}

const share = (rate: number, bare: number) => `${figure(rate / bare, '×')}`

function row(name: string, { one, many }: Measured, search: number, nothing: number): string[] {
  const rate = many.requests.average
  return [
    name,
    figure(percentile(one, 0.5), 'ms'),
    figure(percentile(one, 0.99), 'ms'),
    figure(many.latency.p50, 'ms'),
    figure(many.latency.p99, 'ms'),
    figure(rate, '/s'),
    `${figure(search, '/s')} (${share(rate, search)})`,
    `${figure(nothing, '/s')} (${share(rate, nothing)})`,
  ]
}

/** The person of Slack is a user of the sample. @returns their id, and the issue that they fill the form for */
async function settle(db: Db): Promise<{ userId: number; issue: number }> {
  const found = await findUser(db, 'priya')
  const facts = found && (await readFacts(db, { project: 'acme/support/shop', iid: 1 }, found.id))
  if (!facts) throw new Error('the sample is not there')
  await nameUserElsewhere(db, found.id, { via: 'slack', externalId: `${team}:${user}`, name: 'ann' })
  return { userId: found.id, issue: facts.issueId }
}

async function bareSearches(
  db: Db,
  { userId, issue }: { userId: number; issue: number },
): Promise<Record<string, number>> {
  const rates: Record<string, number> = {}
  const facts = await readFacts(db, { id: issue }, userId)
  if (!facts) throw new Error('the sample is not there')
  rates.contacts = await rateOf(seconds, 10, (at) =>
    contactsToAdd(db, facts, {
      term: contactTerms[at % contactTerms.length] as string,
      earlier: [],
      limit: mostOptions,
    }),
  )
  for (const [kind, terms] of Object.entries(issueTerms))
    rates[kind] = await rateOf(seconds, 10, (at) =>
      issuesThatFit(db, userId, terms[at % terms.length] as string, mostOptions),
    )
  return rates
}

async function bareRoute(requests: readonly Asked[]): Promise<number> {
  const program = fileURLToPath(new URL('bare-slack.ts', import.meta.url))
  const bare = await startProgram(['--import', 'tsx', program, secret], {}, /listening on .*\n/)
  const url = /listening on (\S+)/.exec(bare.said)?.[1] as string
  const { many } = await measure(url, requests, 0)
  await bare.stop()
  return many.requests.average
}

async function measureAll(url: string): Promise<void> {
  const environment = {
    DATABASE_URL: url,
    PORT: '0',
    SLACK_SIGNING_SECRET: secret,
    SLACK_BOT_TOKEN: 'xoxb-bench',
    SLACK_API_URL: 'http://127.0.0.1:9/api/',
  }
  await run(['migrate'], environment)
  const server = await start('serve', environment, /listening on .*\n/)
  await run(['sample'], environment)
  await fill(url)
  const address = /listening on (\S+)/.exec(server.said)?.[1] as string
  const database = openPostgres(url, 10)
  const known = await settle(database.db)
  const contacts = () => contactTerms.map((term) => asked('contacts', term, known.issue))
  const measured: [string, Measured][] = [['contacts', await measure(address, contacts(), 1_000)]]
  for (const [kind, terms] of Object.entries(issueTerms)) {
    const requests = terms.map((term) => asked('issue', term, known.issue))
    measured.push([kind, await measure(address, requests, kind === 'words everywhere' ? 0 : 1)])
  }
  await server.stop()
  const searches = await bareSearches(database.db, known)
  await database.close()
  const nothing = await bareRoute(contacts())
  print(
    `The form in Slack over ${millionContacts.toLocaleString('en')} contacts and ${issues.toLocaleString('en')} issues`,
    [
      ['', 'p50', 'p99', `${atOnce} at once: p50`, 'p99', 'rate', 'the search alone', 'Fastify, signed, nothing to do'],
      ...measured.map(([kind, result]) =>
        row(kind === 'contacts' ? kind : `issues, ${kind}`, result, searches[kind] as number, nothing),
      ),
    ],
  )
}

/** Measures and prints. */
export const benchSlack = (): Promise<void> => withDatabase(measureAll)
