// A comment that is sent, or previewed, from an issue's page.
import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import type { IssueFacts } from '../domain/issues/issues.ts'
import type { SignedInUser } from '../domain/people/access-tokens.ts'
import { isBlank } from '../domain/rules/text-fields.ts'
import type { Outcome } from '../pipeline/comment.ts'
import { blankComment, refusalStatus, requestName, stillQueued, submittedBy } from '../pipeline/entry-points.ts'
import type { Submitted } from '../pipeline/wait.ts'
import { type Choice, choicesOf } from '../quick-actions/choices.ts'
import { type LineState, lineStateOf } from '../quick-actions/left.ts'
import { sentencesOf } from './outcome.ts'
import { showIssuePage } from './pages/issue.tsx'
import { readSent } from './sent.ts'
import { field, issueOfPage, PageFault, pathOf, signInFirstPage, type Visit, whyNoComment } from './visit.ts'

/** `POST /:project/-/issues/:iid`: what was rejected, or failed, stays in the box. */
export async function comment(visit: Visit): Promise<FastifyReply> {
  const { user, facts, body } = await openDraft(visit)
  const sent = readSent(visit.request.body, body)
  if (sent.kind === 'near miss')
    return showIssuePage(visit, facts, { status: 422, body, notice: { state: 'unsure', name: sent.name } })
  const submitted = await visit.submit({
    ...submittedBy({ userId: user.userId, via: 'web' }, nameOf(user, visit, sent.text)),
    kind: 'comment',
    on: { id: facts.issueId },
    body: sent.text,
  })
  return answer(visit, facts, { submitted, body, ...sent })
}

/** `POST /:project/-/issues/:iid/preview`: the same decision; nothing changes. */
export async function preview(visit: Visit): Promise<FastifyReply> {
  const { facts, body } = await openDraft(visit)
  if (isBlank(body)) return showIssuePage(visit, facts, { status: 422, body, notice: unsent(blankComment) })
  const { text, outcome } = await visit.preview(body, facts)
  const notice = { state: 'preview' as const, text, sentences: sentencesOf(outcome) }
  return showIssuePage(visit, facts, { body, notice })
}

const unsent = ({ reason }: { reason: string }) => ({ state: 'unsent' as const, sentences: [reason] })

async function openDraft(visit: Visit): Promise<{ user: SignedInUser; facts: IssueFacts; body: string }> {
  const { user } = visit
  if (!user) throw signInFirstPage()
  const facts = await issueOfPage(visit)
  const reason = whyNoComment(user, facts)
  if (reason) throw new PageFault(403, reason)
  // Forms send every line end as CR LF.
  return { user, facts, body: field(visit.request.body, 'body').replaceAll('\r\n', '\n') }
}

// The text is part of the name: a user who goes back, edits the text, and sends it again has written another comment.
const nameOf = ({ userId }: SignedInUser, { request }: Visit, text: string) =>
  requestName(
    userId,
    field(request.body, 'delivery').slice(0, 50),
    createHash('sha256').update(text).digest('base64url'),
  )

interface Answered {
  submitted: Submitted
  /** What was in the box. */
  body: string
  rest: string
  asText: boolean
}

async function answer(
  visit: Visit,
  facts: IssueFacts,
  { submitted, body, rest, asText }: Answered,
): Promise<FastifyReply> {
  const { receipt, outcome, waiting } = submitted
  if (receipt.status === 'refused')
    return showIssuePage(visit, facts, { status: refusalStatus[receipt.why], body, notice: unsent(receipt) })
  if (waiting) return showIssuePage(visit, facts, { body: rest, notice: stillWaiting })
  // Text that was confirmed as text needs no hint that it looks like a command.
  const isText = asText && receipt.accepted.length + receipt.refused.length === 0
  if (outcome && outcome.answer.length > 0 && !isText) {
    const left = [rest, outcome.left ?? ''].filter((text) => text !== '').join('\n')
    const notice = { state: stateOfAll(outcome, receipt.shown !== null), sentences: sentencesOf(outcome) }
    return showIssuePage(visit, facts, {
      body: left,
      notice: { ...notice, choices: await choicesFor(visit, facts, { outcome, rest }) },
    })
  }
  // Nothing to say: the browser is redirected to a page that can be reloaded without resubmitting.
  return visit.reply.redirect(`${pathOf(facts)}${receipt.shown ? `#note_${receipt.shown.id}` : ''}`, 303)
}

const stillWaiting = { state: 'waiting' as const, sentences: [stillQueued] }

/** A posted comment is part of what was done. */
function stateOfAll(outcome: Outcome, posted: boolean): LineState {
  const state = lineStateOf(outcome)
  return state === 'refused' && posted ? 'partly' : state
}

/** The choices: of the outcome, and those left over after one of several was chosen. */
async function choicesFor(
  visit: Visit,
  facts: IssueFacts,
  { outcome, rest }: { outcome: Outcome; rest: string },
): Promise<Choice[]> {
  const others = rest === '' ? [] : choicesOf((await visit.preview(rest, facts)).outcome.result)
  return [...others, ...choicesOf(outcome.result)]
}
