// Our answer → the author: where they wrote; and if that isn't possible, wherever they can be reached.
import type { Answer } from '../../pipeline/comment.ts'
import { ForbiddenAddress, openPostJson } from '../outgoing.ts'
import type { Chat } from './chat.ts'
import type { Origin } from './submission.ts'

/** Undefined: done. Otherwise why it will never be possible. */
export type GivenUp = { cannot: string } | undefined

/** A way to answer; it may turn out to be impossible. @throws transient errors */
export type Way = () => Promise<GivenUp>

/** Answers in the first of the ways that is possible. @returns why none is, otherwise */
export async function answerInOneWay(ways: readonly Way[]): Promise<GivenUp> {
  const reasons: string[] = []
  for (const way of ways) {
    const given = await way()
    if (!given) return undefined
    reasons.push(given.cannot)
  }
  return { cannot: reasons.join('; ') }
}

/** The answer as the author reads it; it names the issue if the author left that out. */
export function textOfAnswer(chat: Chat, { toAuthor }: Answer, { about }: Pick<Origin, 'about'>): string {
  const said = chat.lines(toAuthor.length > 0 ? toAuthor : ['Done.'])
  return about ? `${chat.plain(about)}: ${said}` : said
}

/**
 * How long we wait for a response, in milliseconds: a chat can be slow, and a call that succeeded after our timeout
 * would be repeated.
 */
export const patience = 15_000

/** How long a chat asks us to wait. */
export const later = ({ title }: Pick<Chat, 'title'>, seconds: number) =>
  Object.assign(new Error(`${title} asks to wait ${seconds} seconds`), { retryAfter: seconds * 1_000 })

/** Posts a message to a `response_url`, which a chat sends along: it is checked before anything is sent there. */
export type Respond = (url: string, message: object) => Promise<GivenUp>

/** Creates a client for such URLs. @param allowed the hosts of the chat */
export function openRespond(chat: Pick<Chat, 'title'>, allowed: Parameters<typeof openPostJson>[0]): Respond {
  const post = openPostJson(allowed)
  return async (url, message) => {
    const answer = await post(url, message, patience).catch((fault: unknown) => {
      if (fault instanceof ForbiddenAddress) return fault
      throw fault
    })
    if (answer instanceof ForbiddenAddress) return { cannot: `response_url is ${answer.message}` }
    const { status, headers, text } = answer
    if (status === 429) throw later(chat, Number(headers['retry-after']) || 1)
    if (status >= 500) throw new Error(`response_url answered ${status}`)
    return status >= 200 && status < 300 ? undefined : { cannot: `response_url ${status} ${text.slice(0, 200)}` }
  }
}
