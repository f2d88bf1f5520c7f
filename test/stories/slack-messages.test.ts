// Messages in Slack that speak to us: what is said in channels and threads, the signs below it, and what happens on the
// issue.
import { describe, expect, test } from 'vitest'
import { publicUrl, startTeam, teamIn } from '../support/slack/team.ts'
import type { SlackMessage } from '../support/slack/world.ts'

const team = await startTeam()
const people = { ann: 'planner' } as const
const contacts = ['a@x.io', 'b@x.io']

const signs = (message: SlackMessage | undefined) => Object.keys(message?.reactions ?? {})

async function crew(wanted: Partial<Parameters<typeof teamIn>[1]> = {}) {
  const here = await teamIn(team, { people, contacts, ...wanted })
  return {
    ...here,
    signsOn: (ts: string) => signs(team.slack.messages(here.support).find((message) => message.ts === ts)),
  }
}

test('a mention runs as a comment: eyes on receipt, a check after, words for the person alone', async () => {
  const { as, reads, signsOn, reference, issue } = await crew({ people: { ...people, bob: 'guest' } })
  const { ts } = await as('ann').says(`They called again.\n@rolobot add_contacts ${reference} a@x.io`)
  await expect.poll(() => reads('ann').at(-1)).toBe('Added a@x.io.')
  expect(signsOn(ts).sort()).toEqual(['eyes', 'white_check_mark'])
  expect(await issue.contacts()).toEqual(['a@x.io'])
  expect(await issue.comments()).toEqual(['They called again.', '[added 1 contact]'])
  expect(reads('bob').join()).not.toContain('Added')
})

test('what could not be done gets a cross', async () => {
  const { as, reads, signsOn, reference } = await crew()
  const { ts } = await as('ann').says(`@rolobot add_contacts ${reference} a@x.io nobody@x.io`)
  await expect.poll(() => reads('ann').at(-1)).toBe('Added a@x.io. No contact has the address nobody@x.io.')
  expect(signsOn(ts)).toContain('x')
  const second = await as('ann').says('@rolobot add_contacts no/such#1 a@x.io')
  await expect.poll(() => reads('ann').at(-1)).toBe("This issue doesn't exist, or you don't have access to it.")
  await expect.poll(() => signsOn(second.ts)).toEqual(['x'])
})

test('in a thread that is bound no number is needed, nor in one of a bound channel', async () => {
  const { as, reads, reference, issue, slack, userOf, support } = await crew()
  const { ts } = await as('ann').says('Hannah is waiting.')
  const thread = as('ann', support, { thread: ts })
  await thread.says(`@rolobot bind ${reference}`)
  expect(reads('ann').at(-1)).toContain(`This thread is now bound to ${reference}`)
  await thread.says('@rolobot add_contacts a@x.io')
  await expect.poll(() => reads('ann').at(-1)).toBe(`${reference}: Added a@x.io.`)
  expect(slack.visibleTo(userOf('ann'), support).at(-1)).toMatchObject({ thread_ts: ts })
  await as('ann').says('@rolobot add_contacts b@x.io')
  await expect.poll(() => reads('ann').at(-1)).toContain('Which issue?')
  await as('ann').says(`@rolobot bind ${reference}`)
  const { ts: other } = await as('ann').says('And another one.')
  await as('ann', support, { thread: other }).says('@rolobot add_contacts b@x.io')
  await expect.poll(() => reads('ann').at(-1)).toBe(`${reference}: Added b@x.io.`)
  expect(await issue.contacts()).toEqual(contacts)
})

test('names in plain words: a choice, in the thread, for the person alone', async () => {
  const { as, reads, reference, issue, support } = await crew({
    contacts: ['Lee', 'Loe'].map((lastName) => ({ firstName: 'Ann', lastName, email: `${lastName}@x.io` })),
  })
  await as('ann').says(`@rolobot add_contacts ${reference} ann`)
  await expect.poll(() => reads('ann').join('\n')).toContain('Which “ann”?')
  await as('ann', support).presses('Ann Loe · Loe@x.io')
  await expect.poll(issue.contacts).toEqual(['Loe@x.io'])
  await expect.poll(() => reads('ann').at(-1)).toBe('Added Ann Loe (Loe@x.io).')
})

test('a name that nobody has is told beside what is done', async () => {
  const { as, reads, reference, signsOn } = await crew()
  const { ts } = await as('ann').says(`@rolobot add_contacts ${reference} a@x.io zoe`)
  await expect.poll(() => reads('ann').at(-1)).toBe('Added a@x.io. No active contact is named "zoe".')
  expect(signsOn(ts).sort()).toEqual(['eyes', 'x'])
  const bound = await as('ann').says('@rolobot bind no/such#1')
  await expect.poll(() => signsOn(bound.ts)).toEqual(['x'])
})

describe('once', () => {
  test('the same event again, and again under another name, is one comment', async () => {
    const { as, client, reference, issue, reads } = await crew()
    await as('ann').says(`Hello\n@rolobot add_contacts ${reference} a@x.io`)
    const [first] = await client.idle().then((all) => all.filter(({ event }) => event === 'app_mention').slice(-1))
    const payload = first?.payload ?? {}
    await client.event(payload)
    await client.event({ ...payload, event_id: 'EvOTHER' })
    await expect.poll(() => reads('ann').slice(1)).toEqual(['Added a@x.io.'])
    await client.event({ ...payload, event_id: 'EvLATE' })
    expect(reads('ann').slice(1)).toEqual(['Added a@x.io.'])
    expect(await issue.comments()).toEqual(['Hello', '[added 1 contact]'])
  })

  test('an edit runs only what is new; one without new commands is ignored', async () => {
    const { as, reads, reference, issue } = await crew()
    const { ts } = await as('ann').says(`@rolobot add_contacts ${reference} a@x.io`)
    await expect.poll(() => reads('ann').at(-1)).toBe('Added a@x.io.')
    await as('ann').edits(ts, `@rolobot add_contacts ${reference} a@x.io\n@rolobot add_contacts b@x.io`)
    await expect.poll(() => reads('ann').at(-1)).toBe('Added b@x.io.')
    const before = reads('ann').length
    await as('ann').edits(ts, `Well.\n@rolobot add_contacts ${reference} a@x.io\n@rolobot add_contacts b@x.io`)
    await as('ann').deletes(ts)
    expect(reads('ann').length).toBeLessThanOrEqual(before)
    expect(await issue.comments()).toEqual(['[added 1 contact]', '[added 1 contact]'])
  })
})

test('of an edited message with names only the new ones are looked at', async () => {
  const { as, reads, reference, issue, say } = await crew({
    contacts: ['Lee', 'Loe'].map((lastName) => ({ firstName: lastName, lastName: 'Ann', email: `${lastName}@x.io` })),
  })
  const { ts } = await as('ann').says(`@rolobot add_contacts ${reference} lee, ann`)
  await expect.poll(issue.contacts).toEqual(['Lee@x.io'])
  await say('ann', '/remove_contacts Lee@x.io')
  const told = reads('ann').length
  await as('ann').edits(ts, `@rolobot add_contacts ${reference} lee, ann\n@rolobot add_contacts loe`)
  await expect.poll(issue.contacts).toEqual(['Loe@x.io'])
  await expect.poll(() => reads('ann').at(-1)).toBe('Added Loe Ann (Loe@x.io).')
  expect(
    reads('ann')
      .slice(told + 1)
      .join(),
  ).not.toContain('Which')
})

describe('an edit', () => {
  test('that corrects the issue is heard', async () => {
    const { as, reads, reference, issue } = await crew()
    const { ts } = await as('ann').says('@rolobot add_contacts no/such#1 a@x.io')
    await expect.poll(() => reads('ann').at(-1)).toBe("This issue doesn't exist, or you don't have access to it.")
    await as('ann').edits(ts, `@rolobot add_contacts ${reference} a@x.io`)
    await expect.poll(() => reads('ann').at(-1)).toBe('Added a@x.io.')
    expect(await issue.contacts()).toEqual(['a@x.io'])
  })

  test('that comes before what it edits ends as it should', async () => {
    const { client, reference, issue, slack, userOf, support } = await crew()
    const [user, channel, ts] = [userOf('ann').id, support.id, '1700000001.000100']
    const mention = (text: string) => `<@${slack.bot.userId}> ${text}`
    const [before, after] = [
      mention(`add_contacts ${reference} a@x.io`),
      mention(`remove_contacts ${reference} a@x.io`),
    ]
    const message = { type: 'message', user, ts, text: after, edited: { user, ts: '1700000002.000000' } }
    const previous_message = { type: 'message', user, ts, text: before }
    await client.happens({
      type: 'message',
      subtype: 'message_changed',
      channel,
      channel_type: 'channel',
      ts,
      message,
      previous_message,
    })
    await client.happens({ type: 'app_mention', user, channel, ts, text: before })
    await expect.poll(issue.comments).toEqual(['[added 1 contact]', '[removed 1 contact]'])
    expect(await issue.contacts()).toEqual([])
  })
})

test('words of ours stand alone', async () => {
  const { as, reads, reference, issue, signsOn } = await crew()
  const { ts } = await as('ann').says(`@rolobot bind ${reference}\n@rolobot add_contacts a@x.io`)
  await expect.poll(() => reads('ann').at(-1)).toContain('must be alone')
  await expect.poll(() => signsOn(ts)).toEqual(['x'])
  await as('ann').says('@rolobot add_contcts #1 a@x.io')
  await expect.poll(() => reads('ann').at(-1)).toContain('Did you mean /add_contacts?')
  expect(await issue.contacts()).toEqual([])
})

describe('what is not for us', () => {
  test('messages without a mention, bots, and what stands in a quote or code', async () => {
    const { as, client, reference, issue, reads } = await crew()
    await as('ann').says(`/add_contacts ${reference} a@x.io`)
    await as('ann').says(`> @rolobot add_contacts ${reference} a@x.io`)
    await as('ann').says(`\`\`\`\n@rolobot add_contacts ${reference} a@x.io\n\`\`\``)
    await client.idle()
    expect(await issue.contacts()).toEqual([])
    expect(await issue.comments()).toEqual([])
    expect(reads('ann').join('\n')).not.toContain('Added')
  })

  test('a mention without a command is answered with help, and is no comment', async () => {
    const { as, reads, issue } = await crew()
    await as('ann').says('@rolobot hello')
    await expect.poll(() => reads('ann').at(-1)).toContain('/add_contacts acme/shop#12')
    expect(await issue.comments()).toEqual([])
  })
})

test('to us alone nothing has to be mentioned', async () => {
  const { client, userOf, reference, issue, slack } = await crew()
  await client.as(userOf('ann')).alone().says(`add_contacts ${reference} a@x.io`)
  await expect
    .poll(() =>
      slack
        .directMessages(userOf('ann'))
        .concat(slack.seenBy(userOf('ann'), slack.direct(userOf('ann'))))
        .join(),
    )
    .toContain('Added a@x.io.')
  expect(await issue.contacts()).toEqual(['a@x.io'])
})

describe('links to issues', () => {
  test('show title and state; in private, to who may see them, the contacts', async () => {
    const { as, client, channelNamed, issue, slack, say, support, userOf } = await crew({
      people: { ...people, gus: 'guest' },
    })
    await say('ann', '/add_contacts a@x.io')
    const hidden = channelNamed('hidden', { private: true, members: [userOf('ann').id] })
    const guests = channelNamed('guests', { private: true, members: [userOf('gus').id] })
    const url = `${publicUrl}${issue.path}`
    const shown = async (who: string, channel: { id: string }) => {
      const { ts } = await as(who, channel).shares(`Look: ${url}`)
      await client.idle()
      const find = () => slack.messages(channel).find((message) => message.ts === ts)
      await expect.poll(() => Object.keys(find()?.unfurls ?? {})).toEqual([url])
      return JSON.stringify(find()?.unfurls)
    }
    expect(await shown('ann', hidden)).toMatch(/It does not work.*open.*a Example/)
    expect(await shown('ann', support)).not.toContain('a Example')
    expect(await shown('gus', guests)).not.toContain('a Example')
    // Not everybody there may see them.
    expect(await shown('ann', channelNamed('mixed', { private: true }))).not.toContain('a Example')
    const strange = channelNamed('strange', { private: true, members: [userOf('ann').id, slack.user('stranger').id] })
    expect(await shown('ann', strange)).not.toContain('a Example')
  })

  test('nothing of a private project where people of other companies are', async () => {
    const { as, client, channelNamed, issue, slack } = await crew()
    const common = channelNamed('common')
    common.shared = true
    const { ts } = await as('ann', common).shares(`${publicUrl}${issue.path}`)
    await client.idle()
    await expect
      .poll(() => slack.calls.some(({ method, body }) => method === 'conversations.info' && body.channel === common.id))
      .toBe(true)
    expect(slack.messages(common).find((message) => message.ts === ts)?.unfurls ?? {}).toEqual({})
  })

  test('nothing for who may not see the issue', async () => {
    const { as, client, issue, slack, support } = await crew({ strangers: ['sam'] })
    const { ts } = await as('sam').shares(`${publicUrl}${issue.path} ${publicUrl}/no/such/-/issues/1 ${publicUrl}/`)
    await client.idle()
    expect(slack.messages(support).find((message) => message.ts === ts)?.unfurls ?? {}).toEqual({})
    expect(
      slack.calls.filter(({ method, body }) => method === 'chat.unfurl' && JSON.stringify(body).includes(ts)),
    ).toEqual([])
  })
})
