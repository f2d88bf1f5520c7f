// Moving an issue to another project, and cloning it there, as GitLab has it. docs.gitlab.com/api/issues/#move-an-issue
import { z } from 'zod'
import { cloneIssue, moveIssue } from '../../domain/issues/moves.ts'
import { RefusalError, unlessRefused } from '../refusal.ts'
import { type Call, defineRoute, type Route } from '../route.ts'
import { issueIn } from './addresses.ts'
import { flag } from './flags.ts'
import { id } from './inputs.ts'
import { issueShown } from './issues.ts'
import { ShownIssue } from './shown-issues.ts'

const issueAt = '/api/v4/projects/:id/issues/:iid'

const Move = z.strictObject({ to_project_id: id })
const Clone = Move.extend({ with_notes: flag.refine((isWanted) => !isWanted, 'notes are not cloned').optional() })

export const issueMoveRoutes: readonly Route[] = [
  defineRoute({
    method: 'POST',
    path: `${issueAt}/move`,
    summary: 'Moves an issue to another project',
    for: 'users',
    body: Move,
    answers: { 201: ShownIssue },
    handle: (call) => bring(call, 'move', moveIssue),
  }),
  defineRoute({
    method: 'POST',
    path: `${issueAt}/clone`,
    summary: 'Clones an issue, without its notes',
    for: 'users',
    body: Clone,
    answers: { 201: ShownIssue },
    handle: (call) => bring(call, 'clone', cloneIssue),
  }),
]

// GitLab's own words, which clients match.
const refusals = { forbidden: 'due to insufficient permissions!', conflict: 'to project it originates from!' }

async function bring(
  call: Call<'users', unknown, z.output<typeof Move>>,
  verb: 'move' | 'clone',
  operation: typeof moveIssue,
) {
  const result = await operation(call.db, call.actor, issueIn(call), call.body.to_project_id)
  const why = result.refused?.why
  if (why === 'forbidden' || why === 'conflict') throw new RefusalError(400, `Cannot ${verb} issue ${refusals[why]}`)
  return issueShown(call, unlessRefused(result).id)
}
