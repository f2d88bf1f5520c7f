// The service as its users run it: processes of their own, on loopback.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url))

export interface Running {
  /** What it printed until it was ready. */
  said: string
  stop(): Promise<void>
}

/** Starts a command of ours and waits until it says what is expected. */
export const start = (command: string, environment: Record<string, string>, expected: RegExp): Promise<Running> =>
  startProgram([cli, command], environment, expected)

/** Starts any program of Node. */
export async function startProgram(
  program: readonly string[],
  environment: Record<string, string>,
  expected: RegExp,
): Promise<Running> {
  const child = spawn(process.execPath, program, {
    env: { ...process.env, LOG_LEVEL: 'error', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const said = await untilSaid(child, expected)
  return {
    said,
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

function untilSaid(child: ChildProcess, expected: RegExp): Promise<string> {
  let said = ''
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`ended with ${code} after: ${said}`)))
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (expected.test(said)) resolve(said)
    })
  })
}

/** Runs a command of ours to its end, with a text on its standard input. */
export async function run(command: readonly string[], environment: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, [cli, ...command], {
    env: { ...process.env, LOG_LEVEL: 'error', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}`)
  return said.trim()
}
