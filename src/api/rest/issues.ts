// /api/v4/projects/:id/issues: opening, showing, changing and deleting issues, as GitLab has it. docs.gitlab.com/api/issues/
import type { z } from 'zod'
import { deleteIssue, editIssue } from '../../domain/issues/edits.ts'
import { showIssues } from '../../domain/issues/list-rows.ts'
import type { Heard } from '../../pipeline/wait.ts'
import { Refusal, unlessRefused } from '../refusal.ts'
import { type Call, defineRoute, nothing, type Route } from '../route.ts'
import { absent, issueIn, openIssue } from './addresses.ts'
import { issueFields } from './gitlab-fields.ts'
import { summaryOf, takenOf, writing } from './heard.ts'
import { oneOf, text } from './inputs.ts'
import { openProject } from './places.ts'
import { ShownIssue, shownIssue, WrittenIssue } from './shown-issues.ts'
import { alsoAccepting } from './unused.ts'

const issuesOf = '/api/v4/projects/:id/issues'
const issueAt = `${issuesOf}/:iid`

const NewIssue = alsoAccepting({ title: text, description: text.nullish() }, issueFields)
const edit = { title: text.optional(), description: text.nullish(), state_event: oneOf(['close', 'reopen']).optional() }
const Edit = alsoAccepting(edit, issueFields)

/** An issue as shown to the caller. */
export async function issueShown(
  call: Pick<Call, 'db' | 'asker' | 'userId' | 'publicUrl'>,
  id: number,
): Promise<z.input<typeof ShownIssue>> {
  const [issue] = await showIssues(call.db, call.userId, [id])
  if (!issue) throw absent(call, 'Issue')
  return shownIssue(issue, call.publicUrl)
}

const states = { close: 'closed', reopen: 'opened' } as const

export const issueRoutes: readonly Route[] = [
  defineRoute({
    method: 'POST',
    path: issuesOf,
    summary: 'Creates an issue; commands in its description run',
    for: 'users',
    body: NewIssue,
    answers: { 201: WrittenIssue },
    async handle(call) {
      const { fullPath } = await openProject(call)
      const { title, description } = call.body
      return written(call, await call.hear({ ...writing(call), on: fullPath, place: fullPath, body: description ?? '', opens: { title } }))
    },
  }),
  defineRoute({
    method: 'GET',
    path: issueAt,
    summary: 'Shows an issue, also by a reference from before it moved',
    for: 'everybody',
    answers: { 200: ShownIssue },
    async handle(call) {
      const { issueId } = await openIssue(call)
      return issueShown(call, issueId)
    },
  }),
  defineRoute({
    method: 'PUT',
    path: issueAt,
    summary: 'Updates an issue; only commands that are new in its description run',
    for: 'users',
    body: Edit,
    answers: { 200: WrittenIssue },
    async handle(call) {
      const { title, description, state_event } = call.body
      if (Object.keys(call.body).length === 0)
        throw new Refusal(400, 'title, description, state_event are missing, at least one parameter must be provided')
      const fields = { title, state: state_event && states[state_event] }
      const on = issueIn(call)
      if (description === undefined) {
        const { id } = unlessRefused(await editIssue(call.db, call.actor, on, fields))
        return issueShown(call, id)
      }
      const comment = { ...writing(call), on, place: `${on.project}#${on.iid}`, body: description ?? '', edits: { description: fields } }
      return written(call, await call.hear(comment))
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: issueAt,
    summary: 'Deletes an issue',
    for: 'users',
    answers: { 204: nothing },
    async handle({ db, actor, params }) {
      unlessRefused(await deleteIssue(db, actor, issueIn({ params })))
      return undefined
    },
  }),
]

async function written(call: Call<'users'>, heard: Heard): Promise<z.input<typeof WrittenIssue>> {
  const { issue } = takenOf(heard, 'Issue')
  return { ...(await issueShown(call, issue.issueId)), ...summaryOf(heard) }
}
