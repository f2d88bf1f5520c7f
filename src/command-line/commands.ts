// Every data command, wherever it runs: in its own process, or in the server that has the database open.
import { issueFor } from '../domain/issues/guard.ts'
import { type IssueFacts, parseReference } from '../domain/issues/issues.ts'
import { blankComment, stillQueued, submittedBy } from '../pipeline/entry-points.ts'
import { explain } from '../pipeline/explain.ts'
import { failedDeliveries, restart } from '../pipeline/failures.ts'
import { forget } from '../pipeline/forget.ts'
import { sweep } from '../pipeline/sweep.ts'
import { count } from '../quick-actions/phrases.ts'
import { violated } from '../storage/db.ts'
import type { User } from '../storage/schema.ts'
import { creatingToken, linking, listingTokens, makingLinkCode, revokingToken } from './access.ts'
import { type Input, Refused, type Run, textIn, userNamed, type Workspace } from './command.ts'
import { explainAsText } from './explain-text.ts'
import { createSample } from './sample.ts'
import { blocking, creatingUser, listingUsers, resetting, settingRole } from './users.ts'

export interface Output {
  code: 0 | 1
  out: string
  err: string
}

async function factsFor({ db }: Workspace, input: Input): Promise<{ facts: IssueFacts; user: User }> {
  const reference = textIn(input, 'on')
  const user = await userNamed(db, textIn(input, 'as'))
  const name = parseReference(reference)
  if (!name) throw new Refused(`"${reference}" isn't an issue. Write it as group/project#number, like acme/shop#3.`)
  const { value: facts } = await issueFor(db, { userId: user.id }, name)
  if (!facts) throw new Refused(`There is no issue ${reference}, or ${user.username} doesn't have access to it.`)
  return { facts, user }
}

const explaining: Run = async (workspace, input) => {
  const { facts, user } = await factsFor(workspace, input)
  const explanation = await explain(workspace.db, textIn(input, 'body'), { facts, mostAtOnce: workspace.mostAtOnce })
  return input.json ? JSON.stringify(explanation, null, 2) : explainAsText(explanation, user.username)
}

const whereToWrite = (input: Input): string =>
  `Write it to standard input, like: echo "/help" | npx rolobot comment --on ${textIn(input, 'on')} --as ${textIn(input, 'as')}`

const commenting: Run = async (workspace, input) => {
  const { facts, user } = await factsFor(workspace, input)
  const { receipt, outcome, waiting } = await workspace.submit({
    ...submittedBy({ userId: user.id, via: 'command line' }),
    kind: 'comment',
    on: { id: facts.issueId },
    body: textIn(input, 'body'),
  })
  if (receipt.status === 'refused')
    throw new Refused(receipt.refusal === blankComment ? `${receipt.reason} ${whereToWrite(input)}` : receipt.reason)
  const said = receipt.shown === null ? [] : [`Commented on ${textIn(input, 'on')}.`]
  return [...said, ...(waiting ? [stillQueued] : (outcome?.answer ?? []))].join('\n')
}

const sampling: Run = async ({ db }) => {
  const { first } = await createSample(db).catch((fault: unknown) => {
    if (violated(fault))
      throw new Refused('The sample workspace, or something with its name, already exists. Nothing was changed.')
    throw fault
  })
  return `Created the sample workspace. Try: npx rolobot explain --on ${first} --as priya`
}

const sweeping: Run = async ({ db, queue }) => {
  const [pushed, erased] = [await sweep(db, queue, 0), await forget(db)]
  return `Re-queued ${count(pushed, 'comment')}.${erased > 0 ? ` Removed deleted contacts from ${count(erased, 'comment')}.` : ''}`
}

const listingFailed: Run = async ({ db }) => {
  const failed = await failedDeliveries(db)
  return failed.length === 0
    ? 'Nothing has failed.'
    : failed
        .map((one) => `${one.id}\t${one.issue}\t${one.author}\t${count(one.attempts, 'attempt')}\t${one.fault}`)
        .join('\n')
}

const retrying: Run = async ({ db, queue }, input) => {
  if (!input.all && !textIn(input, 'ids').trim())
    throw new Refused('Give the ids of the comments to retry, as printed by `npx rolobot failed`, or --all.')
  const ids = input.all ? 'all' : (textIn(input, 'ids').match(/(?<!\S)\d{1,15}(?!\S)/g) ?? []).map(Number)
  const restarted = await restart(db, ids)
  await Promise.all(restarted.map((id) => queue.push(id)))
  if (restarted.length === 0 && !input.all)
    throw new Refused('None of these comments has failed. List those that have with: npx rolobot failed')
  return restarted.length === 0 ? 'Nothing to retry.' : `Retrying ${count(restarted.length, 'comment')}.`
}

const commands: Readonly<Record<string, Run>> = {
  explain: explaining,
  comment: commenting,
  'user list': listingUsers,
  'user create': creatingUser,
  'user block': blocking(true),
  'user unblock': blocking(false),
  'user role': settingRole,
  'user reset': resetting,
  'token list': listingTokens,
  'token create': creatingToken,
  'token revoke': revokingToken,
  'sign-in-link': linking,
  'link-code': makingLinkCode,
  sample: sampling,
  sweep: sweeping,
  failed: listingFailed,
  retry: retrying,
}

/** Runs a command. A refusal is part of the output. */
export async function runCommand(workspace: Workspace, command: string, input: Input): Promise<Output> {
  const run = Object.hasOwn(commands, command) ? commands[command] : undefined
  if (!run)
    return {
      code: 1,
      out: '',
      err: `The running server doesn't know the command ${command}: it is another version of Rolobot.`,
    }
  try {
    return { code: 0, out: await run(workspace, input), err: '' }
  } catch (fault) {
    if (fault instanceof Refused) return { code: 1, out: '', err: fault.message }
    throw fault
  }
}
