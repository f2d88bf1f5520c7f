// The addresses at which a command, a button or a shortcut can be answered for a while
// (docs.slack.dev/interactivity/handling-user-interaction#message_responses).
import { contentOf } from './chat.ts'
import { Refusal } from './refusal.ts'
import {
  addBotMessage,
  changeMessage,
  type Json,
  type ResponseUrl,
  removeMessage,
  secret,
  type World,
} from './world.ts'

const mostUses = 5
const lasts = 30 * 60_000

export type Given = Pick<ResponseUrl, 'user' | 'channel' | 'thread' | 'original'>

/** A new address; where it is, is for the server to say. */
export function newResponseUrl(world: World, kind: 'commands' | 'actions' | 'app', given: Given): string {
  const path = `/${kind}/${world.team.id}/${Date.now()}/${secret()}`
  world.responseUrls.set(path, { ...given, at: Date.now(), uses: 0, expired: false })
  return path
}

export const expireAll = (world: World): void => {
  for (const url of world.responseUrls.values()) url.expired = true
}

const truly = (value: unknown): boolean => value === true || value === 'true'

/** Shows what an app answers to a person: as an acknowledgement, or at a response URL. */
export function showAnswer(world: World, { user, channel, thread, original }: ResponseUrl, body: Json): void {
  if (truly(body.delete_original)) {
    if (original) removeMessage(world, original)
    return
  }
  const content = contentOf(body)
  // Where a button was pressed, the message is replaced unless that is refused; where a command was typed, there is
  // nothing to replace.
  if (original && truly(body.replace_original ?? true)) {
    changeMessage(world, original, { blocks: undefined, ...content })
    return
  }
  const to = body.response_type === 'in_channel' ? undefined : user
  addBotMessage(world, { channel, ...content, thread_ts: (body.thread_ts as string | undefined) ?? thread, to })
}

interface Answer {
  status: number
  body: string
}

/** Takes what was posted to one of the addresses. */
export function takeResponse(world: World, path: string, body: string, type = ''): Answer {
  const url = world.responseUrls.get(path)
  if (!url) return { status: 404, body: 'no_service' }
  if (url.expired || Date.now() - url.at > lasts) return { status: 404, body: 'expired_url' }
  if (url.uses >= mostUses) return { status: 404, body: 'used_url' }
  if (!type.startsWith('application/json')) return { status: 400, body: 'invalid_payload' }
  try {
    const given: unknown = JSON.parse(body)
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      return { status: 400, body: 'invalid_payload' }
    showAnswer(world, url, given as Json)
    url.uses++
    return { status: 200, body: '{"ok":true}' }
  } catch (problem) {
    if (problem instanceof Refusal) return { status: 400, body: problem.code }
    if (problem instanceof SyntaxError) return { status: 400, body: 'invalid_payload' }
    throw problem
  }
}
