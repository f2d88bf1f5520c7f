#!/usr/bin/env node
// Starts Rolobot. Builds it first when it was never built, or when its sources have changed since.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const sources = ['src', 'grammar', 'build.js', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json']
// The build writes these, so they are always newer than its start.
const generated = join('src', 'quick-actions', 'grammar')

const filesIn = (path) =>
  statSync(join(root, path)).isDirectory()
    ? readdirSync(join(root, path)).flatMap((name) => filesBelow(join(path, name)))
    : [path]
const filesBelow = (path) => (path === generated ? [] : filesIn(path))

const changedAt = (path) => statSync(join(root, path)).mtimeMs

// An installation may consist of dist/ alone, without the sources.
function needsBuild() {
  const stamp = join('dist', 'built')
  if (!existsSync(join(root, stamp))) return true
  const builtAt = changedAt(stamp)
  return sources
    .filter((path) => existsSync(join(root, path)))
    .some((path) => filesBelow(path).some((file) => changedAt(file) > builtAt))
}

// Progress goes to standard error: standard output is for what the command prints.
function build() {
  const start = Date.now()
  process.stderr.write('Building…')
  const { status, stdout, stderr } = spawnSync(process.execPath, ['build.js'], { cwd: root, encoding: 'utf8' })
  if (status === 0) return void process.stderr.write(` (${Math.ceil((Date.now() - start) / 1000)} s)\n`)
  process.stderr.write(`\n${stdout}${stderr}\nRolobot could not be built. Run npm ci, then try again.\n`)
  process.exit(1)
}

if (needsBuild()) build()
await import('../dist/cli.js')
