// Who did what, when, and from where. Subjects are referred to by id, and their values are deleted with them.
import { type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../../storage/db.ts'

/** The actor, and their entry point. */
export interface Actor {
  userId: number
  via: string
}

/** The operator at the command line, who is no user. */
export interface Operator {
  userId: null
  via: 'command line'
}

type Verb = 'created' | 'edited' | 'activated' | 'deactivated' | 'deleted' | 'merged' | 'moved' | 'copied'

export type HistoryAction =
  | `contact_${Verb | 'linked' | 'unlinked'}`
  | `organization_${Verb}`
  | `${'group' | 'project'}_${'created' | 'edited' | 'transferred' | 'deleted'}`
  | `issue_${'edited' | 'closed' | 'reopened' | 'moved' | 'cloned' | 'deleted'}`
  | `note_${'edited' | 'deleted'}`
  | 'settings_changed'
  | `role_${'given' | 'taken'}`
  | `account_${'linked' | 'unlinked'}`
  | `user_${'blocked' | 'unblocked'}`
  | `password_${'set' | 'changed' | 'link_created'}`

/** One entry. `before` and `after` hold what changed, by field. */
export interface Event {
  action: HistoryAction
  groupId?: number
  projectId?: number
  issueId?: number
  contactId?: number
  organizationId?: number
  before?: object
  after?: object
}

type Subject = 'contact_id' | 'organization_id'

/** Records entries, however many, in one statement. */
export async function record(tx: Tx, { userId, via }: Actor | Operator, events: readonly Event[]): Promise<void> {
  if (events.length === 0) return
  await tx.execute(sql`insert into history (actor_id, via, action, group_id, project_id, issue_id, contact_id,
    organization_id, before, after)
    select ${userId}::bigint, ${via}::text, action, "groupId", "projectId", "issueId", "contactId", "organizationId",
    before, after
    from jsonb_to_recordset(${JSON.stringify(events)}::jsonb) as given (action text, "groupId" bigint,
    "projectId" bigint, "issueId" bigint,
      "contactId" bigint, "organizationId" bigint, before jsonb, after jsonb)`)
}

/**
 * SQL: records that contacts were linked to issues and unlinked from them. The arguments name what yields: `made` the
 * (issue_id, actor_id, via), `added` and `removed` the (issue_id, contact_id).
 */
export const recordLinks = (made: SQL, added: SQL, removed: SQL): SQL =>
  sql`insert into history (actor_id, via, issue_id, contact_id, action)
    select made.actor_id, made.via, made.issue_id, links.contact_id, links.action
    from (select *, 'contact_linked' as action from ${added} union all select *, 'contact_unlinked'
    from ${removed}) links
    join ${made} using (issue_id)`

/** Records that contacts were edited in the same way. `which`: SQL that yields their (id, group_id). */
export async function recordSameEdit(
  tx: Tx,
  { userId, via }: Actor,
  which: SQL,
  edit: { before: object; after: object },
): Promise<void> {
  await tx.execute(sql`insert into history (actor_id, via, action, group_id, contact_id, before, after)
    select ${userId}::bigint, ${via}::text, 'contact_edited', group_id, id, ${JSON.stringify(edit.before)}::jsonb,
    ${JSON.stringify(edit.after)}::jsonb
    from (${which}) edited`)
}

/**
 * Records the same event for many. `rows`: SQL that yields their (group_id, project_id, issue_id, contact_id,
 * organization_id, before).
 */
export async function recordMany(tx: Tx, { userId, via }: Actor, action: HistoryAction, rows: SQL): Promise<void> {
  await tx.execute(sql`insert into history (actor_id, via, action, group_id, project_id, issue_id, contact_id,
    organization_id, before)
    select ${userId}::bigint, ${via}::text, ${action}::text, many.* from (${rows}) many`)
}

/** Transfers the history of one to another, into which it was merged. */
export async function handOver(tx: Tx, subject: Subject, { from, to }: { from: number; to: number }): Promise<void> {
  const column = sql.identifier(subject)
  await tx.execute(sql`update history set ${column} = ${to} where ${column} = ${from}`)
}

/** The differences between two states of the same thing, by field; undefined if there are none. */
export function difference<Row extends object>(
  before: Row,
  after: Partial<Row>,
): { before: Partial<Row>; after: Partial<Row> } | undefined {
  const changed = (Object.keys(after) as (keyof Row)[]).filter(
    (field) => after[field] !== undefined && after[field] !== before[field],
  )
  if (changed.length === 0) return undefined
  const only = (row: Partial<Row>) => Object.fromEntries(changed.map((field) => [field, row[field]])) as Partial<Row>
  return { before: only(before), after: only(after) }
}

/**
 * Removes the values of contacts or organizations from their history; the record that something happened stays.
 * @param ids SQL that yields them
 */
export async function forgetContents(tx: Tx, subject: Subject, ids: SQL): Promise<void> {
  const kept = sql`num_nonnulls(before, after) > 0`
  await tx.execute(
    sql`update history set before = null, after = null where ${sql.identifier(subject)} in (${ids}) and ${kept}`,
  )
}
