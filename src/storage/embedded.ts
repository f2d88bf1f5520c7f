// The embedded database made safe: PGlite that syncs what it acknowledges, in a folder that only one process at a time
// can open.
import fs from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import {
  checkOurs,
  codeOf,
  createFolder,
  explained,
  FolderUnusable,
  FolderWithoutDatabase,
  holdsDatabase,
  replaceFile,
  sync,
  unfinished,
  version,
} from './folder.ts'
import { refuseIfHeld, takeLock } from './folder-lock.ts'

// The extensions that the migrations need.
export const extensions = { pg_trgm }

/** The open database. `announce` tells other processes where to reach this one; `close` can be called twice. */
export interface Embedded {
  pglite: PGlite
  announce(socket: string): void
  close(): Promise<void>
}

// A start after a crash would leave a timer behind that ticks on in PGlite and keeps the process from ending.
export const quiet = PGlite.defaultStartParams.concat('-c', 'log_startup_progress_interval=0')
// -F means "do not sync".
const durable = quiet.filter((param) => param !== '-F').concat('-c', 'wal_sync_method=fsync')

/** Called before a database is created; `false`: don't create one. */
export type MayCreate = false | (() => void)

/**
 * Opens the database in `folder`, and creates both if they are missing. No other process can open the folder before
 * `close`.
 * @param folder its path; it becomes accessible to its owner only (0700)
 * @returns the database; a statement that has returned is on the disk
 * @throws FolderInUse, FolderOfAnotherVersion, FolderUnusable, FolderWithoutDatabase; what the folder held is then as
 * it was
 */
export async function openEmbedded(folder: string, mayCreate: MayCreate = () => {}): Promise<Embedded> {
  const path = resolve(folder)
  const lock = await explained(path, async () => {
    await refuseIfHeld(path)
    checkOurs(path)
    if (!mayCreate && !holdsDatabase(path)) throw new FolderWithoutDatabase(path)
    createFolder(path)
    return takeLock(path)
  })
  try {
    const pglite = await explained(path, () => openDatabase(path, mayCreate || (() => {})))
    const upkeep = setInterval(() => void keepUp(pglite), aMinute).unref()
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

async function openDatabase(folder: string, creating: () => void): Promise<PGlite> {
  checkOurs(folder)
  fs.chmodSync(folder, 0o700)
  if (!holdsDatabase(folder)) {
    creating()
    await initialise(folder)
  }
  return PGlite.create({ fs: new DurableNodeFS(join(folder, 'postgres')), startParams: durable, extensions })
}

// The new database gets its name when it is complete and on disk. Until then nobody has used it, so leftovers of a
// crash can be deleted.
async function initialise(folder: string): Promise<void> {
  const unfinishedFolder = join(folder, unfinished)
  fs.rmSync(unfinishedFolder, { recursive: true, force: true })
  fs.mkdirSync(unfinishedFolder, { mode: 0o700 })
  replaceFile(join(folder, 'version'), `${version}\n`, join(folder, 'version.new'))
  await (await PGlite.create({ fs: new NodeFS(unfinishedFolder) })).close()
  for (const name of fs.readdirSync(unfinishedFolder, { recursive: true })) sync(join(unfinishedFolder, String(name)))
  sync(unfinishedFolder)
  fs.renameSync(unfinishedFolder, join(folder, 'postgres'))
  sync(folder)
}

// --- fsync ---

const aMinute = 60_000

// Postgres does this in separate processes, so PGlite never does. Without checkpoints, the log would grow until
// `close`, and so would recovery after a crash; without vacuum, every table that is written to would grow forever.
async function keepUp(pglite: PGlite): Promise<void> {
  const isDue = async (question: string) => (await pglite.query<{ name: string }>(question)).rows
  try {
    const checkpoint = await isDue(
      'select from pg_control_checkpoint() where pg_current_wal_lsn() - redo_lsn > 64 * 1024 * 1024',
    )
    if (checkpoint.length > 0) await pglite.exec('checkpoint')
    // The thresholds of autovacuum: postgresql.org/docs/current/routine-vacuuming.html#AUTOVACUUM
    const worn = await isDue(
      'select relname as name from pg_stat_user_tables where n_dead_tup > 1000 + n_live_tup * 0.2',
    )
    for (const { name } of worn) await pglite.exec(`vacuum (analyze) "${name}"`)
  } catch {
    // Closed or broken: the next user of the database gets the error.
  }
}

interface Emscripten {
  FS: { ErrnoError: new (errno: number) => Error }
  NODEFS: { stream_ops: { fsync?: (stream: { nfd?: number }) => number } }
}

// Postgres tolerates a file system that cannot sync folders (EINVAL), and stops on any other failure.
const errnoOf = (error: unknown) => (codeOf(error) === 'EINVAL' ? 28 : 29)

// PGlite's file system answers fsync with "done" and does nothing. This does it: for files and for folders, as Postgres
// syncs a folder after it has created or renamed a file in it (a new WAL segment, pg_control). Not covered: fdatasync
// (hence wal_sync_method=fsync, the default would be fdatasync), and disks that lie. Depends on PGlite's internals: its
// version is pinned, and a test counts.
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

// Postgres stops (PANIC) when the disk under its log fails or is full. PGlite would continue in a broken state and spin
// forever.
function refuseFromNowOn(pglite: PGlite, unfinishedFolder: string): void {
  pglite.execProtocolRawSync = () => {
    throw new FolderUnusable(
      dirname(unfinishedFolder),
      'could not be written: the disk is full or broken. Acknowledged data is safe. Fix the disk and start again.',
    )
  }
}
