// Notes as they are shown. docs.gitlab.com/api/notes/
import { z } from 'zod'
import type { ShownComment } from '../../domain/issues/comments.ts'
import type { IssueFacts } from '../../domain/issues/issues.ts'
import { ShownUser, shownUser } from './shown-users.ts'
import { commandFields } from './submitted.ts'

export const Note = z.strictObject({
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
  ...commandFields,
})

export const shownNote = (
  comment: ShownComment,
  facts: Pick<IssueFacts, 'issueId' | 'iid' | 'projectId'>,
  publicUrl: string,
): z.input<typeof Note> => ({
  id: comment.id,
  type: null,
  body: comment.body,
  attachment: null,
  author: comment.author && shownUser(comment.author, publicUrl),
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
})
