// The embedded database keeps its promises: on the disk, one process at a time, nothing of others touched, whole after
// kill -9.
import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Embedded, openEmbedded } from '../../src/storage/embedded.ts'
import { FolderError, FolderOfAnotherVersion, FolderUnusable } from '../../src/storage/folder.ts'
import { FolderInUse, holderOf } from '../../src/storage/folder-lock.ts'
import { openInMemory } from '../support/service/in-memory.ts'

const linux = process.platform === 'linux'
const place = fs.mkdtempSync(join(tmpdir(), 'rolobot-embedded-'))
const template = join(place, 'template')
const opened: Embedded[] = []
const children: ChildProcess[] = []
let folders = 0

const newPath = () => join(place, String(++folders))
const open = async (folder: string) => {
  const embedded = await openEmbedded(folder)
  opened.push(embedded)
  return embedded
}
const refusalOf = (folder: string) =>
  openEmbedded(folder).then(
    () => expect.unreachable('it opened'),
    (error: unknown) => error as FolderError,
  )

/** A folder of ours that nobody has open; a copy, as making one takes seconds. */
const madeFolder = () => {
  const folder = newPath()
  fs.cpSync(template, folder, { recursive: true })
  return folder
}

/** Everything in a folder, and the folder itself, with size, mode and time of change. */
const stateOf = (folder: string) =>
  ['.', ...fs.readdirSync(folder, { recursive: true }).map(String)].sort().map((name) => {
    const { size, mode, mtimeMs, ctimeMs } = fs.lstatSync(join(folder, name))
    return { name, size, mode, mtimeMs, ctimeMs }
  })

const start = (...task: string[]) => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/support/processes/embedded-writer.ts', ...task], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const ended = new Promise<void>((done) => child.once('close', () => done()))
  const lines: string[] = []
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (line) => lines.push(line))
  const kill = () => {
    child.kill('SIGKILL')
    return ended
  }
  return { pid: child.pid as number, lines, ended, kill }
}

const until = (what: () => boolean) => vi.waitUntil(what, { timeout: 60_000, interval: 1 })

const holding = async (folder: string) => {
  const child = start('hold', folder)
  await until(() => child.lines.includes('open'))
  return child
}

const lockFile = (folder: string) => {
  const name = fs.readdirSync(join(folder, 'lock')).find((file) => file.endsWith('.json'))
  return join(folder, 'lock', name as string)
}

const rewrite = (file: string, change: object) =>
  fs.writeFileSync(file, JSON.stringify({ ...JSON.parse(fs.readFileSync(file, 'utf8')), ...change }))

beforeAll(async () => {
  await (await openEmbedded(template)).close()
}, 60_000)

afterEach(async () => {
  vi.restoreAllMocks()
  vi.useRealTimers()
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const embedded of opened.splice(0)) await embedded.close()
})

afterAll(() => fs.rmSync(place, { recursive: true, force: true }))

describe('what is acknowledged is on the disk', () => {
  test('each commit is synced', async () => {
    const { pglite } = await open(madeFolder())
    await pglite.exec('create table t (id int primary key)')
    const fsync = vi.spyOn(fs, 'fsyncSync')
    for (let id = 0; id < 50; id++) await pglite.query('insert into t values ($1)', [id])
    expect(fsync.mock.calls.length).toBeGreaterThanOrEqual(50)
    fsync.mockClear()
    await pglite.query('select from t')
    expect(fsync).not.toHaveBeenCalled()
  })

  test('so is the folder of a new log file', async () => {
    const { pglite } = await open(madeFolder())
    const fsync = vi.spyOn(fs, 'fsyncSync')
    let synced = 0
    fsync.mockImplementation((file) => {
      if (fs.fstatSync(file).isDirectory()) synced++
    })
    await pglite.exec("create table t as select repeat('x', 1000) from generate_series(1, 40000)")
    expect(synced).toBeGreaterThanOrEqual(1)
  })

  test('everything of a new database is synced before it gets its name', async () => {
    const folder = newPath()
    const synced = new Set<number>()
    const fsync = fs.fsyncSync
    vi.spyOn(fs, 'fsyncSync').mockImplementation((file) => {
      synced.add(fs.fstatSync(file).ino)
      fsync(file)
    })
    const rename = fs.renameSync
    const forgotten: string[] = []
    let named = 0
    vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
      if (to === join(folder, 'postgres')) {
        named++
        forgotten.push(
          ...stateOf(String(from)).flatMap(({ name }) =>
            synced.has(fs.statSync(join(String(from), name)).ino) ? [] : [name],
          ),
        )
      }
      rename(from, to)
    })
    await open(folder)
    expect({ named, forgotten }).toEqual({ named: 1, forgotten: [] })
  }, 60_000)

  test('a disk that fails refuses the commit and everything after it, and does not hang', async () => {
    const folder = madeFolder()
    const { pglite, close } = await open(folder)
    await pglite.exec('create table t (id int); insert into t values (1)')
    const fsync = vi.spyOn(fs, 'fsyncSync').mockImplementation(() => {
      throw Object.assign(new Error('EIO'), { code: 'EIO' })
    })
    await expect(pglite.query('insert into t values (2)')).rejects.toThrow()
    fsync.mockRestore()
    await expect(pglite.query('select * from t')).rejects.toThrow('the disk is full or broken')
    await close()
    const again = await open(folder)
    expect((await again.pglite.query('select id from t where id = 1')).rows).toEqual([{ id: 1 }])
  })

  test('after kill -9 every acknowledged row is there', async () => {
    const folder = madeFolder()
    let acknowledged = 0
    for (const least of [50, 200, 500]) {
      const child = start('write', folder)
      await until(() => child.lines.length >= least)
      await child.kill()
      acknowledged += child.lines.length
      const { pglite, close } = await openEmbedded(folder)
      const { rows } = await pglite.query<{ id: number }>('select id from written')
      await close()
      const found = new Set(rows.map(({ id }) => id))
      expect(child.lines.filter((id) => !found.has(Number(id)))).toEqual([])
      expect(rows.length).toBeGreaterThanOrEqual(acknowledged)
    }
  }, 90_000)

  test('a start after a crash leaves nothing ticking that keeps the process from ending', async () => {
    const folder = madeFolder()
    await (await holding(folder)).kill()
    const child = start('open', folder)
    const ended = await Promise.race([child.ended.then(() => true), new Promise((done) => setTimeout(done, 15_000))])
    expect(ended).toBe(true)
  }, 30_000)

  test('the log does not grow for ever', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const { pglite } = await open(madeFolder())
    const sinceCheckpoint = async () => {
      const { rows } = await pglite.query<{ bytes: string }>(
        'select pg_current_wal_lsn() - redo_lsn as bytes from pg_control_checkpoint()',
      )
      return Number(rows[0]?.bytes)
    }
    await pglite.exec("create table t as select repeat('x', 1000) from generate_series(1, 80000)")
    expect(await sinceCheckpoint()).toBeGreaterThan(64 * 1024 * 1024)
    vi.advanceTimersByTime(60_000)
    await vi.waitFor(async () => expect(await sinceCheckpoint()).toBeLessThan(1024 * 1024), 10_000)
  })
})

describe('one process at a time', () => {
  test('a second one is told who has the folder and where to reach it, and touches nothing', async () => {
    const folder = madeFolder()
    const { pid } = await holding(folder)
    const before = stateOf(folder)
    const refusal = await refusalOf(folder)
    expect(refusal).toBeInstanceOf(FolderInUse)
    expect(refusal).toMatchObject({ folder, pid, socket: '/run/of-the-holder.sock' })
    expect(refusal.message).toBe(
      `The data folder ${folder} is in use by process ${pid}. Stop that process first, or set ROLOBOT_DATA to another folder.`,
    )
    expect(await holderOf(folder)).toMatchObject({ pid, socket: '/run/of-the-holder.sock' })
    expect(stateOf(folder)).toEqual(before)
  })

  test('the same process cannot open it twice, not even at once', async () => {
    const folder = madeFolder()
    const both = await Promise.allSettled([open(folder), open(folder)])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(both.find((one) => one.status === 'rejected')?.reason).toBeInstanceOf(FolderInUse)
    const link = newPath()
    fs.symlinkSync(folder, link)
    expect(await refusalOf(link)).toMatchObject({
      pid: process.pid,
      message: expect.stringContaining('this process itself'),
    })
    for (const embedded of opened) await embedded.close()
    await open(folder)
  })

  test('what a killed process left is taken over', async () => {
    const folder = madeFolder()
    const child = await holding(folder)
    await child.kill()
    expect(fs.existsSync(lockFile(folder))).toBe(true)
    expect(await holderOf(folder)).toBeUndefined()
    await open(folder)
    expect(await holderOf(folder)).toMatchObject({ pid: process.pid, socket: null })
    expect(fs.readdirSync(folder).sort()).toEqual(['lock', 'postgres', 'version'])
    expect(fs.readdirSync(join(folder, 'lock')).filter((name) => name.endsWith('.json'))).toHaveLength(1)
  })

  test.runIf(linux).for([
    ['another process has its pid by now', { start: '1' }],
    ['we have its pid, as pid 1 of a container has', { pid: process.pid, start: '1' }],
    ['the machine was started anew', { boot: 'another' }],
  ] as const)('a lock is stale when %s', async ([, change]) => {
    const folder = madeFolder()
    await holding(folder)
    rewrite(lockFile(folder), change)
    await open(folder)
  })

  test.for(['', '{"pid": 1'])('a lock that a power cut left as %j is stale', async (text) => {
    const folder = madeFolder()
    fs.mkdirSync(join(folder, 'lock'))
    fs.writeFileSync(join(folder, 'lock', 'some-id.json'), text)
    await open(folder)
  })

  test.runIf(linux)('a process of another container is seen while it lives, and only then', async () => {
    const folder = madeFolder()
    const child = await holding(folder)
    // As if it had been written in a container, where pids are counted apart: this one is not there, and nobody has it
    // here.
    rewrite(lockFile(folder), { space: 'pid:[1]', pid: 999_999_999 })
    const refusal = await refusalOf(folder)
    expect(refusal).toBeInstanceOf(FolderInUse)
    expect(refusal.message).toContain(
      'process 999999999 of another container. Stop it first; if that container is long gone, delete ',
    )
    await child.kill()
    await open(folder)
  })

  test.runIf(linux)('also under a path longer than a socket address may be', async () => {
    const folder = join(newPath(), 'long'.repeat(40))
    fs.mkdirSync(folder, { recursive: true })
    fs.cpSync(template, folder, { recursive: true })
    await holding(folder)
    rewrite(lockFile(folder), { space: 'pid:[1]', pid: 999_999_999 })
    expect(await refusalOf(folder)).toBeInstanceOf(FolderInUse)
  })

  test('of four that race for a stale lock exactly one has the folder', async () => {
    const left = madeFolder()
    await (await holding(left)).kill()
    const rounds = Array.from({ length: 6 }, () => {
      const folder = madeFolder()
      fs.cpSync(join(left, 'lock'), join(folder, 'lock'), {
        recursive: true,
        filter: (path) => !path.endsWith('.alive'),
      })
      return folder
    })
    const racers = Array.from({ length: 4 }, () => start('race', String(Date.now() + 4000), '1500', ...rounds))
    await Promise.all(racers.map(({ ended }) => ended))
    const results = racers.flatMap(({ lines }) =>
      lines.map((line) => JSON.parse(line) as { round: number; from: number; to: number; lost?: string }),
    )
    for (const round of rounds.keys()) {
      const ofRound = results.filter((result) => result.round === round)
      const winners = ofRound.filter(({ lost }) => lost === undefined).sort((one, other) => one.from - other.from)
      const losers = ofRound.filter(({ lost }) => lost === 'FolderInUse')
      expect([winners.length > 0, winners.length + losers.length]).toEqual([true, racers.length])
      // On a busy machine one may come so late that the winner has closed the folder again.
      for (const [at, { from }] of winners.slice(1).entries()) expect(from).toBeGreaterThan(winners[at]?.to ?? 0)
    }
    for (const folder of rounds) expect(fs.readdirSync(folder).sort()).toEqual(['postgres', 'version'])
  }, 60_000)

  test('closing twice is closing once, and releases only our own lock', async () => {
    const folder = madeFolder()
    const { close, announce } = await open(folder)
    fs.rmSync(join(folder, 'lock'), { recursive: true })
    const child = await holding(folder)
    expect(() => announce('/run/ours.sock')).toThrow('its lock was deleted')
    await Promise.all([close(), close()])
    expect(await holderOf(folder)).toMatchObject({ pid: child.pid, socket: '/run/of-the-holder.sock' })
  })
})

describe('the folder', () => {
  test('is made with its parents, for its owner only', async () => {
    const folder = join(newPath(), 'a', 'b')
    const umask = process.umask(0)
    await open(folder).finally(() => process.umask(umask))
    expect(fs.statSync(folder).mode & 0o777).toBe(0o700)
    expect(fs.statSync(join(folder, 'postgres')).mode & 0o777).toBe(0o700)
    expect(fs.statSync(join(folder, 'version')).mode & 0o777).toBe(0o600)
    expect(fs.statSync(lockFile(folder)).mode & 0o777).toBe(0o600)
  }, 60_000)

  test('is closed to others where it was open to them', async () => {
    const folder = madeFolder()
    fs.chmodSync(folder, 0o777)
    await open(folder)
    expect(fs.statSync(folder).mode & 0o777).toBe(0o700)
  })

  test('keeps what was written', async () => {
    const folder = madeFolder()
    const first = await open(folder)
    await first.pglite.exec('create table t (id int); insert into t values (7)')
    await first.close()
    expect(fs.readdirSync(folder).sort()).toEqual(['postgres', 'version'])
    const second = await open(folder)
    expect((await second.pglite.query('select id from t')).rows).toEqual([{ id: 7 }])
  })

  test('may be the root of a fresh disk', async () => {
    const folder = newPath()
    fs.mkdirSync(join(folder, 'lost+found'), { recursive: true })
    await open(folder)
  }, 60_000)

  test('killed with -9 while it was made, it is made anew', async () => {
    const folder = newPath()
    for (const sign of ['version', 'postgres.new/PG_VERSION']) {
      const child = start('hold', folder)
      await until(() => fs.existsSync(join(folder, sign)))
      await child.kill()
      expect(fs.existsSync(join(folder, 'postgres'))).toBe(false)
    }
    const { pglite } = await open(folder)
    await pglite.exec('create table t (id int)')
    expect(fs.readdirSync(folder).filter((name) => !name.startsWith('lock'))).toEqual(['postgres', 'version'])
  }, 90_000)
})

const untouched = async (folder: string) => {
  const before = stateOf(folder)
  const refusal = await refusalOf(folder)
  expect(stateOf(folder)).toEqual(before)
  expect(refusal).toBeInstanceOf(FolderError)
  expect(refusal.folder).toBe(folder)
  expect(refusal.message).toContain(`The data folder ${folder} `)
  return refusal
}

describe('a folder that is refused is left as it was', () => {
  test.for([
    ['another format', 'version', 'rolobot-data 2 postgres 18\n', '"rolobot-data 2 postgres 18"'],
    ['another Postgres in our version', 'version', 'rolobot-data 1 postgres 17\n', '"rolobot-data 1 postgres 17"'],
    ['another Postgres in the data', 'postgres/PG_VERSION', '17\n', '"rolobot-data 1 postgres 17"'],
  ] as const)('%s', async ([, file, text, said]) => {
    const folder = madeFolder()
    fs.writeFileSync(join(folder, file), text)
    const refusal = await untouched(folder)
    expect(refusal).toBeInstanceOf(FolderOfAnotherVersion)
    expect(refusal.message).toContain(said)
  })

  test.for([
    ['files of another program', ['photo.jpg'], 'is not empty and holds no Rolobot data'],
    [
      'the folder of another program with a name of ours',
      ['postgres.new/PG_VERSION'],
      'is not empty and holds no Rolobot data',
    ],
    [
      'the Postgres of another program',
      ['postgres/PG_VERSION', 'postgres/base/1'],
      'is not empty and holds no Rolobot data',
    ],
  ] as const)('%s', async ([, files, said]) => {
    const folder = newPath()
    for (const file of files) {
      fs.mkdirSync(join(folder, file, '..'), { recursive: true })
      fs.writeFileSync(join(folder, file), '18')
    }
    const refusal = await untouched(folder)
    expect(refusal).toBeInstanceOf(FolderUnusable)
    expect(refusal.message).toContain(said)
  })

  test.for([
    ['a lost database', 'postgres', 'has lost its database'],
    ['a damaged database', 'postgres/PG_VERSION', 'is damaged: postgres/PG_VERSION is missing'],
  ] as const)('%s', async ([, lost, said]) => {
    const folder = madeFolder()
    fs.rmSync(join(folder, lost), { recursive: true })
    expect((await untouched(folder)).message).toContain(said)
  })

  test('a file in its place, and a path under a file', async () => {
    const file = newPath()
    fs.writeFileSync(file, 'text')
    for (const path of [file, join(file, 'data')]) {
      const refusal = await refusalOf(path)
      expect(refusal).toBeInstanceOf(FolderUnusable)
      expect(refusal.message).toContain("isn't a folder, or its parent isn't one")
    }
    expect(fs.readFileSync(file, 'utf8')).toBe('text')
  })

  test('a folder that this user may not write', async ({ skip }) => {
    const parent = newPath()
    fs.mkdirSync(parent)
    if (process.getuid?.() !== 0) fs.chmodSync(parent, 0o500)
    const seteuid = process.getuid?.() === 0 ? process.seteuid?.bind(process) : undefined
    if (process.platform === 'win32') skip('Windows has no such permissions')
    fs.chmodSync(place, 0o755)
    seteuid?.(65_534)
    const refusal = await refusalOf(join(parent, 'data')).finally(() => seteuid?.(0))
    expect(refusal).toBeInstanceOf(FolderUnusable)
    expect(refusal.message).toContain('cannot be read or written by this user')
    expect(fs.readdirSync(parent)).toEqual([])
  })
})

test('a database in memory starts from a dump of another', async () => {
  const first = await openInMemory()
  await first.exec('create table t (id int); insert into t values (7)')
  const second = await openInMemory(await first.dumpDataDir('none'))
  expect((await second.query('select id from t')).rows).toEqual([{ id: 7 }])
  await first.close()
  await second.close()
}, 30_000)
