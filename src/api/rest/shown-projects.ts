// Projects as they are shown. docs.gitlab.com/api/projects/
import { z } from 'zod'
import { type ListedProject, showProject } from '../../domain/groups/lists.ts'
import { notFoundRefusal } from '../refusal.ts'
import type { Call } from '../route.ts'
import { ShownNamespace, shownNamespace } from './shown-groups.ts'

const Access = z.strictObject({ access_level: z.int(), notification_level: z.int() }).nullable()

export const ShownProject = z.strictObject({
  id: z.int(),
  description: z.string(),
  name: z.string(),
  name_with_namespace: z.string(),
  path: z.string(),
  path_with_namespace: z.string(),
  created_at: z.iso.datetime(),
  last_activity_at: z.iso.datetime(),
  default_branch: z.null(),
  topics: z.array(z.string()),
  web_url: z.string(),
  avatar_url: z.null(),
  visibility: z.enum(['public', 'private']),
  archived: z.literal(false),
  issues_enabled: z.literal(true),
  merge_requests_enabled: z.literal(false),
  empty_repo: z.literal(true),
  service_desk_address: z.string().nullable(),
  // null for users who can't see the group.
  namespace: ShownNamespace.nullable(),
  permissions: z.strictObject({ project_access: Access, group_access: Access }),
})

const access = (level: number | null) => (level === null ? null : { access_level: level, notification_level: 3 })

/** A project as lists show it. */
export function shownProject(project: ListedProject, publicUrl: string): z.input<typeof ShownProject> {
  const createdAt = new Date(project.createdAt).toISOString()
  return {
    id: project.id,
    description: project.description,
    name: project.name,
    name_with_namespace: project.fullName,
    path: project.path,
    path_with_namespace: project.fullPath,
    created_at: createdAt,
    last_activity_at: createdAt,
    default_branch: null,
    topics: [],
    web_url: `${publicUrl}/${project.fullPath}`,
    avatar_url: null,
    visibility: project.visibility,
    archived: false,
    issues_enabled: true,
    merge_requests_enabled: false,
    empty_repo: true,
    service_desk_address: null,
    namespace: project.group && shownNamespace(project.group, publicUrl),
    permissions: { project_access: access(project.ownLevel), group_access: access(project.groupLevel) },
  }
}

/** A project, for users who can see it. */
export async function projectDetail({ db, userId, publicUrl }: Pick<Call, 'db' | 'userId' | 'publicUrl'>, id: number) {
  const project = await showProject(db, id, userId)
  if (!project) throw notFoundRefusal('Project')
  return shownProject(project, publicUrl)
}
