// /api/v4/projects/:id/issues: opening, showing, changing and deleting issues, as GitLab has it.
// docs.gitlab.com/api/issues/
import type { z } from 'zod'
import { deleteIssue, editIssue } from '../../domain/issues/edits.ts'
import { shownIssues } from '../../domain/issues/list-rows.ts'
import type { Submitted } from '../../pipeline/wait.ts'
import { RefusalError, unlessRefused } from '../refusal.ts'
import { type Call, defineRoute, nothing, type Route } from '../route.ts'
import { absentResource, issueIn, requestedIssue } from './addresses.ts'
import { issueFields } from './gitlab-fields.ts'
import { oneOf, text } from './inputs.ts'
import { requestedProject } from './requested.ts'
import { ShownIssue, shownIssue, WrittenIssue } from './shown-issues.ts'
import { summaryOf, takenOf, writing } from './submitted.ts'
import { alsoAccepting } from './unused.ts'

const issuesOf = '/api/v4/projects/:id/issues'
const issueAt = `${issuesOf}/:iid`

const NewIssue = alsoAccepting({ title: text, description: text.nullish() }, issueFields)
const edit = { title: text.optional(), description: text.nullish(), state_event: oneOf(['close', 'reopen']).optional() }
const Edit = alsoAccepting(edit, issueFields)

/** An issue as shown to the caller. */
export async function issueShown(
  call: Pick<Call, 'db' | 'user' | 'userId' | 'publicUrl'>,
  id: number,
): Promise<z.input<typeof ShownIssue>> {
  const [issue] = await shownIssues(call.db, call.userId, [id])
  if (!issue) throw absentResource(call, 'Issue')
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
      const { fullPath: project } = await requestedProject(call)
      const { title, description } = call.body
      const body = description ?? ''
      return written(call, await call.submit({ ...writing(call), kind: 'issue', project, title, body }))
    },
  }),
  defineRoute({
    method: 'GET',
    path: issueAt,
    summary: 'Shows an issue, also by a reference from before it moved',
    for: 'everybody',
    answers: { 200: ShownIssue },
    async handle(call) {
      const { issueId } = await requestedIssue(call)
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
        throw new RefusalError(
          400,
          'title, description, state_event are missing, at least one parameter must be provided',
        )
      const fields = { title, state: state_event && states[state_event] }
      const on = issueIn(call)
      if (description === undefined) {
        const { id } = unlessRefused(await editIssue(call.db, call.actor, on, fields))
        return issueShown(call, id)
      }
      const edits = { description: fields }
      return written(call, await call.submit({ ...writing(call), kind: 'edit', on, body: description ?? '', edits }))
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

async function written(call: Call<'users'>, submitted: Submitted): Promise<z.input<typeof WrittenIssue>> {
  const { issue } = takenOf(submitted, 'Issue')
  return { ...(await issueShown(call, issue.issueId)), ...summaryOf(submitted) }
}
