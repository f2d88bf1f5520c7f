// `serve` and `migrate`: what they start on, what they refuse and with which words, and how they stop.
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { beforeAll, describe, expect, test } from 'vitest'
import { adminToken } from '../support/processes/crowd.ts'
import { type Ending, type Environment, newFolder, place, run, serve, start } from '../support/processes/processes.ts'
import { ask, contentsOf, emptyPostgres, hasPostgres, lookInto } from '../support/service/databases.ts'
import { newPostgres } from '../support/service/db.ts'

const notes = '/api/v4/projects/acme%2Fsupport%2Fshop/issues/2/notes'
const refused = (reason: RegExp) => ({ code: 1, out: '', err: expect.stringMatching(reason) })

/** One complaint of a line or two, not the insides of the program. */
function expectComplaint(ended: Ending, reason: RegExp): void {
  expect(ended).toMatchObject(refused(reason))
  expect(ended.err).not.toMatch(/^\s+at |node:internal|Query/m)
  expect(ended.err.trim().split('\n').length).toBeLessThan(3)
}

let template: string
beforeAll(async () => {
  template = newFolder()
  const server = await serve({ ROLOBOT_DATA: template, ROLOBOT_ADMIN_TOKEN: adminToken, LOG_LEVEL: 'info' })
  expect(server.out()).toMatch(/^Creating the database… \(\d+ s\)\nRolobot is listening on /)
  await server.says(/^http:\S+\/users\/sign_in\?link=\S+\nThen type \/add_contacts \[contact: in the comment box/m)
  expect(await server.stop()).toMatchObject({ code: 0, err: '' })
})

/** A folder with the sample workspace that nobody has open. */
function madeFolder(): Environment & { ROLOBOT_DATA: string } {
  const folder = newFolder()
  cpSync(template, folder, { recursive: true })
  return { ROLOBOT_DATA: folder }
}

/** Everything in a folder: names, and what is in them. */
const stateOf = (folder: string) =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .sort()
    .map((name) =>
      statSync(join(folder, name)).isFile() ? `${name} ${readFileSync(join(folder, name)).toString('base64')}` : name,
    )

describe('the folder of the embedded database', () => {
  test('is held by one server; a second one says who has it, and the first goes on', async () => {
    const environment = madeFolder()
    const first = await serve(environment)
    expectComplaint(
      await run(['serve'], { environment }),
      new RegExp(`${environment.ROLOBOT_DATA} is in use by process ${first.pid}`),
    )
    expectComplaint(await run(['migrate'], { environment }), /is in use by process/)
    expect((await fetch(`${first.url}/-/readiness`)).status).toBe(200)
    // The administrator's link is printed on the first start alone.
    expect(await first.stop('SIGINT')).toMatchObject({ code: 0, out: expect.not.stringContaining('link=') })
    expect(existsSync(join(environment.ROLOBOT_DATA, 'lock'))).toBe(false)
    expect(await run(['migrate'], { environment })).toMatchObject({ code: 0, out: 'The database is up to date.\n' })
  })

  test('may be of another version, a file, damaged, or another user’s: each is said, and nothing is touched', async () => {
    const other = madeFolder()
    writeFileSync(join(other.ROLOBOT_DATA, 'version'), 'rolobot-data 99 postgres 99\n')
    const damaged = madeFolder()
    rmSync(join(damaged.ROLOBOT_DATA, 'postgres', 'PG_VERSION'))
    const foreign = { ROLOBOT_DATA: newFolder() }
    mkdirSync(foreign.ROLOBOT_DATA)
    writeFileSync(join(foreign.ROLOBOT_DATA, 'thesis.txt'), 'unique')
    const cases: [Environment & { ROLOBOT_DATA: string }, RegExp][] = [
      [other, /has the version "rolobot-data 99 postgres 99", this Rolobot reads/],
      [damaged, /is damaged: postgres\/PG_VERSION is missing/],
      [foreign, /is not empty and holds no Rolobot data/],
    ]
    for (const [environment, reason] of cases) {
      const before = stateOf(environment.ROLOBOT_DATA)
      expectComplaint(await run(['serve'], { environment }), reason)
      expect(stateOf(environment.ROLOBOT_DATA)).toEqual(before)
    }
    const file = newFolder()
    writeFileSync(file, 'unique')
    expectComplaint(await run(['serve'], { environment: { ROLOBOT_DATA: file } }), /isn't a folder/)
    expectComplaint(await run(['serve'], { environment: { ROLOBOT_DATA: join(file, 'below') } }), /isn't a folder/)
    expect(readFileSync(file, 'utf8')).toBe('unique')
  })

  test('may be one that this user cannot write', async () => {
    const folder = newFolder()
    mkdirSync(folder, { mode: 0o555 })
    for (const way of [place(), join(place(), 'tmp')]) chmodSync(way, 0o755)
    // root may write everywhere, so another user has to try.
    const uid = process.getuid?.() === 0 ? 65_534 : undefined
    expectComplaint(
      await run(['serve'], { environment: { ROLOBOT_DATA: join(folder, 'data') }, uid }),
      /cannot be read or written by this user/,
    )
    expect(readdirSync(folder)).toEqual([])
  })

  test('may be one in which nothing can be created: one complaint at once, and no spinning', async () => {
    const environment = { ROLOBOT_DATA: '/proc/nope' }
    for (const name of ['serve', 'migrate'])
      expectComplaint(
        await run([name], { environment }),
        /^The data folder \/proc\/nope does not exist and cannot be created there\./,
      )
  })

  test('is not created by a command that only looks for data', async () => {
    const environment = { ROLOBOT_DATA: newFolder() }
    for (const words of [['failed'], ['sign-in-link', 'root'], ['sweep'], ['user', 'create', 'ann']])
      expectComplaint(
        await run(words, { environment }),
        new RegExp(`^There is no database in ${environment.ROLOBOT_DATA}\\. Start the server first: npm start\n$`),
      )
    expect(existsSync(environment.ROLOBOT_DATA)).toBe(false)
  })

  test('starts empty if that is wanted', async () => {
    const environment = { ROLOBOT_DATA: newFolder(), ROLOBOT_SAMPLE: '0', ROLOBOT_ADMIN_TOKEN: adminToken }
    const server = await serve(environment)
    expect((await fetch(server.url + notes, { headers: { 'private-token': adminToken } })).status).toBe(404)
    expect(await server.stop()).toMatchObject({ code: 0, out: expect.not.stringContaining('add_contacts') })
  })
})

describe('a fault that nothing caught', () => {
  const throwing = "Object.assign(new Error('no ngozi@x.io'), { params: ['ngozi@x.io'], detail: 'ngozi@x.io' })"
  test.each([
    ['an exception', `throw ${throwing}`],
    ['a rejection', `Promise.reject(${throwing})`],
  ])('%s ends the process, and the log says where, without values', async (_, fault) => {
    const program = `${newFolder()}.mjs`
    writeFileSync(program, `process.on('SIGUSR2', () => { ${fault} })`)
    const NODE_OPTIONS = `--import=${program}`
    const ended = await (await serve({ ...madeFolder(), NODE_OPTIONS })).stop('SIGUSR2')
    expect(ended).toMatchObject({ code: 1, signal: null })
    const [line = '', ...rest] = ended.err.trim().split('\n')
    expect(rest).toEqual([])
    expect(JSON.parse(line)).toMatchObject({
      level: 60,
      fault: { reason: 'a statement failed', at: expect.arrayContaining([expect.stringMatching(/^at /)]) },
    })
    expect(ended.err + ended.out).not.toContain('ngozi')
  })
})

describe('stopping', () => {
  test('lets what was begun be finished, releases the folder, and leaves nothing behind', async () => {
    const environment = { ...madeFolder(), TMPDIR: newFolder() }
    mkdirSync(environment.TMPDIR)
    const server = await serve(environment)
    expect(readdirSync(environment.TMPDIR)).toHaveLength(1)
    const headers = { 'private-token': adminToken, 'content-type': 'application/json' }
    const posts = Array.from({ length: 5 }, (_, at) =>
      fetch(server.url + notes, {
        method: 'POST',
        headers,
        body: JSON.stringify({ body: `Late ${at}\n/add_contacts rosa.dimarco@castellano.example` }),
      }),
    )
    await sleep(5)
    const stopped = server.stop()
    const ends = await Promise.allSettled(posts)
    expect(await stopped).toMatchObject({ code: 0, err: '' })
    // Who came too late was not let in; who was let in was answered.
    const answered = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value.status] : []))
    expect(answered.every((status) => status === 201 || status === 503)).toBe(true)
    expect(existsSync(join(environment.ROLOBOT_DATA, 'lock'))).toBe(false)
    expect(readdirSync(environment.TMPDIR)).toEqual([])
    const kept = await lookInto({ folder: environment.ROLOBOT_DATA }, (db) => db.query.deliveries.findMany())
    expect(kept).toHaveLength(answered.filter((status) => status === 201).length)
    expect(kept.every(({ status }) => status === 'replied')).toBe(true)
  })

  test('waits neither for who looks on, nor for who is connected and says nothing', async () => {
    const server = await serve(madeFolder())
    const live = await fetch(`${server.url}/acme/support/clinic/-/issues/1/live`)
    expect(live.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const { hostname, port } = new URL(server.url)
    const silent = connect(Number(port), hostname)
    const half = connect(Number(port), hostname)
    half.write('GET / HTTP/1.1\r\nHost: ')
    await Promise.all(
      [silent, half].map((socket) =>
        once(
          socket.on('error', () => {}),
          'connect',
        ),
      ),
    )
    await sleep(200)
    expect(await Promise.race([server.stop(), sleep(20_000, 'still running')])).toMatchObject({ code: 0 })
  })

  test('in the middle of the start is in order too', async () => {
    const environment = madeFolder()
    const starting = start(['serve'], { environment })
    const lock = join(environment.ROLOBOT_DATA, 'lock')
    await expect.poll(() => existsSync(lock), { timeout: 20_000, interval: 5 }).toBe(true)
    expect(await starting.stop()).toMatchObject({ code: 0, err: '' })
    expect(existsSync(lock)).toBe(false)
  })

  test('a port that is taken: one complaint, and the folder is free again', async () => {
    const environment = madeFolder()
    await withTakenPort(async (PORT) => {
      expectComplaint(
        await run(['serve'], { environment: { ...environment, PORT } }),
        new RegExp(`^Port ${PORT} on 127.0.0.1 is in use`),
      )
    })
    expect(existsSync(join(environment.ROLOBOT_DATA, 'lock'))).toBe(false)
  })
})

async function withTakenPort(work: (port: string) => Promise<void>): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  await work(String((server.address() as { port: number }).port))
  server.close()
}

describe.skipIf(!hasPostgres)('a Postgres', () => {
  const contents = (url: string) => lookInto({ url }, contentsOf)

  test.each([
    ['is empty', emptyPostgres, '', /is empty\. Run `npx rolobot migrate`/],
    [
      'is older than the program',
      newPostgres,
      'set created_at = created_at - 1',
      /older than this program\. Run `npx rolobot migrate`/,
    ],
    [
      'is newer than the program',
      newPostgres,
      'set created_at = created_at + 1',
      /newer than this program.*Nothing was changed/,
    ],
  ])('that %s: `serve` says what to do, and nothing is touched', async (_, make, change, reason) => {
    const url = await make()
    if (change) await ask(url, `update drizzle.__drizzle_migrations ${change}`)
    const before = await contents(url)
    expectComplaint(await run(['serve'], { environment: { DATABASE_URL: url } }), reason)
    expectComplaint(await run(['sample'], { environment: { DATABASE_URL: url } }), reason)
    expect(await contents(url)).toEqual(before)
  })

  test('is brought up to date by two processes at once', async () => {
    const environment = { DATABASE_URL: await emptyPostgres() }
    const both = await Promise.all([run(['migrate'], { environment }), run(['migrate'], { environment })])
    expect(both).toMatchObject(Array(2).fill({ code: 0, err: '', out: 'The database is up to date.\n' }))
    const server = await serve(environment)
    expect(await server.stop()).toMatchObject({ code: 0, err: '' })
  })

  test.each([
    [
      'that nobody answers for',
      'postgres://postgres@127.0.0.1:1/none',
      /^Can't use the database at DATABASE_URL: .*ECONNREFUSED/,
    ],
    ['that does not exist', 'none', /^Can't use the database at DATABASE_URL: .*does not exist/],
  ])('%s: one complaint, without a password', async (_, url, reason) => {
    const address =
      url === 'none' ? Object.assign(new URL(await emptyPostgres()), { pathname: '/no_such_database' }).href : url
    const environment = { DATABASE_URL: address.replace('postgres@', 'postgres:hush-hush@') }
    for (const name of ['serve', 'migrate', 'sweep']) {
      const ended = await run([name], { environment })
      expectComplaint(ended, reason)
      expect(ended.err).not.toContain('hush-hush')
    }
  })

  test('that is fresh: two servers that start together settle in once', async () => {
    const environment = { DATABASE_URL: await newPostgres(), ROLOBOT_ADMIN_TOKEN: adminToken }
    const held = postgres(environment.DATABASE_URL, { max: 1 })
    // Both look for users at the same moment: when the table is let go.
    const servers = await held.begin(async (tx) => {
      await tx`lock table users in access exclusive mode`
      const both = [start(['serve'], { environment }), start(['serve'], { environment })]
      const waiting = async () =>
        (
          await ask(
            environment.DATABASE_URL,
            `select from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())`,
          )
        ).length
      await expect.poll(waiting, { timeout: 20_000 }).toBeGreaterThanOrEqual(2)
      return both
    })
    await held.end()
    await Promise.all(servers.map((server) => server.says(/listening on/)))
    expect(await ask(environment.DATABASE_URL, 'select username, administrator from users')).toEqual([
      { username: 'root', administrator: true },
    ])
    expect(await Promise.all(servers.map((server) => server.stop()))).toMatchObject([{ code: 0 }, { code: 0 }])
  })

  test('and a port that is taken: one complaint, and an end', async () => {
    const environment = { DATABASE_URL: await newPostgres() }
    await withTakenPort(async (PORT) => {
      const ended = run(['serve'], { environment: { ...environment, PORT } })
      const still = sleep(15_000, undefined)
      expectComplaint((await Promise.race([ended, still])) as Ending, /^Port \d+ on 127\.0\.0\.1 is in use/)
    })
  })
})
