// The list of actions, and all that is derived from it.
import { describe, expect, test } from 'vitest'
import type { Facts } from '../../src/domain/rules/change.ts'
import { rules } from '../../src/domain/rules/permissions.ts'
import { understand } from '../../src/quick-actions/commands.ts'
import { completions, describe as describeActions, offered, table } from '../../src/quick-actions/help.ts'
import { actions, findAction, names } from '../../src/quick-actions/index.ts'
import { interpret } from '../../src/quick-actions/interpreter.ts'
import { developerOfTheProject, owner } from './facts.ts'
import { report } from './report.ts'

describe.each(actions)('/$name', (action) => {
  test.each(action.examples)('understands its example %s', (example) => {
    const { accepted, faults, text } = interpret(example, owner)
    expect({ accepted, faults, text }).toEqual({ accepted: [action.name], faults: [], text: '' })
  })

  test('is found by each of its names, and asks for an ability that exists', () => {
    for (const name of [action.name, ...action.aliases]) expect(findAction(name.toUpperCase())).toBe(action)
    expect([null, ...Object.keys(rules)]).toContain(action.ability)
  })
})

test('no name means two actions', () => {
  expect(new Set(names).size).toBe(actions.flatMap(({ aliases }) => ['', ...aliases]).length)
})

test.each<[string, Facts, string[]]>([
  ['an owner', owner, ['add_contacts', 'remove_contacts', 'contacts', 'help']],
  [
    'an owner, where no contact is active',
    { ...owner, sourceHasActiveContacts: false },
    ['remove_contacts', 'contacts', 'help'],
  ],
  [
    'an owner, on an issue without contacts',
    { ...owner, issueHasContacts: false },
    ['add_contacts', 'contacts', 'help'],
  ],
  ['a developer of the project alone', developerOfTheProject, ['help']],
  [
    'everyone, where customer relations are off',
    { ...owner, standing: { ...owner.standing, customerRelations: false } },
    ['help'],
  ],
])('%s is offered what is of use', (_, facts, expected) => {
  expect(offered(actions, facts).map(({ name }) => name)).toEqual(expected)
})

test('the popup shows name, summary and usage', () => {
  expect(completions(actions)[0]).toEqual({
    name: 'add_contacts',
    summary: 'Link contacts to this issue',
    usage: '[contact:name@example.com] or a name, …',
  })
})

test('the table of the README has a row for each action', () => {
  expect(table(actions).split('\n').slice(0, 3)).toEqual([
    '| Command | Description | Example |',
    '|---|---|---|',
    '| `/add_contacts`, `/add_contact` | Link contacts to this issue | `/add_contacts [contact:ann@example.com]` |',
  ])
  expect(table(actions).split('\n').length).toBe(actions.length + 2)
})

test('nothing that we say ourselves is a command', () => {
  const result = {
    outcomes: [],
    offered: actions.map(({ name }) => name),
    contacts: [{ name: '/help', address: null, organization: null, active: true }],
  }
  const answer = report(result, interpret('/help\n/contacts\n/hlep', owner), 'author')
  for (const said of [describeActions(actions), table(actions), answer])
    expect(understand(said)).toMatchObject({ commands: [], hints: [] })
})
