// A comment that is sent, or previewed, from the page of an issue.
import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import type { Asker } from '../domain/access-tokens.ts'
import { type IssueFacts, referenceOf } from '../domain/issues.ts'
import type { Receipt } from '../pipeline/comment.ts'
import type { Heard } from '../pipeline/wait.ts'
import { stateOf } from '../quick-actions/left.ts'
import { sentencesOf } from './outcome.ts'
import { showIssuePage } from './pages/issue.tsx'
import { Fault, field, openIssue, pathOf, signInFirst, type Visit, whyNoComment } from './visit.ts'

/** `POST /:project/-/issues/:iid`: what was not accepted stays in the box. */
export async function comment(visit: Visit): Promise<FastifyReply> {
  const { asker, facts, body } = await openDraft(visit)
  if (body.trim() === '') return showIssuePage(visit, facts, { status: 422, body, notice: nothingWritten })
  const heard = await visit.hear({
    via: 'web',
    delivery: deliveryOf(asker, field(visit.request.body, 'delivery'), body),
    on: { id: facts.issueId },
    place: referenceOf(facts),
    author: { id: String(asker.userId), name: asker.name },
    body,
  })
  return answer(visit, facts, { heard, body })
}

/** `POST /:project/-/issues/:iid/preview`: the same decision; nothing changes. */
export async function preview(visit: Visit): Promise<FastifyReply> {
  const { facts, body } = await openDraft(visit)
  if (body.trim() === '') return showIssuePage(visit, facts, { status: 422, body, notice: nothingWritten })
  const { text, outcome } = await visit.preview(body, facts)
  const notice = { state: 'preview' as const, text, sentences: sentencesOf(outcome) }
  return showIssuePage(visit, facts, { body, notice })
}

const nothingWritten = { state: 'unsent' as const, sentences: ['Write something first.'] }

async function openDraft(visit: Visit): Promise<{ asker: Asker; facts: IssueFacts; body: string }> {
  const { asker } = visit
  if (!asker) throw signInFirst()
  const facts = await openIssue(visit)
  const reason = whyNoComment(asker, facts)
  if (reason) throw new Fault(403, reason)
  // Forms send every line end as CR LF.
  return { asker, facts, body: field(visit.request.body, 'body').replaceAll('\r\n', '\n') }
}

// The text is part of the name: a user who goes back, edits the text and sends it again has written another comment.
function deliveryOf({ userId }: Asker, delivery: string, body: string): string {
  return `${userId} ${delivery.slice(0, 50)} ${createHash('sha256').update(body).digest('base64url')}`
}

const refusalStatus = {
  'unknown person': 403,
  'not found': 404,
  forbidden: 403,
  'too large': 413,
  another: 422,
  invalid: 422,
} satisfies Record<Extract<Receipt, { status: 'refused' }>['why'], number>

function answer(visit: Visit, facts: IssueFacts, { heard, body }: { heard: Heard; body: string }): FastifyReply | Promise<FastifyReply> {
  const { receipt, outcome, waiting } = heard
  if (receipt.status === 'refused') {
    const notice = { state: 'unsent' as const, sentences: [receipt.reason] }
    return showIssuePage(visit, facts, { status: refusalStatus[receipt.why], body, notice })
  }
  if (waiting) return showIssuePage(visit, facts, { notice: stillWaiting })
  if (outcome && outcome.answer.length > 0)
    return showIssuePage(visit, facts, { notice: { state: stateOf(outcome), sentences: sentencesOf(outcome) } })
  // Nothing to tell: the browser is sent to a page that it can load again without sending again.
  return visit.reply.redirect(`${pathOf(facts)}${receipt.shown ? `#note_${receipt.shown.id}` : ''}`, 303)
}

const stillWaiting = { state: 'waiting' as const, sentences: ['Your commands are queued and will take effect soon.'] }
