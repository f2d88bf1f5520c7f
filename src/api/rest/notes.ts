// /api/v4/projects/:id/issues/:iid/notes, as GitLab has it. docs.gitlab.com/api/notes/
import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Asker } from '../../domain/access-tokens.ts'
import { countComments, findComment, listComments, type ShownComment } from '../../domain/comments.ts'
import type { IssueFacts } from '../../domain/issues.ts'
import type { Receipt } from '../../pipeline/comment.ts'
import type { Heard } from '../../pipeline/wait.ts'
import { notFound, Refusal } from '../refusal.ts'
import { type Call, defineRoute, type Route } from '../route.ts'
import { issueIn, numberIn, openIssue } from './addresses.ts'
import { pageFields, setPageHeaders } from './paging.ts'
import { ShownUser, shownUser } from './shown-users.ts'

const NewNote = z.strictObject({ body: z.string('must be a text').refine((body) => body.trim() !== '', 'is empty') })
const List = z.strictObject({
  ...pageFields,
  sort: z.enum(['asc', 'desc'], 'must be asc or desc').default('desc'),
  order_by: z.literal(['created_at'], 'must be created_at').default('created_at'),
})
const Changes = z.record(z.string(), z.array(z.string()))
const Note = z.strictObject({
  id: z.int(),
  type: z.null(),
  body: z.string(),
  attachment: z.null(),
  author: ShownUser.nullable(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  system: z.boolean(),
  noteable_id: z.int(),
  noteable_type: z.literal('Issue'),
  project_id: z.int(),
  resolvable: z.boolean(),
  confidential: z.boolean(),
  internal: z.boolean(),
  noteable_iid: z.int(),
  commands_changes: Changes,
  summary: z.array(z.string()).optional(),
})
const Commands = z.strictObject({ commands_changes: Changes, summary: z.array(z.string()).optional() })

const notesOf = '/api/v4/projects/:id/issues/:iid/notes'

/** Reading and writing the notes of an issue. */
export const noteRoutes: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: notesOf,
    summary: 'Lists the notes of an issue',
    for: 'everybody',
    query: List,
    answers: { 200: z.array(Note) },
    paged: true,
    async handle(call) {
      const { db, request, reply, publicUrl } = call
      const facts = await openIssue(call)
      const { sort, ...page } = call.query
      const [total, notes] = await Promise.all([
        countComments(db, facts.issueId),
        listComments(db, facts.issueId, { limit: page.per_page, offset: (page.page - 1) * page.per_page, newestFirst: sort === 'desc' }),
      ])
      setPageHeaders(request, reply, page, total)
      return notes.map((note) => noteOf(note, facts, publicUrl))
    },
  }),
  defineRoute({
    method: 'GET',
    path: `${notesOf}/:note_id`,
    summary: 'Shows a note',
    for: 'everybody',
    answers: { 200: Note },
    async handle(call) {
      const facts = await openIssue(call)
      const note = await findComment(call.db, facts.issueId, numberIn(call, 'note_id', 'Note'))
      if (!note) throw notFound('Note')
      return noteOf(note, facts, call.publicUrl)
    },
  }),
  defineRoute({
    method: 'POST',
    path: notesOf,
    summary: 'Writes a note; commands in it are carried out, and only what is left is shown',
    for: 'users',
    body: NewNote,
    answers: { 201: Note, 202: Commands },
    async handle(call) {
      const { request, asker, body } = call
      const on = issueIn(call)
      const author = { id: String(asker.userId), name: asker.name }
      const place = `${on.project}#${on.iid}`
      const heard = await call.hear({ via: 'api', delivery: deliveryOf(request, asker), on, place, author, body: body.body })
      return answer(call, heard)
    },
  }),
]

// A client that sends the same Idempotency-Key again is the same delivery.
function deliveryOf({ headers }: FastifyRequest, asker: Asker): string {
  const key = headers['idempotency-key']
  if (key && key.length > 255) throw new Refusal(422, 'Idempotency-Key can be at most 255 characters long.')
  return key === undefined ? randomUUID() : `${asker.userId} ${key}`
}

const refusalStatus = { 'unknown person': 403, 'not found': 404, forbidden: 403, 'too large': 413, another: 422 } satisfies Record<
  Extract<Receipt, { status: 'refused' }>['why'],
  number
>

function answer(
  { reply, asker, publicUrl }: Call<'users'>,
  { receipt, outcome, waiting }: Heard,
): z.input<typeof Note> | z.input<typeof Commands> {
  if (receipt.status === 'refused')
    throw receipt.why === 'not found' ? notFound('Issue') : new Refusal(refusalStatus[receipt.why], receipt.reason)
  const summary = waiting ? ['Your commands are waiting and will take effect.'] : outcome?.answer
  const said = { commands_changes: changesOf(outcome), ...(summary && { summary: [...summary] }) }
  if (!receipt.shown) {
    reply.code(202)
    return said
  }
  const author = { id: asker.userId, username: asker.username, name: asker.name }
  const note = { ...receipt.shown, updatedAt: receipt.shown.createdAt, system: false, author }
  return { ...noteOf(note, receipt.issue, publicUrl), ...said }
}

/** What the commands changed, by command and address. */
function changesOf(outcome: Heard['outcome']): Record<string, string[]> {
  const done = { added: 'add_contacts', removed: 'remove_contacts' } as const
  const changes: Record<string, string[]> = {}
  for (const { address, outcome: what } of outcome?.result.outcomes ?? []) {
    if (what === 'added' || what === 'removed') changes[done[what]] = [...(changes[done[what]] ?? []), address]
  }
  return changes
}

function noteOf(comment: ShownComment, facts: Pick<IssueFacts, 'issueId' | 'iid' | 'projectId'>, publicUrl: string): z.input<typeof Note> {
  const { author } = comment
  return {
    id: comment.id,
    type: null,
    body: comment.body,
    attachment: null,
    author: author && shownUser(author, publicUrl),
    created_at: comment.createdAt.toISOString(),
    updated_at: comment.updatedAt.toISOString(),
    system: comment.system,
    noteable_id: facts.issueId,
    noteable_type: 'Issue',
    project_id: facts.projectId,
    resolvable: false,
    confidential: false,
    internal: false,
    noteable_iid: facts.iid,
    commands_changes: {},
  }
}
