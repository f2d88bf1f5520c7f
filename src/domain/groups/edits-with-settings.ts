// Creating and editing a group together with its settings, all or nothing.
import { sql } from 'drizzle-orm'
import type { Db } from '../../storage/db.ts'
import type { Actor } from '../rules/history.ts'
import { done, type Result } from '../rules/results.ts'
import { attempt } from '../rules/transaction.ts'
import { lockTreesUnmoved } from '../rules/tree-locks.ts'
import { createGroupHere, editGroupHere, type NewGroup, parentFor } from './edits.ts'
import type { GroupFacts } from './facts.ts'
import type { NamespaceFields } from './fields.ts'
import { groupFor } from './guard.ts'
import { changeSettingsHere, groupToSet, type Settings, treesOfSettings, whyNoSource } from './settings.ts'

const areWanted = (settings: Settings): boolean => Object.values(settings).some((one) => one !== undefined)

/** Creates a group with settings. @returns its id */
export const createGroupWithSettings = (
  db: Db,
  actor: Actor,
  given: NewGroup,
  settings: Settings,
): Promise<Result<number>> =>
  attempt(db, async (tx) => {
    const { refused } = await parentFor(tx, actor, given)
    if (refused) return { refused }
    const noSource = await whyNoSource(tx, actor, settings)
    if (noSource) return noSource
    const concerned = [given.parentId, settings.contactSourceId].filter((id) => typeof id === 'number')
    const how = areWanted(settings) ? 'alone' : 'together'
    await lockTreesUnmoved(tx, sql`select unnest(${sql.param(concerned)}::bigint[])`, how)
    const created = await createGroupHere(tx, actor, given)
    if (created.refused) return created
    const { id } = created.value
    const changed = areWanted(settings) ? await changeSettingsHere(tx, actor, id, settings) : undefined
    return changed?.refused ? changed : done(id)
  })

/** Edits a group and changes its settings; absent fields stay. */
export const editGroupWithSettings = (
  db: Db,
  actor: Actor,
  id: number,
  { fields, settings }: { fields: NamespaceFields; settings: Settings },
): Promise<Result<GroupFacts>> =>
  attempt(db, async (tx) => {
    const { refused } = await groupFor(tx, actor, id, 'admin_group')
    const may = refused || !areWanted(settings) ? { refused } : await groupToSet(tx, actor, id, settings)
    if (may.refused) return { refused: may.refused }
    await lockTreesUnmoved(tx, treesOfSettings(id, settings), 'alone')
    const edited = await editGroupHere(tx, actor, id, fields)
    return edited.refused || !areWanted(settings) ? edited : changeSettingsHere(tx, actor, id, settings)
  })
