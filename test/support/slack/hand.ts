// What people's operations in Slack have in common: they are sent to the app, and the person sees when it does not
// answer.
import type { Ack, Delivery, Line } from './lines.ts'
import type { FakeSlack } from './server.ts'
import { NoAnswer } from './sockets.ts'
import type { Json } from './world.ts'

/** What Slack tells a person instead of the app's answer, by its code. */
export class SlackFailure extends Error {
  override name = 'SlackFailure'
}

export interface Hand {
  slack: FakeSlack
  /** Sends an interaction; `answerable` where Slack looks at what comes back. */
  send(payload: Json, answerable: boolean): Promise<Ack>
  command(payload: Json): Promise<Ack>
  /** Does something that an app is told about; what became of the events. */
  tell(act: () => void): Promise<Delivery[]>
  /** Sends an event about it. */
  event(event: Json): Promise<Delivery>
}

/** Sends; a `SlackFailure` with Slack's code where there is no good answer. */
export async function demand(line: Line, ...[envelope]: Parameters<Line['send']>): Promise<Ack> {
  const ack = await line.send(envelope).catch((problem: unknown) => {
    if (!(problem instanceof NoAnswer)) throw problem
    const code = problem.message.endsWith('timeout') ? 'operation_timeout' : 'dispatch_failed'
    throw new SlackFailure(code, { cause: problem })
  })
  if (ack.status === 200) return ack
  const kind = ack.status >= 500 ? 'http_service_error' : ack.status >= 400 ? 'http_client_error' : 'dispatch_failed'
  throw new SlackFailure(`${kind}: ${ack.status} ${ack.body}`)
}
