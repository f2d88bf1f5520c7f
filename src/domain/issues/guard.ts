// Issues, for callers who can see them and do something with them.
import { sql } from 'drizzle-orm'
import type { Tx } from '../../storage/db.ts'
import { type Caller, checkTwice, guard } from '../rules/guard.ts'
import type { Ability } from '../rules/permissions.ts'
import type { Result } from '../rules/results.ts'
import {
  type IssueFacts,
  type IssueName,
  lockIssuesInTrees,
  type NewIssueFacts,
  readFacts,
  readNewIssueFacts,
} from './issues.ts'

/** The issue, if it exists and these facts permit it: `not found`, or `forbidden` if the user can see it. */
export const guardIssue = (facts: IssueFacts | undefined, ability?: Ability): Result<IssueFacts> =>
  guard({ what: 'issue', see: 'read_issue' }, facts, ability)

/** An issue for a caller who has the ability, by default to read it. */
export const issueFor = async (
  tx: Tx,
  { userId }: Caller,
  name: IssueName,
  ability?: Ability,
): Promise<Result<IssueFacts>> => guardIssue(await readFacts(tx, name, userId), ability)

/**
 * The same, with the issue and its tree locked until the transaction ends. Callers without the ability don't wait for
 * that.
 */
export const lockedIssueFor = (
  tx: Tx,
  caller: Caller,
  name: IssueName,
  ability: Ability,
): Promise<Result<IssueFacts>> =>
  checkTwice(
    (found) => issueFor(tx, caller, found ? { id: found.issueId } : name, ability),
    ({ issueId }) => lockIssuesInTrees(tx, sql`${issueId}::bigint`),
  )

/** What counts for the issues of a project (path or id), for a caller who has the ability: by default to read them. */
export const issuesFor = async (
  tx: Tx,
  { userId }: Caller,
  project: string | number,
  ability?: Ability,
): Promise<Result<NewIssueFacts>> =>
  guard({ what: 'project', see: 'read_issue' }, await readNewIssueFacts(tx, project, userId), ability)
