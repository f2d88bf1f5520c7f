// While a server has the embedded database open, commands go through that server: one request and one answer over a
// socket that only the owner of the data folder can open.
import { mkdtempSync, rmSync } from 'node:fs'
import { createConnection, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reasonOf } from '../faults.ts'
import type { Input } from './command.ts'
import type { Output } from './commands.ts'

export interface Request {
  command: string
  input: Input
}

// The longest comment as JSON, with some margin.
const mostBytes = 2 * 1024 * 1024
const patience = 5_000

async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  // Otherwise the socket would be destroyed after the last byte read, before the answer.
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > mostBytes) throw new Error('the request is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function serve(socket: Socket, run: (request: Request) => Promise<Output>): Promise<void> {
  try {
    // A silent client must not keep the server from stopping.
    const request = JSON.parse(await readAll(socket.setTimeout(patience, () => socket.destroy())))
    socket.setTimeout(0).end(JSON.stringify(await run(request)))
  } catch (fault) {
    // Unread data would keep the socket open.
    socket.resume().end(JSON.stringify({ code: 1, out: '', err: reasonOf(fault) } satisfies Output))
  }
}

/** Listens for commands; `address` is what to announce. Only the owner can open the folder that the socket is in. */
export async function openControl(
  run: (request: Request) => Promise<Output>,
): Promise<{ address: string; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'rolobot-'))
  const address = join(folder, 'control')
  const server = createServer(
    { allowHalfOpen: true },
    (socket) =>
      void serve(
        socket.on('error', () => socket.destroy()),
        run,
      ),
  )
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(address, resolve))
  return {
    address,
    close: () =>
      new Promise((resolve) =>
        server.close(() => {
          rmSync(folder, { recursive: true, force: true })
          resolve()
        }),
      ),
  }
}

/** Asks the server at this address to run a command. */
export async function askServer(address: string, request: Request): Promise<Output> {
  const socket = createConnection({ path: address, allowHalfOpen: true })
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  socket.end(JSON.stringify(request))
  return JSON.parse(await readAll(socket)) as Output
}
