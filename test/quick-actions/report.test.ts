// What came of a comment, as it is told.
import { describe, expect, test } from 'vitest'
import type { ContactOutcome, IssueResult } from '../../src/domain/change.ts'
import { interpret } from '../../src/quick-actions/interpreter.ts'
import { report } from '../../src/quick-actions/report.ts'
import { developerOfTheProject, owner } from './facts.ts'

const removing = new Set<ContactOutcome>(['removed', 'was not there'])
const became = (...outcomes: [string, ContactOutcome][]): IssueResult => ({
  outcomes: outcomes.map(([address, outcome]) => ({ address, outcome, wish: removing.has(outcome) ? 'remove' : 'add' })),
})
const both = { accepted: ['add_contacts', 'remove_contacts'], refused: [], faults: [], hints: [] }

describe('outcomes, to the person who asked and in public', () => {
  test.each([
    [
      became(['ann@example.com', 'added'], ['bob@example.com', 'inactive'], ['zoe@example.com', 'unknown']),
      'Added ann@example.com. bob@example.com is inactive and was not added. No contact has the address zoe@example.com.',
      'Added 1 contact; 2 were not added.',
    ],
    [became(['a@x.io', 'added'], ['b@x.io', 'added'], ['c@x.io', 'added']), 'Added a@x.io, b@x.io and c@x.io.', 'Added 3 contacts.'],
    [became(['ann@example.com', 'already there']), 'ann@example.com was already there.', '1 contact was already there.'],
    [
      became(['a@x.io', 'added'], ['b@x.io', 'already there']),
      'Added a@x.io. b@x.io was already there.',
      'Added 1 contact; 1 was already there.',
    ],
    [
      became(['a@x.io', 'inactive'], ['b@x.io', 'inactive']),
      'a@x.io and b@x.io are inactive and were not added.',
      '2 contacts were not added.',
    ],
    [became(['a@x.io', 'unknown'], ['b@x.io', 'unknown']), 'No contact has the addresses a@x.io and b@x.io.', '2 contacts were not added.'],
    [became(['ann@example.com', 'removed']), 'Removed ann@example.com.', 'Removed 1 contact.'],
    [
      became(['a@x.io', 'removed'], ['b@x.io', 'was not there']),
      'Removed a@x.io. b@x.io was not on the issue.',
      'Removed 1 contact; 1 was not on the issue.',
    ],
    [became(['a@x.io', 'added'], ['b@x.io', 'removed']), 'Added a@x.io.\nRemoved b@x.io.', 'Added 1 contact.\nRemoved 1 contact.'],
    [
      { outcomes: [], refused: 'At most 50 contacts can be added at once; these are 51.' },
      'At most 50 contacts can be added at once; these are 51.',
      'At most 50 contacts can be added at once; these are 51.',
    ],
    [became(), '', ''],
  ])('%j', (result, toTheAsker, inPublic) => {
    expect(report(result, both, 'asker')).toBe(toTheAsker)
    expect(report(result, both, 'public')).toBe(inPublic)
  })

  test('a long list is cut, with a number', () => {
    const result = became(...Array.from({ length: 27 }, (_, n): [string, ContactOutcome] => [`c${n}@x.io`, 'added']))
    expect(report(result, both, 'asker')).toMatch(/^Added c0@x\.io, .*, c19@x\.io and 7 more\.$/)
  })
})

test('refusals, faults and hints are told once each', () => {
  const body = '/add_contacts a@x.io\n/add_contacts b@x.io\n/hlep'
  expect(report({ outcomes: [] }, interpret(body, developerOfTheProject), 'asker')).toBe(
    'You may not change the contacts of this issue.\nDid you mean /help? (line 3: /hlep)',
  )
})

test('in public nothing is said that was typed in the place of an address', () => {
  const interpretation = interpret('/add_contacts ann@@example.com bob', owner)
  expect(report({ outcomes: [] }, interpretation, 'asker')).toContain('"ann@@example.com" is not a contact reference')
  expect(report({ outcomes: [] }, interpretation, 'public')).toBe('2 arguments could not be understood.')
})

describe('answers for the person alone', () => {
  const contacts = [
    { name: 'Ann Lee', address: 'ann@example.com', organization: 'Acme', active: true },
    { name: 'Bob Ray', address: 'bob@example.com', organization: null, active: false },
    { name: 'Cy Fox', address: null, organization: 'Beta', active: false },
  ]
  test('/contacts lists them', () => {
    const interpretation = interpret('/contacts', owner)
    expect(report({ outcomes: [], contacts }, interpretation, 'asker')).toBe(
      [
        'The contacts of this issue:',
        '- Ann Lee <ann@example.com> (Acme)',
        '- Bob Ray <bob@example.com> (inactive)',
        '- Cy Fox (Beta, inactive)',
      ].join('\n'),
    )
    expect(report({ outcomes: [], contacts: [] }, interpretation, 'asker')).toBe('This issue has no contacts.')
    expect(report({ outcomes: [], contacts }, interpretation, 'public')).toBe('')
  })

  test('/help describes what is offered', () => {
    const result = { outcomes: [], offered: ['add_contacts', 'help'] }
    expect(report(result, interpret('/help', owner), 'asker')).toBe(
      [
        'The commands that you can use here:',
        '- `/add_contacts [contact:name@example.com] …`: Add customer relation contacts.',
        '- `/help`: Show the commands that you can use here, to you alone.',
      ].join('\n'),
    )
    expect(report(result, interpret('/help', owner), 'public')).toBe('')
  })
})
