// Entries of the history as audit events. docs.gitlab.com/api/audit_events/
import { z } from 'zod'
import type { ShownEvent } from '../../domain/contacts/history-lists.ts'

/** The group or project whose history it is. */
export interface AuditedEntity {
  type: 'Group' | 'Project'
  id: number
  fullPath: string
}

const values = z.record(z.string(), z.unknown())

export const AuditEvent = z.strictObject({
  id: z.int(),
  author_id: z.int(),
  entity_id: z.int(),
  entity_type: z.enum(['Group', 'Project']),
  event_name: z.string(),
  details: z.strictObject({
    custom_message: z.string(),
    author_name: z.string(),
    author_email: z.null(),
    target_id: z.union([z.int(), z.string()]),
    target_type: z.string(),
    target_details: z.string(),
    change: z.string().optional(),
    from: values.optional(),
    to: values.optional(),
    ip_address: z.null(),
    entity_path: z.string(),
    via: z.string(),
  }),
  created_at: z.iso.datetime(),
})

// GitLab's number for authors that are no users.
const nobody = -1

const authorNameOf = ({ actor, via }: ShownEvent): string =>
  actor?.name ?? (via === 'command line' ? 'Operator' : 'Deleted user')

interface Target {
  type: string
  id: number | string
  details: string
}

const numbered = (type: string, id: unknown, name: string): Target => ({
  type,
  id: typeof id === 'number' ? id : '',
  details: `${name} ${id ?? ''}`.trim(),
})

/** Contacts and organizations are named by number alone, so that nothing remains of deleted ones. */
function targetOf(event: ShownEvent, { type, fullPath }: AuditedEntity): Target {
  const { action, contactId, organizationId, issueId, issue, before, after } = event
  if (action.startsWith('contact_')) return numbered('CustomerRelations::Contact', contactId, 'Contact')
  if (action.startsWith('organization_'))
    return numbered('CustomerRelations::Organization', organizationId, 'Organization')
  if (action.startsWith('note_')) return numbered('Note', after?.note, 'Note')
  if (action.startsWith('role_')) return numbered('User', (after ?? before)?.userId, 'User')
  if (issueId !== null) return { ...numbered('Issue', issueId, 'Issue'), ...(issue && { details: issue }) }
  return { type, id: fullPath, details: fullPath }
}

function changeIn({ before, after }: ShownEvent): { change?: string; from?: object; to?: object } {
  const fields = [...new Set([before, after].flatMap((kept) => Object.keys(kept ?? {})))]
  return {
    ...(fields.length > 0 && { change: fields.join(', ') }),
    ...(before && { from: before }),
    ...(after && { to: after }),
  }
}

const sentenceOf = (action: string): string => action.charAt(0).toUpperCase() + action.slice(1).replaceAll('_', ' ')

export function shownAuditEvent(event: ShownEvent, entity: AuditedEntity): z.input<typeof AuditEvent> {
  const { id, actor, action, via, at } = event
  const target = targetOf(event, entity)
  return {
    id,
    author_id: actor?.id ?? nobody,
    entity_id: entity.id,
    entity_type: entity.type,
    event_name: action,
    details: {
      custom_message: sentenceOf(action),
      author_name: authorNameOf(event),
      author_email: null,
      target_id: target.id,
      target_type: target.type,
      target_details: target.details,
      ...(changeIn(event) as { change?: string; from?: z.input<typeof values>; to?: z.input<typeof values> }),
      ip_address: null,
      entity_path: entity.fullPath,
      via,
    },
    created_at: at.toISOString(),
  }
}
