// The lock on the folder of the embedded database: one process at a time, also between containers, and never after its
// holder is dead.
//
// A folder `lock` with one file in it, named by a random id, that says who holds it. It is made aside, whole, and then
// renamed to `lock`: that succeeds only where there is no `lock` or an empty one, so of many exactly one succeeds, and
// nobody ever sees half a lock. A dead holder's file is deleted by its name, which no other lock will ever have. So a
// late deletion removes nothing of the new holder, and its rename fails. (With a lock *file*, "is it stale? delete it"
// can delete a faster process's lock.)
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { join, resolve } from 'node:path'
import { codeOf, FolderError, FolderUnusable, namesIn, replaceFile } from './folder.ts'

/**
 * Who holds a folder, as its lock says. `boot`, `space` and `start` tell one process from another with the same pid
 * (Linux; else empty).
 */
export interface Holder {
  pid: number
  boot: string
  space: string
  start: string
  socket: string | null
}

/** Another process (or this one) has the folder open. */
export class FolderInUse extends FolderError {
  readonly pid: number
  readonly socket: string | null
  constructor(folder: string, { pid, space, socket }: Holder) {
    const elsewhere = space !== hereAndNow().space
    const who = elsewhere
      ? `process ${pid} of another container`
      : pid === process.pid
        ? 'this process itself'
        : `process ${pid}`
    const cure = elsewhere
      ? `Stop it first; if that container is long gone, delete ${join(folder, 'lock')}.`
      : 'Stop that process first, or set ROLOBOT_DATA to another folder.'
    super(folder, `The data folder ${folder} is in use by ${who}. ${cure}`)
    this.pid = pid
    this.socket = socket
  }
}

interface Lock {
  announce(socket: string): void
  release(): void
}

// Locks this process holds. Where there is no /proc, nothing else tells "mine" from "left by a dead process that had my
// pid".
const held = new Set<string>()

export async function takeLock(folder: string): Promise<Lock> {
  await clearDead(folder)
  const id = randomUUID()
  const draft = join(folder, `lock.${id}`)
  fs.mkdirSync(draft, { mode: 0o700 })
  const holder: Holder = { pid: process.pid, ...hereAndNow(), socket: null }
  const server = await listenIn(draft, `${id}.alive`)
  try {
    fs.writeFileSync(join(draft, `${id}.json`), JSON.stringify(holder), { mode: 0o600 })
    while (!renamed(draft, join(folder, 'lock'))) await clearDead(folder)
  } catch (error) {
    server?.close()
    fs.rmSync(draft, { recursive: true, force: true })
    throw error
  }
  held.add(id)
  return lockOf(folder, id, holder, server)
}

function lockOf(folder: string, id: string, holder: Holder, server: Server | undefined): Lock {
  const file = join(folder, 'lock', `${id}.json`)
  return {
    announce(socket) {
      if (!held.has(id) || !fs.existsSync(file))
        throw new FolderUnusable(folder, 'is no longer locked by this process: its lock was deleted.')
      replaceFile(file, JSON.stringify({ ...holder, socket }), join(folder, `lock.${id}`))
    },
    release() {
      if (!held.delete(id)) return
      server?.close()
      remove(join(folder, 'lock'), [`${id}.alive`, `${id}.json`])
    },
  }
}

/**
 * The process that has the folder open. Changes nothing.
 * @returns the holder, or undefined if there is none, or if it is dead
 * @throws what reading the folder throws
 */
export async function holderOf(folder: string): Promise<Holder | undefined> {
  const lock = join(resolve(folder), 'lock')
  for (const name of namesIn(lock)) {
    const holder = name.endsWith('.json') && read(join(lock, name))
    if (holder && (await lives(holder, lock, name.replace('.json', '')))) return holder
  }
}

export async function refuseIfHeld(folder: string): Promise<void> {
  const holder = await holderOf(folder)
  if (holder) throw new FolderInUse(folder, holder)
}

// The names come first: what doesn't exist yet when the holders are judged is not deleted.
async function clearDead(folder: string): Promise<void> {
  const names = namesIn(join(folder, 'lock'))
  await refuseIfHeld(folder)
  remove(join(folder, 'lock'), names)
}

function remove(lock: string, names: string[]): void {
  for (const name of names.sort()) fs.rmSync(join(lock, name), { force: true })
  try {
    fs.rmdirSync(lock)
  } catch {
    // Deleted, or another process's by now.
  }
}

function renamed(draft: string, lock: string): boolean {
  try {
    fs.renameSync(draft, lock)
    return true
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST'].includes(codeOf(error)) || (process.platform === 'win32' && fs.existsSync(lock)))
      return false
    throw error
  }
}

function read(file: string): Holder | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch (error) {
    // Released meanwhile, or emptied by a power failure: no live process leaves it unreadable.
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return
    throw error
  }
}

async function lives(holder: Holder, lock: string, id: string): Promise<boolean> {
  const here = hereAndNow()
  // A service might not be allowed to read some of /proc: an empty value says nothing.
  if (holder.boot !== '' && here.boot !== '' && holder.boot !== here.boot) return false
  if (holder.space !== here.space) return answers(lock, `${id}.alive`)
  if (holder.pid === process.pid && here.start === '') return held.has(id)
  return isRunning(holder.pid, holder.start)
}

function isRunning(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false
  }
  const now = startOf(pid)
  return now === '' || now === start
}

// It is the same process if its machine has not been restarted, it counts pids in the same namespace (container), and
// it began at the same tick.
function hereAndNow(): Pick<Holder, 'boot' | 'space' | 'start'> {
  const boot = proc(() => fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
  return { boot, space: proc(() => fs.readlinkSync('/proc/self/ns/pid')), start: startOf(process.pid) }
}

const proc = (look: () => string) => {
  try {
    return look()
  } catch {
    return ''
  }
}

// man 5 proc_pid_stat: the name, in brackets, may hold anything; after it the state (field 3) and, 19 further, the
// start (field 22).
function startOf(pid: number): string {
  const stat = proc(() => fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))
  const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' ? 'dead' : (fields[18] ?? '')
}

// A process of another container cannot be seen, but the kernel answers for it: connections to its socket succeed while
// it lives, however busy it is. The way over /proc/self/fd keeps the address short, which may have 107 bytes.
const throughFd = (folder: string, name: string) => {
  const fd = fs.openSync(folder, 'r')
  return { path: `/proc/self/fd/${fd}/${name}`, done: () => fs.closeSync(fd) }
}

function listenIn(folder: string, name: string): Promise<Server | undefined> {
  if (process.platform !== 'linux') return Promise.resolve(undefined)
  const { path, done } = throughFd(folder, name)
  const server = createServer((socket) => socket.destroy()).unref()
  return new Promise<Server | undefined>((settle) => {
    server.on('error', () => settle(undefined)).listen({ path, exclusive: true }, () => settle(server))
  }).finally(done)
}

// Only a refused connection proves that nobody listens any more; in doubt, the folder is in use.
function answers(folder: string, name: string): Promise<boolean> {
  const { path, done } = throughFd(folder, name)
  return new Promise<boolean>((settle) => {
    const socket = connect({ path }, () => settle(true)).once('error', (error) =>
      settle(codeOf(error) !== 'ECONNREFUSED'),
    )
    socket.once('connect', () => socket.destroy())
  }).finally(done)
}
