// What of a comment failed, and what of its commands stays in the box.
import { describe, expect, test } from 'vitest'
import type { IssueResult } from '../../src/domain/rules/change.ts'
import { choicesOf } from '../../src/quick-actions/choices.ts'
import { interpret } from '../../src/quick-actions/interpreter.ts'
import { isLacking, leftOf, lineStateOf } from '../../src/quick-actions/left.ts'
import { developerOfTheProject, owner } from './facts.ts'

const nothing: IssueResult = { outcomes: [] }
const added = (address: string) => ({ address, wish: 'add' as const, outcome: 'added' as const })
const unknown = (address: string) => ({ address, wish: 'add' as const, outcome: 'unknown' as const })
const hannah = { id: 7, name: 'Hannah Weiss', address: null, organization: 'Acme' }
const unclear = [{ name: 'hannah', wish: 'add' as const, contacts: [hannah, { ...hannah, id: 8, address: 'h@x.io' }] }]

function outcome(body: string, result: IssueResult, facts = owner) {
  const interpretation = interpret(body, facts)
  return {
    left: leftOf(interpretation.asked, result),
    state: lineStateOf({ result, lacking: isLacking(result, interpretation) }),
  }
}

describe('only what failed is left', () => {
  test.each<[string, IssueResult, string, string]>([
    ['/add_contacts a@x.io', { outcomes: [added('a@x.io')] }, '', 'done'],
    [
      '/add_contacts a@x.io, zoe@x.io',
      { outcomes: [added('a@x.io'), unknown('zoe@x.io')] },
      '/add_contacts zoe@x.io',
      'partly',
    ],
    [
      'Hi\n/add_contact hannah, [contact:#9] Tor <T@x.io> @@ a@x.io\n/help',
      { outcomes: [unknown('#9'), unknown('t@X.io'), added('a@x.io')], unclear, offered: [] },
      '/add_contacts hannah, [contact:#9], Tor <T@x.io>, @@',
      'partly',
    ],
    ['/add_contacts', nothing, '/add_contacts', 'refused'],
    ['/add_contacts zoe@x.io', { outcomes: [unknown('zoe@x.io')] }, '/add_contacts zoe@x.io', 'refused'],
    ['/add_contacts a@x.io\n/help', { outcomes: [], refused: 'Too many.' }, '/add_contacts a@x.io', 'refused'],
    ['/help', { ...nothing, offered: [] }, '', 'done'],
  ])('%j', (body, result, left, state) => {
    expect(outcome(body, result)).toEqual({ left, state })
  })

  test('a command that is not permitted is left whole', () => {
    expect(outcome('/add_contacts hannah, b@x.io', nothing, developerOfTheProject)).toEqual({
      left: '/add_contacts hannah, b@x.io',
      state: 'refused',
    })
  })
})

test('a choice is a command for each contact', () => {
  const commands = choicesOf({ ...nothing, unclear: [...unclear, { name: 'zoe', wish: 'add', contacts: [] }] }).map(
    ({ name, contacts }) => [name, contacts.map(({ command }) => command)],
  )
  expect(commands).toEqual([['hannah', ['/add_contacts [contact:#7]', '/add_contacts [contact:h@x.io]']]])
})
