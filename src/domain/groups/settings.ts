// Are customer relations on for a group, and whose contacts does it use?
import { type SQL, sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import { groupSettings } from '../../storage/schema.ts'
import { affectedGroups } from '../rules/contact-source.ts'
import { type Actor, difference, record } from '../rules/history.ts'
import { conflict, done, invalid, type Refusal, type Result } from '../rules/results.ts'
import { type GroupFacts, readGroupFacts } from './facts.ts'
import { groupFor, guardOwner } from './guard.ts'

export interface Settings {
  /** Are customer relations on? */
  customerRelations?: boolean
  /** The group whose contacts are used here and below; null: none is set here. */
  contactSourceId?: number | null
}

/** Saves settings of a group, without checking permissions; absent ones stay. */
export async function saveSettings(tx: Tx, groupId: number, settings: Settings): Promise<void> {
  await tx
    .insert(groupSettings)
    .values({ groupId, ...settings })
    .onConflictDoUpdate({ target: groupSettings.groupId, set: { ...settings } })
}

const linksInTheWay = conflict(
  'Contact source cannot be changed when issues already have contacts assigned from a different source.',
)

/** SQL: whose trees must be locked exclusively while settings of a group change. */
export const treesOfSettings = (groupId: number, { contactSourceId }: Settings): SQL =>
  sql`select unnest(${sql.param([groupId, contactSourceId ?? groupId])}::bigint[])`

/**
 * Changes settings of a group, within a transaction that has these trees locked exclusively; absent ones stay. A
 * contact source is refused if contacts of issues below would no longer belong to the source that applies to them;
 * setting the one that applies anyway changes nothing for them.
 */
export async function changeSettingsHere(
  tx: Tx,
  actor: Actor,
  groupId: number,
  wanted: Settings,
): Promise<Result<GroupFacts>> {
  const { value: before, refused } = await groupToSet(tx, actor, groupId, wanted)
  if (refused) return { refused }
  const settings = (({ customerRelations, namedSourceId: contactSourceId }: GroupFacts) => ({
    customerRelations,
    contactSourceId,
  }))(before)
  const changed = difference(settings, wanted)
  if (!changed) return done(before)
  await saveSettings(tx, groupId, changed.after)
  const after = (await readGroupFacts(tx, groupId, actor.userId)) as GroupFacts
  if (after.sourceId !== before.sourceId && (await hasLinks(tx, groupId))) return linksInTheWay
  await record(tx, actor, [{ action: 'settings_changed', groupId, ...changed }])
  return done(after)
}

/** The group, if the actor can change its settings to these. */
export async function groupToSet(tx: Tx, actor: Actor, groupId: number, wanted: Settings): Promise<Result<GroupFacts>> {
  const group = await groupFor(tx, actor, groupId, 'change_settings')
  if (group.refused) return group
  return (await whyNoSource(tx, actor, wanted, group.value)) ?? group
}

/**
 * Why these settings can't name their contact source: a group can use itself, and any group whose contacts the actor
 * can read.
 */
export async function whyNoSource(
  tx: Tx,
  { userId }: Actor,
  { contactSourceId: named }: Settings,
  group?: GroupFacts,
): Promise<{ refused: Refusal } | undefined> {
  if (typeof named !== 'number' || named === group?.namedSourceId || named === group?.id) return undefined
  if (guardOwner(await readGroupFacts(tx, named, userId), 'group').value) return undefined
  return invalid([
    { field: 'contactSourceId', fault: "Contact source doesn't exist, or you don't have access to its contacts" },
  ])
}

/** Does an issue have contacts whose source depends on this group's settings? */
async function hasLinks(tx: Tx, groupId: number): Promise<boolean> {
  const found = await rowsOf(
    tx,
    sql`select from issue_contacts l join issues i on i.id = l.issue_id join projects p on p.id = i.project_id
      where p.group_id in (${affectedGroups(sql`${groupId}::bigint`)}) limit 1`,
  )
  return found.length > 0
}
