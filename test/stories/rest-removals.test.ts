// Deleting groups and projects over REST: who may, what goes along, what the history keeps, and that nobody’s address
// is left anywhere.
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { createContact, editContact } from '../../src/domain/contacts/contacts.ts'
import { deleteOrganization } from '../../src/domain/contacts/erasure.ts'
import { createToken } from '../../src/domain/people/access-tokens.ts'
import type { Actor } from '../../src/domain/rules/history.ts'
import { forget } from '../../src/pipeline/forget.ts'
import type { Contact } from '../../src/storage/contacts-schema.ts'
import { rowsOf } from '../../src/storage/db.ts'
import { type Client, refusal, restOf } from '../support/api/rest.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { must } from '../support/world/results.ts'
import { type Tree, tree } from '../support/world/tree.ts'

let service: RunningService
let clientOf: (token?: string) => Client

beforeAll(async () => {
  service = await startService()
  clientOf = restOf(service)
})

const as = async ({ userId }: Actor) => clientOf(await createToken(service.db, userId, 'api'))
const accepted = [202, { message: '202 Accepted' }]
const count = async (table: string, where: string) =>
  (await rowsOf<{ n: number }>(service.db, sql.raw(`select count(*)::int as n from ${table} where ${where}`)))[0]?.n
const actions = async (what: ReturnType<typeof sql>) =>
  (await rowsOf<{ action: string }>(service.db, sql`select action from history where ${what} order by id`)).map(
    ({ action }) => action,
  )

/** In which tables a text stands, in any letter case. */
async function tablesWith(part: string): Promise<string[]> {
  const tables = await rowsOf<{ name: string }>(
    service.db,
    sql`select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  )
  const looks = tables.map(
    ({ name }) => sql`select ${name}::text as name from ${sql.identifier(name)} t where t::text ilike ${`%${part}%`}`,
  )
  const found = await rowsOf<{ name: string }>(
    service.db,
    sql`select distinct name from (${sql.join(looks, sql` union all `)}) found`,
  )
  return found.map(({ name }) => name).sort()
}

async function settle(issuePath: string, client: Client, body: string): Promise<void> {
  const answer = await client.post(`${issuePath}/notes`, { body })
  expect([201, 202]).toContain(answer.status)
}

const notesAt = (t: Tree, name: string, iid: number) => `/projects/${t.project(name).id}/issues/${iid}`

describe('a project', () => {
  test('goes with its issues, comments, links and members; contacts stay, and their history tells', async () => {
    const t = await tree(service.db, ['acme', 'acme:shop', 'acme:desk'])
    const olga = await t.person('olga', { acme: 'owner' })
    await t.person('gus', { 'acme:shop': 'guest' })
    const [ann] = (await t.hold('acme', ['ann@x.io'])) as [Contact]
    const [gone, stays] = [await t.issue('acme:shop', [ann]), await t.issue('acme:desk', [ann])]
    const client = await as(olga)
    await settle(notesAt(t, 'acme:shop', gone.iid), client, 'Hello')
    const { id } = t.project('acme:shop')
    const answer = await client.delete(`/projects/${id}?permanently_remove=true`)
    expect([answer.status, answer.body]).toEqual(accepted)
    expect(refusal(await client.get(`/projects/${id}`))).toEqual([404, '404 Project Not Found'])
    for (const [table, where] of [
      ['issues', `project_id = ${id}`],
      ['comments', `issue_id = ${gone.id}`],
      ['deliveries', `issue_id = ${gone.id}`],
      ['issue_contacts', `issue_id = ${gone.id}`],
      ['members', `project_id = ${id}`],
    ] as const)
      expect([table, await count(table, where)]).toEqual([table, 0])
    expect(await t.linked(stays)).toEqual(['ann@x.io of acme'])
    expect(await actions(sql`project_id = ${id}`)).toEqual(['project_deleted'])
    expect(await actions(sql`issue_id = ${gone.id} and contact_id = ${ann.id}`)).toEqual(['contact_unlinked'])
    expect((await client.post('/projects', { name: 'shop', namespace_id: t.group('acme').id })).status).toBe(201)
  })

  test('is for owners; others get 403 where they may see it, else 404', async () => {
    const t = await tree(service.db, ['acme', 'acme:shop'])
    const path = `/projects/${t.project('acme:shop').id}`
    expect((await (await as(await t.person('mia', { acme: 'maintainer' }))).delete(path)).status).toBe(403)
    expect((await (await as(await t.person('eve'))).delete(path)).status).toBe(404)
    expect((await clientOf().delete(path)).status).toBe(401)
    const { userId } = await t.person('olga', { 'acme:shop': 'owner' })
    const reader = clientOf(await createToken(service.db, userId, 'api', { scopes: ['read_api'] }))
    expect((await reader.delete(path)).status).toBe(403)
    expect((await (await as({ userId, via: 'api' })).delete(path)).status).toBe(202)
    expect((await (await as({ userId, via: 'api' })).delete(path)).status).toBe(404)
  })
})

describe('a group', () => {
  test('goes with everything below it; that it happened stays, and no address anywhere', async () => {
    const t = await tree(service.db, ['gone', 'gone/below', 'gone/below:shop', 'stays', 'stays:desk'])
    const olga = await t.person('olga', { gone: 'owner', stays: 'owner' })
    await t.nameSource('gone/below', 'gone')
    const { db } = service
    const ann = must(
      await createContact(db, olga, t.group('gone').id, {
        firstName: 'Ann',
        lastName: 'Lee',
        email: 'Ann.Old@gone.example',
        phone: '0815',
      }),
    )
    must(await editContact(db, olga, ann.id, { email: 'ann.new@gone.example' }))
    await t.company('gone', 'Gone Company')
    const nameless = { firstName: 'Nameless', lastName: 'Nobody', email: null, company: 'Gone Company' }
    const [bob] = (await t.hold('gone', ['bob@gone.example', nameless])) as [Contact]
    const former = await t.company('gone', 'Former Company')
    must(await deleteOrganization(db, olga, former.id))
    const issue = await t.issue('gone/below:shop', [bob])
    const elsewhere = await t.issue('stays:desk')
    const client = await as(olga)
    await settle(notesAt(t, 'gone/below:shop', issue.iid), client, '/add_contacts ann.new@gone.example')
    await settle(
      notesAt(t, 'stays:desk', elsewhere.iid),
      client,
      'Hi\n/add_contacts ANN.OLD@gone.example bob@gone.example',
    )
    expect(await tablesWith('@gone.example')).toEqual(['contacts', 'deliveries', 'history'])
    const answer = await client.delete(`/groups/${t.group('gone').id}`)
    expect([answer.status, answer.body]).toEqual(accepted)
    expect(await tablesWith('@gone.example')).toEqual(['deliveries', 'erasures'])
    while ((await count('erasures', 'true')) !== 0) await forget(db)
    for (const trace of ['@gone.example', 'Nameless', '0815', 'Gone Company'])
      expect([trace, await tablesWith(trace)]).toEqual([trace, []])
    const ids = `(${t.group('gone').id}, ${t.group('gone/below').id})`
    for (const table of ['contacts', 'organizations', 'members', 'group_settings', 'state_counts', 'projects'])
      expect([table, await count(table, `group_id in ${ids}`)]).toEqual([table, 0])
    expect(await count('groups', `id in ${ids}`)).toBe(0)
    expect(await count('issues', `id = ${issue.id}`)).toBe(0)
    expect(await actions(sql`contact_id = ${ann.id} and issue_id is null`)).toEqual([
      'contact_created',
      'contact_edited',
      'contact_deleted',
    ])
    expect(await actions(sql`group_id = ${t.group('gone').id} and action like 'group%'`)).toEqual(['group_deleted'])
    expect(await actions(sql`group_id = ${t.group('gone/below').id} and project_id is not null`)).toEqual([
      'project_deleted',
    ])
    expect(await count('history', `contact_id = ${ann.id} and num_nonnulls(before, after) > 0`)).toBe(0)
    expect((await client.get(`/groups/${t.group('stays').id}`)).status).toBe(200)
  })

  test('that uses the contacts of another leaves them', async () => {
    const t = await tree(service.db, ['acme', 'acme/below', 'acme/below:shop'])
    const [ann] = (await t.hold('acme', ['ann@y.io'])) as [Contact]
    await t.issue('acme/below:shop', [ann])
    const client = await as(await t.person('olga', { acme: 'owner' }))
    expect((await client.delete(`/groups/${encodeURIComponent(t.pathOf('acme/below'))}`)).status).toBe(202)
    expect(await t.held('acme')).toEqual(['ann@y.io'])
    expect(await actions(sql`contact_id = ${ann.id}`)).toEqual(['contact_unlinked'])
  })

  test('whose contacts a group outside uses stays, until that one uses others', async () => {
    const t = await tree(service.db, ['acme', 'acme/crm', 'open', 'secret', 'secret:lab'])
    await service.db.execute(sql`update groups set visibility = 'public' where id = ${t.group('open').id}`)
    await t.nameSource('open', 'acme/crm')
    await t.nameSource('secret', 'acme/crm')
    const [ann] = (await t.hold('acme/crm', ['ann@z.io'])) as [Contact]
    const issue = await t.issue('secret:lab', [ann])
    const client = await as(await t.person('olga', { acme: 'owner' }))
    const path = `/groups/${t.group('acme').id}`
    const told = (names: string) =>
      [
        400,
        `The group cannot be deleted while others use its contacts: ${names}. Another contact source must be chosen there first.`,
      ] as const
    expect(refusal(await client.delete(path))).toEqual(told(`${t.pathOf('open')}, 1 more group`))
    await t.nameSource('open', null)
    expect(refusal(await client.delete(path))).toEqual(told('1 group'))
    expect(await t.linked(issue)).toEqual(['ann@z.io of acme/crm'])
    await t.nameSource('secret', null)
    await service.db.execute(sql`delete from issue_contacts where issue_id = ${issue.id}`)
    expect((await client.delete(path)).status).toBe(202)
  })

  test('is for owners; others get 403 where they may see it, else 404', async () => {
    const t = await tree(service.db, ['acme', 'acme/below'])
    const path = `/groups/${t.group('acme/below').id}`
    expect((await (await as(await t.person('mia', { acme: 'maintainer' }))).delete(path)).status).toBe(403)
    expect((await (await as(await t.person('eve', {}))).delete(path)).status).toBe(404)
    expect((await clientOf().delete(path)).status).toBe(401)
    expect((await (await as(await t.administrator())).delete(path)).status).toBe(202)
    expect(
      (await (await as(await t.administrator().catch(() => t.person('other')))).delete('/groups/999999')).status,
    ).toBe(404)
  })

  test('goes whole while others write, link, come and go: they are told so, and nothing of theirs is left', async () => {
    const t = await tree(service.db, ['busy', 'busy/below', 'busy/below:shop'])
    const olga = await t.person('olga', { busy: 'owner' })
    const zoe = await t.person('zoe')
    await t.hold('busy', ['ann@busy.example'])
    const issue = await t.issue('busy/below:shop')
    const client = await as(olga)
    const group = t.group('busy').id
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () =>
        client.post(`${notesAt(t, 'busy/below:shop', issue.iid)}/notes`, {
          body: 'Hi\n/add_contacts ann@busy.example',
        }),
      ),
      client.post(`/groups/${group}/members`, { user_id: zoe.userId, access_level: 10 }),
      client.post('/groups', { name: 'New', path: 'new', parent_id: group }),
      client.delete(`/groups/${group}`),
      client.post('/projects', { name: 'New', namespace_id: group }),
      client.put(`/groups/${group}`, { path: 'busier' }),
      client.post(`${notesAt(t, 'busy/below:shop', issue.iid)}/notes`, { body: '/add_contacts ann@busy.example' }),
    ])
    expect(answers.filter(({ status }) => status >= 500).map(({ status, body }) => [status, body])).toEqual([])
    expect(answers[6]?.status).toBe(202)
    expect(await count('groups', `${group} = any(ancestors)`)).toBe(0)
    expect(await count('members', `group_id = ${group}`)).toBe(0)
    expect(await tablesWith('ann@busy.example')).toEqual(['erasures'])
  })
})
