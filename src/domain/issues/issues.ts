// Open and find issues, and read what is known about one for one user.
import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import { type Issue, issues, users } from '../../storage/schema.ts'
import type { Facts } from '../rules/change.ts'
import { contactSourceOf } from '../rules/contact-source.ts'
import { levelInGroup, levelInProject } from '../rules/members.ts'
import { checkTrees, lockTrees } from '../rules/tree-locks.ts'
import { keepText } from './search-texts.ts'

/** How an issue is referred to: by our id, or by its project (path or id) and its number there. */
export type IssueName = { id: number } | { project: string | number; iid: number }

/** The facts that the language needs, and the location of the issue. */
export interface IssueFacts extends Facts {
  issueId: number
  iid: number
  projectId: number
  projectPath: string
  groupId: number
  /** The top-level group above the project. */
  rootId: number
  /** The contact source of the issue's group. */
  sourceId: number
  /** The caller; null for a visitor. */
  userId: number | null
}

const longestReference = 2_000

/** Reads `acme/support/shop#12`; undefined if it is not a reference. */
export function parseReference(text: string): { project: string; iid: number } | undefined {
  const hash = text.length > longestReference ? -1 : text.lastIndexOf('#')
  if (hash < 1 || text.includes('\0') || !/^\d{1,9}$/.test(text.slice(hash + 1))) return undefined
  return { project: text.slice(0, hash), iid: Number(text.slice(hash + 1)) }
}

export const referenceOf = (facts: Pick<IssueFacts, 'projectPath' | 'iid'>): string =>
  `${facts.projectPath}#${facts.iid}`

// In one statement, whether it has the reference now, had it before it was moved, or doesn't exist.
const issueNamed = (name: IssueName): SQL => {
  if ('id' in name) return sql`i.id = ${name.id}`
  const at = sql`projects p where p.id = f.project_id and ${projectNamed(name.project)} and f.iid = ${name.iid}`
  return sql`i.id = coalesce((select f.id from issues f, ${at}), (select f.issue_id from former_references f, ${at}))`
}

const projectNamed = (project: string | number): SQL =>
  typeof project === 'number' ? sql`p.id = ${project}` : sql`p.path_key = ${project.toLowerCase()}`

interface FactRow {
  issueId: number
  iid: number
  projectId: number
  projectPath: string
  open: boolean
  rootId: number
  groupId: number
  sourceId: number
  userId: number | null
  administrator: boolean
  project: number
  source: number
  customerRelations: boolean
  sourceHasActiveContacts: boolean
  issueHasContacts: boolean
}

const ancestors = sql`g.ancestors`

/**
 * Reads in one statement what is known about an issue for one user: roles, settings, whether there is anything to add
 * or remove.
 * @param userId null for a visitor; a blocked user counts as one
 * @param name also a reference that the issue had before it was moved
 * @returns undefined if there is no such issue. Doesn't check whether the user can see it: that is what guard.ts does.
 */
export async function readFacts(tx: Tx, name: IssueName, userId: number | null): Promise<IssueFacts | undefined> {
  const [facts] = await factsFrom<IssueFacts>(tx, sql`issues i join projects p on p.id = i.project_id`, {
    where: issueNamed(name),
    user: sql`${userId}`,
  })
  return facts
}

/** The same for many pairs of an issue and a user at once, in the order requested. */
export function readFactsOfMany(tx: Tx, asked: readonly { issueId: number; userId: number }[]): Promise<IssueFacts[]> {
  const [issueIds, userIds] = [asked.map(({ issueId }) => issueId), asked.map(({ userId }) => userId)]
  const from = sql`unnest(${sql.param(issueIds)}::bigint[], ${sql.param(userIds)}::bigint[]) with ordinality as asked
    (issue_id, user_id, at)
    join issues i on i.id = asked.issue_id join projects p on p.id = i.project_id`
  return factsFrom<IssueFacts>(tx, from, { where: sql`true order by asked.at`, user: sql`asked.user_id` })
}

/** The same for an issue that is still to be opened in a project (path or id). */
export async function readNewIssueFacts(
  tx: Tx,
  project: string | number,
  userId: number | null,
): Promise<NewIssueFacts | undefined> {
  const [facts] = await factsFrom<NewIssueFacts>(tx, sql`projects p left join issues i on false`, {
    where: projectNamed(project),
    user: sql`${userId}`,
  })
  return facts
}

export type NewIssueFacts = Omit<IssueFacts, 'issueId' | 'iid'>

async function factsFrom<Known extends NewIssueFacts>(
  tx: Tx,
  from: SQL,
  { where, user }: { where: SQL; user: SQL },
): Promise<Known[]> {
  const rows = await rowsOf<FactRow>(
    tx,
    sql`select i.id as "issueId", i.iid, p.id as "projectId", p.full_path as "projectPath",
      p.visibility = 'public' as open,
      g.ancestors[1] as "rootId",
      g.id as "groupId", source.id as "sourceId", u.id as "userId", coalesce(u.administrator, false) as administrator,
      ${levelInProject(sql`u.id`, sql`p.id`, ancestors)} as project,
      ${levelInGroup(sql`u.id`, sql`source.ancestors`)} as source,
      coalesce(here.customer_relations, true) and coalesce(there.customer_relations, true) as "customerRelations",
      exists (select from contacts c where c.group_id = source.id and c.state = 'active') as "sourceHasActiveContacts",
      exists (select from issue_contacts l where l.issue_id = i.id) as "issueHasContacts"
    from ${from} join groups g on g.id = p.group_id
    join groups source on source.id = ${contactSourceOf(ancestors)}
    left join group_settings here on here.group_id = g.id
    left join group_settings there on there.group_id = source.id
    left join users u on u.id = ${user} and not u.blocked
    where ${where}`,
  )
  return rows.map((row) => factsOf(row) as NewIssueFacts as Known)
}

function factsOf({ administrator, project, source, open, customerRelations, ...rest }: FactRow): IssueFacts {
  return { ...rest, standing: { administrator, project, source, open, customerRelations } }
}

/** Takes the next number of a project. */
export async function nextIid(tx: Tx, projectId: number): Promise<number> {
  const [numbered] = await rowsOf<{ iid: number }>(
    tx,
    sql`update projects set last_iid = last_iid + 1 where id = ${projectId} returning last_iid as iid`,
  )
  if (!numbered) throw new Error(`there is no project ${projectId}`)
  return numbered.iid
}

/** Opens an issue with the next number of its project. If two are opened at once, they get different numbers. */
export async function insertIssueAs(
  tx: Tx,
  wanted: { projectId: number; title: string; description: string; authorId: number | null },
): Promise<Issue> {
  const { projectId, title, description, authorId } = wanted
  const iid = await nextIid(tx, projectId)
  const [issue] = (await tx.insert(issues).values({ projectId, iid, title, description, authorId }).returning()) as [
    Issue,
  ]
  await keepText(tx, issue)
  return issue
}

/**
 * Locks issues against other changes until the transaction ends; always in the same order, to avoid
 * deadlocks. Not `for update`: that would also block storing comments, whose rows refer to the issue.
 * @param issueIds SQL that yields ids
 * @returns those that exist
 */
export async function lockIssues(tx: Tx, issueIds: SQL): Promise<number[]> {
  const locked = await rowsOf<{ id: number }>(
    tx,
    sql`select id from issues where id in (${issueIds}) order by id for no key update`,
  )
  return locked.map(({ id }) => id)
}

/** SQL: the groups in which issues are. */
const groupsOf = (issueIds: SQL): SQL =>
  sql`select p.group_id from issues i join projects p on p.id = i.project_id where i.id in (${issueIds})`

/**
 * Takes a shared lock on the trees of issues, so that their contact sources stay. Returns the ids of the top-level
 * groups.
 */
export const lockTreesOfIssues = (tx: Tx, issueIds: SQL): Promise<number[]> =>
  lockTrees(tx, groupsOf(issueIds), 'together')

/**
 * Locks issues and their trees, so that neither their contacts nor their contact sources change before the transaction
 * ends.
 */
export async function lockIssuesInTrees(tx: Tx, issueIds: SQL): Promise<void> {
  const held = await lockTreesOfIssues(tx, issueIds)
  await lockIssues(tx, issueIds)
  await checkTrees(tx, groupsOf(issueIds), held)
}

/** SQL: marks issues as changed now; `made` names what yields their `issue_id`. */
export const touchIssues = (made: SQL): SQL =>
  sql`update issues set updated_at = now() from ${made} where issues.id = made.issue_id`

/** An issue as its page shows it. */
export interface IssueDetails {
  id: number
  iid: number
  title: string
  description: string
  state: 'opened' | 'closed'
  createdAt: Date
  updatedAt: Date
  author: { id: number; username: string; name: string } | null
}

/** What is shown of an issue everywhere; its author is in `users`. */
export const issueColumns = {
  id: issues.id,
  iid: issues.iid,
  title: issues.title,
  description: issues.description,
  state: issues.state,
  createdAt: issues.createdAt,
  updatedAt: issues.updatedAt,
  author: { id: users.id, username: users.username, name: users.name },
}

/** One issue, as it is shown. */
export async function showIssue(tx: Tx, issueId: number): Promise<IssueDetails | undefined> {
  const [issue] = await tx
    .select(issueColumns)
    .from(issues)
    .leftJoin(users, eq(users.id, issues.authorId))
    .where(eq(issues.id, issueId))
  return issue
}

/** The issues of a project, newest first, at most `limit` that come after (below) the number `below`. */
export function listIssues(
  tx: Tx,
  projectId: number,
  { below, limit }: { below?: number; limit: number },
): Promise<IssueDetails[]> {
  const later = below === undefined ? undefined : lt(issues.iid, below)
  const query = tx.select(issueColumns).from(issues).leftJoin(users, eq(users.id, issues.authorId))
  return query
    .where(and(eq(issues.projectId, projectId), later))
    .orderBy(desc(issues.iid))
    .limit(limit)
}
