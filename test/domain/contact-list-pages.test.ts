// Pages of lists of contacts: cursors, whatever they are made of, and lists held against the rule in memory.
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ContactOrder } from '../../src/domain/contacts/contact-lists.ts'
import type { ListRequest } from '../../src/domain/lists/owned-lists.ts'
import {
  addContacts,
  contactGroup,
  contactsIn,
  type Given,
  orders,
  person,
  usualMoment,
} from '../support/lists/contacts.ts'
import { type Asked, efforts, modelList, pageOf, walkThrough } from '../support/lists/model.ts'
import { type RunningService, startService } from '../support/service/service.ts'

let service: RunningService
beforeAll(async () => {
  service = await startService({ idle: true })
})
const group = (given?: readonly Given[]) => contactGroup(service, given)

describe('cursors', () => {
  const encode = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url')
  const list = 'contacts createdAt ascending'
  test.each([
    ['nothing that is one', 'nonsense'],
    ['a blank', ' '],
    ['not JSON', Buffer.from('[').toString('base64url')],
    ['not a list', encode({ list })],
    ['another order', encode(['contacts lastName ascending', 'a', 'b', 1])],
    ['the order the other way', encode(['contacts createdAt descending', usualMoment, 1])],
    ['another list', encode(['organizations createdAt ascending', usualMoment, 1])],
    ['too few parts', encode([list, 1])],
    ['too many parts', encode([list, usualMoment, usualMoment, 1])],
    ['an id that is none', encode([list, usualMoment, 1.5])],
    ['a negative id', encode([list, usualMoment, -1])],
    ['an id as text', encode([list, usualMoment, '1 or true'])],
    ['a day that is none', encode([list, '2024-02-30T00:00:00.000000Z', 1])],
    ['the year nought', encode([list, '0000-01-01T00:00:00.000000Z', 1])],
    ['a moment that is none', encode([list, "now'; drop table contacts; --", 1])],
    ['a key that cannot be missing', encode([list, null, 1])],
    ['far too much', 'a'.repeat(100_000)],
  ])('%s is refused', async (_, cursor) => {
    const here = await group([person('A A')])
    for (const field of ['after', 'before'])
      expect((await here.list({ sort: { by: 'createdAt' }, limit: 1, [field]: cursor })).refused).toEqual({
        why: 'invalid',
        reason: 'Please provide a valid cursor.',
        faults: [{ field, fault: 'Please provide a valid cursor' }],
      })
  })

  test.each([['\0'], ['\uD800'], [1], [['a']]])('a name that cannot be, %j, is refused', async (name) => {
    const here = await group([person('A A')])
    const after = encode(['contacts lastName ascending', name, 'a', 1])
    expect((await here.list({ limit: 1, after })).refused).toMatchObject({ faults: [{ field: 'after' }] })
  })

  test('one that was given is of use in its own order alone, whatever else is asked', async () => {
    const { list } = await group([person('A A'), person('B B'), person('C C', { state: 'inactive' })])
    const { endCursor: after } = await pageOf(list({ sort: { by: 'firstName' }, limit: 1 }))
    const answer = async (wanted: Partial<ListRequest<ContactOrder>>) => {
      const { value, refused } = await list({ limit: 9, after, ...wanted })
      return refused ? refused.why : value?.rows.map(({ firstName }) => firstName)
    }
    expect(await answer({ sort: { by: 'firstName' } })).toEqual(['B', 'C'])
    expect(await answer({ sort: { by: 'firstName' }, state: 'inactive' })).toEqual(['C'])
    expect(await answer({ sort: { by: 'firstName' }, search: 'b' })).toEqual(['B'])
    expect(await answer({ sort: { by: 'firstName', descending: true } })).toBe('invalid')
    expect(await answer({ sort: { by: 'phone' } })).toBe('invalid')
    expect(await answer({})).toBe('invalid')
  })

  test('whatever is given, it is a page or a refusal', async () => {
    const here = await group([person('A A'), person('B B', { phone: '1' })])
    const names = orders.map((by) => `contacts ${by} ascending`)
    const part = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constant(null),
      fc.integer(),
      fc.double(),
      fc.constant(usualMoment),
    )
    const parts = fc.tuple(fc.constantFrom(...names), part, fc.oneof(fc.nat(), part)).map(encode)
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.base64String(), fc.string(), parts),
        fc.constantFrom(...orders),
        async (after, by) => {
          const { value, refused } = await here.list({ sort: { by }, limit: 1, after: after || 'x' })
          expect(refused ? refused.why : value?.rows.length).toBeOneOf(['invalid', 0, 1])
        },
      ),
      { numRuns: 200 },
    )
  })

  test('a cursor outlives the contact it names', async () => {
    const { list, ids } = await group([person('A A'), person('B B'), person('C C')])
    const { endCursor } = await pageOf(list({ limit: 2 }))
    await service.db.execute(sql`delete from contacts where id = ${ids[1]}`)
    expect((await pageOf(list({ limit: 2, after: endCursor }))).rows).toMatchObject([{ firstName: 'C' }])
  })

  test.each([0, 101, 1.5, Number.NaN])('a page of %d is refused', async (limit) => {
    expect((await (await group()).list({ limit })).refused).toMatchObject({ faults: [{ field: 'limit' }] })
  })

  test('after and before at once are refused', async () => {
    const { list } = await group([person('A A'), person('B B')])
    const { endCursor } = await pageOf(list({ limit: 1 }))
    expect((await list({ limit: 1, after: endCursor, before: endCursor })).refused).toMatchObject({
      faults: [{ field: 'before' }],
    })
  })
})

describe('as the rule in memory', () => {
  const word = fc.constantFrom('ann', 'Ann', 'lee', 'Élo', 'garcía', 'a%', '_b', 'Łódź', '김', '😀x', 'an')
  const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })
  const moment = fc.constantFrom(usualMoment, '2024-05-01T12:00:00.000001Z', '2023-01-01T00:00:00.999999Z')
  const contact: fc.Arbitrary<Given> = fc.record({
    firstName: word,
    lastName: fc.oneof(
      word,
      fc.tuple(word, word).map((two) => two.join(' ')),
    ),
    phone: maybe(word),
    jobTitle: maybe(word),
    description: maybe(word),
    company: maybe(fc.constantFrom('Acme', 'Łódź AG', 'an')),
    state: fc.constantFrom('active' as const, 'active' as const, 'inactive' as const),
    created: moment,
    updated: moment,
  })
  const search = fc.oneof(
    word,
    fc.tuple(word, word).map((two) => two.join(' ')),
    fc.constantFrom('"ann lee"', 'e', 'zz'),
  )
  const asked = fc.record({
    state: maybe(fc.constantFrom('active' as const, 'inactive' as const)),
    places: maybe(fc.array(fc.nat(14))),
    search: maybe(search),
    sort: maybe(fc.record({ by: fc.constantFrom(...orders), descending: fc.boolean() })),
  })
  const effort = fc.constantFrom(...(Object.keys(efforts) as (keyof typeof efforts)[]))

  test('walking forward and back meets every match once, in order; counts tell as many', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(contact, { maxLength: 15 }),
        fc.array(fc.tuple(asked, effort, fc.integer({ min: 1, max: 6 })), { minLength: 4, maxLength: 4 }),
        async (given, questions) => {
          const here = await group(given)
          const model = await contactsIn(service, here.group)
          for (const [{ places, ...rest }, how, limit] of questions) {
            const question: Asked<ContactOrder> = { ...rest, ids: places?.flatMap((at) => here.ids[at] ?? []) }
            const expected = modelList(model, question, 'lastName')
            const list = (wanted: ListRequest<ContactOrder>) => here.list(wanted, efforts[how])
            expect(await walkThrough(list, question, limit)).toEqual({ forward: expected, back: expected })
            const found = (state?: 'active' | 'inactive') =>
              modelList(model, { search: rest.search, state }, 'lastName').length
            expect(await here.counts(rest.search, efforts[how])).toEqual({
              all: found(),
              active: found('active'),
              inactive: found('inactive'),
              cutOff: false,
            })
          }
        },
      ),
      { numRuns: 25 },
    )
  })

  test('counts follow whatever is written', async () => {
    const change = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), given: fc.array(contact, { minLength: 1, maxLength: 3 }) }),
      fc.record({
        kind: fc.constantFrom('turn' as const, 'delete' as const, 'rename' as const),
        modulo: fc.integer({ min: 1, max: 4 }),
      }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
        const here = await group()
        const mine = (modulo: number) => sql`group_id = ${here.group.id} and id % ${modulo} = 0`
        for (const one of changes) {
          if (one.kind === 'add')
            await addContacts(
              service,
              here.group,
              one.given.map(({ company: _, ...rest }) => rest),
            )
          if (one.kind === 'turn')
            await service.db.execute(
              sql`update contacts set state = case state when 'active' then 'inactive' else 'active' end
                where ${mine(one.modulo)}`,
            )
          if (one.kind === 'delete') await service.db.execute(sql`delete from contacts where ${mine(one.modulo)}`)
          if (one.kind === 'rename')
            await service.db.execute(sql`update contacts set find_by_name = 'ann' where ${mine(one.modulo)}`)
          const length = async (state?: 'active' | 'inactive') =>
            (await pageOf(here.list({ state, limit: 100 }))).rows.length
          const counts = {
            all: await length(),
            active: await length('active'),
            inactive: await length('inactive'),
            cutOff: false,
          }
          expect(await here.counts()).toEqual(counts)
        }
      }),
      { numRuns: 15 },
    )
  })
})
