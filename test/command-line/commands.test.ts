// What the commands on the data refuse, in words for the user who typed them; as they run in a server that is asked
// over its socket.
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Input } from '../../src/command-line/command.ts'
import { type Output, runCommand } from '../../src/command-line/commands.ts'
import { askServer, openControl } from '../../src/command-line/control.ts'
import { rowsOf } from '../../src/storage/db.ts'
import { contentsOf } from '../support/service/databases.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { world } from '../support/world/world.ts'

let service: RunningService
let there: Awaited<ReturnType<typeof world>>
let address: string

beforeAll(async () => {
  service = await startService()
  there = await world(service, { people: { ann: 'planner', eve: 'nobody' }, contacts: ['a@x.io'] })
  const control = await openControl(({ command, input }) => runCommand(service, command, input))
  address = control.address
  return control.close
})

const type = (command: string, input: Input = {}): Promise<Output> => askServer(address, { command, input })
const ann = () => there.users.get('ann')?.username as string
const eve = () => there.users.get('eve')?.username as string

async function expectRefused(command: string, input: Input, reason: RegExp): Promise<void> {
  const before = await contentsOf(service.db)
  expect(await type(command, input)).toEqual({ code: 1, out: '', err: expect.stringMatching(reason) })
  const after = await contentsOf(service.db)
  // A number that was drawn for a row that was then refused is no change.
  expect({ ...after, users_id_seq: before.users_id_seq }).toEqual(before)
}

describe.each(['comment', 'explain'])('%s refuses', (command) => {
  test.each([
    [
      'a user who does not exist',
      () => ({ on: there.reference, as: 'nobody', body: 'x' }),
      /^There is no user nobody\. Create one with: /,
    ],
    [
      'an issue that does not exist',
      () => ({ on: `${there.project.fullPath}#99`, as: ann(), body: 'x' }),
      /^There is no issue world1/,
    ],
    [
      'a project that does not exist',
      () => ({ on: 'no/such#1', as: ann(), body: 'x' }),
      /^There is no issue no\/such#1/,
    ],
    [
      'an issue that one may not see',
      () => ({ on: there.reference, as: eve(), body: 'x' }),
      /^There is no issue .*, or eve-1 doesn't have access to it/,
    ],
    [
      'what is no reference',
      () => ({ on: 'shop', as: ann(), body: 'x' }),
      /^"shop" isn't an issue\. Write it as group\/project#number/,
    ],
    ['a number that is too large', () => ({ on: 'a/b#99999999999999999999', as: ann(), body: 'x' }), /isn't an issue/],
  ])('%s', async (_, input, reason) => {
    await expectRefused(command, input(), reason)
  })
})

test('comment refuses what is too long', async () => {
  await expectRefused(
    'comment',
    { on: there.reference, as: ann(), body: 'x'.repeat(256 * 1024 + 1) },
    /at most 256 KiB/,
  )
})

test('comment refuses what is blank, and says where a text is read from', async () => {
  await expectRefused(
    'comment',
    { on: there.reference, as: ann(), body: ' \n' },
    /^A comment can't be blank\. Write it to standard input, like: echo "\/help" \| npx rolobot comment --on world1\/shop#1 --as ann-1$/,
  )
})

describe('user create refuses', () => {
  test.each([
    [
      'a name with a blank',
      { username: 'two words' },
      /^Username can contain only letters, digits, .*, nor end with '\.'\.$/,
    ],
    ['a name with a slash', { username: 'a/b' }, /^Username can contain only/],
    ['a name with a line end', { username: 'a\nb' }, /^Username must be one line/],
    ['a name that begins with a dot', { username: '.git' }, /^Username can contain only/],
    ['a name that ends with a dot', { username: 'ann.' }, /^Username can contain only/],
    ['an empty name', { username: '' }, /^Username can't be blank\.$/],
    [
      'a full name of two lines',
      { username: 'yan', name: 'Y\nan' },
      /^Name must be one line without control characters\.$/,
    ],
    ['an address that is none', { username: 'yan', email: 'yan' }, /^Email is invalid\.$/],
    [
      'an address that is too long',
      { username: 'yan', email: `${'y'.repeat(251)}@x.io` },
      /^Email is too long \(maximum is 255 characters\)\.$/,
    ],
    ['a name that is too long', { username: 'x'.repeat(256) }, /^Username is too long/],
    ['a name that is taken, in another letter case', { username: 'ANN-1' }, /^Username has already been taken\.$/],
    [
      'a role that does not exist',
      { username: 'yan', role: 'king', in: 'world1' },
      /one of guest, planner, reporter, developer, maintainer, owner/,
    ],
    ['a role that is a word of the language', { username: 'yan', role: 'constructor', in: 'world1' }, /one of guest/],
    ['a role nowhere', { username: 'yan', role: 'guest' }, /^--role needs --in: the group or project where/],
    [
      'a role in a place that does not exist',
      { username: 'yan', role: 'guest', in: 'no/such' },
      /no group or project no\/such/,
    ],
    ['a place without a role', { username: 'yan', in: 'world1' }, /^--in needs --role: one of guest, planner, /],
  ])('%s', async (_, input, reason) => {
    await expectRefused('user create', input, reason)
  })

  test('an address that is taken, in another letter case', async () => {
    expect(await type('user create', { username: 'mia', email: 'mia@x.io', admin: true })).toEqual({
      code: 0,
      out: 'Created mia.',
      err: '',
    })
    await expectRefused('user create', { username: 'mia2', email: 'Mia@X.io' }, /^Email has already been taken\.$/)
  })
})

describe.each(['token create', 'token list', 'sign-in-link', 'user block', 'user reset'])('%s refuses', (command) => {
  test('a user who does not exist', () => expectRefused(command, { username: 'nobody' }, /^There is no user nobody/))
})

describe('user role', () => {
  test.each([
    ['neither a role nor --none', { in: 'world1' }, /^Give either --role, one of guest, .*, or --none/],
    ['both', { in: 'world1', role: 'guest', none: true }, /^Give either --role/],
    ['a role that does not exist', { in: 'world1', role: 'king' }, /^"king" isn't a role\. Use one of guest, /],
    ['a place that does not exist', { in: 'no/such', role: 'guest' }, /^There is no group or project no\/such/],
  ])('refuses %s', async (_, input, reason) => {
    await expectRefused('user role', { username: ann(), ...input }, reason)
  })

  test('gives a role, in place of another, and takes it away', async () => {
    const where = { username: eve(), in: there.project.fullPath }
    const comment = () => type('comment', { on: there.reference, as: eve(), body: 'Hello' })
    expect((await comment()).code).toBe(1)
    expect(await type('user role', { ...where, role: 'reporter' })).toMatchObject({
      out: `eve-1 is reporter in ${where.in} now.`,
    })
    expect(await type('user role', { ...where, role: 'guest' })).toMatchObject({
      out: `eve-1 is guest in ${where.in} now.`,
    })
    expect((await comment()).code).toBe(0)
    expect(await type('user role', { ...where, none: true })).toMatchObject({
      code: 0,
      out: `eve-1 has no role of their own in ${where.in} now.`,
    })
    expect((await comment()).code).toBe(1)
  })
})

test('user reset: an address of ours, unless the user is blocked', async () => {
  await type('user create', { username: 'kim' })
  const link = /^http:\/\/\S+\/users\/password\/edit\?reset_password_token=[\w-]{43}$/
  expect(await type('user reset', { username: 'KIM' })).toEqual({ code: 0, out: expect.stringMatching(link), err: '' })
  await type('user block', { username: 'kim' })
  await expectRefused(
    'user reset',
    { username: 'kim' },
    /^kim is blocked\. Unblock the user first: npx rolobot user unblock kim$/,
  )
})

test('user list: everybody, or those who were searched for', async () => {
  await type('user create', { username: 'lou', name: 'Lou Reed', email: 'lou@x.io', admin: true })
  await type('user block', { username: 'lou' })
  expect((await type('user list')).out.split('\n')).toEqual(
    expect.arrayContaining(['ann-1\tann', 'lou\tLou Reed\tadministrator\tblocked']),
  )
  expect((await type('user list', { search: 'reed' })).out).toBe('lou\tLou Reed\tadministrator\tblocked')
  expect((await type('user list', { search: 'LOU@x.io' })).out).toMatch(/^lou\t/)
  expect(await type('user list', { search: 'zzz' })).toEqual({ code: 0, out: 'No users.', err: '' })
})

test('user block, user unblock: the history says that the operator did it', async () => {
  await type('user create', { username: 'max' })
  for (const command of ['user block', 'user unblock']) await type(command, { username: 'max' })
  const entries = sql`select action, actor_id, via from history
    where action like 'user_%' and after->>'userId' = (select id::text from users where username = 'max') order by id`
  expect(await rowsOf(service.db, entries)).toEqual([
    { action: 'user_blocked', actor_id: null, via: 'command line' },
    { action: 'user_unblocked', actor_id: null, via: 'command line' },
  ])
})

describe('tokens', () => {
  test('are listed without their secret, and revoked by id', async () => {
    expect(await type('token list', { username: eve() })).toEqual({
      code: 0,
      out: 'eve-1 has no active tokens.',
      err: '',
    })
    const { out: secret } = await type('token create', { username: eve(), name: 'backup', readOnly: true })
    const { out } = await type('token list', { username: eve() })
    expect(out).toMatch(/^\d+\tbackup\tread_api\tcreated \d{4}-\d\d-\d\d\tnever used\tdoesn't expire$/)
    expect(out).not.toContain(secret)
    const [id] = out.split('\t')
    expect(await type('token revoke', { id })).toEqual({ code: 0, out: `Revoked token ${id}.`, err: '' })
    expect((await type('token list', { username: eve() })).out).toBe('eve-1 has no active tokens.')
  })

  test.each(['0', '999999', 'abc', '', '-1', '1e3', '99999999999999999999'])('refuses to revoke "%s"', async (id) => {
    await expectRefused('token revoke', { id }, /^There is no token .*npx rolobot token list <username>$/)
  })
})

describe('retry', () => {
  test.each(['', ' '])('without ids, "%s", says what to give', async (ids) => {
    await expectRefused(
      'retry',
      { ids },
      /^Give the ids of the comments to retry, as printed by `npx rolobot failed`, or --all\.$/,
    )
  })

  test.each(['1', 'abc', '-7', '1.5', '99999999999999999999', '999999999999999', 'NaN 0x1 1e3'])(
    'refuses "%s"',
    async (ids) => {
      await expectRefused(
        'retry',
        { ids },
        /^None of these comments has failed\. List those that have with: npx rolobot failed$/,
      )
    },
  )

  test('of everything is content with nothing', async () => {
    expect(await type('retry', { all: true, ids: '' })).toEqual({ code: 0, out: 'Nothing to retry.', err: '' })
  })
})

describe('the server that is asked', () => {
  test('does not know commands of another version', () =>
    expectRefused('frobnicate', {}, /doesn't know the command frobnicate: it is another version/))

  test('does not take names that every object has for commands', () =>
    expectRefused('constructor', {}, /doesn't know the command/))

  test('refuses what is longer than anything typed', async () => {
    await expectRefused('comment', { on: there.reference, as: ann(), body: 'x'.repeat(3 * 1024 * 1024) }, /too long/)
  })

  test('stops though a client is connected that sends nothing', async () => {
    const { address: another, close } = await openControl(({ command, input }) => runCommand(service, command, input))
    const silent = connect(another)
    await once(silent, 'connect')
    expect(await Promise.race([close(), sleep(15_000, 'still open')])).not.toBe('still open')
  })

  test('answers many at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => type('failed')))
    expect(answers).toEqual(Array(20).fill({ code: 0, out: 'Nothing has failed.', err: '' }))
  })
})
