// A process of its own for test/processes/embedded.test.ts: opens or holds a folder, writes until it is killed, or
// races others for folders.
import { openEmbedded } from '../../../src/storage/embedded.ts'

const [task, ...given] = process.argv.slice(2)
const say = (line: unknown) => console.log(typeof line === 'string' ? line : JSON.stringify(line))
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms))

async function hold(folder: string): Promise<void> {
  const embedded = await openEmbedded(folder)
  embedded.announce('/run/of-the-holder.sock')
  say('open')
  await sleep(600_000)
}

// Prints each id after its insert has returned.
async function write(folder: string): Promise<void> {
  const { pglite } = await openEmbedded(folder)
  await pglite.exec('create table if not exists written (id serial primary key, text text)')
  for (;;) {
    const { rows } = await pglite.query<{ id: number }>(
      "insert into written (text) values (repeat('x', 200)) returning id",
    )
    say(String(rows[0]?.id))
    // Otherwise what is printed stays in this process.
    await new Promise(setImmediate)
  }
}

// Opens each folder at its time, given in milliseconds, and holds it for half of what is left until the next.
async function race(start: number, between: number, folders: string[]): Promise<void> {
  for (const [round, folder] of folders.entries()) {
    const time = start + round * between
    await sleep(time - Date.now() - 20)
    while (Date.now() < time);
    const embedded = await openEmbedded(folder).catch((error: Error) => error)
    if (embedded instanceof Error) {
      say({ round, lost: embedded.constructor.name })
      continue
    }
    const from = Date.now()
    await sleep(time + between * 0.6 - Date.now())
    say({ round, from, to: Date.now() })
    await embedded.close()
  }
}

if (task === 'open') await openEmbedded(given[0] ?? '')
if (task === 'hold') await hold(given[0] ?? '')
if (task === 'write') await write(given[0] ?? '')
if (task === 'race') await race(Number(given[0]), Number(given[1]), given.slice(2))
