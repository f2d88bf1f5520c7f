// Moving an issue to another project, and cloning it there: what happens to its contacts.
import { eq, sql } from 'drizzle-orm'
import { type Db, rowsOf, type Tx } from '../../storage/db.ts'
import { tell } from '../../storage/notify.ts'
import { formerReferences, type Issue, issues } from '../../storage/schema.ts'
import type { ProjectFacts } from '../groups/facts.ts'
import { projectFor } from '../groups/guard.ts'
import { checkTwice, permitMove } from '../rules/guard.ts'
import { type Actor, record } from '../rules/history.ts'
import { conflict, done, type Result } from '../rules/results.ts'
import { attempt } from '../rules/transaction.ts'
import { checkTrees, lockTrees } from '../rules/tree-locks.ts'
import { insertNotes } from './comments.ts'
import { issueFor } from './guard.ts'
import { type IssueFacts, type IssueName, insertIssueAs, lockIssues, nextIid, referenceOf } from './issues.ts'
import { makeLinks } from './linking.ts'
import { cutLinks } from './unlinking.ts'

/**
 * Moves an issue to another project, under the next number there; its old reference still leads to it. Its contacts
 * stay, with their times, if the contact source is the same; otherwise they are removed.
 */
export const moveIssue = (db: Db, actor: Actor, name: IssueName, toProjectId: number): Promise<Result<Issue>> =>
  attempt(db, async (tx) => {
    const both = await issueToMove(tx, actor, name, toProjectId)
    if (both.refused) return both
    const { moving: facts, to: project } = both.value
    if (facts.projectId === project.id) return conflict('The issue is already in this project.')
    if (facts.sourceId !== project.sourceId) await cutLinks(tx, actor, sql`l.issue_id = ${facts.issueId}`)
    const iid = await nextIid(tx, project.id)
    await tx.insert(formerReferences).values({ projectId: facts.projectId, iid: facts.iid, issueId: facts.issueId })
    const [moved] = await tx
      .update(issues)
      .set({ projectId: project.id, iid, updatedAt: sql`now()` })
      .where(eq(issues.id, facts.issueId))
      .returning()
    const [before, after] = [referenceOf(facts), `${project.fullPath}#${iid}`]
    await note(tx, actor, facts.issueId, `moved from ${before}`)
    const change = { before: { reference: before }, after: { reference: after } }
    await record(tx, actor, [{ action: 'issue_moved', issueId: facts.issueId, projectId: project.id, ...change }])
    return done(moved as Issue)
  })

/**
 * Makes a copy of an issue in a project, which may be its own. The original keeps its contacts; the copy gets those
 * that are active, if the contact source is the same.
 */
export const cloneIssue = (db: Db, actor: Actor, name: IssueName, toProjectId: number): Promise<Result<Issue>> =>
  attempt(db, async (tx) => {
    const both = await issueToMove(tx, actor, name, toProjectId)
    if (both.refused) return both
    const { moving: facts, to: project } = both.value
    const [original] = (await tx.select().from(issues).where(eq(issues.id, facts.issueId))) as [Issue]
    const { title, description } = original
    const clone = await insertIssueAs(tx, { projectId: project.id, title, description, authorId: actor.userId })
    if (facts.sourceId === project.sourceId) await copyLinks(tx, actor, { from: facts.issueId, to: clone.id })
    const [from, to] = [referenceOf(facts), `${project.fullPath}#${clone.iid}`]
    await note(tx, actor, clone.id, `cloned from ${from}`)
    await note(tx, actor, facts.issueId, `cloned to ${to}`)
    await record(tx, actor, [
      {
        action: 'issue_cloned',
        issueId: clone.id,
        projectId: project.id,
        before: { reference: from },
        after: { reference: to },
      },
    ])
    return done(clone)
  })

/** The issue and the project that it goes to, both locked, if the actor can move it there. */
const issueToMove = (
  tx: Tx,
  actor: Actor,
  name: IssueName,
  toProjectId: number,
): Promise<Result<{ moving: IssueFacts; to: ProjectFacts }>> =>
  checkTwice(
    async (found) =>
      permitMove(
        'move_issue',
        await issueFor(tx, actor, found ? { id: found.moving.issueId } : name),
        () => projectFor(tx, actor, toProjectId),
        ({ standing }) => standing.project,
      ),
    ({ moving }) => lockIssueAndTrees(tx, moving.issueId, toProjectId),
  )

async function lockIssueAndTrees(tx: Tx, issueId: number, toProjectId: number): Promise<void> {
  const groupIds = sql`select group_id from projects
    where id in (${toProjectId}, (select project_id from issues where id = ${issueId}))`
  const held = await lockTrees(tx, groupIds, 'together')
  await lockIssues(tx, sql`${issueId}::bigint`)
  await checkTrees(tx, groupIds, held)
}

async function copyLinks(tx: Tx, actor: Actor, { from, to }: { from: number; to: number }): Promise<void> {
  const linked = await rowsOf<{ id: number }>(
    tx,
    sql`select c.id from issue_contacts l join contacts c on c.id = l.contact_id where l.issue_id = ${from}
      and c.state = 'active'
      order by c.id for share of c`,
  )
  if (linked.length > 0) await makeLinks(tx, [{ issueId: to, actor, add: linked.map(({ id }) => id), remove: [] }])
}

async function note(tx: Tx, { userId }: Actor, issueId: number, text: string): Promise<void> {
  await tx.execute(insertNotes(sql`select ${issueId}::bigint, ${userId}::bigint, ${text}::text`))
  await tell(tx, { issue: issueId })
}
