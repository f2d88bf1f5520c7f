// The history of groups and projects as audit events, for maintainers. docs.gitlab.com/api/audit_events/
import { z } from 'zod'
import { countHistory, findEvent, type HistorySubject, listHistory } from '../../domain/contacts/history-lists.ts'
import { unlessRefused } from '../refusal.ts'
import { type Call, defineRoute, type Route } from '../route.ts'
import { numberIn } from './addresses.ts'
import { auditEventOptions } from './gitlab-fields.ts'
import { moment } from './inputs.ts'
import { keysetFields, keysetPartOf, setKeysetHeaders } from './keyset.ts'
import { mostTotal, pageFields, setLongPageHeaders } from './paging.ts'
import { requestedGroup, requestedProject } from './requested.ts'
import { AuditEvent, type AuditedEntity, shownAuditEvent } from './shown-audit-events.ts'
import { alsoAccepting } from './unused.ts'

const List = alsoAccepting(
  { ...pageFields, ...keysetFields, created_after: moment.optional(), created_before: moment.optional() },
  auditEventOptions,
)

type Asked = Pick<Call<'users'>, 'params' | 'db' | 'user' | 'userId'>

interface Audited {
  entity: AuditedEntity
  subject: HistorySubject
}

const audited = {
  async group(call: Asked): Promise<Audited> {
    const { id, fullPath } = await requestedGroup(call)
    return { entity: { type: 'Group', id, fullPath }, subject: { groupId: id } }
  },
  async project(call: Asked): Promise<Audited> {
    const { id, fullPath } = await requestedProject(call)
    return { entity: { type: 'Project', id, fullPath }, subject: { projectId: id } }
  },
}

const names = { after: 'cursor', before: 'cursor' }

async function listed(call: Call<'users', z.output<typeof List>>, { entity, subject }: Audited) {
  const { db, userId, query } = call
  const created = { from: query.created_after, to: query.created_before }
  const part = { ...keysetPartOf(query), limit: query.per_page }
  const page = unlessRefused(await listHistory(db, userId, subject, { created, ...part }), names)
  if (query.pagination === 'keyset') setKeysetHeaders(call, page)
  else {
    const total = unlessRefused(await countHistory(db, userId, subject, { created, most: mostTotal }))
    setLongPageHeaders(call, query, { total, hasNext: page.hasNext })
  }
  return page.rows.map((event) => shownAuditEvent(event, entity))
}

const routesOf = (kind: keyof typeof audited): Route[] => [
  defineRoute({
    method: 'GET',
    path: `/api/v4/${kind}s/:id/audit_events`,
    summary: `Lists the audit events of a ${kind}, newest first; for maintainers`,
    for: 'users',
    query: List,
    answers: { 200: z.array(AuditEvent) },
    paged: true,
    handle: async (call) => listed(call, await audited[kind](call)),
  }),
  defineRoute({
    method: 'GET',
    path: `/api/v4/${kind}s/:id/audit_events/:audit_event_id`,
    summary: `Shows an audit event of a ${kind}; for maintainers`,
    for: 'users',
    answers: { 200: AuditEvent },
    async handle(call) {
      const { entity, subject } = await audited[kind](call)
      const id = numberIn(call, 'audit_event_id', 'Audit event')
      return shownAuditEvent(unlessRefused(await findEvent(call.db, call.userId, subject, id)), entity)
    },
  }),
]

/** The history of groups and of projects. */
export const auditEventRoutes: readonly Route[] = [...routesOf('group'), ...routesOf('project')]
