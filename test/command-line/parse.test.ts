// `rolobot parse`: a comment on standard input, JSON on standard output; needs no database. And how any command is
// misused.
import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { commandsAsJson } from '../../src/command-line/parse.ts'
import { type Ending, run } from '../support/processes/processes.ts'

const longest = 256 * 1024

// Settings that nothing could start with: what needs none does not look at them.
const nowhere = { DATABASE_URL: 'nonsense', REDIS_URL: 'nonsense', PORT: 'nonsense' }
const parse = (input: string | Buffer): Promise<Ending> => run(['parse'], { input, environment: nowhere })

async function parsed(input: string | Buffer) {
  const { code, out, err } = await parse(input)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out) as {
    text: string
    commands: { name: string; arguments: string; line: number }[]
    hints: string[]
  }
}

const filled = (pattern: string) => pattern.repeat(Math.ceil(longest / pattern.length)).slice(0, longest)

describe('a comment', () => {
  test('is taken apart: text, commands by their canonical names, line from 1, hints', async () => {
    expect(
      await parsed('Called them.\n/Add_Contact [contact:ann@example.com] b@x.io\nBye\n/add_contcts c@x.io\n'),
    ).toEqual({
      text: 'Called them.\nBye\n/add_contcts c@x.io',
      commands: [{ name: 'add_contacts', arguments: '[contact:ann@example.com] b@x.io', line: 2 }],
      hints: [expect.stringContaining('/add_contacts')],
    })
  })

  test('has line ends of any kind, and letters of any script', async () => {
    expect(await parsed('Grüße, 世界 🎉\r\n/remove_contacts jürgen@example.de\r\n')).toEqual({
      text: 'Grüße, 世界 🎉',
      commands: [{ name: 'remove_contacts', arguments: 'jürgen@example.de', line: 2 }],
      hints: [],
    })
  })

  test('may be empty', async () => {
    expect(await parsed('')).toEqual({ text: '', commands: [], hints: [] })
  })
})

describe('the longest comment, made of', () => {
  test.each([
    ['back-ticks', filled('`')],
    ['opening brackets', filled('[')],
    ['line ends', filled('\n')],
    ['pipes', filled('|\n|-\n')],
    ['short commands', filled('/a\n')],
    ['commands', filled('/add_contacts a@x.io\n')],
    ['one command with the longest argument', `/add_contacts ${'a'.repeat(longest - 14)}`],
    ['back-ticks of growing length around commands', filled('`\n/help\n``\n/help\n```\n/help\n')],
    ['quotes in quotes', filled('> ')],
    ['tags that nobody closes', filled('<div>\n/help\n')],
  ])('%s is understood, as at most a hundred commands', (_, input) => {
    const { commands } = JSON.parse(commandsAsJson(input)) as Awaited<ReturnType<typeof parsed>>
    expect(commands.length).toBeLessThanOrEqual(100)
  })

  test('commands, on standard input', async () => {
    const { commands } = await parsed(filled('/add_contacts a@x.io\n'))
    expect(commands).toHaveLength(100)
  })
})

describe('what is no text', () => {
  test('random bytes', async () => {
    const { commands } = await parsed(randomBytes(longest))
    expect(commands).toEqual([])
  })

  test('zeroes and halves of characters beside a command', async () => {
    const bytes = Buffer.concat([
      Buffer.from('\0\0'),
      Buffer.from([0xff, 0xfe, 0xc3]),
      Buffer.from('\n/add_contacts a@x.io\n\0'),
    ])
    const { commands } = await parsed(bytes)
    expect(commands).toMatchObject([{ name: 'add_contacts', arguments: 'a@x.io' }])
  })
})

test('one byte more than the longest comment is refused, with the reason', async () => {
  expect((await parse('x'.repeat(longest))).code).toBe(0)
  const refused = await parse('x'.repeat(longest + 1))
  expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/longer than 256 KiB/) })
  expect((await parse('x'.repeat(20 * longest))).code).toBe(1)
})

describe('a command that is misused', () => {
  test.each([
    ['is unknown', ['frobnicate'], /unknown command 'frobnicate'/],
    ['has an unknown option', ['parse', '--frobnicate'], /unknown option '--frobnicate'/],
    ['has one word too many', ['serve', 'now'], /too many arguments/],
    ['lacks an option', ['explain', '--on', 'acme/shop#3'], /--as/],
    ['lacks an argument', ['user', 'create'], /username/],
    ['is missing', [], /Usage: rolobot/],
    ['is half a command', ['token'], /Usage: rolobot token/],
  ])('and %s: status 2, and what is wrong on standard error', async (_, words, reason) => {
    const ended = await run(words, { environment: nowhere })
    expect(ended).toMatchObject({ code: 2, out: '' })
    expect(ended.err).toMatch(reason)
  })

  test('but asking for help or the version is no misuse', async () => {
    const help = await run(['--help'], { environment: nowhere })
    expect(help).toMatchObject({ code: 0, err: '' })
    for (const name of ['serve', 'work', 'migrate', 'parse', 'explain', 'comment', 'user', 'token', 'sample', 'sweep'])
      expect(help.out).toMatch(new RegExp(`^  ${name}\\b`, 'm'))
    expect(await run(['explain', '--help'])).toMatchObject({ code: 0, err: '' })
    expect(await run(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })
})

describe('settings that are wrong', () => {
  test.each(['serve', 'work', 'sweep'])(
    '`%s` does not start: status 2, every fault at once by name, and no value',
    async (name) => {
      const environment = {
        DATABASE_URL: 'mysql://root:secret-1@db/x',
        REDIS_URL: 'secret-2',
        PORT: '99999',
        LOG_LEVEL: 'secret-3',
      }
      const { code, out, err } = await run([name], { environment })
      expect({ code, out }).toEqual({ code: 2, out: '' })
      for (const setting of Object.keys(environment)) expect(err).toMatch(new RegExp(`^  ${setting}: `, 'm'))
      expect(err.trim().split('\n')).toHaveLength(5)
      expect(err).not.toMatch(/secret|99999|mysql:\/\/root/)
    },
  )

  test('`work` needs a Postgres and a Redis, and names both', async () => {
    const neither = await run(['work'])
    expect(neither).toMatchObject({ code: 2, out: '' })
    expect(neither.err).toMatch(/DATABASE_URL: [\s\S]*REDIS_URL: /)
    const one = await run(['work'], { environment: { DATABASE_URL: 'postgres://127.0.0.1:1/none' } })
    expect(one.code).toBe(2)
    expect(one.err).toMatch(/REDIS_URL/)
    expect(one.err).not.toMatch(/DATABASE_URL/)
  })
})
