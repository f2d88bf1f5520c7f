// Once before all tests: an up-to-date database of each kind, from which every test file gets its own copy.
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import type { TestProject } from 'vitest/node'
import { overPglite } from '../../../src/storage/db.ts'
import { migrateDatabase, migrateEmbedded } from '../../../src/storage/migrate.ts'
import { openInMemory } from './in-memory.ts'
import { databaseUrl, lookForServices } from './services.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A file that holds an embedded database, up to date, with nothing in it. */
    dump: string
    /** One that holds an embedded database before any migration. */
    emptyDump: string
    /** The name of the Postgres database to copy; '' where there is no Postgres. */
    template: string
  }
}

async function makeDumps(): Promise<{ dump: string; emptyDump: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'rolobot-test-'))
  const pglite = await openInMemory()
  const write = async (name: string) => {
    const path = join(folder, name)
    await writeFile(path, Buffer.from(await (await pglite.dumpDataDir('none')).arrayBuffer()))
    return path
  }
  const emptyDump = await write('empty.tar')
  await migrateEmbedded(overPglite(pglite, async () => {}).db)
  const dump = await write('database.tar')
  await pglite.close()
  return { dump, emptyDump, remove: () => rm(folder, { recursive: true, force: true }) }
}

async function makeTemplate(): Promise<{ template: string; remove(): Promise<void> }> {
  const template = `rolobot_test_${randomUUID().replaceAll('-', '')}`
  const admin = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  await admin.unsafe(`create database ${template}`)
  await migrateDatabase(Object.assign(new URL(databaseUrl), { pathname: `/${template}` }).href)
  return {
    template,
    async remove() {
      const left = await admin<
        { name: string }[]
      >`select datname as name from pg_database where datname like ${`${template}%`}`
      for (const { name } of left) await admin.unsafe(`drop database ${name} with (force)`)
      await admin.end()
    },
  }
}

// `npm test` builds before; running vitest by hand on a fresh checkout does it here.
function buildWhereMissing(): void {
  if (!existsSync('dist/cli.js') || !existsSync('dist/assets'))
    execFileSync(process.execPath, ['build.js'], { stdio: 'inherit' })
}

/** Runs for each project; the databases of the first one serve all. */
export async function setup({ vitest }: TestProject): Promise<undefined | (() => Promise<void>)> {
  const project = vitest.getRootProject()
  if (project.getProvidedContext().dump !== undefined) return undefined
  buildWhereMissing()
  const { dump, emptyDump, remove } = await makeDumps()
  const postgresToo = (await lookForServices()) ? await makeTemplate() : undefined
  project.provide('dump', dump)
  project.provide('emptyDump', emptyDump)
  project.provide('template', postgresToo?.template ?? '')
  return async () => {
    await remove()
    await postgresToo?.remove()
  }
}
