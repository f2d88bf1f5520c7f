// Socket Mode: the app dials in, and Slack sends over one of its connections
// (docs.slack.dev/apis/events-api/using-socket-mode).
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { type Json, secret, type World } from './world.ts'

// docs.slack.dev/apis/events-api/using-socket-mode#connect
const mostConnections = 10
const pingEvery = 5_000

export interface Envelope {
  type: 'slash_commands' | 'events_api' | 'interactive'
  payload: Json
  /** Whether the acknowledgement may carry an answer. */
  answerable: boolean
  retry?: { attempt: number; reason: string }
}

export class NoAnswer extends Error {
  override name = 'NoAnswer'
}

export type Sockets = ReturnType<typeof createSockets>

export function createSockets(world: World, address: () => string) {
  const server = new WebSocketServer({ noServer: true })
  const tickets = new Set<string>()
  /** Those that get envelopes. Who was asked to come again gets no more. */
  let open: WebSocket[] = []
  const all = new Set<WebSocket>()
  const waiting = new Map<string, (payload: Json) => void>()
  let turn = 0
  /** So many acknowledgements do not arrive. */
  let losing = 0

  const send = (socket: WebSocket, message: Json) => socket.send(JSON.stringify(message))
  const debug = () => ({ host: 'applink-1', build_number: 1, approximate_connection_time: 18_060 })

  function welcome(socket: WebSocket): void {
    // Callers that wait for an acknowledgement listen.
    all.add(socket.setMaxListeners(0))
    const pings = setInterval(() => socket.ping(`Ping from applink-1 ${Date.now()}`), pingEvery).unref()
    socket.on('message', (data) => take(socket, String(data)))
    socket.on('error', () => socket.terminate())
    socket.once('close', () => {
      clearInterval(pings)
      all.delete(socket)
      open = open.filter((other) => other !== socket)
    })
    if (open.length >= mostConnections) {
      send(socket, { type: 'disconnect', reason: 'too_many_websockets', debug_info: debug() })
      socket.close()
      return
    }
    open.push(socket)
    const connection_info = { app_id: world.bot.appId }
    send(socket, { type: 'hello', num_connections: open.length, debug_info: debug(), connection_info })
    socket.ping(`Ping from applink-1 ${Date.now()}`)
  }

  function take(socket: WebSocket, data: string): void {
    const { envelope_id: id, payload = {} } = JSON.parse(data) as { envelope_id: string; payload?: Json }
    const taken = waiting.get(id)
    if (taken && losing > 0) {
      losing--
      socket.terminate()
    } else taken?.(payload)
  }

  /** Lets in who has a ticket; each is good for one connection. */
  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (url.pathname !== '/link/' || !tickets.delete(url.searchParams.get('ticket') ?? '')) {
      socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n')
      return
    }
    server.handleUpgrade(request, socket, head, welcome)
  }

  /** Sends to one connection after the other in turn, and waits for the acknowledgement. */
  function deliver({ type, payload, answerable, retry }: Envelope, patience: number): Promise<Json> {
    const socket = open[turn++ % Math.max(open.length, 1)]
    if (!socket) return Promise.reject(new NoAnswer('no_connection'))
    const envelope_id = randomUUID()
    const again = retry ? { retry_attempt: retry.attempt, retry_reason: retry.reason } : {}
    return new Promise<Json>((resolve, reject) => {
      const end = (act: () => void) => {
        clearTimeout(timer)
        socket.off('close', gone)
        waiting.delete(envelope_id)
        act()
      }
      const gone = () => end(() => reject(new NoAnswer('connection_closed')))
      const timer = setTimeout(() => end(() => reject(new NoAnswer('timeout'))), patience)
      socket.once('close', gone)
      waiting.set(envelope_id, (answer) => end(() => resolve(answer)))
      send(socket, { envelope_id, type, payload, accepts_response_payload: answerable, ...again })
    })
  }

  return {
    upgrade,
    deliver,
    /** A new address to dial. */
    open(): string {
      const ticket = secret()
      tickets.add(ticket)
      return `${address().replace(/^http/, 'ws')}/link/?ticket=${ticket}&app_id=${world.bot.appId}`
    },
    /** How many connections get what is sent. */
    get count(): number {
      return open.length
    },
    /** Asks everybody to come again, as Slack does every few hours. */
    refresh(): void {
      for (const socket of open) send(socket, { type: 'disconnect', reason: 'refresh_requested', debug_info: debug() })
      open = []
    },
    /** Cuts the connection over which the next acknowledgement comes, before it is there. */
    lose(): void {
      losing++
    },
    /** Cuts all connections without a word. */
    drop(): void {
      for (const socket of all) socket.terminate()
    },
    close(): void {
      for (const socket of all) socket.terminate()
      server.close()
    },
  }
}
