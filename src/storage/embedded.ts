// The embedded database made safe: PGlite that syncs what it acknowledges, in a folder of ours that only one process at a time can open.
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'

/** The open database. `announce` tells other processes where to talk to this one; `close` may be called twice. */
export interface Embedded {
  pglite: PGlite
  announce(socket: string): void
  close(): Promise<void>
}

/** Who holds a folder, as its lock says. `boot`, `space` and `start` tell one process from another with the same pid (Linux; else empty). */
export interface Holder {
  pid: number
  boot: string
  space: string
  start: string
  socket: string | null
}

/** The folder cannot be opened. The message is for people: what, where, what to do. */
export class FolderError extends Error {
  readonly folder: string
  constructor(folder: string, message: string, cause?: unknown) {
    super(message, { cause })
    this.folder = folder
  }
}

/** Another process (or this one) has the folder open. */
export class FolderInUse extends FolderError {
  readonly pid: number
  readonly socket: string | null
  constructor(folder: string, { pid, space, socket }: Holder) {
    const elsewhere = space !== hereAndNow().space
    const who = elsewhere ? `process ${pid} of another container` : pid === process.pid ? 'this process itself' : `process ${pid}`
    const cure = elsewhere
      ? `Stop it first; if that container is long gone, delete ${join(folder, 'lock')}.`
      : 'Stop that process first, or set ROLOBOT_DATA to another folder.'
    super(folder, `The data folder ${folder} is in use by ${who}. ${cure}`)
    this.pid = pid
    this.socket = socket
  }
}

/** The folder was written by another version of Rolobot or of Postgres. */
export class FolderOfAnotherVersion extends FolderError {
  constructor(folder: string, found: string) {
    super(
      folder,
      `The data folder ${folder} has the version "${found}", this Rolobot reads "${version}". Start the Rolobot that wrote it, or set ROLOBOT_DATA to another folder.`,
    )
  }
}

/** The folder cannot be used: not a folder, not writable, not ours, or damaged. */
export class FolderUnusable extends FolderError {
  constructor(folder: string, why: string, cause?: unknown) {
    super(folder, `The data folder ${folder} ${why}`, cause)
  }
}

const postgresMajor = '18'
const format = 'rolobot-data 1'
const version = `${format} postgres ${postgresMajor}`

/**
 * Opens the database in `folder`, and creates both where missing. Nobody else can open the folder before `close`.
 * @param folder its path; it becomes accessible to its owner only (0700)
 * @returns the database; a statement that has returned is on the disk
 * @throws FolderInUse, FolderOfAnotherVersion, FolderUnusable; what the folder held is then as it was
 */
export async function openEmbedded(folder: string): Promise<Embedded> {
  const path = resolve(folder)
  const lock = await explained(path, async () => {
    await refuseIfHeld(path)
    checkOurs(path)
    createFolder(path)
    return takeLock(path)
  })
  try {
    const pglite = await explained(path, () => openDatabase(path))
    const upkeep = setInterval(() => void checkpoint(pglite), checkpointEvery).unref()
    let closing: Promise<void> | undefined
    const close = async () => {
      clearInterval(upkeep)
      if (!pglite.closed) await pglite.close()
    }
    return {
      pglite,
      announce: lock.announce,
      close() {
        closing ??= close().finally(lock.release)
        return closing
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

/**
 * A database in memory, for tests: gone with the process.
 * @param dump what `dumpDataDir` of another one gave; spares the seconds that a new one takes
 * @throws what PGlite throws on a dump it cannot read
 */
export const openInMemory = (dump?: Blob | File): Promise<PGlite> => PGlite.create({ loadDataDir: dump })

const reasons: Record<string, string> = {
  EACCES: 'cannot be read or written by this user. Give this user the folder, or set ROLOBOT_DATA to another one.',
  EPERM: 'belongs to another user. Give this user the folder, or set ROLOBOT_DATA to a new folder inside it.',
  EROFS: 'is on a read-only file system. Mount it writable, or set ROLOBOT_DATA to another folder.',
  ENOTDIR: 'is not a folder, or lies under something that is not one. Set ROLOBOT_DATA to a folder.',
  ENOSPC: 'is on a disk that is full. Make room and start again.',
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? ''

async function explained<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof FolderError) throw error
    throw new FolderUnusable(folder, reasons[codeOf(error)] ?? `could not be opened: ${(error as Error).message}`, error)
  }
}

// --- what the folder holds: `version` and `postgres`, and while it is open `lock` ---

const unfinished = 'postgres.new'
const ownBeforeVersion = (name: string) =>
  name === 'lost+found' || name === unfinished || name === 'version.new' || /^lock(\.|$)/.test(name)

// Reads only. `version` is written before anything of a database, so a folder with a `postgres` and no version is somebody else's.
function checkOurs(folder: string): void {
  const names = namesIn(folder)
  if (names.includes('version')) checkVersion(folder, names)
  else if (!names.every(ownBeforeVersion) || namesIn(join(folder, unfinished)).length > 0)
    throw new FolderUnusable(folder, 'is not empty and holds no Rolobot data. Set ROLOBOT_DATA to a new or an empty folder.')
}

function checkVersion(folder: string, names: string[]): void {
  const found = textOf(join(folder, 'version'))
  if (found !== version) throw new FolderOfAnotherVersion(folder, found)
  if (!names.includes('postgres')) {
    if (names.includes(unfinished)) return
    throw new FolderUnusable(folder, 'has lost its database (postgres/). Restore it from a backup, or delete the folder to start anew.')
  }
  // PGlite takes a folder without PG_VERSION for an empty one and would write a new database over what is left.
  if (!namesIn(join(folder, 'postgres')).includes('PG_VERSION'))
    throw new FolderUnusable(folder, 'is damaged: postgres/PG_VERSION is missing. Restore it from a backup.')
  const major = textOf(join(folder, 'postgres', 'PG_VERSION'))
  if (major !== postgresMajor) throw new FolderOfAnotherVersion(folder, `${format} postgres ${major}`)
}

const textOf = (file: string) => fs.readFileSync(file, 'utf8').trim()

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

function createFolder(folder: string): void {
  const first = fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = dirname(made)) sync(dirname(made))
}

async function openDatabase(folder: string): Promise<PGlite> {
  checkOurs(folder)
  fs.chmodSync(folder, 0o700)
  if (!namesIn(folder).includes('postgres')) await initialise(folder)
  const startParams = PGlite.defaultStartParams.filter((param) => param !== '-F').concat('-c', 'wal_sync_method=fsync')
  return PGlite.create({ fs: new DurableNodeFS(join(folder, 'postgres')), startParams })
}

// The new database gets its name when it is whole and on the disk. Until then nobody has used it, so what a crash left of it can go.
async function initialise(folder: string): Promise<void> {
  const place = join(folder, unfinished)
  fs.rmSync(place, { recursive: true, force: true })
  fs.mkdirSync(place, { mode: 0o700 })
  replaceFile(join(folder, 'version'), `${version}\n`, join(folder, 'version.new'))
  await (await PGlite.create({ fs: new NodeFS(place) })).close()
  for (const name of fs.readdirSync(place, { recursive: true })) sync(join(place, String(name)))
  sync(place)
  fs.renameSync(place, join(folder, 'postgres'))
  sync(folder)
}

function replaceFile(path: string, text: string, draft: string): void {
  fs.writeFileSync(draft, text, { mode: 0o600 })
  sync(draft)
  fs.renameSync(draft, path)
}

function sync(path: string): void {
  const isFolder = fs.statSync(path).isDirectory()
  // Windows cannot sync a folder.
  if (isFolder && process.platform === 'win32') return
  const file = fs.openSync(path, isFolder ? 'r' : 'r+')
  try {
    fs.fsyncSync(file)
  } finally {
    fs.closeSync(file)
  }
}

// --- fsync ---

const checkpointEvery = 60_000

// Postgres in one process never makes a checkpoint by itself: its log would grow until `close`, and so would the start after a crash.
async function checkpoint(pglite: PGlite): Promise<void> {
  try {
    const due = 'select from pg_control_checkpoint() where pg_current_wal_lsn() - redo_lsn > 64 * 1024 * 1024'
    if ((await pglite.query(due)).rows.length > 0) await pglite.exec('checkpoint')
  } catch {
    // Closed or broken: whoever uses the database hears of it.
  }
}

interface Emscripten {
  FS: { ErrnoError: new (errno: number) => Error }
  NODEFS: { stream_ops: { fsync?: (stream: { nfd?: number }) => number } }
}

// Postgres forgives a file system that cannot sync folders (EINVAL), and gives up on any other failure.
const errnoOf = (error: unknown) => (codeOf(error) === 'EINVAL' ? 28 : 29)

// PGlite's file system answers fsync with "done" and does nothing. This does it: for files and for folders, as Postgres syncs a folder
// after it has created or renamed a file in it (a new WAL segment, pg_control). Not covered: fdatasync (hence wal_sync_method=fsync, the
// default would be fdatasync), and disks that lie. Leans on PGlite's insides: its version is pinned, and a test counts.
class DurableNodeFS extends NodeFS {
  override async init(...[pglite, options]: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const result = await super.init(pglite, options)
    result.emscriptenOpts.preRun?.push((module) => syncForReal(module as unknown as Emscripten))
    result.emscriptenOpts.onAbort = () => refuseFromNowOn(pglite, this.rootDir)
    return result
  }
}

function syncForReal({ FS, NODEFS }: Emscripten): void {
  NODEFS.stream_ops.fsync = ({ nfd }) => {
    try {
      if (nfd !== undefined) fs.fsyncSync(nfd)
      return 0
    } catch (error) {
      throw new FS.ErrnoError(errnoOf(error))
    }
  }
}

// Postgres gives up (PANIC) when the disk fails or is full under its log. PGlite would run on in the ruins and spin for ever.
function refuseFromNowOn(pglite: PGlite, place: string): void {
  pglite.execProtocolRawSync = () => {
    throw new FolderUnusable(
      dirname(place),
      'failed while it was written: the disk is full or broken. What was acknowledged is safe. Mend it and start again.',
    )
  }
}

// --- the lock ---
//
// A folder `lock` with one file in it, named by a random id, that says who holds it. It is made aside, whole, and then renamed to `lock`:
// that succeeds only where there is no `lock` or an empty one, so of many exactly one succeeds, and nobody ever sees half a lock.
// A dead holder's file is deleted by its name, which no other lock will ever have. So whoever judged late and deletes late deletes nothing
// of the new holder, and his rename fails. (With a lock *file*, "is it stale? delete it" can delete the lock of who was quicker.)

interface Lock {
  announce(socket: string): void
  release(): void
}

// Locks this process holds. Where there is no /proc, nothing else tells "mine" from "left by a dead process that had my pid".
const held = new Set<string>()

async function takeLock(folder: string): Promise<Lock> {
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
        throw new FolderUnusable(folder, 'is not locked by this process any more: somebody deleted its lock.')
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
 * Who has the folder open. Touches nothing.
 * @returns the holder, or undefined if nobody has, or who had is dead
 * @throws what reading the folder throws
 */
export async function holderOf(folder: string): Promise<Holder | undefined> {
  const lock = join(resolve(folder), 'lock')
  for (const name of namesIn(lock)) {
    const holder = name.endsWith('.json') && read(join(lock, name))
    if (holder && (await lives(holder, lock, name.replace('.json', '')))) return holder
  }
}

async function refuseIfHeld(folder: string): Promise<void> {
  const holder = await holderOf(folder)
  if (holder) throw new FolderInUse(folder, holder)
}

// The names come first: what is not there yet when the holders are judged is not deleted.
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
    // Gone, or somebody else's by now.
  }
}

function renamed(draft: string, lock: string): boolean {
  try {
    fs.renameSync(draft, lock)
    return true
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST'].includes(codeOf(error)) || (process.platform === 'win32' && fs.existsSync(lock))) return false
    throw error
  }
}

function read(file: string): Holder | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch (error) {
    // Released meanwhile, or emptied by a power cut: no process that lives leaves it unreadable.
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return
    throw error
  }
}

async function lives(holder: Holder, lock: string, id: string): Promise<boolean> {
  const here = hereAndNow()
  // A service may be kept from reading some of /proc: what is empty tells nothing.
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

// A process is the same process if its machine has not been started anew, it counts pids in the same space (container), and it began
// at the same tick.
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

// man 5 proc_pid_stat: the name, in brackets, may hold anything; after it the state (field 3) and, 19 further, the start (field 22).
function startOf(pid: number): string {
  const stat = proc(() => fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))
  const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' ? 'dead' : (fields[18] ?? '')
}

// A process of another container cannot be seen, but the kernel answers for it: whoever connects to its socket gets through while it
// lives, however busy it is. The way over /proc/self/fd keeps the address short, which may have 107 bytes.
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

// Only a refusal proves that nobody listens any more; in doubt the folder is in use.
function answers(folder: string, name: string): Promise<boolean> {
  const { path, done } = throughFd(folder, name)
  return new Promise<boolean>((settle) => {
    const socket = connect({ path }, () => settle(true)).once('error', (error) => settle(codeOf(error) !== 'ECONNREFUSED'))
    socket.once('connect', () => socket.destroy())
  }).finally(done)
}
