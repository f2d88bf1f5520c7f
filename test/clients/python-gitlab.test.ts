// python-gitlab, as Debian has it, asks for everything that a script asks for all day, and gets it.
import { execFile, execFileSync } from 'node:child_process'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startService } from '../support/service/service.ts'
import { world } from '../support/world/world.ts'

// Debian's own: another Python may be first on the path.
const python = '/usr/bin/python3'

function isInstalled(): boolean {
  try {
    execFileSync(python, ['-c', 'import gitlab, requests'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const runs = isInstalled() || process.env.CI === 'true'
if (!runs) process.stderr.write('python-gitlab is left out: install python3-gitlab\n')

/** A port that nobody listens on: addresses in answers lead to it, and python-gitlab follows them. */
async function freePort(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return String(port)
}

test.runIf(runs)('python-gitlab works unchanged', { timeout: 180_000 }, async () => {
  const service = await startService({ environment: { PORT: await freePort() } })
  const token = await (await world(service, { people: { root: 'administrator' } })).token('root')
  const script = new URL('python-gitlab.py', import.meta.url).pathname
  const { stdout, stderr } = await promisify(execFile)(python, [script, service.url, token], { timeout: 150_000 })
  expect(stderr).toBe('')
  expect(stdout.trim().split('\n').length).toBeGreaterThan(45)
})
