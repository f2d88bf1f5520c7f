// Creating and editing a group together with its settings: all or nothing.
import { sql } from 'drizzle-orm'
import type { Db } from '../../storage/db.ts'
import type { Group } from '../../storage/schema.ts'
import type { Actor } from '../rules/history.ts'
import type { Result } from '../rules/results.ts'
import { attempt } from '../rules/transaction.ts'
import { lockTreesUnmoved } from '../rules/tree-locks.ts'
import { createGroupHere, editGroupHere, type NewGroup, parentFor } from './edits.ts'
import type { GroupFacts } from './facts.ts'
import type { NamespaceFields } from './fields.ts'
import { groupFor } from './guard.ts'
import { changeSettingsHere, groupToSet, type Settings, treesOfSettings, whyNoSource } from './settings.ts'

interface WithSettings {
  /** Absent settings stay. */
  settings?: Settings
}

const areWanted = (settings: Settings): boolean => Object.values(settings).some((one) => one !== undefined)

/**
 * Creates a group below a parent, for its owners; or a top-level one, for every signed-in user, who becomes its owner.
 * @returns the group, or all faults of the input, by field
 */
export const createGroup = (
  db: Db,
  actor: Actor,
  { settings = {}, ...given }: NewGroup & WithSettings,
): Promise<Result<Group>> =>
  attempt(db, async (tx) => {
    const { refused } = await parentFor(tx, actor, given)
    if (refused) return { refused }
    const noSource = await whyNoSource(tx, actor, settings)
    if (noSource) return noSource
    const concerned = [given.parentId, settings.contactSourceId].filter((id) => typeof id === 'number')
    const how = areWanted(settings) ? 'alone' : 'together'
    await lockTreesUnmoved(tx, sql`select unnest(${sql.param(concerned)}::bigint[])`, how)
    const created = await createGroupHere(tx, actor, given)
    if (created.refused || !areWanted(settings)) return created
    const { refused: unset } = await changeSettingsHere(tx, actor, created.value.id, settings)
    return unset ? { refused: unset } : created
  })

/** Renames a group, or changes its description, visibility, or settings; absent fields stay. */
export const editGroup = (
  db: Db,
  actor: Actor,
  id: number,
  { settings = {}, ...given }: NamespaceFields & WithSettings,
): Promise<Result<GroupFacts>> =>
  attempt(db, async (tx) => {
    const { refused } = await groupFor(tx, actor, id, 'admin_group')
    const may = refused || !areWanted(settings) ? { refused } : await groupToSet(tx, actor, id, settings)
    if (may.refused) return { refused: may.refused }
    await lockTreesUnmoved(tx, treesOfSettings(id, settings), 'alone')
    const edited = await editGroupHere(tx, actor, id, given)
    return edited.refused || !areWanted(settings) ? edited : changeSettingsHere(tx, actor, id, settings)
  })
