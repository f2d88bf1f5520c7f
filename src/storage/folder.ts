// The folder of the embedded database: its owner, its version, and why it can't be used, in messages for users.
import fs from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder can't be opened. The message is for users: what, where, what to do. */
export class FolderError extends Error {
  readonly folder: string
  constructor(folder: string, message: string, cause?: unknown) {
    super(message, { cause })
    this.folder = folder
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

/** Nothing was ever stored in the folder, and the caller can't create a database there. */
export class FolderWithoutDatabase extends FolderError {
  constructor(folder: string) {
    super(folder, `There is no database in ${folder}. Start the server first: npm start`)
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
export const version = `${format} postgres ${postgresMajor}`

const reasons: Record<string, string> = {
  EACCES: 'cannot be read or written by this user. Give this user the folder, or set ROLOBOT_DATA to another one.',
  EPERM: 'belongs to another user. Give this user the folder, or set ROLOBOT_DATA to a new folder inside it.',
  EROFS: 'is on a read-only file system. Mount it writable, or set ROLOBOT_DATA to another folder.',
  ENOTDIR: "isn't a folder, or its parent isn't one. Set ROLOBOT_DATA to a folder.",
  ENOENT: 'does not exist and cannot be created there. Set ROLOBOT_DATA to another folder.',
  ENOSPC: 'is on a disk that is full. Make room and start again.',
}

export const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? ''

export async function explained<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof FolderError) throw error
    throw new FolderUnusable(
      folder,
      reasons[codeOf(error)] ?? `could not be opened: ${(error as Error).message}`,
      error,
    )
  }
}

// What the folder contains: `version` and `postgres`, and while it is open, `lock`.

export const unfinished = 'postgres.new'

/** Has a database ever been created in the folder? */
export const holdsDatabase = (folder: string): boolean => namesIn(folder).includes('postgres')

const ownBeforeVersion = (name: string) =>
  name === 'lost+found' || name === unfinished || name === 'version.new' || /^lock(\.|$)/.test(name)

// Only reads. `version` is written before anything of a database, so a folder with a `postgres` and no version isn't
// ours.
export function checkOurs(folder: string): void {
  const names = namesIn(folder)
  if (names.includes('version')) checkVersion(folder, names)
  else if (!names.every(ownBeforeVersion) || namesIn(join(folder, unfinished)).length > 0)
    throw new FolderUnusable(
      folder,
      'is not empty and holds no Rolobot data. Set ROLOBOT_DATA to a new or an empty folder.',
    )
}

function checkVersion(folder: string, names: string[]): void {
  const found = textOf(join(folder, 'version'))
  if (found !== version) throw new FolderOfAnotherVersion(folder, found)
  if (!names.includes('postgres')) {
    if (names.includes(unfinished)) return
    throw new FolderUnusable(
      folder,
      'has lost its database (postgres/). Restore it from a backup, or delete the folder to start over.',
    )
  }
  // PGlite takes a folder without PG_VERSION for an empty one and would write a new database over what is left.
  if (!namesIn(join(folder, 'postgres')).includes('PG_VERSION'))
    throw new FolderUnusable(folder, 'is damaged: postgres/PG_VERSION is missing. Restore it from a backup.')
  const major = textOf(join(folder, 'postgres', 'PG_VERSION'))
  if (major !== postgresMajor) throw new FolderOfAnotherVersion(folder, `${format} postgres ${major}`)
}

const textOf = (file: string) => fs.readFileSync(file, 'utf8').trim()

export function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

// Node's own `recursive` never returns where a folder exists but takes no entries, as in /proc:
// github.com/nodejs/node/issues/27198
export function createFolder(folder: string): void {
  if (fs.existsSync(folder)) return
  createFolder(dirname(folder))
  try {
    fs.mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && fs.existsSync(folder)) return
    throw error
  }
  sync(dirname(folder))
}

export function replaceFile(path: string, text: string, draft: string): void {
  fs.writeFileSync(draft, text, { mode: 0o600 })
  sync(draft)
  fs.renameSync(draft, path)
}

export function sync(path: string): void {
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
