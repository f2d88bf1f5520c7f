// Assigning and removing roles, with permission checks.
import { sql } from 'drizzle-orm'
import { type Db, rowsOf, type Tx } from '../../storage/db.ts'
import { checkTwice } from '../rules/guard.ts'
import { type Actor, record } from '../rules/history.ts'
import { type GroupOrProject, ownLevel, removeRole, setRole } from '../rules/members.ts'
import { type Role, roles } from '../rules/permissions.ts'
import {
  conflict,
  done,
  exists,
  type FieldFault,
  invalid,
  notFound,
  type Refusal,
  type Result,
} from '../rules/results.ts'
import { attempt } from '../rules/transaction.ts'
import { lockGroup } from './groups.ts'
import { groupFor, projectFor } from './guard.ts'

const nameOf = (level: number): string | null => Object.entries(roles).find(([, one]) => one === level)?.[0] ?? null

/**
 * Sets a user's role in a group or project, replacing an earlier one. Nobody can assign a higher role than their own,
 * or change the role of a user with a higher one.
 * @param wanted `whose`: only for a user who has no role there yet, or only for one who has
 */
export const giveRole = (
  db: Db,
  actor: Actor,
  namespace: GroupOrProject,
  { userId, role, whose }: { userId: number; role: string; whose?: 'new' | 'member' },
): Promise<Result<Role>> =>
  attempt(db, async (tx) => {
    const mine = await levelHere(tx, actor, namespace)
    if (mine.refused) return mine
    const before = await ownLevel(tx, userId, namespace)
    if (whose === 'member' && before === 0) return notFound('member')
    const faults = await faultsOf(tx, userId, role)
    if (faults.length > 0) return invalid(faults)
    if (whose === 'new' && before > 0) return exists('Member already exists')
    if (Math.max(before, roles[role as Role]) > mine.value)
      return higher("You can't assign or change a role that is higher than your own.")
    if (await wasLastOwner(tx, namespace, { before, after: roles[role as Role] })) return lastOwner
    await setRole(tx, userId, namespace, role as Role)
    const change = { before: { userId, role: nameOf(before) }, after: { userId, role } }
    await record(tx, actor, [{ action: 'role_given', ...subjectOf(namespace), ...change }])
    return done(role as Role)
  })

/** Removes a user's direct role in a group or project; inherited roles stay. Users can always leave. */
export const takeRole = (db: Db, actor: Actor, namespace: GroupOrProject, userId: number): Promise<Result<true>> =>
  attempt(db, async (tx) => {
    const mine = await levelHere(tx, actor, namespace, { leaves: userId === actor.userId })
    if (mine.refused) return mine
    const before = await ownLevel(tx, userId, namespace)
    if (before === 0) return notFound('member')
    if (userId !== actor.userId && before > mine.value)
      return higher("You can't remove a role that is higher than your own.")
    if (await wasLastOwner(tx, namespace, { before, after: 0 })) return lastOwner
    await removeRole(tx, userId, namespace)
    await record(tx, actor, [
      { action: 'role_taken', ...subjectOf(namespace), before: { userId, role: nameOf(before) } },
    ])
    return done(true)
  })

const higher = (reason: string): { refused: Refusal } => ({ refused: { why: 'forbidden', reason } })

const lastOwner = conflict('A top-level group must keep an owner. Make another user an owner first.')

const subjectOf = (namespace: GroupOrProject) =>
  'group' in namespace ? { groupId: namespace.group.id } : { projectId: namespace.project.id }

/** The actor's level in a group or project whose members they can change, and which is locked; or which they leave. */
const levelHere = (tx: Tx, actor: Actor, namespace: GroupOrProject, { leaves = false } = {}): Promise<Result<number>> =>
  checkTwice(
    async () => {
      const { value, refused } =
        'group' in namespace
          ? await groupFor(tx, actor, namespace.group.id, leaves ? 'read_group' : 'admin_group')
          : await projectFor(tx, actor, namespace.project.id, leaves ? 'read_issue' : 'admin_project')
      if (refused) return { refused }
      const { administrator, group, project } = value.standing
      return done(administrator ? roles.owner : (group ?? project ?? 0))
    },
    async () => ('group' in namespace ? lockGroup(tx, namespace.group.id) : undefined),
  )

async function faultsOf(tx: Tx, userId: number, role: string): Promise<FieldFault[]> {
  const known = await rowsOf(tx, sql`select from users where id = ${userId}`)
  const faults: FieldFault[] = known.length === 0 ? [{ field: 'user', fault: "User doesn't exist" }] : []
  if (!Object.hasOwn(roles, role))
    faults.push({ field: 'role', fault: `Role must be one of ${Object.keys(roles).join(', ')}` })
  return faults
}

async function wasLastOwner(
  tx: Tx,
  namespace: GroupOrProject,
  { before, after }: { before: number; after: number },
): Promise<boolean> {
  if (!('group' in namespace) || before < roles.owner || after >= roles.owner) return false
  const [found] = await rowsOf<{ owners: number }>(
    tx,
    sql`select count(*)::int as owners from members m join groups g on g.id = m.group_id
      where m.group_id = ${namespace.group.id} and g.parent_id is null and m.level = ${roles.owner}`,
  )
  return found?.owners === 1
}
