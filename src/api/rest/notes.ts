// /api/v4/projects/:id/issues/:iid/notes, as GitLab has it. docs.gitlab.com/api/notes/
import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Asker } from '../../domain/access-tokens.ts'
import { countComments, findComment, listComments, type ShownComment } from '../../domain/comments.ts'
import { type IssueFacts, readFacts } from '../../domain/issues.ts'
import { can } from '../../domain/permissions.ts'
import type { Receipt } from '../../pipeline/comment.ts'
import type { Hear, Heard } from '../../pipeline/wait.ts'
import type { Db } from '../../storage/db.ts'
import { readFields } from '../fields.ts'
import { notFound, Refusal, signInFirst } from '../refusal.ts'
import { pageFields, setPageHeaders } from './paging.ts'

const NewNote = z.strictObject({ body: z.string('must be a text').refine((body) => body.trim() !== '', 'is empty') })
const List = z.strictObject({
  ...pageFields,
  sort: z.enum(['asc', 'desc'], 'must be asc or desc').default('desc'),
  order_by: z.literal(['created_at'], 'must be created_at').default('created_at'),
})

export interface NoteRoutes {
  db: Db
  who: (request: FastifyRequest) => Promise<Asker | null>
  hear: Hear
  publicUrl: string
}

const notesOf = '/api/v4/projects/:id/issues/:iid/notes'

/** Reading and writing the notes of an issue. */
export function noteRoutes(app: FastifyInstance, routes: NoteRoutes): void {
  const { db, who, hear } = routes

  app.get(notesOf, async (request, reply) => {
    const facts = await openIssue(routes, request)
    const { sort, ...page } = readFields(List, request.query)
    const [total, notes] = await Promise.all([
      countComments(db, facts.issueId),
      listComments(db, facts.issueId, { limit: page.per_page, offset: (page.page - 1) * page.per_page, newestFirst: sort === 'desc' }),
    ])
    setPageHeaders(request, reply, page, total)
    return notes.map((note) => noteOf(note, facts, routes.publicUrl))
  })

  app.get(`${notesOf}/:note_id`, async (request) => {
    const facts = await openIssue(routes, request)
    const note = await findComment(db, facts.issueId, numberOf(request, 'note_id', 'Note'))
    if (!note) throw notFound('404 Note')
    return noteOf(note, facts, routes.publicUrl)
  })

  app.post(notesOf, async (request, reply) => {
    const asker = await who(request)
    if (!asker) throw signInFirst()
    if (!asker.scopes.includes('api')) throw new Refusal(403, 'This token may only read: it lacks the scope `api`.')
    const { body } = readFields(NewNote, request.body)
    const { project, iid } = issueIn(request)
    const author = { id: String(asker.userId), name: asker.name }
    const place = `${project}#${iid}`
    const heard = await hear({ via: 'api', delivery: deliveryOf(request, asker), on: { project, iid }, place, author, body })
    return answer(reply, heard, { asker, publicUrl: routes.publicUrl })
  })
}

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
  reply: FastifyReply,
  { receipt, outcome, waiting }: Heard,
  { asker, publicUrl }: { asker: Asker; publicUrl: string },
): FastifyReply {
  if (receipt.status === 'refused')
    throw receipt.why === 'not found' ? notFound('404 Issue') : new Refusal(refusalStatus[receipt.why], receipt.reason)
  const summary = waiting ? ['Your commands are waiting and will take effect.'] : outcome?.answer
  const said = { commands_changes: changesOf(outcome), ...(summary && { summary }) }
  if (!receipt.shown) return reply.code(202).send(said)
  const author = { id: asker.userId, username: asker.username, name: asker.name }
  const note = { ...receipt.shown, updatedAt: receipt.shown.createdAt, system: false, author }
  return reply.code(201).send({ ...noteOf(note, receipt.issue, publicUrl), ...said })
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

function numberOf(request: FastifyRequest, name: string, what: string): number {
  const text = (request.params as Record<string, string>)[name] ?? ''
  if (!/^\d{1,15}$/.test(text)) throw notFound(`404 ${what}`)
  return Number(text)
}

function issueIn(request: FastifyRequest): { project: string | number; iid: number } {
  const { id } = request.params as { id: string }
  const iid = numberOf(request, 'iid', 'Issue')
  if (iid >= 2 ** 31 || id.includes('\0')) throw notFound('404 Issue')
  return { project: /^\d{1,15}$/.test(id) ? Number(id) : id, iid }
}

/** The issue that the address names, if whoever asks may see it. */
async function openIssue({ db, who }: NoteRoutes, request: FastifyRequest): Promise<IssueFacts> {
  const asker = await who(request)
  const facts = await readFacts(db, issueIn(request), asker?.userId ?? null)
  if (!facts || !can(facts.standing, 'read_issue')) throw asker ? notFound('404 Issue') : signInFirst()
  return facts
}

function noteOf(comment: ShownComment, facts: Pick<IssueFacts, 'issueId' | 'iid' | 'projectId'>, publicUrl: string) {
  const { author } = comment
  return {
    id: comment.id,
    type: null,
    body: comment.body,
    attachment: null,
    author: author && {
      id: author.id,
      username: author.username,
      name: author.name,
      state: 'active',
      locked: false,
      avatar_url: null,
      web_url: `${publicUrl}/${author.username}`,
    },
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
