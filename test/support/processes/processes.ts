// Our program as its users run it: processes of their own that are spoken to, stopped and killed. None outlives its
// test file.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { atEnd } from '../service/at-end.ts'

const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url))

const running = new Map<ChildProcess, Promise<Ending>>()
let made: string | undefined
let folders = 0

/** A place for folders of this test file; it is removed in the end, when nobody runs there any more. */
export function place(): string {
  if (made !== undefined) return made
  const folder = mkdtempSync(join(tmpdir(), 'rolobot-processes-'))
  atEnd(async () => {
    await Promise.all([...running].map(([child, ended]) => child.kill('SIGKILL') && ended))
    rmSync(folder, { recursive: true, force: true })
    made = undefined
  })
  made = folder
  return folder
}

/** A path for a folder that does not exist yet. */
export const newFolder = (): string => join(place(), `folder-${++folders}`)

export type Environment = Readonly<Record<string, string>>

export interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
  out: string
  err: string
}

export interface Started {
  pid: number
  ended: Promise<Ending>
  isRunning(): boolean
  /** What it wrote so far. */
  out(): string
  err(): string
  /** Waits until its standard output matches; fails if it ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  /** Sends a signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Ending>
}

// Nothing of our own settings reaches it, and what it leaves in the folder for temporary files goes with ours.
function environmentOf(given: Environment): NodeJS.ProcessEnv {
  const { PATH, HOME, SystemRoot } = process.env
  const temporary = join(place(), 'tmp')
  mkdirSync(temporary, { recursive: true, mode: 0o700 })
  return {
    PATH,
    HOME,
    SystemRoot,
    TMPDIR: temporary,
    PORT: '0',
    LOG_LEVEL: 'warn',
    DATABASE_CONNECTIONS: '5',
    ...given,
  }
}

export interface How {
  environment?: Environment
  /** Given on standard input, which is closed then. */
  input?: string | Buffer
  /** Another user's id, for who is root. */
  uid?: number
}

/** Starts a command of ours. */
export function start(words: readonly string[], { environment = {}, input = '', uid }: How = {}): Started {
  const child = spawn(process.execPath, [cli, ...words], {
    env: environmentOf(environment),
    uid,
    gid: uid,
    cwd: place(),
  })
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said.out += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said.err += chunk
  })
  // It may end before it has read everything.
  child.stdin.on('error', () => {}).end(input)
  const ended = new Promise<Ending>((resolve) =>
    child.once('close', (code, signal) => {
      running.delete(child)
      resolve({ code, signal, ...said })
    }),
  )
  running.set(child, ended)
  return {
    pid: child.pid as number,
    ended,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    out: () => said.out,
    err: () => said.err,
    says: (pattern) => untilSaid(child, pattern, said),
    stop(signal = 'SIGTERM') {
      child.kill(signal)
      return ended
    },
  }
}

function untilSaid(child: ChildProcess, pattern: RegExp, said: { out: string; err: string }): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const found = pattern.exec(said.out)
      if (found) resolve(found)
    }
    child.stdout?.on('data', look)
    child.once('close', (code, signal) =>
      reject(new Error(`It ended with ${code ?? signal}.\n${said.out}\n${said.err}`)),
    )
    look()
  })
}

/** Runs a command of ours to its end. */
export const run = (words: readonly string[], how: How = {}): Promise<Ending> => start(words, how).ended

export interface Serving extends Started {
  url: string
}

/** Starts `serve` and waits until it listens. */
export async function serve(environment: Environment, how: Omit<How, 'environment'> = {}): Promise<Serving> {
  const started = start(['serve'], { ...how, environment })
  const [, url] = await started.says(/Rolobot is listening on (\S+)\n/)
  return { ...started, url: url as string }
}

/** Starts `work` and waits until it works. */
export async function work(environment: Environment): Promise<Started> {
  const started = start(['work'], { environment })
  await started.says(/Rolobot is working/)
  return started
}
