// The commands that need the data: on Postgres by themselves, and through the server that holds the embedded database.
import { cpSync, existsSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { adminToken } from '../support/processes/crowd.ts'
import { type Ending, type Environment, newFolder, run, type Serving, serve } from '../support/processes/processes.ts'
import { ask, contentsOf, hasPostgres, lookInto } from '../support/service/databases.ts'
import { newPostgres } from '../support/service/db.ts'

const issue = 'acme/support/shop#2'
const notes = '/api/v4/projects/acme%2Fsupport%2Fshop/issues/2/notes'
const done = (out: string | RegExp) => ({
  code: 0,
  err: '',
  out: typeof out === 'string' ? `${out}\n` : expect.stringMatching(out),
})
const refused = (reason: RegExp) => ({ code: 1, out: '', err: expect.stringMatching(reason) })
const on = (as: string, where = issue) => ['--on', where, '--as', as]

async function onPostgres(): Promise<{ environment: Environment; server: Serving }> {
  const environment = { DATABASE_URL: await newPostgres(), ROLOBOT_ADMIN_TOKEN: adminToken }
  const server = await serve(environment)
  expect(await run(['sample'], { environment })).toMatchObject(
    done(/^Created the sample workspace\. Try: npx rolobot explain --on acme/),
  )
  return { environment, server }
}

const template = newFolder()

// The first start takes seconds; later ones are on a copy.
async function onEmbedded(): Promise<{ environment: Environment; server: Serving }> {
  if (!existsSync(template)) await (await serve({ ROLOBOT_DATA: template, ROLOBOT_ADMIN_TOKEN: adminToken })).stop()
  const environment = { ROLOBOT_DATA: newFolder() }
  cpSync(template, environment.ROLOBOT_DATA, { recursive: true })
  return { environment, server: await serve(environment) }
}

const places = [
  { name: 'through the server that holds the embedded database', settle: onEmbedded, there: true },
  { name: 'on Postgres', settle: onPostgres, there: hasPostgres },
]

describe.each(places.filter(({ there }) => there))('$name', ({ settle }) => {
  let environment: Environment
  let server: Serving
  beforeAll(async () => {
    ;({ environment, server } = await settle())
  })

  const rolobot = (words: string[], input?: string | Buffer): Promise<Ending> => run(words, { environment, input })
  const fetchNotes = (token: string, options: RequestInit = {}) =>
    fetch(server.url + notes, { ...options, headers: { 'private-token': token, 'content-type': 'application/json' } })
  const comments = async (): Promise<string[]> => {
    const listed = (await (await fetchNotes(adminToken)).json()) as { body: string }[]
    return listed.map(({ body }) => body)
  }

  describe('explain', () => {
    const comment =
      'Rosa called.\n/add_contacts rosa.dimarco@castellano.example nobody@x.io\n/add_contcts x@x.io\n/add_contacts bob'

    test('prints every stage, and nothing is changed', async () => {
      const before = await comments()
      const { code, out, err } = await rolobot(['explain', ...on('priya')], comment)
      expect({ code, err }).toEqual({ code: 0, err: '' })
      const stages = ['Commands', 'Remaining text', 'Permissions', 'Changes', 'Private answer', 'Public answer']
      expect(out.split('\n').filter((line) => /^\S/.test(line))).toEqual(stages)
      expect(out).toContain('  line 2: /add_contacts rosa.dimarco@castellano.example nobody@x.io')
      expect(out).toContain('  Rosa called.')
      expect(out).toContain('  /add_contacts: priya has permission')
      expect(out).toContain('  rosa.dimarco@castellano.example: added')
      expect(out).toMatch(
        /Added rosa\.dimarco@castellano\.example\. No contact has the address nobody@x\.io\.|Added rosa/,
      )
      expect(out.slice(out.indexOf('Public answer'))).not.toContain('@')
      expect(await comments()).toEqual(before)
    })

    test('prints the same as JSON', async () => {
      const { code, out } = await rolobot(['explain', ...on('priya'), '--json'], comment)
      expect(code).toBe(0)
      const { interpretation, outcome } = JSON.parse(out)
      expect(interpretation).toMatchObject({
        commands: [
          { name: 'add_contacts', line: 2 },
          { name: 'add_contacts', line: 4 },
        ],
      })
      expect(outcome.result.unclear).toEqual([{ name: 'bob', wish: 'add', contacts: [] }])
      expect(outcome.result.outcomes).toMatchObject([{ outcome: 'added' }, { outcome: 'unknown' }])
    })

    test('says who may not', async () => {
      expect(await rolobot(['explain', ...on('gus')], comment)).toMatchObject(
        done(/\/add_contacts: You don't have permission to change this issue's contacts/),
      )
    })
  })

  test('comment: for real, with its answer', async () => {
    const said = await rolobot(
      ['comment', ...on('priya')],
      'Mei-Ling called.\n/add_contacts mei-ling.zhou@mail.example',
    )
    expect(said).toMatchObject(done(`Commented on ${issue}.\nAdded mei-ling.zhou@mail.example.`))
    expect(await comments()).toEqual(expect.arrayContaining(['Mei-Ling called.', 'added 1 contact']))
    expect(await rolobot(['comment', ...on('PRIYA')], '/remove_contacts MEI-LING.ZHOU@mail.example')).toMatchObject(
      done(/^Removed /),
    )
  })

  test('user create: with a role in a group; a name is taken in any letter case', async () => {
    const words = [
      'user',
      'create',
      'zoe',
      '--name',
      'Zoë',
      '--email',
      'zoe@acme.example',
      '--role',
      'guest',
      '--in',
      'acme/support',
    ]
    expect(await rolobot(words)).toMatchObject(done('Created zoe, guest in acme/support.'))
    expect(await rolobot(['user', 'create', 'ZOE'])).toMatchObject(refused(/^Username has already been taken/))
    expect(await rolobot(['comment', ...on('zoe')], 'Hello')).toMatchObject(done(`Commented on ${issue}.`))
  })

  test('token create: a token that works, and one that only reads', async () => {
    const body = JSON.stringify({ body: 'By token.' })
    const token = (await rolobot(['token', 'create', 'priya', '--name', 'test'])).out.trim()
    expect((await fetchNotes(token)).status).toBe(200)
    expect((await fetchNotes(token, { method: 'POST', body })).status).toBe(201)
    const reader = (await rolobot(['token', 'create', 'priya', '--read-only'])).out.trim()
    expect((await fetchNotes(reader)).status).toBe(200)
    expect((await fetchNotes(reader, { method: 'POST', body })).status).toBe(403)
  })

  test('sign-in-link: an address of ours, for users that exist; a new one replaces it', async () => {
    const link = await rolobot(['sign-in-link', 'priya'])
    expect(link).toMatchObject(done(/^http:\/\/\S+\/users\/sign_in\?link=[\w-]{43}\n$/))
    // The server knows the port that it was given; other processes know only what is set.
    if (!environment.DATABASE_URL) expect(link.out).toContain(`${server.url}/`)
    const statusOf = async ({ out }: { out: string }) =>
      (await fetch(server.url + out.trim().slice(new URL(out).origin.length))).status
    expect(await statusOf(link)).toBe(200)
    const newer = await rolobot(['sign-in-link', 'priya'])
    expect([await statusOf(link), await statusOf(newer)]).toEqual([403, 200])
  })

  test('user block, user unblock: tokens stop and work again', async () => {
    const token = (await rolobot(['token', 'create', 'gus'])).out.trim()
    const statusNow = async () => (await fetchNotes(token)).status
    expect(await statusNow()).toBe(200)
    expect(await rolobot(['user', 'block', 'GUS'])).toMatchObject(done('Blocked gus.'))
    expect(await statusNow()).toBe(401)
    expect(await rolobot(['sign-in-link', 'gus'])).toMatchObject(refused(/^There is no user gus/))
    expect(await rolobot(['user', 'unblock', 'gus'])).toMatchObject(done('Unblocked gus.'))
    expect(await statusNow()).toBe(200)
    expect(await rolobot(['user', 'block', 'nobody'])).toMatchObject(refused(/^There is no user nobody/))
  })

  test('sample: a second time it is refused, and nothing is changed', async () => {
    const before = await comments()
    expect(await rolobot(['sample'])).toMatchObject(refused(/already exists\. Nothing was changed\./))
    expect(await comments()).toEqual(before)
  })

  test('sweep, failed, retry: with nothing to do', async () => {
    expect(await rolobot(['sweep'])).toMatchObject(done('Re-queued 0 comments.'))
    expect(await rolobot(['failed'])).toMatchObject(done('Nothing has failed.'))
    expect(await rolobot(['retry', '1', 'abc'])).toMatchObject(refused(/^None of these comments has failed\./))
  })
})

describe.skipIf(!hasPostgres)('what failed', () => {
  test('is listed with its fault, stops nothing else, and is started again when it is mended', async () => {
    const { environment, server } = await onPostgres()
    await server.stop()
    const rolobot = (words: string[], input?: string) =>
      run(words, { environment: { ...environment, WORK_ATTEMPTS: '2' }, input })
    const url = environment.DATABASE_URL as string
    await ask(url, 'alter table issue_contacts add constraint broken check (issue_id > 2) not valid')
    const comment = (where: string) =>
      rolobot(['comment', ...on('priya', where)], 'Text.\n/add_contacts mei-ling.zhou@mail.example')
    const [broken, whole] = await Promise.all([comment('acme/support/shop#1'), comment('acme/support/shop#2')])
    expect(broken).toMatchObject({ code: 0, out: expect.stringMatching(/queued and will take effect/) })
    expect(whole).toMatchObject({ code: 0, out: expect.stringMatching(/Added/) })
    // The second try is the last.
    expect(await rolobot(['sweep'])).toMatchObject({ code: 0, out: 'Re-queued 1 comment.\n' })
    const failed = await rolobot(['failed'])
    expect(failed).toMatchObject(done(/^\d+\tacme\/support\/shop#1\tpriya\t2 attempts\t.*broken/))
    await ask(url, 'alter table issue_contacts drop constraint broken')
    expect(await rolobot(['retry', failed.out.split('\t')[0] as string])).toMatchObject(done('Retrying 1 comment.'))
    expect(await rolobot(['failed'])).toMatchObject(done('Nothing has failed.'))
    expect(await ask(url, 'select distinct status, attempts from deliveries')).toEqual([
      { status: 'replied', attempts: 0 },
    ])
  })
})

describe('explain changes nothing at all', () => {
  const comment =
    '/add_contacts mei-ling.zhou@mail.example\n/remove_contacts tor.nygaard@halvorsen-marine.example\n/contacts\n/help'

  test.skipIf(!hasPostgres)('on Postgres', async () => {
    const { environment } = await onPostgres()
    const contents = () => lookInto({ url: environment.DATABASE_URL as string }, contentsOf)
    const before = await contents()
    expect(await run(['explain', ...on('priya')], { environment, input: comment })).toMatchObject({ code: 0 })
    expect(await contents()).toEqual(before)
    expect(await run(['comment', ...on('priya')], { environment, input: comment })).toMatchObject({ code: 0 })
    expect(await contents()).not.toEqual(before)
  })

  test('on the embedded database', async () => {
    const { environment, server } = await onEmbedded()
    await server.stop()
    const contents = () => lookInto({ folder: environment.ROLOBOT_DATA as string }, contentsOf)
    const before = await contents()
    expect(await run(['explain', ...on('priya')], { environment, input: comment })).toMatchObject({ code: 0 })
    expect(await contents()).toEqual(before)
  })
})
