// Issues as lists show them, several at once.
import { eq, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { Tx } from '../../storage/db.ts'
import { groups, issues, projects, users } from '../../storage/schema.ts'
import { allowedSql, projectInSql } from '../rules/permissions-sql.ts'
import { type IssueDetails, issueColumns } from './issues.ts'

export interface ListedIssue extends Omit<IssueDetails, 'author'> {
  closedAt: Date | null
  projectId: number
  /** The full path of the project. */
  projectPath: string
  groupId: number
  author: (NonNullable<IssueDetails['author']> & { blocked: boolean }) | null
  /** How many comments it has, without the notes of the system. */
  comments: number
}

// As the rules call them.
const [p, g] = [alias(projects, 'p'), alias(groups, 'g')]

const shown = {
  ...issueColumns,
  closedAt: issues.closedAt,
  projectId: issues.projectId,
  projectPath: p.fullPath,
  groupId: p.groupId,
  author: { ...issueColumns.author, blocked: users.blocked },
  comments: sql`(select count(*) from comments said where said.issue_id = ${issues.id} and not said.system)`.mapWith(
    Number,
  ),
}

/**
 * Issues by id, those that a user can read, in no order.
 * @param userId null for a visitor
 */
export const shownIssues = (tx: Tx, userId: number | null, ids: readonly number[]): Promise<ListedIssue[]> =>
  tx
    .select(shown)
    .from(issues)
    .innerJoin(p, eq(p.id, issues.projectId))
    .innerJoin(g, eq(g.id, p.groupId))
    .leftJoin(users, eq(users.id, issues.authorId))
    .where(
      sql`${issues.id} = any(${sql.param(ids)}::bigint[])
        and ${allowedSql('read_issue', sql`${userId}::bigint`, projectInSql)}`,
    )
