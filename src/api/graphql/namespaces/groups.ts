// Groups, for users who can see them.
import type { GroupFacts } from '../../../domain/groups/facts.ts'
import { groupFor, guardGroup } from '../../../domain/groups/guard.ts'
import { can } from '../../../domain/rules/permissions.ts'
import { builder } from '../builder.ts'
import type { Context } from '../context.ts'
import { gid } from '../ids.ts'

export const GroupType = builder.objectRef<GroupFacts>('Group')

/** A group by its id, if the caller can see it. */
export const groupById = async ({ load }: Context, id: number): Promise<GroupFacts | null> =>
  guardGroup(await load.group.load(id)).value ?? null

/** A group by its full path, if the caller can see it. */
export const groupAt = async (context: Context, fullPath: string): Promise<GroupFacts | null> =>
  (await groupFor(context.db, context, fullPath)).value ?? null

const Permissions = builder.objectRef<GroupFacts>('GroupPermissions').implement({
  description: 'What the caller can do in a group',
  fields: (t) => ({
    readCrmContact: t.boolean({ nullable: false, resolve: ({ standing }) => can(standing, 'read_contacts') }),
    readCrmOrganization: t.boolean({ nullable: false, resolve: ({ standing }) => can(standing, 'read_contacts') }),
  }),
})

GroupType.implement({
  fields: (t) => ({
    id: t.id({ nullable: false, resolve: ({ id }) => gid('group', id) }),
    name: t.exposeString('name', { nullable: false }),
    path: t.exposeString('path', { nullable: false }),
    fullPath: t.id({ nullable: false, resolve: ({ fullPath }) => fullPath }),
    description: t.exposeString('description'),
    visibility: t.exposeString('visibility'),
    userPermissions: t.field({ type: Permissions, nullable: false, resolve: (group) => group }),
    webUrl: t.string({
      nullable: false,
      resolve: ({ fullPath }, _, { publicUrl }) => `${publicUrl}/groups/${fullPath}`,
    }),
    parent: t.field({
      type: GroupType,
      resolve: ({ parentId }, _, context) => (parentId === null ? null : groupById(context, parentId)),
    }),
    contactSource: t.field({
      type: GroupType,
      description: 'The group whose contacts are used here',
      resolve: ({ sourceId }, _, context) => groupById(context, sourceId),
    }),
  }),
})

builder.queryField('group', (t) =>
  t.field({
    type: GroupType,
    description: 'A group, by its full path in any letter case',
    args: { fullPath: t.arg.id({ required: true }) },
    resolve: (_, { fullPath }, context) => groupAt(context, String(fullPath)),
  }),
)
