// Groups as they are shown. docs.gitlab.com/api/groups/
import { z } from 'zod'
import type { GroupFacts } from '../../domain/groups/facts.ts'
import { type ListedGroup, showGroup } from '../../domain/groups/lists.ts'
import { can } from '../../domain/rules/permissions.ts'
import { notFoundRefusal } from '../refusal.ts'
import type { Call } from '../route.ts'

export const ShownGroup = z.strictObject({
  id: z.int(),
  web_url: z.string(),
  name: z.string(),
  path: z.string(),
  description: z.string(),
  visibility: z.enum(['public', 'private']),
  avatar_url: z.null(),
  request_access_enabled: z.literal(false),
  lfs_enabled: z.literal(false),
  full_name: z.string(),
  full_path: z.string(),
  parent_id: z.int().nullable(),
  created_at: z.iso.datetime(),
})

/** The settings are included for users who can see them. */
export const GroupDetail = ShownGroup.extend({
  crm_enabled: z.boolean().optional(),
  crm_source_group_id: z.int().nullable().optional(),
})

/** A group as a namespace. docs.gitlab.com/api/namespaces/ */
export const ShownNamespace = z.strictObject({
  id: z.int(),
  name: z.string(),
  path: z.string(),
  kind: z.literal('group'),
  full_path: z.string(),
  parent_id: z.int().nullable(),
  avatar_url: z.null(),
  web_url: z.string(),
})

export const shownNamespace = (
  group: Pick<ListedGroup, 'id' | 'parentId' | 'name' | 'path' | 'fullPath'>,
  publicUrl: string,
): z.input<typeof ShownNamespace> => ({
  id: group.id,
  name: group.name,
  path: group.path,
  kind: 'group',
  full_path: group.fullPath,
  parent_id: group.parentId,
  avatar_url: null,
  web_url: `${publicUrl}/groups/${group.fullPath}`,
})

/** A group as lists show it. */
export const shownGroup = (group: ListedGroup, publicUrl: string): z.input<typeof ShownGroup> => ({
  id: group.id,
  web_url: `${publicUrl}/groups/${group.fullPath}`,
  name: group.name,
  path: group.path,
  description: group.description,
  visibility: group.visibility,
  avatar_url: null,
  request_access_enabled: false,
  lfs_enabled: false,
  full_name: group.fullName,
  full_path: group.fullPath,
  parent_id: group.parentId,
  created_at: new Date(group.createdAt).toISOString(),
})

/** A complete group, for the caller that these facts are about. */
export async function groupDetail(
  { db, userId, publicUrl }: Pick<Call, 'db' | 'userId' | 'publicUrl'>,
  facts: GroupFacts,
): Promise<z.input<typeof GroupDetail>> {
  const group = await showGroup(db, facts.id, userId)
  if (!group) throw notFoundRefusal('Group')
  const seesSettings = can(facts.standing, 'change_settings') || can(facts.standing, 'read_contacts')
  const settings = { crm_enabled: facts.customerRelations, crm_source_group_id: facts.namedSourceId }
  return { ...shownGroup(group, publicUrl), ...(seesSettings && settings) }
}
