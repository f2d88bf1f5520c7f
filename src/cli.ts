#!/usr/bin/env node
// The program: parses the arguments, then starts the service or runs a command.
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import type { OpenDatabase } from './app.ts'
import type { Input } from './command-line/command.ts'
import type { Output } from './command-line/commands.ts'
import { commandsAsJson } from './command-line/parse.ts'
import { progressOf } from './command-line/progress.ts'
import { readComment } from './command-line/standard-input.ts'
import { dataCommands, families } from './command-line/words.ts'
import { type Configuration, readSettings, SettingsFault } from './config.ts'
import { connectors } from './connectors/index.ts'
import { faultAsText } from './faults.ts'
import { endOnFaults, type Log, openLog } from './log.ts'
import { longestComment } from './pipeline/comment.ts'

// Most of the program is loaded only by the commands that need it, so the others start at once.
const loadApp = () => import('./app.ts')
const loadCommands = () => import('./command-line/commands.ts')

const version: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version

const readOurSettings = () => readSettings(undefined, connectors)

const [done, failed, misused] = [0, 1, 2]

const lastCall = 8_000
const lastOfAll = 20_000

const say = (text: string) => console.log(text)

/** A failure that the user can do something about. */
class Complaint extends Error {}

async function readInput(): Promise<string> {
  const comment = await readComment()
  if (comment === undefined)
    throw new Complaint(`The comment on standard input is longer than ${longestComment / 1024} KiB.`)
  return comment
}

const parse = async () => say(commandsAsJson(await readInput()))

// --- serve, work, migrate ---

/** Resolves when the process is asked to stop; then everything is closed in order. A second signal ends it at once. */
const askedToStop = (): Promise<void> =>
  new Promise((resolve) => {
    const stop = () => {
      // A database that no longer answers must not keep the process: what was acknowledged is stored already.
      setTimeout(() => process.exit(failed), lastOfAll).unref()
      resolve()
    }
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
  })

/** Opens the database for a command that may create it, and says so. */
async function openOrCreate(settings: Configuration): Promise<OpenDatabase> {
  const progress = progressOf('Creating the database', (text) => process.stdout.write(text))
  return (await loadApp()).openDatabase(settings, progress.begin).finally(progress.end)
}

async function serve(): Promise<void> {
  const settings = readOurSettings()
  const stop = askedToStop()
  const log = openLog(settings.LOG_LEVEL)
  endOnFaults(log)
  const { loadConnectors, openHttp, openService } = await loadApp()
  const connectors = await loadConnectors(settings)
  const database = await openOrCreate(settings)
  const { greeting, settleIn } = await import('./command-line/first-start.ts')
  const first = await settleIn(database.db, {
    adminToken: settings.ROLOBOT_ADMIN_TOKEN,
    shared: settings.DATABASE_URL !== undefined,
    sample: settings.ROLOBOT_SAMPLE === '1',
  })
  const service = openService({ settings, database, log, connectors })
  const http = await openHttp(service, log)
  const address = await http
    .listen({ host: settings.HOST, port: settings.PORT })
    .catch(async (fault: NodeJS.ErrnoException) => {
      await service.close()
      await database.close()
      throw new Complaint(
        fault.code === 'EADDRINUSE'
          ? `Port ${settings.PORT} on ${settings.HOST} is in use. Set PORT to another one.`
          : fault.message,
      )
    })
  if (!settings.REDIS_URL) service.work()
  const workspace = { ...service, publicUrl: settings.PUBLIC_URL ?? address }
  const [{ openControl }, { runCommand }] = await Promise.all([import('./command-line/control.ts'), loadCommands()])
  const control = settings.DATABASE_URL
    ? undefined
    : await openControl(({ command, input }) => runCommand(workspace, command, input))
  if (control) database.announce(control.address)
  for (const connection of service.connections) connection.listen?.()
  // The operator who starts processes on a shared database might not be the one who signs in.
  say(await greeting(workspace, address, settings.DATABASE_URL ? undefined : first))
  await stop
  await control?.close()
  // Idle connections and half-sent requests get no longer than any response takes.
  setTimeout(() => http.server.closeAllConnections(), lastCall).unref()
  await http.close()
  await service.close()
  await database.close()
  leave()
}

async function work(): Promise<void> {
  const settings = readOurSettings()
  const lacking = (['DATABASE_URL', 'REDIS_URL'] as const).filter((name) => !settings[name])
  if (lacking.length > 0) throw new SettingsFault(lacking.map((name) => `${name}: required by \`npx rolobot work\``))
  const stop = askedToStop()
  const log = openLog(settings.LOG_LEVEL)
  endOnFaults(log)
  const { loadConnectors, openDatabase, openService } = await loadApp()
  const connectors = await loadConnectors(settings)
  const database = await openDatabase(settings, false)
  const service = openService({ settings, database, log, connectors })
  service.work()
  say(`Rolobot is working on up to ${settings.WORK_CONCURRENCY} comments at a time.`)
  await stop
  await service.close()
  await database.close()
  leave()
}

// Everything of ours is closed. Whatever BullMQ leaves open for an unreachable Redis would keep the process alive.
const leave = () => process.exit(done)

async function migrate(): Promise<void> {
  const settings = readOurSettings()
  if (settings.DATABASE_URL) await (await import('./storage/migrate.ts')).migrateDatabase(settings.DATABASE_URL)
  else await (await openOrCreate(settings)).close()
  say('The database is up to date.')
}

// --- data commands ---

async function runHere(settings: Configuration, log: Log, [command, input]: [string, Input]): Promise<Output> {
  const [{ openCommandService, openDatabase }, { runCommand }] = await Promise.all([loadApp(), loadCommands()])
  // Other commands find no database in a wrong folder, and leave it empty.
  const database = await (command === 'sample' ? openOrCreate(settings) : openDatabase(settings, false))
  try {
    const service = await openCommandService({ settings, database, log })
    return await runCommand(service, command, input).finally(service.close)
  } finally {
    await database.close()
  }
}

/** Runs a command, through the server that has the embedded database open if there is one. */
async function onData(command: string, input: Input): Promise<void> {
  const settings = readOurSettings()
  const log = openLog(settings.LOG_LEVEL === 'info' ? 'warn' : settings.LOG_LEVEL)
  const { code, out, err } = await runHere(settings, log, [command, input]).catch(async (fault: unknown) => {
    const { FolderInUse } = await import('./storage/folder-lock.ts')
    if (!(fault instanceof FolderInUse && fault.socket)) throw fault
    const { askServer } = await import('./command-line/control.ts')
    return askServer(fault.socket, { command, input })
  })
  if (out) say(out)
  if (err) console.error(err)
  process.exitCode = code
}

// --- arguments ---

const program = new Command('rolobot')
  .description('Links customers to issues, from wherever you type.')
  .version(version)
  .exitOverride()
program
  .command('serve')
  .description('run the web interface, APIs, and webhooks; also works the queue unless REDIS_URL is set')
  .action(serve)
program.command('work').description('run a queue worker only (needs DATABASE_URL and REDIS_URL)').action(work)
program.command('migrate').description('update the database schema').action(migrate)
program.command('parse').description('read a comment from standard input and print its commands as JSON').action(parse)

const parents = new Map<string, Command>()
const below = (name: string, description: string): Command => {
  const parent = parents.get(name) ?? program.command(name).description(description)
  parents.set(name, parent)
  return parent
}

for (const { name, takes = '', description, options = [], reads } of dataCommands) {
  const [first, second] = name.split(' ') as [string, string?]
  const command = second
    ? below(first, families[first] ?? '').command(`${second} ${takes}`)
    : program.command(`${first} ${takes}`)
  for (const [flags, meaning, needed] of options)
    needed ? command.requiredOption(flags, meaning) : command.option(flags, meaning)
  command.description(description).action(async () => {
    const words = command.registeredArguments.map((one, at) => [
      one.name(),
      [command.processedArgs[at]].flat().join(' '),
    ])
    await onData(name, { ...command.opts(), ...Object.fromEntries(words), ...(reads && { body: await readInput() }) })
  })
}

for (const { name: connector, commands } of connectors)
  for (const { name, description, options, run } of commands) {
    const command = below(connector, `manage the ${connector.charAt(0).toUpperCase()}${connector.slice(1)} connection`)
      .command(name)
      .description(description)
    for (const [flags, meaning] of options) command.option(flags, meaning)
    command.action(async () => {
      const settings = readOurSettings()
      const { publicUrlOf } = await loadApp()
      const about = { publicUrl: publicUrlOf(settings), settings: settings.connectors.get(connector) }
      const done = await run(about, command.opts())
      if (done.refused !== undefined) throw new Complaint(done.refused)
      say(done.out)
    })
  }

// --- errors ---

const unreachable = ['ECONNREFUSED', 'ENOTFOUND', 'ECONNRESET', 'CONNECT_TIMEOUT', '28P01', '28000', '3D000']

/** Prints what went wrong on standard error and returns the exit status. */
async function conclude(fault: unknown): Promise<number> {
  if (fault instanceof CommanderError) return fault.exitCode === 0 ? done : misused
  const ours = fault instanceof SettingsFault || fault instanceof Complaint
  console.error(ours ? fault.message : await reasonOf(fault as Error & { code?: string }))
  return fault instanceof SettingsFault ? misused : failed
}

async function reasonOf(fault: Error & { code?: string }): Promise<string> {
  const [{ FolderError }, { SchemaMisfit }] = await Promise.all([import('./storage/folder.ts'), loadApp()])
  if (fault instanceof FolderError || fault instanceof SchemaMisfit) return fault.message
  const { code, message } = (fault.cause as { code?: string; message?: string } | undefined) ?? fault
  if (!unreachable.includes(code ?? '')) return faultAsText(fault)
  return `Can't use the database at DATABASE_URL: ${message || code}`
}

try {
  await program.parseAsync()
} catch (fault) {
  process.exitCode = await conclude(fault)
}
