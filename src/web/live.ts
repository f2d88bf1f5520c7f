// Tells a browser that an issue has changed, as server-sent events. The browser fetches the change itself.
import type { OutgoingHttpHeaders } from 'node:http'
import { issueFor } from '../domain/issues/guard.ts'
import { watchForEnd } from '../domain/people/sessions.ts'
import { issueOfPage, type Visit } from './visit.ts'

// Proxies close connections that are silent for long.
const heartbeat = 20_000
const shortestPause = 200

/** `GET /:project/-/issues/:iid/live`. It ends when the caller can no longer see the issue, or signs out. */
export async function live(visit: Visit): Promise<void> {
  const { db, newsroom, reply, streams } = visit
  const { issueId, userId } = await issueOfPage(visit)
  reply.hijack()
  const { raw } = reply
  const write = (text: string) => void (raw.writable && raw.write(text))
  const end = () => void raw.end()
  const tell = calmly(async () => {
    const issue = await issueFor(db, { userId }, { id: issueId }).catch(() => undefined)
    if (issue?.value) write('event: changed\ndata: look again\n\n')
    else end()
  })
  const stop = newsroom.follow(issueId, tell, tell)
  const unwatch = watchForEnd(visit, visit.user, end)
  const beat = setInterval(() => write(': still here\n\n'), heartbeat)
  streams.add(end)
  raw.on('close', () => {
    stop()
    unwatch()
    clearInterval(beat)
    streams.delete(end)
  })
  const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' }
  raw.writeHead(200, { ...(reply.getHeaders() as OutgoingHttpHeaders), ...headers })
  write('retry: 2000\n\n')
}

/** Calls at once, then once more after a pause if it was called meanwhile. */
function calmly(call: () => Promise<void>): () => void {
  let resting = false
  let due = false
  return async function ask() {
    due = resting
    if (resting) return
    resting = true
    await call()
    setTimeout(() => {
      resting = false
      if (due) void ask()
    }, shortestPause)
  }
}
