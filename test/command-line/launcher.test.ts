// bin/rolobot.js, what `npx rolobot` starts: it builds when that is due, says so on standard error, and then is the
// program.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'

const place = mkdtempSync(join(tmpdir(), 'rolobot-launcher-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))

const launcher = new URL('../../bin/rolobot.js', import.meta.url)
const program = `
  console.log('program', ...process.argv.slice(2))
  if (process.argv[2] === 'wait') {
    process.once('SIGTERM', () => { console.log('stopped in order'); clearInterval(ticking) })
    const ticking = setInterval(() => {}, 1000)
  }`
const builds = `
  import { mkdirSync, writeFileSync } from 'node:fs'
  mkdirSync('dist', { recursive: true })
  writeFileSync('dist/cli.js', ${JSON.stringify(program)})
  writeFileSync('dist/built', '')`

let root: string
let checkouts = 0
/** A checkout in which building takes no time. */
beforeEach(() => {
  root = join(place, `checkout ${++checkouts}`)
  mkdirSync(join(root, 'src', 'quick-actions', 'grammar'), { recursive: true })
  cpSync(launcher, join(root, 'bin', 'rolobot.js'))
  writeFileSync(join(root, 'package.json'), '{"type": "module"}')
  writeFileSync(join(root, 'src', 'cli.ts'), '')
  writeFileSync(join(root, 'build.js'), builds)
})

const words = () => [join(root, 'bin', 'rolobot.js'), 'failed', '--all']
function launch() {
  const { status, stdout, stderr } = spawnSync(process.execPath, words(), { cwd: place, encoding: 'utf8' })
  return { status, stdout, stderr }
}
const ran = (stderr: unknown) => ({ status: 0, stdout: 'program failed --all\n', stderr })
const built = expect.stringMatching(/^Building… \(\d+ s\)\n$/)
const edit = (path: string) => {
  writeFileSync(join(root, path), '')
  const later = new Date(Date.now() + 60_000)
  utimesSync(join(root, path), later, later)
}

test('builds what was never built, once, from whichever folder it is called', () => {
  expect(launch()).toEqual(ran(built))
  expect(launch()).toEqual(ran(''))
})

test('builds again when a source is newer, but not for what the build generates', () => {
  launch()
  edit('src/quick-actions/grammar/commands.js')
  expect(launch()).toEqual(ran(''))
  edit('src/quick-actions/new.ts')
  expect(launch()).toEqual(ran(built))
})

test('needs no sources once it is built', () => {
  launch()
  for (const path of ['src', 'build.js']) rmSync(join(root, path), { recursive: true })
  expect(launch()).toEqual(ran(''))
})

test('says why it could not build, and what to do', () => {
  writeFileSync(join(root, 'build.js'), 'import "esbuild-that-is-not-there"')
  expect(launch()).toEqual({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /^Building…\n[\s\S]*is-not-there[\s\S]*\nRolobot could not be built\. Run npm ci, then try again\.\n$/,
    ),
  })
})

test('passes signals on, as it is the program itself', async () => {
  const child = spawn(process.execPath, [join(root, 'bin', 'rolobot.js'), 'wait'], { cwd: place })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk
    if (said === 'program wait\n') setTimeout(() => child.kill('SIGTERM'), 100)
  })
  expect(await once(child, 'close')).toEqual([0, null])
  expect(said).toBe('program wait\nstopped in order\n')
})
