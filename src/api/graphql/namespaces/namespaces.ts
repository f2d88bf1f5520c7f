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

type NamespaceFacts = { group: GroupFacts } | { project: ProjectFacts }

const factsOf = (namespace: NamespaceFacts) => ('group' in namespace ? namespace.group : namespace.project)

/** What is at a full path, if the caller can see it. */
export async function namespaceAt(context: Context, fullPath: string): Promise<NamespaceFacts | null> {
  const [group, project] = await Promise.all([groupAt(context, fullPath), projectAt(context, fullPath)])
  if (group) return { group }
  return project ? { project } : null
}

interface Asked extends IssueArguments {
  includeDescendants?: boolean | null
}

const workItemsOf = (namespace: NamespaceFacts, { includeDescendants, ...asked }: Asked, context: Context) =>
  issuesIn(
    'group' in namespace
      ? { groupId: namespace.group.id, direct: includeDescendants === false }
      : { projectId: namespace.project.id },
    asked,
    context,
  )

const WorkItemConnection = builder.connectionObject(
  { type: WorkItem, name: 'WorkItemConnection', fields: (t) => ({ count: t.int(countField) }) },
  { name: 'WorkItemEdge' },
)

export const Namespace = builder.objectRef<NamespaceFacts>('Namespace')

Namespace.implement({
  fields: (t) => ({
    id: t.id({
      nullable: false,
      resolve: (namespace) =>
        'group' in namespace
          ? gid('group', namespace.group.id)
          : `gid://gitlab/Namespaces::ProjectNamespace/${namespace.project.id}`,
    }),
    name: t.string({ nullable: false, resolve: (namespace) => factsOf(namespace).name }),
    path: t.string({ nullable: false, resolve: (namespace) => factsOf(namespace).path }),
    fullPath: t.id({ nullable: false, resolve: (namespace) => factsOf(namespace).fullPath }),
    visibility: t.string({ resolve: (namespace) => factsOf(namespace).visibility }),
    workItem: t.field({
      type: WorkItem,
      args: { iid: t.arg.string({ required: true }) },
      resolve: async (namespace, { iid }, context): Promise<ListedIssue | null> =>
        'group' in namespace
          ? null
          : ((await workItemsOf(namespace, { iid, first: 1 }, context)).edges[0]?.node ?? null),
    }),
    workItems: t.connection(
      {
        type: WorkItem,
        args: {
          ...issueArguments,
          includeDescendants: t.arg.boolean({ description: 'For a group: include projects of its subgroups' }),
        },
        resolve: (namespace, asked, context) => workItemsOf(namespace, asked, context),
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
