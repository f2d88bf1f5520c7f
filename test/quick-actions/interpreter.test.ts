// Text and facts → one plan, refusals, faults.
import { describe, expect, test } from 'vitest'
import { interpret } from '../../src/quick-actions/interpreter.ts'
import { developerOfTheProject, owner } from './facts.ts'

const wishes = (body: string, replaces?: string) =>
  interpret(body, owner, replaces).change.wishes.map(({ wish, ref }) => `${wish} ${ref.text}`)

describe('all commands of a comment make one plan', () => {
  test.each([
    ['/add_contacts a@x.io', ['add a@x.io']],
    ['/add_contacts a@x.io\n/add_contacts b@x.io a@x.io', ['add b@x.io', 'add a@x.io']],
    ['/add_contacts a@x.io b@x.io\n/remove_contacts A@X.io', ['add b@x.io', 'remove A@X.io']],
    ['/remove_contact a@x.io\nHi\n/add_contact a@x.io', ['add a@x.io']],
    ['/add_contacts bob', ['add bob']],
    ['/add_contacts Ann Lee, bob, ann   lee', ['add bob', 'add ann lee']],
    ['/add_contacts [contact:#7]\n/remove_contacts [contact:#007]', ['remove #007']],
    ['/add_contacts @@', []],
  ])('%j', (body, plan) => {
    expect(wishes(body)).toEqual(plan)
  })

  test('questions are asked once', () => {
    expect(interpret('/help\n/contacts\n/help', owner).change).toEqual({ wishes: [], questions: ['help', 'contacts'] })
  })
})

describe('permission', () => {
  test('who has no role where the contacts are is told so, not whether a contact exists', () => {
    const { change, accepted, refused, text } = interpret(
      'Hi\n/add_contacts a@x.io\n/contacts\n/help',
      developerOfTheProject,
    )
    expect(refused).toEqual([
      { command: 'add_contacts', reason: "You don't have permission to change this issue's contacts." },
      { command: 'contacts', reason: "You don't have permission to see this issue's contacts." },
    ])
    expect({ accepted, change, text }).toEqual({
      accepted: ['help'],
      change: { wishes: [], questions: ['help'] },
      text: 'Hi',
    })
  })

  test('what was refused is not also corrected', () => {
    expect(interpret('/add_contacts bob@', developerOfTheProject).faults).toEqual([])
  })
})

describe('what is no reference and no name is told by its words', () => {
  test('beside good references', () => {
    const { faults, accepted } = interpret('Hi\n/add_contacts bob@ a@x.io', owner)
    expect(faults).toEqual(['"bob@" isn\'t an email address or a name.'])
    expect(accepted).toEqual(['add_contacts'])
  })

  test('when there is nothing', () => {
    const { faults, accepted } = interpret('/add_contact', owner)
    expect(faults).toEqual(['Which contact? Write an email address or a name after /add_contacts.'])
    expect(accepted).toEqual([])
  })

  test('the first ten, and how many more', () => {
    const { faults } = interpret(`/add_contacts ${'@ '.repeat(12)}`, owner)
    expect(faults.length).toBe(11)
    expect(faults.at(-1)).toBe('2 more words could not be understood.')
  })
})

describe('a comment that asks for too much is refused whole', () => {
  const names = (many: number) => `/add_contacts ${Array.from({ length: many }, (_, n) => `Ann${n}`).join(', ')}`
  const numbers = (many: number) =>
    `/add_contacts ${Array.from({ length: many }, (_, n) => `[contact:#${n}]`).join('')}`

  test.each([
    [names(50), undefined],
    [names(51), 'A comment can hold at most 50 names; this one holds 51. Nothing was changed.'],
    [
      `${names(51)}\n/add_contacts a@x.io`,
      'A comment can hold at most 50 names; this one holds 51. Nothing was changed.',
    ],
    [numbers(10_000), undefined],
    [
      `/remove_contacts a@x.io\n${numbers(10_000)}`,
      'A comment can hold at most 10,000 contacts; this one holds 10,001. Nothing was changed.',
    ],
  ])('%#', (body, refused) => {
    const { change } = interpret(body, owner)
    expect(change.refused).toBe(refused)
    expect(change.wishes.length > 0).toBe(refused === undefined)
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
    const edited = interpret('Hello\n/help\n/add_contacts bob@\n/add_contacts jim@', owner, 'Hi\n/add_contacts bob@')
    expect(edited.commands.map(({ line }) => line)).toEqual([2, 4])
    expect(edited.accepted).toEqual(['help'])
    expect(edited.faults).toEqual([expect.stringContaining('"jim@"')])
  })
})
