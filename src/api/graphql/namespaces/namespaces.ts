// A namespace: a group or a project, whichever is at a path; and its work items.
import type { GroupFacts, ProjectFacts } from '../../../domain/groups/facts.ts'
import type { ListedIssue } from '../../../domain/issues/list-rows.ts'
import { builder } from '../builder.ts'
import { countField } from '../connections.ts'
import type { Context } from '../context.ts'
import { gid } from '../ids.ts'
import { type IssueArguments, issueArguments, issuesIn } from '../issues/lists.ts'
import { WorkItem } from '../work-items/type.ts'
import { groupAt } from './groups.ts'
import { projectAt } from './projects.ts'

type Place = { group: GroupFacts } | { project: ProjectFacts }

const factsOf = (place: Place) => ('group' in place ? place.group : place.project)

/** What is at a full path, if the caller can see it. */
export async function namespaceAt(context: Context, fullPath: string): Promise<Place | null> {
  const [group, project] = await Promise.all([groupAt(context, fullPath), projectAt(context, fullPath)])
  if (group) return { group }
  return project ? { project } : null
}

interface Asked extends IssueArguments {
  includeDescendants?: boolean | null
}

const workItemsOf = (place: Place, { includeDescendants, ...asked }: Asked, context: Context) =>
  issuesIn(
    'group' in place ? { groupId: place.group.id, direct: includeDescendants === false } : { projectId: place.project.id },
    asked,
    context,
  )

const WorkItemConnection = builder.connectionObject(
  { type: WorkItem, name: 'WorkItemConnection', fields: (t) => ({ count: t.int(countField) }) },
  { name: 'WorkItemEdge' },
)

export const Namespace = builder.objectRef<Place>('Namespace')

Namespace.implement({
  fields: (t) => ({
    id: t.id({
      nullable: false,
      resolve: (place) =>
        'group' in place ? gid('group', place.group.id) : `gid://gitlab/Namespaces::ProjectNamespace/${place.project.id}`,
    }),
    name: t.string({ nullable: false, resolve: (place) => factsOf(place).name }),
    path: t.string({ nullable: false, resolve: (place) => factsOf(place).path }),
    fullPath: t.id({ nullable: false, resolve: (place) => factsOf(place).fullPath }),
    visibility: t.string({ resolve: (place) => factsOf(place).visibility }),
    workItem: t.field({
      type: WorkItem,
      args: { iid: t.arg.string({ required: true }) },
      resolve: async (place, { iid }, context): Promise<ListedIssue | null> =>
        'group' in place ? null : ((await workItemsOf(place, { iid, first: 1 }, context)).edges[0]?.node ?? null),
    }),
    workItems: t.connection(
      {
        type: WorkItem,
        args: {
          ...issueArguments,
          includeDescendants: t.arg.boolean({ description: 'For a group: include projects of its subgroups' }),
        },
        resolve: (place, asked, context) => workItemsOf(place, asked, context),
      },
      WorkItemConnection,
    ),
  }),
})

builder.queryField('namespace', (t) =>
  t.field({
    type: Namespace,
    description: 'A group or project, by its full path in any letter case',
    args: { fullPath: t.arg.id({ required: true }) },
    resolve: (_, { fullPath }, context) => namespaceAt(context, String(fullPath)),
  }),
)
