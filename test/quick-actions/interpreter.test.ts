// Text and facts → one plan, refusals, faults.
import { describe, expect, test } from 'vitest'
import { explain, interpret } from '../../src/quick-actions/interpreter.ts'
import { developerOfTheProject, owner } from './facts.ts'

const wishes = (body: string, replaces?: string) =>
  interpret(body, owner, replaces).change.wishes.map(({ wish, address }) => `${wish} ${address}`)

describe('all commands of a comment make one plan', () => {
  test.each([
    ['/add_contacts a@x.io', ['add a@x.io']],
    ['/add_contacts a@x.io\n/add_contacts b@x.io a@x.io', ['add b@x.io', 'add a@x.io']],
    ['/add_contacts a@x.io b@x.io\n/remove_contacts A@X.io', ['add b@x.io', 'remove A@X.io']],
    ['/remove_contact a@x.io\nHi\n/add_contact a@x.io', ['add a@x.io']],
    ['/add_contacts bob', []],
  ])('%j', (body, plan) => {
    expect(wishes(body)).toEqual(plan)
  })

  test('questions are asked once', () => {
    expect(interpret('/help\n/contacts\n/help', owner).change).toEqual({ wishes: [], questions: ['help', 'contacts'] })
  })
})

describe('permission', () => {
  test('who has no role where the contacts are is told so, not whether a contact exists', () => {
    const { change, accepted, refused, text } = interpret('Hi\n/add_contacts a@x.io\n/contacts\n/help', developerOfTheProject)
    expect(refused).toEqual([
      { command: 'add_contacts', reason: 'You may not change the contacts of this issue.' },
      { command: 'contacts', reason: 'You may not see the contacts of this issue.' },
    ])
    expect({ accepted, change, text }).toEqual({ accepted: ['help'], change: { wishes: [], questions: ['help'] }, text: 'Hi' })
  })

  test('what was refused is not also corrected', () => {
    expect(interpret('/add_contacts bob', developerOfTheProject).faults).toEqual([])
  })
})

describe('faults say where and what', () => {
  test('beside good references', () => {
    const { faults, accepted } = interpret('Hi\n/add_contacts bob a@x.io', owner)
    expect(faults).toEqual(['Line 2, column 15: "bob" is not a contact reference; write [contact:name@example.com] or an address.'])
    expect(accepted).toEqual(['add_contacts'])
  })

  test('when there is nothing', () => {
    const { faults, accepted } = interpret('/add_contacts', owner)
    expect(faults).toEqual(['Line 1, column 14: here should be a contact reference; write [contact:name@example.com] or an address.'])
    expect(accepted).toEqual([])
  })

  test('the first ten, and how many more', () => {
    const { faults } = interpret(`/add_contacts ${'x '.repeat(12)}`, owner)
    expect(faults.length).toBe(11)
    expect(faults.at(-1)).toBe('2 more words could not be understood.')
  })
})

describe('an edited comment runs only what is new', () => {
  test.each([
    ['/add_contacts a@x.io b@x.io', '/add_contacts a@x.io', ['add b@x.io']],
    ['/add_contacts a@x.io', '/add_contacts a@x.io b@x.io', []],
    ['/add_contacts A@x.io', '/add_contacts a@x.io', []],
    ['/remove_contacts a@x.io', '/add_contacts a@x.io', ['remove a@x.io']],
    ['/add_contacts a@x.io', 'Hi', ['add a@x.io']],
    ['Hi', '/add_contacts a@x.io', []],
    ['/add_contacts a@x.io', '/add_contacts a@x.io\n/remove_contacts a@x.io', []],
    ['/remove_contacts a@x.io\n/add_contacts a@x.io', '/add_contacts a@x.io', []],
    ['/add_contacts a@x.io\n/remove_contacts a@x.io', '/add_contacts a@x.io', ['remove a@x.io']],
  ])('%j instead of %j', (body, old, plan) => {
    expect(wishes(body, old)).toEqual(plan)
  })

  test('and tells only of that', () => {
    const edited = interpret('Hello\n/help\n/add_contacts bob\n/add_contacts jim', owner, 'Hi\n/add_contacts bob')
    expect(edited.commands.map(({ line }) => line)).toEqual([2, 4])
    expect(edited.accepted).toEqual(['help'])
    expect(edited.faults).toEqual([expect.stringContaining('"jim"')])
  })
})

test('a preview explains each command that would take part', () => {
  const interpretation = interpret(
    '/add_contacts a@x.io, b@x.io, c@x.io\n/remove_contacts d@x.io\n/contacts\n/help\n/add_contacts bob',
    owner,
  )
  expect(explain(interpretation, owner)).toEqual([
    'Adds a@x.io, b@x.io and c@x.io.',
    'Removes d@x.io.',
    'Shows you the contacts of this issue.',
    'Shows you the commands that you can use here.',
  ])
})
