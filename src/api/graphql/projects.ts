// Projects, for users who can see them.
import { type ProjectFacts, readProject } from '../../domain/groups/facts.ts'
import { can } from '../../domain/rules/permissions.ts'
import { builder, type Context } from './builder.ts'
import { Group, groupById } from './groups.ts'
import { gid } from './ids.ts'

export const Project = builder.objectRef<ProjectFacts>('Project')

const visible = (project: ProjectFacts | undefined): ProjectFacts | null =>
  project && can(project.standing, 'read_issue') ? project : null

/** A project by its id, if the caller can see it. */
export const projectById = async ({ load }: Context, id: number): Promise<ProjectFacts | null> => visible(await load.project.load(id))

/** A project by its full path, if the caller can see it. */
export const projectAt = async ({ db, userId }: Context, fullPath: string): Promise<ProjectFacts | null> =>
  visible(await readProject(db, fullPath, userId))

Project.implement({
  fields: (t) => ({
    id: t.id({ nullable: false, resolve: ({ id }) => gid('project', id) }),
    name: t.exposeString('name', { nullable: false }),
    path: t.exposeString('path', { nullable: false }),
    fullPath: t.id({ nullable: false, resolve: ({ fullPath }) => fullPath }),
    description: t.exposeString('description'),
    visibility: t.exposeString('visibility'),
    webUrl: t.string({ nullable: false, resolve: ({ fullPath }, _, { publicUrl }) => `${publicUrl}/${fullPath}` }),
    group: t.field({ type: Group, resolve: ({ groupId }, _, context) => groupById(context, groupId) }),
  }),
})

builder.queryField('project', (t) =>
  t.field({
    type: Project,
    description: 'A project, by its full path in any letter case',
    args: { fullPath: t.arg.id({ required: true }) },
    resolve: (_, { fullPath }, context) => projectAt(context, String(fullPath)),
  }),
)
