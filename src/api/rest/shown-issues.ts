// Issues as they are shown. docs.gitlab.com/api/issues/
import { z } from 'zod'
import type { ListedIssue } from '../../domain/issues/list-rows.ts'
import { ShownUser, shownUser } from './shown-users.ts'
import { Summary } from './submitted.ts'

// GitLab's fields that always have the same value here.
const always = {
  type: z.literal('ISSUE'),
  issue_type: z.literal('issue'),
  severity: z.literal('UNKNOWN'),
  labels: z.array(z.never()),
  milestone: z.null(),
  assignees: z.array(z.never()),
  assignee: z.null(),
  closed_by: z.null(),
  due_date: z.null(),
  confidential: z.literal(false),
  discussion_locked: z.null(),
  merge_requests_count: z.literal(0),
  upvotes: z.literal(0),
  downvotes: z.literal(0),
  moved_to_id: z.null(),
  time_stats: z.strictObject({
    time_estimate: z.literal(0),
    total_time_spent: z.literal(0),
    human_time_estimate: z.null(),
    human_total_time_spent: z.null(),
  }),
}

export const ShownIssue = z.strictObject({
  id: z.int(),
  iid: z.int(),
  project_id: z.int(),
  title: z.string(),
  description: z.string(),
  state: z.enum(['opened', 'closed']),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  closed_at: z.iso.datetime().nullable(),
  author: ShownUser.nullable(),
  user_notes_count: z.int(),
  web_url: z.string(),
  references: z.strictObject({ short: z.string(), relative: z.string(), full: z.string() }),
  _links: z.strictObject({ self: z.string(), notes: z.string(), project: z.string() }),
  ...always,
})

/** An issue, and the outcome of commands in its description. */
export const WrittenIssue = ShownIssue.extend({ summary: Summary.optional() })

const constants: z.input<z.ZodObject<typeof always>> = {
  type: 'ISSUE',
  issue_type: 'issue',
  severity: 'UNKNOWN',
  labels: [],
  milestone: null,
  assignees: [],
  assignee: null,
  closed_by: null,
  due_date: null,
  confidential: false,
  discussion_locked: null,
  merge_requests_count: 0,
  upvotes: 0,
  downvotes: 0,
  moved_to_id: null,
  time_stats: { time_estimate: 0, total_time_spent: 0, human_time_estimate: null, human_total_time_spent: null },
}

/** @param seenFrom the full path that relative references start from; null: none; absent: the issue's project */
export function shownIssue(
  issue: ListedIssue,
  publicUrl: string,
  seenFrom: string | null = issue.projectPath,
): z.input<typeof ShownIssue> {
  const { id, iid, projectId, projectPath, title, description, state, author } = issue
  const short = `#${iid}`
  const project = `${publicUrl}/api/v4/projects/${projectId}`
  const full = `${projectPath}${short}`
  const relative = seenFrom === null ? full : full.startsWith(`${seenFrom}/`) ? full.slice(seenFrom.length + 1) : short
  return {
    id,
    iid,
    project_id: projectId,
    title,
    description,
    state,
    created_at: issue.createdAt.toISOString(),
    updated_at: issue.updatedAt.toISOString(),
    closed_at: issue.closedAt?.toISOString() ?? null,
    author: author && shownUser(author, publicUrl),
    user_notes_count: issue.comments,
    web_url: `${publicUrl}/${projectPath}/-/issues/${iid}`,
    references: { short, relative, full },
    _links: { self: `${project}/issues/${iid}`, notes: `${project}/issues/${iid}/notes`, project },
    ...constants,
  }
}
