// Link codes: how a user proves at another place who they are here, once and within ten minutes; and how they take it
// back.
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { runCommand } from '../../src/command-line/commands.ts'
import { createLinkCode, useLinkCode } from '../../src/domain/people/link-codes.ts'
import {
  findUserElsewhere,
  forgetNameElsewhere,
  namesElsewhere,
  nameUserElsewhere,
} from '../../src/domain/people/users.ts'
import { rowsOf } from '../../src/storage/db.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { world } from '../support/world/world.ts'

let service: RunningService
let places = 0

beforeAll(async () => {
  service = await startService({ idle: true })
})

const shape = /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/
const noGood = {
  refused: {
    why: 'conflict',
    reason: "This code isn't valid: it has been used, replaced by a newer one, or has expired.",
  },
}

/** Ann, Bob, and a place elsewhere at which nobody was before. */
async function people() {
  const there = await world(service, { people: { ann: 'planner', bob: 'nobody' } })
  const idOf = (person: string) => there.users.get(person)?.id as number
  const number = ++places
  const at = (id: string, name = id) => ({ via: 'slack', externalId: `T${number}/${id}`, name })
  return {
    ...there,
    idOf,
    at,
    ann: { userId: idOf('ann'), username: there.users.get('ann')?.username },
    code: async (person = 'ann') => (await createLinkCode(service.db, idOf(person))).code,
    use: (code: string, place = at('ann')) => useLinkCode(service.db, code, place),
    who: ({ via, externalId } = at('ann')) => findUserElsewhere(service.db, via, externalId),
    names: async (person = 'ann') =>
      (await namesElsewhere(service.db, idOf(person))).filter(({ via }) => via !== 'chat'),
    history: (person = 'ann') =>
      rowsOf(
        service.db,
        sql`select action, via, before, after from history where actor_id = ${idOf(person)} order by id`,
      ),
    /** Lets time go by for a code of a user. */
    age: (interval: string, person = 'ann') =>
      service.db.execute(
        sql`update link_codes set expires_at = expires_at - ${interval}::interval where user_id = ${idOf(person)}`,
      ),
    kept: (person = 'ann') =>
      rowsOf<{ row: string }>(service.db, sql`select l::text as row from link_codes l where user_id = ${idOf(person)}`),
  }
}

describe('a code', () => {
  test('is short, good for ten minutes, and kept nowhere', async () => {
    const { idOf, kept } = await people()
    const before = Date.now()
    const { code, expiresAt } = await createLinkCode(service.db, idOf('ann'))
    expect(code).toMatch(shape)
    const life = expiresAt.getTime() - before
    expect(life).toBeGreaterThan(590_000)
    expect(life).toBeLessThan(610_000)
    const [{ row } = { row: '' }, ...others] = await kept()
    expect(others).toEqual([])
    expect(row).not.toContain(code)
    expect(row).not.toContain(code.replace('-', ''))
  })

  test('says who a user is elsewhere, and under what name', async () => {
    const { code, use, at, who, names, ann, history } = await people()
    expect(await who()).toBeUndefined()
    expect(await use(await code(), at('ann', 'Ann 🐝'))).toEqual({ value: ann })
    expect(await who()).toBe(ann.userId)
    expect(await names()).toEqual([{ ...at('ann', 'Ann 🐝'), createdAt: expect.any(Date) }])
    expect(await history()).toEqual([
      { action: 'account_linked', via: 'slack', before: null, after: { via: 'slack', name: 'Ann 🐝' } },
    ])
  })

  test('works once', async () => {
    const { code, use, at, who } = await people()
    const secret = await code()
    expect(await use(secret)).toHaveProperty('value')
    expect(await use(secret, at('eve'))).toEqual(noGood)
    expect(await use(secret, { ...at('ann'), via: 'other' })).toEqual(noGood)
    expect(await who(at('eve'))).toBeUndefined()
  })

  test('that comes twice from the same place is answered twice, and used once', async () => {
    const { code, use, ann, history } = await people()
    const secret = await code()
    expect(await Promise.all([use(secret), use(secret), use(secret)])).toEqual([
      { value: ann },
      { value: ann },
      { value: ann },
    ])
    expect(await use(secret)).toEqual({ value: ann })
    expect(await history()).toHaveLength(1)
  })

  test('of many who use it at once one gets it', async () => {
    const { code, use, at, who, ann } = await people()
    const secret = await code()
    const places = Array.from({ length: 8 }, (_, number) => at(`U${number}`))
    const results = await Promise.all(places.map((place) => use(secret, place)))
    expect(results.filter(({ value }) => value)).toEqual([{ value: ann }])
    expect(results.filter(({ refused }) => refused)).toEqual(Array(7).fill(noGood))
    const known = await Promise.all(places.map(who))
    expect(known).toEqual(results.map(({ value }) => value?.userId))
  })

  test('is good for nothing when it is old, also where it was used', async () => {
    const { code, use, at, age, ann, who } = await people()
    const first = await code()
    await age('9 minutes')
    expect(await use(first)).toEqual({ value: ann })
    await age('1 minute')
    expect(await use(first)).toEqual(noGood)
    expect(await who()).toBe(ann.userId)
    const second = await code()
    await age('10 minutes')
    expect(await use(second, at('again'))).toEqual(noGood)
  })

  test('ends the ones before it; of many made at once one is good', async () => {
    const { code, use, at, kept } = await people()
    const first = await code()
    const bobs = await code('bob')
    const later = await Promise.all([code(), code(), code(), code()])
    expect(await use(first)).toEqual(noGood)
    const results = await Promise.all(later.map((secret, number) => use(secret, at(`U${number}`))))
    expect(results.filter(({ value }) => value)).toHaveLength(1)
    expect(await use(bobs, at('bob'))).toHaveProperty('value')
    await code()
    // The used one is kept for as long as it may come again.
    expect(await kept()).toHaveLength(2)
  })

  test('that is more than a day old goes, whosever it is', async () => {
    const { code, use, at, age, kept } = await people()
    await code('bob')
    await use(await code(), at('ann'))
    await age('23 hours')
    await age('25 hours', 'bob')
    await code()
    expect([await kept('bob'), await kept()]).toEqual([[], [expect.anything(), expect.anything()]])
  })

  test('of a user who is blocked is not valid, also where it was used', async () => {
    const { code, use, at, idOf } = await people()
    const [used, unused] = [await code('bob'), await code()]
    await use(used, at('bob'))
    await service.db.execute(sql`update users set blocked = true where id in (${idOf('ann')}, ${idOf('bob')})`)
    expect(await use(unused)).toEqual(noGood)
    expect(await use(used, at('bob'))).toEqual(noGood)
  })

  test.each([
    ['nothing', ''],
    ['a blank', ' '],
    ['a dash', '-'],
    ['another code', '0000-0000'],
    ['a word', 'help'],
    ['a letter that no code has', '4F7K-9QXU'],
    ['too little', '4F7K-9QX'],
    ['too much', '4F7K-9QXMM'],
    ['far too much', 'x'.repeat(100_000)],
    ['SQL', "'; drop table users"],
    ['a zero', '\0'],
    ['half a letter', '\ud800'],
    ['a bee', '🐝'],
  ])('that is none of ours is no good: %s', async (_, typed) => {
    const { code, use } = await people()
    await code()
    expect(await use(typed)).toEqual(noGood)
  })

  test.each<[string, (code: string) => string]>([
    ['in lower case', (code) => code.toLowerCase()],
    ['without its dash', (code) => code.replace('-', '')],
    ['with blanks', (code) => `  ${[...code].join(' ')}\t\n`],
    ['with another blank', (code) => code.replace('-', '\u00a0')],
    ['with dashes everywhere', (code) => `-${[...code].join('-')}--`],
    ['with another dash', (code) => code.replace('-', '–')],
    ['with O for 0', (code) => code.replaceAll('0', 'O')],
    ['with o for 0', (code) => code.replaceAll('0', 'o')],
    ['with I for 1', (code) => code.replaceAll('1', 'I')],
    ['with l for 1', (code) => code.replaceAll('1', 'l')],
    ['with all of it', (code) => code.toLowerCase().replaceAll('1', 'L').replaceAll('0', 'o').replace('-', ' - ')],
  ])('may be typed %s', async (_, typed) => {
    const { code, use, ann } = await people()
    let secret = await code()
    // Until there is one with both digits that look like letters.
    while (!/0.*1|1.*0/.test(secret)) secret = await code()
    expect(await use(typed(secret))).toEqual({ value: ann })
  })
})

describe('who a user is elsewhere', () => {
  test('the latest word counts', async () => {
    const { code, use, at, who, idOf, names } = await people()
    const first = await code()
    await use(first, at('one', 'Old'))
    await use(await code('bob'), at('one', 'New'))
    expect(await who(at('one'))).toBe(idOf('bob'))
    expect([await names(), await names('bob')]).toEqual([[], [expect.objectContaining({ name: 'New' })]])
    // It does not hold any more.
    expect(await use(first, at('one', 'Old'))).toEqual(noGood)
  })

  test('is listed by place, then by name; it is known since it was said of the same person first', async () => {
    const { at, idOf, names } = await people()
    const name = (place: { via: string; externalId: string; name?: string }, person = 'ann') =>
      nameUserElsewhere(service.db, idOf(person), place)
    await name(at('3', 'b'))
    await name(at('2', 'a'))
    await name({ ...at('1', 'c'), via: 'other' })
    await name({ via: 'slack', externalId: at('0').externalId })
    expect((await names()).map(({ via, name }) => [via, name])).toEqual([
      ['other', 'c'],
      ['slack', 'a'],
      ['slack', 'b'],
      ['slack', null],
    ])
    const since = async (person: string) =>
      (await names(person)).find(({ externalId }) => externalId === at('3').externalId)?.createdAt
    const before = await since('ann')
    await name(at('3', 'renamed'))
    expect(await since('ann')).toEqual(before)
    await name(at('3', 'bob'), 'bob')
    expect((await since('bob'))?.getTime()).toBeGreaterThan(before?.getTime() as number)
  })

  test('can be taken back, by that person alone', async () => {
    const { code, use, at, who, idOf, history } = await people()
    const secret = await code()
    const { via, externalId } = at('ann', 'Ann')
    await use(secret, at('ann', 'Ann'))
    const forget = (person: string, id = externalId) =>
      forgetNameElsewhere(service.db, { userId: idOf(person), via: 'web' }, via, id)
    const absent = { refused: { why: 'not found', what: 'linked account', reason: expect.any(String) } }
    expect(await forget('bob')).toEqual(absent)
    expect(await forget('ann', 'nobody')).toEqual(absent)
    expect(await forget('ann', 'zero\0')).toEqual(absent)
    expect(await who()).toBe(idOf('ann'))
    expect(await forget('ann')).toEqual({ value: true })
    expect(await forget('ann')).toEqual(absent)
    expect(await who()).toBeUndefined()
    expect((await history()).at(-1)).toEqual({
      action: 'account_unlinked',
      via: 'web',
      before: null,
      after: { via: 'slack', name: 'Ann' },
    })
    expect(await history('bob')).toEqual([])
    // A message that comes once more does not bring it back.
    expect(await use(secret)).toEqual(noGood)
    expect(await who()).toBeUndefined()
  })
})

describe('over REST', () => {
  /** Asks under /api as a user, or as a visitor. */
  const ask = async (token: string | undefined, method: string, path: string) => {
    const headers: Record<string, string> = token === undefined ? {} : { 'private-token': token }
    const response = await fetch(`${service.url}/api${path}`, { method, headers })
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }

  test('a code is made; what it linked is listed, and unlinked', async () => {
    const { token, use, at, who, ann, history } = await people()
    const secret = await token('ann')
    const made = await ask(secret, 'POST', '/link_codes')
    expect(made).toEqual({ status: 201, body: { code: expect.stringMatching(shape), expires_at: expect.any(String) } })
    expect(new Date(made.body.expires_at).getTime()).toBeGreaterThan(Date.now())
    expect(await use(made.body.code)).toEqual({ value: ann })

    const [chat, slack] = (await ask(secret, 'GET', '/linked_accounts')).body
    expect(chat).toEqual({ via: 'chat', id: ann.username, name: null, created_at: expect.any(String) })
    expect(slack).toEqual({
      via: 'slack',
      id: at('ann').externalId,
      name: 'ann',
      created_at: expect.stringMatching(/T.*Z$/),
    })

    const where = `/linked_accounts/slack/${encodeURIComponent(slack.id)}`
    expect((await ask(await token('bob'), 'DELETE', where)).status).toBe(404)
    expect(await ask(secret, 'DELETE', where)).toEqual({ status: 204, body: undefined })
    expect((await ask(secret, 'DELETE', where)).status).toBe(404)
    expect((await ask(secret, 'DELETE', '/linked_accounts/slack/%00')).status).toBe(404)
    expect(await who()).toBeUndefined()
    expect(await history()).toMatchObject([
      { action: 'account_linked', via: 'slack' },
      { action: 'account_unlinked', via: 'api' },
    ])
  })

  test('visitors are asked for a token; one that may only read makes no code and unlinks nothing', async () => {
    const { token, use, code, at, kept } = await people()
    await use(await code())
    const where = `/linked_accounts/slack/${encodeURIComponent(at('ann').externalId)}`
    const reader = await token('ann', { scopes: ['read_api'] })
    for (const [method, path, asReader] of [
      ['POST', '/link_codes', 403],
      ['GET', '/linked_accounts', 200],
      ['DELETE', where, 403],
    ] as const) {
      expect((await ask(undefined, method, path)).status).toBe(401)
      expect((await ask(reader, method, path)).status).toBe(asReader)
    }
    expect(await kept()).toHaveLength(1)
  })
})

test('on the command line: the code, and how to use it', async () => {
  const { use, ann } = await people()
  const type = (username = '') => runCommand({ ...service, mostAtOnce: 6 }, 'link-code', { username })
  const { code, out, err } = await type(ann.username?.toUpperCase())
  expect([code, err]).toEqual([0, ''])
  const [secret = '', how] = out.split('\n')
  expect(secret).toMatch(shape)
  expect(how).toBe(`To link ${ann.username}'s Slack account, enter in Slack: /rolobot link ${secret}`)
  expect(await use(secret)).toEqual({ value: ann })
  expect(await type('nobody')).toEqual({
    code: 1,
    out: '',
    err: expect.stringMatching(/^There is no user nobody\. Create one with: /),
  })
})
