// What each command does that needs the data, wherever it runs: in the process that was called, or in the server that holds the database.
import { randomUUID } from 'node:crypto'
import { createToken } from '../domain/access-tokens.ts'
import { findGroup, findProject } from '../domain/groups.ts'
import { type IssueFacts, parseReference, readFacts } from '../domain/issues.ts'
import { createLinkCode } from '../domain/link-codes.ts'
import { setRole } from '../domain/members.ts'
import { can, type Role, roles } from '../domain/permissions.ts'
import { createSample } from '../domain/sample.ts'
import { lookUpUser } from '../domain/user-lists.ts'
import { createUser, findUser, setBlocked } from '../domain/users.ts'
import { failedDeliveries, restart } from '../pipeline/deliveries.ts'
import { explain } from '../pipeline/explain.ts'
import { forget } from '../pipeline/forget.ts'
import { sweep } from '../pipeline/sweep.ts'
import type { Hear } from '../pipeline/wait.ts'
import type { Queue } from '../queue/queue.ts'
import type { Db } from '../storage/db.ts'
import { violated } from '../storage/db.ts'
import type { User } from '../storage/schema.ts'
import { explainAsText } from './explain-text.ts'
import { signInLink } from './sign-in-link.ts'

/** What a command works with. */
export interface Workplace {
  db: Db
  hear: Hear
  queue: Queue
  publicUrl: string
  mostAtOnce: number
}

/** What was typed: options and arguments by name, and standard input. */
export type Input = Readonly<Record<string, string | boolean | undefined>>

export interface Output {
  code: 0 | 1
  out: string
  err: string
}

/** A command that cannot be carried out, in words for whoever typed it. */
class Refused extends Error {}

type Run = (place: Workplace, input: Input) => Promise<string>

const text = (input: Input, name: string) => String(input[name] ?? '')

async function userNamed(db: Db, username: string): Promise<User> {
  const user = await findUser(db, username)
  if (!user) throw noSuchUser(username)
  return user
}

const noSuchUser = (username: string) => new Refused(`There is no user ${username}. Create one with: npx rolobot user create ${username}`)

async function factsFor({ db }: Workplace, input: Input): Promise<{ facts: IssueFacts; user: User }> {
  const reference = text(input, 'on')
  const user = await userNamed(db, text(input, 'as'))
  const name = parseReference(reference)
  if (!name) throw new Refused(`"${reference}" is not an issue. Write it as group/project#number, like acme/shop#3.`)
  const facts = await readFacts(db, name, user.id)
  if (!facts || !can(facts.standing, 'read_issue')) throw new Refused(`There is no issue ${reference}, or ${user.username} may not see it.`)
  return { facts, user }
}

const explaining: Run = async (place, input) => {
  const { facts, user } = await factsFor(place, input)
  const explanation = await explain(place.db, text(input, 'body'), { facts, mostAtOnce: place.mostAtOnce })
  return input.json ? JSON.stringify(explanation, null, 2) : explainAsText(explanation, user.username)
}

const commenting: Run = async (place, input) => {
  const { facts, user } = await factsFor(place, input)
  const { receipt, outcome, waiting } = await place.hear({
    via: 'command line',
    delivery: randomUUID(),
    on: { id: facts.issueId },
    place: text(input, 'on'),
    author: { id: String(user.id), name: user.name },
    body: text(input, 'body'),
  })
  if (receipt.status === 'refused') throw new Refused(receipt.reason)
  if (waiting) return 'The comment is written down; its commands are waiting and will take effect.'
  const said = receipt.shown === null ? [] : [`Commented on ${text(input, 'on')}.`]
  return [...said, ...(outcome?.answer ?? [])].join('\n')
}

const creatingUser: Run = async ({ db }, input) => {
  const username = text(input, 'username')
  if (!/^[a-z0-9_][a-z0-9_.-]{0,254}$/i.test(username))
    throw new Refused(`"${username}" is not a username: letters, digits, "_", "-" and "." only, and at most 255.`)
  const place = await placeOf(db, input)
  const name = input.name ? text(input, 'name') : undefined
  const email = input.email ? text(input, 'email') : undefined
  const user = await createUser(db, { username, name, email, administrator: input.admin === true }).catch((fault: unknown) => {
    if (violated(fault) === 'users_email_unique') throw new Refused(`The address ${email} belongs to another user.`)
    if (violated(fault)) throw new Refused(`The username ${username} is taken.`)
    throw fault
  })
  if (place) await setRole(db, user.id, place, text(input, 'role') as Role)
  return `Created ${user.username}${place ? `, ${text(input, 'role')} in ${text(input, 'in')}` : ''}.`
}

const blocking =
  (blocked: boolean): Run =>
  async ({ db }, input) => {
    const user = await lookUpUser(db, { username: text(input, 'username') })
    if (!user) throw noSuchUser(text(input, 'username'))
    await db.transaction((tx) => setBlocked(tx, user.id, blocked))
    return `${blocked ? 'Blocked' : 'Unblocked'} ${user.username}.`
  }

async function placeOf(db: Db, input: Input) {
  if (!input.in && !input.role) return undefined
  if (!Object.hasOwn(roles, text(input, 'role')))
    throw new Refused(`The role must be one of ${Object.keys(roles).join(', ')}; say where with --in.`)
  const [group, project] = await Promise.all([findGroup(db, text(input, 'in')), findProject(db, text(input, 'in'))])
  if (group) return { group }
  if (project) return { project }
  throw new Refused(`There is no group or project ${text(input, 'in')}.`)
}

const creatingToken: Run = async ({ db }, input) => {
  const user = await userNamed(db, text(input, 'username'))
  return createToken(db, user.id, 'api', {
    name: input.name ? text(input, 'name') : 'command line',
    scopes: [input.readOnly ? 'read_api' : 'api'],
  })
}

const linking: Run = async (place, input) => signInLink(place, (await userNamed(place.db, text(input, 'username'))).id)

const makingLinkCode: Run = async ({ db }, input) => {
  const user = await userNamed(db, text(input, 'username'))
  const { code } = await createLinkCode(db, user.id)
  return `${code}\nType it within ten minutes where you want to be known, in Slack for example: /rolobot link ${code}`
}

const sampling: Run = async ({ db }) => {
  const { first } = await createSample(db).catch((fault: unknown) => {
    if (violated(fault)) throw new Refused('The sample workspace, or something of its name, is there already. Nothing was changed.')
    throw fault
  })
  return `Created the sample workspace. Try: npx rolobot explain --on ${first} --as priya`
}

const sweeping: Run = async ({ db, queue }) => {
  const [pushed, erased] = [await sweep(db, queue, 0), await forget(db)]
  return `Asked for ${pushed} deliveries again.${erased > 0 ? ` Took deleted contacts out of ${erased}.` : ''}`
}

const listingFailed: Run = async ({ db }) => {
  const failed = await failedDeliveries(db)
  return failed.length === 0
    ? 'Nothing has failed.'
    : failed.map((one) => `${one.id}\t${one.issue}\t${one.author}\t${one.attempts} tries\t${one.fault}`).join('\n')
}

const retrying: Run = async ({ db, queue }, input) => {
  const ids = input.all ? 'all' : (text(input, 'ids').match(/(?<!\S)\d{1,15}(?!\S)/g) ?? []).map(Number)
  const restarted = await restart(db, ids)
  await Promise.all(restarted.map((id) => queue.push(id)))
  if (restarted.length === 0 && !input.all) throw new Refused('None of these has failed. See: npx rolobot failed')
  return `Started ${restarted.length} again.`
}

const commands: Readonly<Record<string, Run>> = {
  explain: explaining,
  comment: commenting,
  'user create': creatingUser,
  'user block': blocking(true),
  'user unblock': blocking(false),
  'token create': creatingToken,
  'sign-in-link': linking,
  'link-code': makingLinkCode,
  sample: sampling,
  sweep: sweeping,
  failed: listingFailed,
  retry: retrying,
}

/** Carries a command out; a refusal is in the output. */
export async function runCommand(place: Workplace, command: string, input: Input): Promise<Output> {
  const run = Object.hasOwn(commands, command) ? commands[command] : undefined
  if (!run) return { code: 1, out: '', err: `The server does not know the command ${command}: it is of another version.` }
  try {
    return { code: 0, out: await run(place, input), err: '' }
  } catch (fault) {
    if (fault instanceof Refused) return { code: 1, out: '', err: fault.message }
    throw fault
  }
}
