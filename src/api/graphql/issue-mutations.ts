// Setting contacts of issues, opening and moving them.
import { randomUUID } from 'node:crypto'
import { readProject } from '../../domain/group-facts.ts'
import { moveIssue } from '../../domain/issue-moves.ts'
import type { ListedIssue } from '../../domain/issue-rows.ts'
import { can } from '../../domain/permissions.ts'
import type { Comment } from '../../pipeline/comment.ts'
import { builder, type Context } from './builder.ts'
import { ContactResult, OperationMode, setContacts } from './issue-contacts.ts'
import { Issue, issueById } from './issues.ts'
import { always, echo, echoed } from './mutations.ts'
import { actorOf, missing, outcomeOf, sentencesOf } from './refusals.ts'

/** The number of an issue that is sent as text. */
const iidOf = (text: string): number => (/^\d{1,9}$/.test(text) ? Number(text) : missing())

builder.relayMutationField(
  'issueSetCrmContacts',
  {
    inputFields: (t) => ({
      ...echoed(t),
      projectPath: t.id({ required: true }),
      iid: t.string({ required: true }),
      contactIds: t.field({ type: ['CustomerRelationsContactID'], required: true }),
      operationMode: t.field({ type: OperationMode, defaultValue: 'REPLACE' }),
    }),
  },
  {
    resolve: (_, { input }, context) =>
      echo(input, async () => {
        const name = { project: String(input.projectPath), iid: iidOf(input.iid) }
        const { issueId, ...set } = await setContacts(context, name, input)
        return { ...set, issue: await issueById(context, issueId) }
      }),
  },
  {
    outputFields: (t) => ({
      ...always(t),
      issue: t.field({ type: Issue, resolve: ({ issue }) => issue }),
      results: t.field({
        type: [ContactResult],
        nullable: false,
        description: 'What came of each contact that was named, then of those that a replacement has removed',
        resolve: ({ results }) => results,
      }),
    }),
  },
)

/**
 * Hears what whoever asks writes in an issue.
 * @throws where they may not, or there is no such thing
 */
export async function write(context: Context, comment: Pick<Comment, 'on' | 'place' | 'body' | 'opens' | 'edits'>) {
  const { userId, via } = actorOf(context)
  const author = { id: String(userId), name: context.asker?.name ?? '' }
  const heard = await context.hear({ ...comment, via, delivery: randomUUID(), author })
  const { receipt } = heard
  if (receipt.status === 'taken') return { heard, receipt, errors: [] }
  if (receipt.why === 'not found' || receipt.why === 'forbidden') return missing()
  return { errors: receipt.refusal ? sentencesOf(receipt.refusal) : [receipt.reason] }
}

/** Opens an issue: its description is its first comment. */
export async function openIssue(
  context: Context,
  { projectPath, title, description }: { projectPath: string; title: string; description?: string | null },
): Promise<{ issue: ListedIssue | null; errors: string[] }> {
  const opening = { on: projectPath, place: projectPath, body: description ?? '', opens: { title } }
  const { receipt, errors } = await write(context, opening)
  return { issue: receipt ? await issueById(context, receipt.issue.issueId) : null, errors }
}

builder.relayMutationField(
  'createIssue',
  {
    inputFields: (t) => ({
      ...echoed(t),
      projectPath: t.id({ required: true }),
      title: t.string({ required: true }),
      description: t.string({ description: 'Commands in it are carried out' }),
    }),
  },
  {
    resolve: (_, { input }, context) => echo(input, () => openIssue(context, { ...input, projectPath: String(input.projectPath) })),
  },
  {
    outputFields: (t) => ({
      ...always(t),
      issue: t.field({ type: Issue, resolve: ({ issue }) => issue }),
    }),
  },
)

interface Move {
  projectPath: string | number
  iid: string
  targetProjectPath: string | number
}

async function move(context: Context, { projectPath, iid, targetProjectPath }: Move) {
  const actor = actorOf(context)
  const target = await readProject(context.db, String(targetProjectPath), actor.userId)
  if (!target || !can(target.standing, 'read_issue')) return missing()
  const moved = await moveIssue(context.db, actor, { project: String(projectPath), iid: iidOf(iid) }, target.id)
  const { value, errors } = outcomeOf(moved)
  return { issue: value && (await issueById(context, value.id)), errors }
}

builder.relayMutationField(
  'issueMove',
  {
    inputFields: (t) => ({
      ...echoed(t),
      projectPath: t.id({ required: true }),
      iid: t.string({ required: true }),
      targetProjectPath: t.id({ required: true }),
    }),
  },
  {
    resolve: (_, { input }, context) => echo(input, () => move(context, input)),
  },
  {
    outputFields: (t) => ({
      ...always(t),
      issue: t.field({ type: Issue, resolve: ({ issue }) => issue }),
    }),
  },
)
