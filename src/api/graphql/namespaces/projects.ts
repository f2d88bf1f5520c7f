// Projects, for users who can see them.
import type { ProjectFacts } from '../../../domain/groups/facts.ts'
import { guardProject, projectFor } from '../../../domain/groups/guard.ts'
import { builder } from '../builder.ts'
import type { Context } from '../context.ts'
import { gid } from '../ids.ts'
import { GroupType, groupById } from './groups.ts'

export const ProjectType = builder.objectRef<ProjectFacts>('Project')

/** A project by its id, if the caller can see it. */
export const projectById = async ({ load }: Context, id: number): Promise<ProjectFacts | null> =>
  guardProject(await load.project.load(id)).value ?? null

/** A project by its full path, if the caller can see it. */
export const projectAt = async (context: Context, fullPath: string): Promise<ProjectFacts | null> =>
  (await projectFor(context.db, context, fullPath)).value ?? null

ProjectType.implement({
  fields: (t) => ({
    id: t.id({ nullable: false, resolve: ({ id }) => gid('project', id) }),
    name: t.exposeString('name', { nullable: false }),
    path: t.exposeString('path', { nullable: false }),
    fullPath: t.id({ nullable: false, resolve: ({ fullPath }) => fullPath }),
    description: t.exposeString('description'),
    visibility: t.exposeString('visibility'),
    webUrl: t.string({ nullable: false, resolve: ({ fullPath }, _, { publicUrl }) => `${publicUrl}/${fullPath}` }),
    group: t.field({ type: GroupType, resolve: ({ groupId }, _, context) => groupById(context, groupId) }),
  }),
})

builder.queryField('project', (t) =>
  t.field({
    type: ProjectType,
    description: 'A project, by its full path in any letter case',
    args: { fullPath: t.arg.id({ required: true }) },
    resolve: (_, { fullPath }, context) => projectAt(context, String(fullPath)),
  }),
)
