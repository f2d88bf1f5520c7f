// Idempotency-Key over GraphQL, for mutations that post nothing: each takes effect once, and its key is refused for
// anything else.
import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { createToken } from '../../src/domain/people/access-tokens.ts'
import type { Contact } from '../../src/storage/contacts-schema.ts'
import { rowsOf } from '../../src/storage/db.ts'
import type { Issue } from '../../src/storage/schema.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { type Tree, tree } from '../support/world/tree.ts'

let service: RunningService
let t: Tree
let token: string
let contacts: Contact[]
let issue: Issue

beforeAll(async () => {
  service = await startService()
  t = await tree(service.db, ['acme', 'acme:shop', 'acme:bakery'])
  token = await createToken(service.db, (await t.person('dan', { acme: 'owner' })).userId, 'api')
  contacts = await t.hold('acme', ['a@x.io', 'b@x.io'])
  issue = await t.issue('acme:shop')
})

interface Request {
  query: string
  variables: { input: object }
}

interface Answer {
  data: Record<string, { errors: string[]; [field: string]: unknown } | null>
}

async function send<Came = Answer>(key: string, body: Request | Request[], as = token): Promise<Came> {
  const headers = { 'private-token': as, 'content-type': 'application/json', 'idempotency-key': key }
  const answer = await fetch(`${service.url}/api/graphql`, { method: 'POST', headers, body: JSON.stringify(body) })
  return (await answer.json()) as Came
}

const mutation = (name: string, shown: string, input: object): Request => ({
  query: `mutation ($input: ${name.charAt(0).toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${shown} errors } }`,
  variables: { input },
})

const gid = (kind: string, id: number | undefined) => `gid://gitlab/${kind}/${id}`
const contactId = (at: number) => gid('CustomerRelations::Contact', contacts[at]?.id)
const groupId = () => gid('Group', t.group('acme').id)
const newContact = (firstName: string) =>
  mutation('customerRelationsContactCreate', 'contact { id firstName }', {
    groupId: groupId(),
    firstName,
    lastName: 'Okoro',
  })
const newOrganization = (name: string) =>
  mutation('customerRelationsOrganizationCreate', 'organization { id }', { groupId: groupId(), name })
const linked = (operationMode: string, contactIds = [contactId(0)]) =>
  mutation(
    'issueSetCrmContacts',
    'issue { customerRelationsContacts { nodes { id } } } results { contactId outcome }',
    {
      projectPath: t.pathOf('acme:shop'),
      iid: String(issue.iid),
      contactIds,
      operationMode,
    },
  )
const update = (input: object) =>
  mutation('workItemUpdate', 'workItem { title }', { id: gid('WorkItem', issue.id), ...input })
const note = (body: string) => mutation('createNote', 'note { id }', { noteableId: gid('Issue', issue.id), body })

const changes = async () => (await rowsOf(service.db, sql`select from history union all select from comments`)).length
const used = 'This key was already used for a different request.'
const errorsOf = ({ data }: Answer) => Object.values(data).flatMap((one) => one?.errors)

describe('a request that is repeated takes effect once and gets the same answer', () => {
  test.each<[string, () => Request]>([
    ['a new contact', () => newContact('Ngozi')],
    ['a new organization', () => newOrganization('Acme')],
    ['linking a contact', () => linked('APPEND')],
    ['unlinking it', () => linked('REMOVE')],
    ['replacing contacts', () => linked('REPLACE', [contactId(1)])],
    [
      'a title, a state, and contacts',
      () => update({ title: 'New', stateEvent: 'CLOSE', crmContactsWidget: { contactIds: [contactId(0)] } }),
    ],
    [
      'a description and contacts',
      () => update({ descriptionWidget: { description: 'x' }, crmContactsWidget: { contactIds: [] } }),
    ],
    [
      'a new work item with contacts',
      () =>
        mutation('workItemCreate', 'workItem { id }', {
          namespacePath: t.pathOf('acme:shop'),
          title: 'With contacts',
          crmContactsWidget: { contactIds: [contactId(0)] },
        }),
    ],
    [
      'a move',
      () => {
        const [from, to] = [t.pathOf('acme:shop'), t.pathOf('acme:bakery')]
        return mutation('issueMove', 'issue { id iid }', {
          projectPath: from,
          iid: String(issue.iid),
          targetProjectPath: to,
        })
      },
    ],
  ])('%s', async (_, make) => {
    const [key, request] = [randomUUID(), make()]
    const answers = await Promise.all([send(key, request), send(key, request), send(key, request)])
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(errorsOf(answers[0])).toEqual([])
    const before = await changes()
    expect(await send(key, request)).toEqual(answers[0])
    expect(await changes()).toBe(before)
  })

  test('deleting a contact', async () => {
    const [gone] = await t.hold('acme', ['gone@x.io'])
    const request = mutation('customerRelationsContactDelete', '', { id: gid('CustomerRelations::Contact', gone?.id) })
    const key = randomUUID()
    expect(await send(key, request)).toEqual(await send(key, request))
    expect((await send<{ errors: unknown }>(randomUUID(), request)).errors).toBeDefined()
  })
})

describe('a key that was used for something else is refused, and nothing is done', () => {
  test.each<[string, () => Request, () => Request]>([
    ['another contact', () => newContact('One'), () => newContact('Two')],
    ['another mutation', () => newContact('Three'), () => newOrganization('Three')],
    ['another set of contacts', () => linked('APPEND'), () => linked('REMOVE')],
    ['a title, then contacts', () => update({ title: 'A' }), () => update({ crmContactsWidget: { contactIds: [] } })],
    ['a note, then a contact', () => note('First'), () => newContact('Four')],
    ['a contact, then a note', () => newContact('Five'), () => note('Second')],
  ])('%s', async (_, first, second) => {
    const key = randomUUID()
    expect(errorsOf(await send(key, first()))).toEqual([])
    const before = await changes()
    expect(errorsOf(await send(key, second()))).toEqual([used])
    expect(await changes()).toBe(before)
  })

  const overRest = async (key: string, method: string, path: string, body: object) => {
    const headers = { 'private-token': token, 'content-type': 'application/json', 'idempotency-key': key }
    const url = `${service.url}/api/v4/projects/${encodeURIComponent(t.pathOf('acme:bakery'))}/issues${path}`
    const answer = await fetch(url, { method, headers, body: JSON.stringify(body) })
    return { status: answer.status, detail: (await answer.json()).detail }
  }

  describe('over REST too', () => {
    let other: Issue
    let ofIssue: string
    beforeAll(async () => {
      other = await t.issue('acme:bakery')
      ofIssue = `/${other.iid}`
    })

    test.each<[string, (key: string) => Promise<{ status: number; detail?: string }>]>([
      ['a note', (key) => overRest(key, 'POST', `${ofIssue}/notes`, { body: 'Same key' })],
      ['an issue', (key) => overRest(key, 'POST', '', { title: 'Same key' })],
      ['a description', (key) => overRest(key, 'PUT', ofIssue, { description: key })],
    ])('%s, then a contact; a contact, then %s', async (name, post) => {
      const [posted, created] = [randomUUID(), randomUUID()]
      expect((await post(posted)).status).toBeLessThan(300)
      expect(errorsOf(await send(created, newContact(`Before ${name}`)))).toEqual([])
      const before = await changes()
      expect(errorsOf(await send(posted, newContact(`After ${name}`)))).toEqual([used])
      expect(await post(created)).toEqual({ status: 422, detail: used })
      expect(await changes()).toBe(before)
    })

    test('a note and a contact at once: one of them', async () => {
      const [keys, before] = [Array.from({ length: 10 }, () => randomUUID()), await changes()]
      await Promise.all(
        keys.map((key, at) =>
          Promise.all([
            overRest(key, 'POST', `${ofIssue}/notes`, { body: 'At once' }),
            send(key, newContact(`At once ${at}`)),
          ]),
        ),
      )
      expect((await changes()) - before).toBe(keys.length)
    })
  })

  test('after a refusal it is still free', async () => {
    const key = randomUUID()
    expect(errorsOf(await send(key, newContact('')))).toEqual(["First name can't be blank"])
    expect(errorsOf(await send(key, newContact('Six')))).toEqual([])
  })

  test('another user’s key is another key', async () => {
    const key = randomUUID()
    const other = await createToken(service.db, (await t.person('eve', { acme: 'owner' })).userId, 'api')
    const [mine, theirs] = [await send(key, newContact('Same')), await send(key, newContact('Same'), other)]
    expect(errorsOf(theirs)).toEqual([])
    expect(theirs).not.toEqual(mine)
  })
})

test('the mutations of a batch share its key, and each has its own answer', async () => {
  const batch = [newContact('Batch'), newContact('Batch'), note('Batch'), note('Batch'), newContact('Other')]
  const key = randomUUID()
  const answers = await send<Answer[]>(key, batch)
  expect(answers.flatMap(errorsOf)).toEqual([])
  expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(5)
  expect(await send(key, batch)).toEqual(answers)
})

test('the mutations of a fragment have their own answers too', async () => {
  const input = (name: string) => `{ groupId: "${groupId()}", firstName: "${name}", lastName: "Okoro" }`
  const create = (name: string) =>
    `${name}: customerRelationsContactCreate(input: ${input(name)}) { contact { firstName } errors }`
  const query = `mutation { ...Both } fragment Both on Mutation { ${create('ada')} ${create('obi')} }`
  const { data } = await send(randomUUID(), { query, variables: { input: {} } })
  expect(data).toMatchObject({
    ada: { contact: { firstName: 'ada' }, errors: [] },
    obi: { contact: { firstName: 'obi' }, errors: [] },
  })
})

test('callers who have lost access to a contact don’t get it by repeating its request', async () => {
  const leaver = await t.person('lea', { acme: 'owner' })
  const [key, lost] = [randomUUID(), await createToken(service.db, leaver.userId, 'api')]
  expect(errorsOf(await send(key, newContact('Private'), lost))).toEqual([])
  await service.db.execute(sql`delete from members where user_id = ${leaver.userId}`)
  const answer = await send(key, newContact('Private'), lost)
  expect(JSON.stringify(answer)).not.toContain('Private')
  expect(answer).toMatchObject({ errors: [{ message: expect.stringContaining("don't have permission") }] })
})
