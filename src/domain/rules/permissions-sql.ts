// Who may do what, as SQL for whole sets: made from the same table as `can` (permissions.ts).
import { type SQL, sql } from 'drizzle-orm'
import { contactSourceOf } from './contact-source.ts'
import { type Ability, needsOf, type RoleScope, roles } from './permissions.ts'

/** Where a role counts, as SQL: in any of these groups, or in this project itself. */
export interface Ground {
  groupIds: SQL
  projectId?: SQL
}

/** What a permission is about, as SQL: the counterpart of a `Standing`. */
export interface SqlSubject {
  grounds: Partial<Record<RoleScope, Ground>>
  /** Is it public? */
  open: SQL
  /** Are customer relations on everywhere they have to be? */
  customerRelations: SQL
  /** Reads the contact source and settings that `customerRelations` and the ground of the source refer to. */
  withSource(condition: SQL): SQL
}

/** A group, and the contacts that it uses. @param g an alias of `groups` */
export const groupInSql = (g = sql`g`): SqlSubject => ({
  grounds: { group: { groupIds: sql`${g}.ancestors` }, source: { groupIds: sql`source.ancestors` } },
  open: sql`${g}.visibility = 'public'`,
  customerRelations: sql`coalesce(here.customer_relations, true) and coalesce(there.customer_relations, true)`,
  withSource: (condition) => sql`exists (
    select from groups source left join group_settings here on here.group_id = ${g}.id
      left join group_settings there on there.group_id = source.id
    where source.id = ${contactSourceOf(sql`${g}.ancestors`)} and ${condition})`,
})

const { grounds, ...ofGroup } = groupInSql()

/** The project `p` in the group `g`, its issues, and their contacts. */
export const projectInSql: SqlSubject = {
  ...ofGroup,
  grounds: { source: grounds.source, project: { groupIds: sql`g.ancestors`, projectId: sql`p.id` } },
  open: sql`p.visibility = 'public'`,
}

/**
 * SQL: has a user this ability?
 * @param user SQL that yields an id, best the same for all rows; null: a visitor
 */
export function allowedSql(ability: Ability, user: SQL, subject: SqlSubject): SQL {
  const { open, customerRelations, least } = needsOf(ability)
  const holdsAll = sql.join(
    least.map(([scope, role]) => hasRole(user, subject.grounds[scope], roles[role])),
    sql` and `,
  )
  const byRole = sql`(${isUser(user, sql` and u.administrator`)} or ${isUser(user)} and ${holdsAll})`
  const allowed = open ? sql`(${subject.open} or ${byRole})` : byRole
  if (customerRelations) return subject.withSource(sql`${subject.customerRelations} and ${allowed}`)
  return least.some(([scope]) => scope === 'source') ? subject.withSource(allowed) : allowed
}

// Every role is at least the lowest.
const lowest = Math.min(...Object.values(roles))

// About nothing but the user, so that a statement reads it once, however many rows it checks.
const isUser = (user: SQL, more = sql``): SQL =>
  sql`exists (select from users u where u.id = ${user} and not u.blocked${more})`

/** SQL: has the user at least this role there? */
export function hasRole(user: SQL, ground: Ground | undefined, level: number): SQL {
  if (!ground) return sql`false`
  const highEnough = level > lowest ? sql` and m.level >= ${level}` : sql``
  // The same for all rows: hashed once. As a mere condition (without `is true`), it would be joined for each row.
  const isAmong = (id: SQL, column: SQL) =>
    sql`(${id} in (select ${column} from members m where m.user_id = ${user}
      and ${column} is not null${highEnough})) is true`
  const inGroup = sql`exists (select from unnest(${ground.groupIds}) a (id)
    where ${isAmong(sql`a.id`, sql`m.group_id`)})`
  return ground.projectId ? sql`(${isAmong(ground.projectId, sql`m.project_id`)} or ${inGroup})` : inGroup
}
