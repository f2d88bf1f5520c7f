// The rules of the house (docs/design.md), held against every file.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { connectors } from '../src/connectors/index.ts'
import { noChange } from '../src/domain/rules/change.ts'
import { rules } from '../src/domain/rules/permissions.ts'
import { understand } from '../src/quick-actions/commands.ts'
import { table } from '../src/quick-actions/help.ts'
import { actions, names } from '../src/quick-actions/index.ts'
import { interpret } from '../src/quick-actions/interpreter.ts'

const root = new URL('..', import.meta.url).pathname
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const filesIn = (folder: string, ending = /\.tsx?$/) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => ending.test(name) && !name.endsWith('.d.ts'))
    .sort()

const sources = filesIn('src')

// Who may import whom. A room may always import itself; `log` is the logger's type.
const mayImport: Record<string, { values: readonly string[]; types: readonly string[] }> = {
  storage: { values: [], types: [] },
  domain: { values: ['storage'], types: [] },
  'quick-actions': { values: ['domain/rules/permissions.ts', 'domain/rules/change.ts'], types: ['domain'] },
  queue: { values: ['timeout'], types: ['log'] },
  pipeline: { values: ['quick-actions', 'domain', 'storage', 'faults'], types: ['queue', 'log'] },
  'command-line': { values: ['pipeline', 'quick-actions', 'domain', 'storage', 'faults'], types: ['queue'] },
  connectors: { values: ['quick-actions', 'domain', 'faults', 'timeout'], types: ['storage', 'pipeline', 'log'] },
  api: { values: ['quick-actions', 'domain', 'json', 'pipeline/entry-points.ts'], types: ['storage', 'pipeline'] },
  web: { values: ['quick-actions', 'domain', 'pipeline/entry-points.ts'], types: ['storage', 'pipeline'] },
  http: { values: ['domain', 'json', 'timeout'], types: ['storage', 'log'] },
}
const wiring = ['src/cli.ts', 'src/app.ts']

interface Import {
  file: string
  room: string
  target: string
  typeOnly: boolean
}

function importsOf(file: string): Import[] {
  const room = relative('src', file).split('/')[0] as string
  const statements = read(file).matchAll(/^(?:import|export) (type )?([^'"]*?)from '(\.[^']+)'/gms)
  return [...statements].map(([, type, what, path]) => ({
    file,
    room,
    target: relative('src', normalize(join(dirname(file), path as string))),
    typeOnly: type !== undefined || /^\{(\s*type \w+( as \w+)?,?)+\s*\} $/.test(what as string),
  }))
}

function isAllowed({ room, target, typeOnly }: Import): boolean {
  const rule = mayImport[room]
  if (!rule) return false
  const allowed = [room, ...rule.values, ...(typeOnly ? rule.types : [])]
  return allowed.some((place) => target === place || target === `${place}.ts` || target.startsWith(`${place}/`))
}

test('imports point down, and doors do not know each other', () => {
  const rooms = sources.filter((file) => file.split('/').length > 2)
  const wrong = rooms.flatMap(importsOf).filter((one) => !isAllowed(one))
  expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([])
  expect(new Set(rooms.map((file) => file.split('/')[1]))).toEqual(new Set(Object.keys(mayImport)))
})

// The folders of `domain`: each imports only from those before its own.
const nouns = [['rules'], ['lists', 'people'], ['groups'], ['issues'], ['contacts'], ['moves']]
const rankOf = (path: string) => nouns.findIndex((folders) => folders.includes(path.split('/')[1] as string))

test('the folders of the domain depend on each other in one direction, for types too', () => {
  const rules = sources.filter((file) => file.startsWith('src/domain/'))
  expect(new Set(rules.map((file) => file.split('/')[2]))).toEqual(new Set(nouns.flat()))
  const between = rules
    .flatMap(importsOf)
    .filter(({ file, target }) => target.startsWith('domain/') && dirname(file) !== `src/${dirname(target)}`)
  const wrong = between.filter(({ file, target }) => rankOf(target) >= rankOf(relative('src', file)))
  expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([])
})

// What every chat needs: connectors may use it, and it uses none of them.
const shared = 'chat'

test('imports make no circles, not even of types', () => {
  const needs = (file: string) => importsOf(file).map(({ target }) => target)
  const left = new Map(sources.map((file) => [relative('src', file), needs(file)]))
  // Files that import nothing of what is left are removed, until only circles remain, and what leads to them.
  for (let size = -1; size !== left.size; ) {
    size = left.size
    for (const [file, targets] of left) if (!targets.some((target) => left.has(target))) left.delete(file)
  }
  expect([...left.keys()]).toEqual([])
})

test('connectors do not know each other, and each has a folder and a line in the list', () => {
  const folders = readdirSync(join(root, 'src/connectors'), { withFileTypes: true }).flatMap((one) =>
    one.isDirectory() ? [one.name] : [],
  )
  expect([...connectors.map(({ name }) => name), shared].sort()).toEqual(folders.sort())
  const strange = sources
    .filter((file) => file.split('/').length > 3 && file.startsWith('src/connectors/'))
    .flatMap((file) => {
      const others = folders.filter((folder) => folder !== file.split('/')[2] && folder !== shared)
      return importsOf(file).filter(({ target }) => others.some((other) => target.startsWith(`connectors/${other}/`)))
    })
  expect(strange.map(({ file, target }) => `${file} imports ${target}`)).toEqual([])
})

/** The files that are loaded with a file. */
function loadedWith(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const { target, typeOnly } of importsOf(file)) if (!typeOnly) loadedWith(join('src', target), seen)
  return seen
}

test('a connection loads no library that only a command needs', () => {
  const loading = [...loadedWith('src/connectors/slack/connection.ts')].filter((file) => /from 'yaml'/.test(read(file)))
  expect(loading).toEqual([])
})

test('only the wiring knows every room', () => {
  const top = sources.filter((file) => file.split('/').length === 2)
  expect(top).toEqual([
    'src/app.ts',
    'src/cli.ts',
    'src/config.ts',
    'src/faults.ts',
    'src/json.ts',
    'src/log.ts',
    'src/timeout.ts',
  ])
  for (const file of top.filter((name) => !wiring.includes(name)))
    expect(importsOf(file).filter(({ target }) => target !== 'faults.ts')).toEqual([])
})

test('every file says in its first line what it is', () => {
  const silent = [...sources, ...filesIn('test'), ...filesIn('bench')].filter(
    (file) => !/^(#!.*\n)?\/\/ \S/.test(read(file)),
  )
  expect(silent).toEqual([])
})

test('whether users can see an issue, group or project is decided by the guards alone', () => {
  const guards = /^src\/domain\/(rules|groups|issues)\/guard\.ts$/
  const byHand = sources
    .filter((file) => !guards.test(file))
    .flatMap((file) =>
      [...read(file).matchAll(/\bcan\([^;]*?'(read_issue|read_group)'/g)].map(([code]) => `${file}: ${code}`),
    )
  expect(byHand).toEqual([])
})

test('no name is exported twice', () => {
  const declared = /^export (?:async )?(?:function|const|type|interface|class) (\w+)/gm
  const owners = new Map<string, Set<string>>()
  for (const file of sources)
    for (const [, name = ''] of read(file).matchAll(declared))
      owners.set(name, (owners.get(name) ?? new Set()).add(file))
  expect([...owners].filter(([, files]) => files.size > 1).map(([name, files]) => [name, ...files])).toEqual([])
})

test('lines end at 120 columns, unless a text goes beyond', () => {
  const texts = /'[^'\n]{50,}'|"[^"\n]{50,}"|`[^`\n]{50,}|\/[^/\n]{50,}\//
  const long = sources.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, at) => (line.length > 120 && !texts.test(line) ? [`${file}:${at + 1}`] : [])),
  )
  expect(long).toEqual([])
})

test('apostrophes are straight', () => {
  const typesThem = ['src/domain/rules/search-keys.ts']
  expect(sources.filter((file) => read(file).includes('’') && !typesThem.includes(file))).toEqual([])
})

test('no file is beyond its size', () => {
  const long = sources.filter((file) => read(file).split('\n').length > (file.endsWith('schema.ts') ? 400 : 250))
  expect(long).toEqual([])
})

test('the environment is read in one file', () => {
  expect(sources.filter((file) => read(file).includes('process.env'))).toEqual(['src/config.ts'])
})

describe('quick actions', () => {
  const facts = {
    standing: { administrator: true, project: 50, source: 50, open: false, customerRelations: true },
    sourceHasActiveContacts: true,
    issueHasContacts: true,
  }

  test('every file in actions/ is in the list', () => {
    const listed = filesIn('src/quick-actions/actions').map((file) =>
      file.replace(/^.*\/|\.ts$/g, '').replaceAll('-', '_'),
    )
    expect(actions.map(({ name }) => name).sort()).toEqual(listed.sort())
  })

  test('names and aliases are unique, abilities exist', () => {
    expect(new Set(names).size).toBe(names.length)
    for (const { ability } of actions) if (ability !== null) expect(Object.keys(rules)).toContain(ability)
  })

  test.each(actions.flatMap(({ name, examples }) => examples.map((example) => [name, example] as const)))(
    '%s: the example %s parses',
    (name, example) => {
      expect(understand(example).commands.map((command) => command.name)).toEqual([name])
      const { faults, change } = interpret(example, facts)
      expect(faults).toEqual([])
      expect(change).not.toEqual(noChange)
    },
  )

  test('the README tells what the list says', () => {
    expect(read('README.md')).toContain(table(actions))
  })
})

test('a migration after the first adds no column that old rows cannot have', () => {
  const migrations = filesIn('drizzle', /\.sql$/)
  expect(migrations.length).toBeGreaterThan(0)
  const wrong = migrations.slice(1).flatMap((file) =>
    read(file)
      .split('\n')
      .filter((line) => /ADD COLUMN/.test(line) && /NOT NULL/.test(line) && !/DEFAULT|GENERATED/.test(line)),
  )
  expect(wrong).toEqual([])
})

test('the lockfile names no download addresses', () => {
  expect(read('package-lock.json')).not.toContain('"resolved": "http')
})
