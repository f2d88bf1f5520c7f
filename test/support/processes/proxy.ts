// A way to a server that can be cut and mended: what is at the other end looks away, and comes back.
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { atEnd } from '../service/at-end.ts'

export interface Proxy {
  port: number
  /** Ends all connections; new ones are refused. */
  cut(): Promise<void>
  /** Nothing passes any more, and nobody is told. */
  freeze(): void
  mend(): Promise<void>
}

/** A proxy to host and port, on a port of its own. It ends with the test file. */
export async function startProxy(host: string, port: number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  let frozen = false
  const pass = (near: Socket) => {
    const far = connect(port, host)
    for (const socket of [near, far])
      sockets.add(socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket)))
    near.once('close', () => far.destroy())
    far.once('close', () => near.destroy())
    near.pipe(far).pipe(near)
    if (frozen) stopFlow(near, far)
  }
  const stopFlow = (...these: Socket[]) => {
    for (const socket of these) socket.unpipe().pause()
  }
  const endAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  let server = await listen(pass, 0)
  const own = (server.address() as { port: number }).port
  const cut = async () => {
    endAll()
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  }
  atEnd(cut)
  return {
    port: own,
    cut,
    freeze() {
      frozen = true
      stopFlow(...sockets)
    },
    async mend() {
      frozen = false
      endAll()
      if (!server.listening) server = await listen(pass, own)
    },
  }
}

async function listen(pass: (socket: Socket) => void, port: number): Promise<Server> {
  const server = createServer(pass).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}
