// What came of a comment, as it is told.
import { describe, expect, test } from 'vitest'
import type { ContactOutcome, IssueResult, UnclearName } from '../../src/domain/rules/change.ts'
import { interpret } from '../../src/quick-actions/interpreter.ts'
import { developerOfTheProject, owner } from './facts.ts'
import { report } from './report.ts'

const removing = new Set<ContactOutcome>(['removed', 'was not there'])
const became = (...outcomes: [string, ContactOutcome][]): IssueResult => ({
  outcomes: outcomes.map(([address, outcome]) => ({
    address,
    outcome,
    wish: removing.has(outcome) ? 'remove' : 'add',
  })),
})
const ann = { id: 1, name: 'Ann Lee', address: 'ann@example.com', organization: null }
const cy = { id: 9, name: 'Cy Ann', address: null, organization: null }
const both = { accepted: ['add_contacts', 'remove_contacts'], refused: [], faults: [], hints: [] }

describe('outcomes, to the person who asked and in public', () => {
  test.each([
    [
      became(['ann@example.com', 'added'], ['bob@example.com', 'inactive'], ['zoe@example.com', 'unknown']),
      'Added ann@example.com. bob@example.com is inactive and was not added. No contact has the address zoe@example.com.',
      'Added 1 contact; 2 were not added.',
    ],
    [
      became(['a@x.io', 'added'], ['b@x.io', 'added'], ['c@x.io', 'added']),
      'Added a@x.io, b@x.io and c@x.io.',
      'Added 3 contacts.',
    ],
    [
      became(['ann@example.com', 'already there']),
      'ann@example.com was already linked.',
      '1 contact was already linked.',
    ],
    [
      became(['a@x.io', 'added'], ['b@x.io', 'already there']),
      'Added a@x.io. b@x.io was already linked.',
      'Added 1 contact; 1 was already linked.',
    ],
    [
      became(['a@x.io', 'inactive'], ['b@x.io', 'inactive']),
      'a@x.io and b@x.io are inactive and were not added.',
      '2 contacts were not added.',
    ],
    [
      became(['a@x.io', 'unknown'], ['b@x.io', 'unknown']),
      'No contact has the addresses a@x.io and b@x.io.',
      '2 contacts were not added.',
    ],
    [became(['ann@example.com', 'removed']), 'Removed ann@example.com.', 'Removed 1 contact.'],
    [
      became(['a@x.io', 'removed'], ['b@x.io', 'was not there']),
      'Removed a@x.io. b@x.io was not linked.',
      'Removed 1 contact; 1 was not linked.',
    ],
    [
      became(['a@x.io', 'added'], ['b@x.io', 'removed']),
      'Added a@x.io.\nRemoved b@x.io.',
      'Added 1 contact.\nRemoved 1 contact.',
    ],
    [
      { outcomes: [], refused: 'At most 50 contacts can be added at once; these are 51.' },
      'At most 50 contacts can be added at once; these are 51.',
      'At most 50 contacts can be added at once; these are 51.',
    ],
    [became(), '', ''],
  ])('%j', (result, toTheAuthor, inPublic) => {
    expect(report(result, both, 'author')).toBe(toTheAuthor)
    expect(report(result, both, 'public')).toBe(inPublic)
  })

  test.each<[UnclearName, string, string]>([
    [{ name: 'zoe', wish: 'add', contacts: [] }, 'No active contact is named "zoe".', '1 contact was not added.'],
    [{ name: 'zoe', wish: 'remove', contacts: [] }, 'No linked contact is named "zoe".', '1 contact was not linked.'],
    [
      { name: 'ann', wish: 'add', contacts: [ann, cy] },
      'More than one active contact is named "ann": Ann Lee (ann@example.com) and Cy Ann (#9).',
      '1 contact was not added.',
    ],
    [
      { name: 'ann', wish: 'remove', contacts: [ann, cy], more: true },
      'More than one linked contact is named "ann": Ann Lee (ann@example.com), Cy Ann (#9) and others. Write more of the name, or the address.',
      '1 contact was not linked.',
    ],
    [
      { name: 'ann lee', wish: 'add', contacts: [], more: true },
      `"ann lee" can't be looked up: too many contacts share these words. Use the address instead.`,
      '1 contact was not added.',
    ],
  ])('a name that is not clear: %j', (unclear, toTheAuthor, inPublic) => {
    expect(report({ outcomes: [], unclear: [unclear] }, both, 'author')).toBe(toTheAuthor)
    expect(report({ outcomes: [], unclear: [unclear] }, both, 'public')).toBe(inPublic)
  })

  test('who was meant by a name or a number is told with the address', () => {
    const outcomes = [
      { address: 'ann@example.com', name: 'Ann Lee', wish: 'add', outcome: 'added' },
      { address: '#9', name: 'Cy Ann', wish: 'add', outcome: 'inactive' },
      { address: '#10', wish: 'add', outcome: 'unknown' },
    ] as const
    expect(report({ outcomes }, both, 'author')).toBe(
      'Added Ann Lee (ann@example.com). Cy Ann (#9) is inactive and was not added. No contact has the number #10.',
    )
  })

  test('a preview says what would be', () => {
    const outcomes = became(
      ['a@x.io', 'added'],
      ['b@x.io', 'already there'],
      ['c@x.io', 'inactive'],
      ['d@x.io', 'removed'],
      ['e@x.io', 'was not there'],
    )
    expect(report(outcomes, both, 'preview')).toBe(
      'Would add a@x.io. b@x.io is already linked. c@x.io is inactive and would not be added.\nWould remove d@x.io. e@x.io is not linked.',
    )
  })

  test('a long list is cut, with a number', () => {
    const result = became(...Array.from({ length: 27 }, (_, n): [string, ContactOutcome] => [`c${n}@x.io`, 'added']))
    expect(report(result, both, 'author')).toMatch(/^Added c0@x\.io, .*, c19@x\.io and 7 more\.$/)
  })
})

test('refusals, faults and hints are told once each', () => {
  const body = '/add_contacts a@x.io\n/add_contacts b@x.io\n/hlep'
  expect(report({ outcomes: [] }, interpret(body, developerOfTheProject), 'author')).toBe(
    "You don't have permission to change this issue's contacts.\nDid you mean /help? (line 3: /hlep)",
  )
})

test('in public nothing is said that was typed in the place of an address', () => {
  const interpretation = interpret('/add_contacts ann@@example.com bob', owner)
  expect(report({ outcomes: [] }, interpretation, 'author')).toBe(
    '"ann@@example.com" isn\'t an email address or a name.',
  )
  expect(report({ outcomes: [] }, interpretation, 'public')).toBe('1 argument could not be understood.')
})

describe('answers for the person alone', () => {
  const contacts = [
    { name: 'Ann Lee', address: 'ann@example.com', organization: 'Acme', active: true },
    { name: 'Bob Ray', address: 'bob@example.com', organization: null, active: false },
    { name: 'Cy Fox', address: null, organization: 'Beta', active: false },
  ]
  test('/contacts lists them', () => {
    const interpretation = interpret('/contacts', owner)
    expect(report({ outcomes: [], contacts }, interpretation, 'author')).toBe(
      [
        "This issue's contacts:",
        '- Ann Lee <ann@example.com> (Acme)',
        '- Bob Ray <bob@example.com> (inactive)',
        '- Cy Fox (Beta, inactive)',
      ].join('\n'),
    )
    expect(report({ outcomes: [], contacts: [] }, interpretation, 'author')).toBe('This issue has no contacts.')
    expect(report({ outcomes: [], contacts }, interpretation, 'public')).toBe('')
  })

  test('/help describes what is offered', () => {
    const result = { outcomes: [], offered: ['add_contacts', 'help'] }
    expect(report(result, interpret('/help', owner), 'author')).toBe(
      [
        'Commands you can use here:',
        '- `/add_contacts [contact:name@example.com] or a name, …`: Link contacts to this issue.',
        '- `/help`: Show the commands you can use here; only you see the answer.',
      ].join('\n'),
    )
    expect(report(result, interpret('/help', owner), 'public')).toBe('')
  })
})
