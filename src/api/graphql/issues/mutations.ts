// Setting contacts of issues, opening and moving them.
import type { GraphQLResolveInfo } from 'graphql'
import { projectFor } from '../../../domain/groups/guard.ts'
import { issueFor } from '../../../domain/issues/guard.ts'
import type { ListedIssue } from '../../../domain/issues/list-rows.ts'
import { moveIssue } from '../../../domain/issues/moves.ts'
import type { Comment } from '../../../pipeline/comment.ts'
import { submittedBy } from '../../../pipeline/entry-points.ts'
import { builder } from '../builder.ts'
import { actorOf, type Context } from '../context.ts'
import { idOf, type MutationRequest, once, partOf } from '../once.ts'
import { always, echo, echoed } from '../payloads.ts'
import { errorsOf, missing, payloadOf } from '../refusals.ts'
import { ContactResult, OperationMode, setContacts } from './linking.ts'
import { IssueType, issueById } from './type.ts'

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
    resolve: (_, { input }, context, asked) =>
      echo(input, async () => {
        const name = { project: String(input.projectPath), iid: iidOf(input.iid) }
        const { issueId, ...set } = await setContacts(context, name, input, { input, asked })
        return { ...set, issue: await issueById(context, issueId) }
      }),
  },
  {
    outputFields: (t) => ({
      ...always(t),
      issue: t.field({ type: IssueType, resolve: ({ issue }) => issue }),
      results: t.field({
        type: [ContactResult],
        nullable: false,
        description: 'The result for each given contact, then for those that a replacement removed',
        resolve: ({ results }) => results,
      }),
    }),
  },
)

/** Who submits, and under which name. @throws for callers who can't change anything */
export const writerOf = (context: Context, asked: Pick<GraphQLResolveInfo, 'operation' | 'path'>) =>
  submittedBy(actorOf(context), context.keyOf(partOf(asked)))

/**
 * Submits what the caller writes on an issue.
 * @throws if they don't have permission, or it doesn't exist
 */
export async function write(context: Context, comment: Comment) {
  const submitted = await context.submit(comment)
  const { receipt } = submitted
  if (receipt.status === 'taken') return { submitted, receipt, errors: [] }
  if (receipt.why === 'not found' || receipt.why === 'forbidden') return missing()
  return { errors: receipt.refusal ? errorsOf(receipt.refusal) : [receipt.reason] }
}

/** Opens an issue: its description is its first comment. */
export async function issueForMutation(
  context: Context,
  { projectPath: project, title, description }: { projectPath: string; title: string; description?: string | null },
  asked: GraphQLResolveInfo,
): Promise<{ issue: ListedIssue | null; errors: string[] }> {
  const writer = writerOf(context, asked)
  const { receipt, errors } = await write(context, {
    ...writer,
    kind: 'issue',
    project,
    title,
    body: description ?? '',
  })
  return { issue: receipt ? await issueById(context, receipt.issue.issueId) : null, errors }
}

builder.relayMutationField(
  'createIssue',
  {
    inputFields: (t) => ({
      ...echoed(t),
      projectPath: t.id({ required: true }),
      title: t.string({ required: true }),
      description: t.string({ description: 'Commands in it run' }),
    }),
  },
  {
    resolve: (_, { input }, context, asked) =>
      echo(input, () => issueForMutation(context, { ...input, projectPath: String(input.projectPath) }, asked)),
  },
  {
    outputFields: (t) => ({
      ...always(t),
      issue: t.field({ type: IssueType, resolve: ({ issue }) => issue }),
    }),
  },
)

interface Move {
  projectPath: string | number
  iid: string
  targetProjectPath: string | number
}

// GitLab's sentence, for an issue that can't be moved away and a project that can't take it.
const mayNotMove = 'Cannot move issue due to insufficient permissions!'

async function move(context: Context, { projectPath, iid, targetProjectPath }: Move, asked: MutationRequest) {
  const actor = actorOf(context)
  const name = { project: String(projectPath), iid: iidOf(iid) }
  const facts = (await issueFor(context.db, actor, name)).value ?? missing()
  const refuse = async () => ({ issue: await issueById(context, facts.issueId), errors: [mayNotMove] })
  const target = await projectFor(context.db, actor, String(targetProjectPath))
  if (target.refused) return refuse()
  const moved = await once(context, asked, async (db) =>
    idOf(await moveIssue(db, actor, { id: facts.issueId }, target.value.id)),
  )
  if (moved.refused?.why === 'forbidden') return refuse()
  const { value, errors } = payloadOf(moved)
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
    resolve: (_, { input }, context, asked) => echo(input, () => move(context, input, { input, asked })),
  },
  {
    outputFields: (t) => ({
      ...always(t),
      issue: t.field({ type: IssueType, resolve: ({ issue }) => issue }),
    }),
  },
)
