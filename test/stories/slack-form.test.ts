// The form "Link contacts" in Slack: opened by a shortcut, filled with suggestions, sent.
import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { rowsOf } from '../../src/storage/db.ts'
import { startTeam, teamIn } from '../support/slack/team.ts'
import { makeInactive } from '../support/world/world.ts'

const team = await startTeam({ CONTACTS_PER_CHANGE: '3' })
const people = { ann: 'planner' } as const
const contacts = [
  { firstName: 'Ann', lastName: 'Lee', email: 'ann@x.io', company: 'Acme' },
  { firstName: 'Bob', lastName: 'Stone', email: 'bob@x.io' },
  { firstName: 'Cem', lastName: 'Öz', email: 'cem@x.io' },
]
const textOf = (view: unknown) => JSON.stringify(view)

async function opened(wanted: Partial<Parameters<typeof teamIn>[1]> = {}) {
  const here = await teamIn(team, { people, contacts, ...wanted })
  const ann = here.as('ann')
  const view = () => team.slack.view(here.userOf('ann'))
  await ann.opensShortcut('link_contacts')
  await expect.poll(view).toBeDefined()
  return { ...here, ann, view, fieldForContacts: () => String(view()?.blocks[1]?.block_id) }
}

test('from shortcut to outcome', async () => {
  const { ann, view, reference, issue } = await opened()
  expect(await ann.typesInto('contacts', 'an')).toEqual([])
  expect(await ann.typesInto('issue', '')).toEqual([`${reference} It does not work`])
  await ann.chooses('issue', `${reference} It does not work`)
  await expect.poll(() => view()?.private_metadata).toContain(`${issue.id}`)
  expect(await ann.typesInto('contacts', '')).toEqual([
    'Ann Lee · ann@x.io · Acme',
    'Cem Öz · cem@x.io',
    'Bob Stone · bob@x.io',
  ])
  expect(await ann.typesInto('contacts', 'acm')).toEqual(['Ann Lee · ann@x.io · Acme'])
  await ann.chooses('contacts', 'Ann Lee · ann@x.io · Acme')
  await ann.typesInto('contacts', 'oz')
  await ann.chooses('contacts', 'Cem Öz · cem@x.io')
  await ann.writes('reason', 'They asked twice.\n/remove_contacts ann@x.io')
  await ann.submits()
  await expect.poll(() => textOf(view()?.blocks)).toContain('Added ann@x.io and cem@x.io.')
  expect(await issue.contacts()).toEqual(['ann@x.io', 'cem@x.io'])
  expect(await issue.comments()).toEqual(['They asked twice.\n`/remove_contacts ann@x.io`', '[added 2 contacts]'])
})

test('issues are found by number, by the end of their project with a number, and by words; only those that may be read', async () => {
  const { ann, reference, project, issue, open } = await opened()
  const second = await open()
  const name = `${reference} It does not work`
  expect(await ann.typesInto('issue', `#${issue.iid}`)).toEqual([name])
  expect(await ann.typesInto('issue', `shop#${issue.iid}`)).toEqual([name])
  expect(await ann.typesInto('issue', reference.toUpperCase())).toEqual([name])
  expect(await ann.typesInto('issue', 'does WORK')).toEqual([
    `${project.fullPath}#${second.iid} It does not work`,
    name,
  ])
  expect(await ann.typesInto('issue', 'nothing of the kind')).toEqual([])
  expect(await ann.typesInto('issue', '9'.repeat(200))).toEqual([])
})

test('a contact without an address is offered and linked like any other', async () => {
  const { ann, view, reference } = await opened({
    contacts: [...contacts, { firstName: 'Dora', lastName: 'Plain', email: null }],
  })
  await ann.typesInto('issue', '')
  await ann.chooses('issue', `${reference} It does not work`)
  await expect.poll(() => view()?.private_metadata).toContain('issue')
  expect(await ann.typesInto('contacts', 'pla')).toEqual(['Dora Plain'])
  await ann.chooses('contacts', 'Dora Plain')
  await ann.submits()
  await expect.poll(() => textOf(view()?.blocks)).toContain('Added Dora Plain')
})

test('another issue has other contacts: what was chosen is forgotten', async () => {
  const { ann, view, fieldForContacts, reference, project, open } = await opened()
  const second = await open()
  await ann.typesInto('issue', '')
  await ann.chooses('issue', `${reference} It does not work`)
  await expect.poll(() => view()?.private_metadata).toContain('issue')
  const before = fieldForContacts()
  await ann.typesInto('contacts', 'ann')
  await ann.chooses('contacts', 'Ann Lee · ann@x.io · Acme')
  await ann.chooses('issue', `${project.fullPath}#${second.iid} It does not work`)
  await expect.poll(fieldForContacts).not.toBe(before)
  await expect(ann.submits()).rejects.toThrow('required')
})

describe('wrong fields are told in the form', () => {
  async function filled(wanted: Partial<Parameters<typeof teamIn>[1]> = {}) {
    const here = await opened(wanted)
    await here.ann.typesInto('issue', '')
    await here.ann.chooses('issue', `${here.reference} It does not work`)
    await expect.poll(() => here.view()?.private_metadata).toContain('issue')
    await here.ann.typesInto('contacts', 'ann')
    await here.ann.chooses('contacts', 'Ann Lee · ann@x.io · Acme')
    return here
  }

  test('the issue is gone, or may not be seen any more', async () => {
    const { ann, users } = await filled()
    await team.service.db.execute(`delete from members where user_id = ${users.get('ann')?.id}`)
    expect(await ann.submits()).toEqual({
      errors: { issue: "This issue doesn't exist, or you don't have access to it." },
    })
  })

  test('the contact is gone; the form stays, and can be sent with others', async () => {
    const { ann, fieldForContacts, contacts: made, issue, view } = await filled()
    await team.service.db.execute(`delete from contacts where id = ${made[0]?.id}`)
    const { errors } = await ann.submits()
    expect(errors?.[fieldForContacts()]).toMatch(/^1 contact of these is not there any more/)
    await ann.clears('contacts')
    await ann.typesInto('contacts', 'bob')
    await ann.chooses('contacts', 'Bob Stone · bob@x.io')
    await ann.submits()
    await expect.poll(() => textOf(view()?.blocks)).toContain('Added bob@x.io.')
    expect(await issue.contacts()).toEqual(['bob@x.io'])
  })

  test('one that became inactive is answered by the rule', async () => {
    const { ann, contacts: made, view } = await filled()
    await makeInactive(team.service.db, made[0]?.id as number)
    await ann.submits()
    await expect.poll(() => textOf(view()?.blocks)).toContain('ann@x.io is inactive and was not added.')
  })

  test('not permitted: nothing is suggested, and it is said why', async () => {
    const { ann, reference, view } = await opened({ people: { ann: 'guest' } })
    await ann.typesInto('issue', '')
    await ann.chooses('issue', `${reference} It does not work`)
    await expect.poll(() => view()?.private_metadata).toContain('issue')
    expect(await ann.typesInto('contacts', '')).toEqual([])
  })
})

test('from a message: the channel says the issue, the message is the reason; when the form is closed the answer comes directly', async () => {
  const { as, ann, reference, issue, view, slack, userOf } = await opened()
  await ann.closesView()
  await ann.types(`/rolobot bind ${reference}`)
  const { ts } = await as('ann').says('Ann Lee <called> & asked\n/add_contacts bob@x.io')
  await ann.opensMessageShortcut('link_contacts_of_message', ts)
  await expect.poll(view).toBeDefined()
  await ann.typesInto('contacts', 'ann')
  await ann.chooses('contacts', 'Ann Lee · ann@x.io · Acme')
  await ann.submits()
  await expect.poll(() => textOf(view()?.blocks)).toContain('Added ann@x.io.')
  expect(await issue.comments()).toEqual(['Ann Lee <called> & asked\n`/add_contacts bob@x.io`', '[added 1 contact]'])
  expect(slack.directMessages(userOf('ann'))).toEqual([])
})

test('the same form sent with other contacts is another wish; sent twice with the same ones it is one', async () => {
  const { ann, view, reference, issue, slack, userOf } = await opened()
  await ann.typesInto('issue', '')
  await ann.chooses('issue', `${reference} It does not work`)
  await expect.poll(() => view()?.private_metadata).toContain('issue')
  await ann.typesInto('contacts', 'ann')
  await ann.chooses('contacts', 'Ann Lee · ann@x.io · Acme')
  const form = structuredClone(view())
  await Promise.all([ann.submits(), ann.submits()])
  await expect.poll(issue.contacts).toEqual(['ann@x.io'])
  expect(await issue.history()).toHaveLength(1)
  // Answered: nothing changes the form any more.
  const open = () =>
    rowsOf(team.service.db, sql`select from deliveries where issue_id = ${issue.id} and status <> 'replied'`)
  await expect.poll(open, { timeout: 10_000 }).toEqual([])
  Object.assign(slack.view(userOf('ann')) ?? {}, form)
  await ann.typesInto('contacts', 'bob')
  await ann.chooses('contacts', 'Bob Stone · bob@x.io')
  await ann.submits()
  await expect.poll(issue.contacts).toEqual(['ann@x.io', 'bob@x.io'])
})

test('a user without a linked account reads how to link one', async () => {
  const here = await teamIn(team, { people, strangers: ['sam'] })
  await here.as('sam').opensShortcut('link_contacts')
  await expect.poll(() => textOf(team.slack.view(here.userOf('sam')))).toContain('/rolobot link')
})
