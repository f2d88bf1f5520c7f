// What Slack refuses with: a code, and the places that are wrong.
import type { Json } from './world.ts'

export class Refusal extends Error {
  override name = 'Refusal'
  readonly code: string
  readonly messages: readonly string[]
  readonly more: Json
  constructor(code: string, messages: readonly string[] = [], more: Json = {}) {
    super([code, ...messages].join('\n'))
    this.code = code
    this.messages = messages
    this.more = more
  }

  /** As the Web API answers it (docs.slack.dev/apis/web-api/#responses). */
  get answer(): Json {
    const { code, messages, more } = this
    const listed = messages.map((message) => `[ERROR] ${message}`)
    return {
      ok: false,
      error: code,
      ...(messages.length > 0 && { errors: messages, response_metadata: { messages: listed } }),
      ...more,
    }
  }
}

export function refuse(code: string, messages: readonly string[] = [], more: Json = {}): never {
  throw new Refusal(code, messages, more)
}
