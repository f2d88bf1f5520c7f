// /api/v4/projects/:id/issues/:iid/notes, as GitLab has it. docs.gitlab.com/api/notes/
import { z } from 'zod'
import { deleteComment } from '../../domain/issues/comment-edits.ts'
import { countComments, findComment, listComments, type ShownComment } from '../../domain/issues/comments.ts'
import { isBlank } from '../../domain/rules/text-fields.ts'
import type { Submitted } from '../../pipeline/wait.ts'
import { notFoundRefusal, unlessRefused } from '../refusal.ts'
import { type Call, defineRoute, nothing, type Route } from '../route.ts'
import { issueIn, numberIn, requestedIssue } from './addresses.ts'
import { noteFields, noteOptions } from './gitlab-fields.ts'
import { oneOf, sort, text } from './inputs.ts'
import { pageFields, setPageHeaders } from './paging.ts'
import { Note, shownNote } from './shown-notes.ts'
import { commandFields, commandsOf, takenOf, writing } from './submitted.ts'
import { alsoAccepting } from './unused.ts'

const NewNote = alsoAccepting({ body: text.refine((body) => !isBlank(body), "can't be blank") }, noteFields)
const List = alsoAccepting(
  { ...pageFields, sort: sort('desc'), order_by: oneOf(['created_at']).default('created_at') },
  noteOptions,
)
const Commands = z.strictObject(commandFields)

const notesOf = '/api/v4/projects/:id/issues/:iid/notes'
const noteAt = `${notesOf}/:note_id`
const noteIdIn = (call: Pick<Call, 'params'>): number => numberIn(call, 'note_id', 'Note')

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
      const { db, publicUrl } = call
      const facts = await requestedIssue(call)
      const { sort: direction, ...page } = call.query
      const [total, notes] = await Promise.all([
        countComments(db, facts.issueId),
        listComments(db, facts.issueId, facts.userId, {
          limit: page.per_page,
          offset: (page.page - 1) * page.per_page,
          newestFirst: direction === 'desc',
        }),
      ])
      setPageHeaders(call, page, total)
      return notes.map((note) => shownNote(note, facts, publicUrl))
    },
  }),
  defineRoute({
    method: 'GET',
    path: noteAt,
    summary: 'Shows a note',
    for: 'everybody',
    answers: { 200: Note },
    async handle(call) {
      const facts = await requestedIssue(call)
      const note = await findComment(call.db, facts.issueId, facts.userId, noteIdIn(call))
      if (!note) throw notFoundRefusal('Note')
      return shownNote(note, facts, call.publicUrl)
    },
  }),
  defineRoute({
    method: 'POST',
    path: notesOf,
    summary: 'Creates a note; commands in it run, and only the remaining text is shown',
    for: 'users',
    body: NewNote,
    answers: { 201: Note, 202: Commands },
    async handle(call) {
      const { body } = call.body
      const submitted = await call.submit({ ...writing(call), kind: 'comment', on: issueIn(call), body })
      const { shown } = takenOf(submitted, 'Issue')
      const author = { id: call.userId, username: call.user.username, name: call.user.name }
      return answer(call, submitted, shown && { ...shown, updatedAt: shown.createdAt, system: false, author })
    },
  }),
  defineRoute({
    method: 'PUT',
    path: noteAt,
    summary: 'Updates a note; only commands that are new in it run',
    for: 'users',
    body: NewNote,
    answers: { 200: Note, 202: Commands },
    async handle(call) {
      const { body } = call.body
      const edits = { comment: noteIdIn(call) }
      const submitted = await call.submit({ ...writing(call), kind: 'edit', on: issueIn(call), body, edits })
      const { shown, issue } = takenOf(submitted, 'Issue')
      return answer(call, submitted, shown && (await findComment(call.db, issue.issueId, call.userId, shown.id)))
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: noteAt,
    summary: 'Deletes a note; the effects of its commands remain',
    for: 'users',
    answers: { 204: nothing },
    async handle({ db, actor, ...call }) {
      unlessRefused(await deleteComment(db, actor, issueIn(call), noteIdIn(call)))
      return undefined
    },
  }),
]

function answer(
  { reply, publicUrl }: Call,
  submitted: Submitted,
  note: ShownComment | null | undefined,
): z.input<typeof Note> | z.input<typeof Commands> {
  if (note) return { ...shownNote(note, takenOf(submitted, 'Issue').issue, publicUrl), ...commandsOf(submitted) }
  reply.code(202)
  return commandsOf(submitted)
}
