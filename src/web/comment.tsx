// A comment that is sent, or previewed, from an issue's page.
import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import type { IssueFacts } from '../domain/issues/issues.ts'
import type { SignedInUser } from '../domain/people/access-tokens.ts'
import { isBlank } from '../domain/rules/text-fields.ts'
import type { Outcome, RefusedReceipt } from '../pipeline/comment.ts'
import { blankComment, refusalStatus, requestName, stillQueued, submittedBy } from '../pipeline/entry-points.ts'
import type { Submitted } from '../pipeline/wait.ts'
import { type Choice, choicesOf } from '../quick-actions/choices.ts'
import { type LineState, lineStateOf } from '../quick-actions/left.ts'
import { sentencesOf } from './outcome.ts'
import { showIssuePage } from './pages/issue.tsx'
import { readSent } from './sent.ts'
import {
  absentPage,
  field,
  issueNamedIn,
  issueOfPage,
  PageFault,
  pathOf,
  signInFirstPage,
  type Visit,
  whyNoComment,
} from './visit.ts'

/** `POST /:project/-/issues/:iid`: what was rejected, or failed, stays in the box. */
export async function comment(visit: Visit): Promise<FastifyReply> {
  const user = commenter(visit)
  const body = bodyOf(visit)
  const sent = readSent(visit.request.body, body)
  if (sent.kind === 'near miss') {
    const facts = await issueToComment(visit)
    return showIssuePage(visit, facts, { status: 422, body, notice: { state: 'unsure', name: sent.name } })
  }
  const submitted = await visit.submit({
    ...submittedBy({ userId: user.userId, via: 'web' }, nameOf(user, visit, sent.text)),
    kind: 'comment',
    on: issueNamedIn(visit),
    body: sent.text,
  })
  return answer(visit, { submitted, body, ...sent })
}

/** `POST /:project/-/issues/:iid/preview`: the same decision; nothing changes. */
export async function preview(visit: Visit): Promise<FastifyReply> {
  const facts = await issueToComment(visit)
  const body = bodyOf(visit)
  if (isBlank(body)) return showIssuePage(visit, facts, { status: 422, body, notice: unsent(blankComment) })
  const { text, outcome } = await visit.preview(body, facts)
  const notice = { state: 'preview' as const, text, sentences: sentencesOf(outcome) }
  return showIssuePage(visit, facts, { body, notice })
}

const unsent = ({ reason }: { reason: string }) => ({ state: 'unsent' as const, sentences: [reason] })

function commenter({ user }: Visit): SignedInUser {
  if (!user) throw signInFirstPage()
  const reason = whyNoComment(user)
  if (reason) throw new PageFault(403, reason)
  return user
}

async function issueToComment(visit: Visit): Promise<IssueFacts> {
  const user = commenter(visit)
  const facts = await issueOfPage(visit)
  const reason = whyNoComment(user, facts)
  if (reason) throw new PageFault(403, reason)
  return facts
}

// Forms send every line end as CR LF.
const bodyOf = ({ request }: Visit): string => field(request.body, 'body').replaceAll('\r\n', '\n')

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

async function answer(visit: Visit, { submitted, body, rest, asText }: Answered): Promise<FastifyReply> {
  const { receipt, outcome, waiting } = submitted
  if (receipt.status === 'refused') return showRefusal(visit, receipt, body)
  if (waiting) return showIssuePage(visit, await issueOfPage(visit), { body: rest, notice: stillWaiting })
  // Text that was confirmed as text needs no hint that it looks like a command.
  const isText = asText && receipt.accepted.length + receipt.refused.length === 0
  if (outcome && outcome.answer.length > 0 && !isText) {
    const left = [rest, outcome.left ?? ''].filter((text) => text !== '').join('\n')
    const notice = { state: stateOfAll(outcome, receipt.shown !== null), sentences: sentencesOf(outcome) }
    const facts = await issueOfPage(visit)
    return showIssuePage(visit, facts, {
      body: left,
      notice: { ...notice, choices: await choicesFor(visit, facts, { outcome, rest }) },
    })
  }
  // Nothing to say: the browser is redirected to a page that can be reloaded without resubmitting.
  return visit.reply.redirect(`${pathOf(receipt.issue)}${receipt.shown ? `#note_${receipt.shown.id}` : ''}`, 303)
}

async function showRefusal(visit: Visit, receipt: RefusedReceipt, body: string): Promise<FastifyReply> {
  if (receipt.why === 'not found') throw absentPage(visit)
  if (receipt.why === 'forbidden') throw new PageFault(403, receipt.reason)
  const shown = { status: refusalStatus[receipt.why], body, notice: unsent(receipt) }
  return showIssuePage(visit, await issueToComment(visit), shown)
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
