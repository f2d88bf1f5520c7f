// Changing an issue: title, description, state. And deleting it.
import { eq, sql } from 'drizzle-orm'
import type { Db, Tx } from '../../storage/db.ts'
import { tell } from '../../storage/notify.ts'
import { type Issue, issues } from '../../storage/schema.ts'
import { checkTwice } from '../rules/guard.ts'
import { type Actor, difference, type Event, record } from '../rules/history.ts'
import { can } from '../rules/permissions.ts'
import { done, forbidden, invalid, notFound, type Result } from '../rules/results.ts'
import { readTexts } from '../rules/text-fields.ts'
import { attempt } from '../rules/transaction.ts'
import { insertNotes } from './comments.ts'
import { issueFor, lockedIssueFor } from './guard.ts'
import { type IssueFacts, type IssueName, lockIssuesInTrees, referenceOf } from './issues.ts'
import { keepText } from './search-texts.ts'
import { cutLinks } from './unlinking.ts'

/** The fields of an issue that can change without interpreting text; absent ones stay. */
export interface IssueFields {
  title?: string | null
  state?: Issue['state']
}

/** A locked issue that the user can change. */
export interface LockedIssue {
  facts: IssueFacts
  issue: Issue
}

const rules = { title: { label: 'Title', most: 255, required: true } } as const

/** Parses the input and reports all faults at once. */
export const readIssueFields = ({ title }: IssueFields, how: { whole: boolean }) => readTexts(rules, { title }, how)

/** An issue that the actor can change: its author, and planners. */
async function issueToEdit(tx: Tx, actor: Actor, name: IssueName): Promise<Result<LockedIssue>> {
  const { value: facts, refused } = await issueFor(tx, actor, name)
  if (refused) return { refused }
  const [issue] = await tx.select().from(issues).where(eq(issues.id, facts.issueId))
  if (!issue) return notFound('issue')
  const isOwn = facts.userId !== null && issue.authorId === facts.userId
  return can(facts.standing, isOwn ? 'comment' : 'edit_issue') ? done({ facts, issue }) : forbidden('edit_issue')
}

/** The same, with the issue locked. */
export const lockForEdit = (tx: Tx, actor: Actor, name: IssueName): Promise<Result<LockedIssue>> =>
  checkTwice(
    (found) => issueToEdit(tx, actor, found ? { id: found.issue.id } : name),
    ({ issue }) => lockIssuesInTrees(tx, sql`${issue.id}::bigint`),
  )

/**
 * Changes the title of an issue, or closes or opens it again. Its description is edited as a comment is
 * (pipeline/comment.ts).
 */
export const editIssue = (db: Db, actor: Actor, name: IssueName, fields: IssueFields): Promise<Result<Issue>> =>
  attempt(db, async (tx) => {
    const held = await lockForEdit(tx, actor, name)
    return held.refused ? held : changeIssue(tx, actor, held.value, fields)
  })

/** Changes a locked issue; commands have already been removed from its description. */
export async function changeIssue(
  tx: Tx,
  actor: Actor,
  { facts, issue }: LockedIssue,
  { description, ...fields }: IssueFields & { description?: string },
): Promise<Result<Issue>> {
  const { texts, faults } = readIssueFields(fields, { whole: false })
  if (faults.length > 0) return invalid(faults)
  const title = texts.title ?? issue.title
  const changed = difference(
    { title: issue.title, description: issue.description, state: issue.state },
    { title, description, state: fields.state },
  )
  if (!changed) return done(issue)
  const closedAt = changed.after.state && (changed.after.state === 'closed' ? sql`now()` : null)
  const [saved] = (await tx
    .update(issues)
    .set({ ...changed.after, closedAt, updatedAt: sql`now()` })
    .where(eq(issues.id, issue.id))
    .returning()) as [Issue]
  await keepText(tx, saved)
  await noteState(tx, actor, issue.id, changed.after.state)
  const about = { issueId: issue.id, projectId: facts.projectId }
  await record(
    tx,
    actor,
    eventsOf(changed).map((event) => ({ ...event, ...about })),
  )
  await tell(tx, { issue: issue.id })
  return done(saved)
}

type Changed = NonNullable<ReturnType<typeof difference<Pick<Issue, 'title' | 'description' | 'state'>>>>

/** Descriptions are not recorded in the history: deleted text would live on there. */
function eventsOf({ before, after }: Changed): Event[] {
  const state: Event[] = after.state ? [{ action: after.state === 'closed' ? 'issue_closed' : 'issue_reopened' }] : []
  if (after.title === undefined && after.description === undefined) return state
  const titles = after.title === undefined ? {} : { before: { title: before.title }, after: { title: after.title } }
  return [{ action: 'issue_edited', ...titles }, ...state]
}

async function noteState(tx: Tx, { userId }: Actor, issueId: number, state: Issue['state'] | undefined): Promise<void> {
  if (!state) return
  const text = state === 'closed' ? 'closed' : 'reopened'
  await tx.execute(insertNotes(sql`select ${issueId}::bigint, ${userId}::bigint, ${text}::text`))
}

/** Deletes an issue and everything on it. The history still shows that it existed, its contacts, and who deleted it. */
export const deleteIssue = (db: Db, actor: Actor, name: IssueName): Promise<Result<void>> =>
  attempt(db, async (tx) => {
    const { value: facts, refused } = await lockedIssueFor(tx, actor, name, 'delete_issue')
    if (refused) return { refused }
    const { issueId, projectId } = facts
    await cutLinks(tx, actor, sql`l.issue_id = ${issueId}`)
    await tx.delete(issues).where(eq(issues.id, issueId))
    await record(tx, actor, [
      { action: 'issue_deleted', issueId, projectId, before: { reference: referenceOf(facts) } },
    ])
    await tell(tx, { issue: issueId })
    return done(undefined)
  })
