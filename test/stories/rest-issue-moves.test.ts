// Moving and cloning issues over REST: what becomes of their contacts, what the old address and page lead to, and who
// may.
import { sql } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { moveIssue } from '../../src/domain/issues/moves.ts'
import { createToken } from '../../src/domain/people/access-tokens.ts'
import type { Db } from '../../src/storage/db.ts'
import type { Issue } from '../../src/storage/schema.ts'
import { type Client, faulted, refusal, restOf } from '../support/api/rest.ts'
import { startService } from '../support/service/service.ts'
import { type Tree, tree } from '../support/world/tree.ts'

let db: Db
let url: string
let t: Tree
let as: Record<'rob' | 'ann' | 'dev' | 'visitor', Client>

beforeAll(async () => {
  const service = await startService({ idle: true })
  db = service.db
  url = service.url
  t = await tree(db, ['acme', 'acme:shop', 'acme:desk', 'other', 'other:lab', 'other:vault'])
  const clientOf = restOf(service)
  const client = async (name: string, roles: Parameters<Tree['person']>[1]) =>
    clientOf(await createToken(db, (await t.person(name, roles)).userId, 'api'))
  as = {
    rob: await client('rob', { acme: 'reporter', 'other:lab': 'reporter' }),
    ann: await client('ann', { acme: 'planner', 'other:lab': 'guest' }),
    dev: await client('dev', { acme: 'owner' }),
    visitor: clientOf(),
  }
})

const addressOf = ({ projectId, iid }: Pick<Issue, 'projectId' | 'iid'>) => `/projects/${projectId}/issues/${iid}`
const linked = async () => t.issue('acme:shop', await t.hold('acme', [`c${Math.random()}@x.io`]))
const idOf = (project: string) => t.project(project).id

test('within a contact source the contacts stay, and the old address still leads there', async () => {
  const issue = await linked()
  const before = await t.linked(issue)
  const { status, body } = await as.rob.post(`${addressOf(issue)}/move`, { to_project_id: idOf('acme:desk') })
  expect([status, body.id, body.project_id, body.references.full]).toEqual([
    201,
    issue.id,
    idOf('acme:desk'),
    `${t.pathOf('acme:desk')}#${body.iid}`,
  ])
  expect(await t.linked(issue)).toEqual(before)
  expect(await t.notes(issue)).toEqual([`moved from ${t.pathOf('acme:shop')}#${issue.iid}`])
  const old = await as.rob.get(addressOf(issue))
  expect([old.status, old.body]).toEqual([200, body])
  expect((await as.rob.put(addressOf(issue), { title: 'By its old name' })).body).toMatchObject({
    id: issue.id,
    title: 'By its old name',
  })
  expect((await as.rob.get(`${addressOf(issue)}/notes`)).body).toHaveLength(1)
  expect((await as.rob.get(`/projects/${idOf('acme:shop')}/issues?iids[]=${issue.iid}`)).body).toEqual([])
})

test('to where other contacts are used they are lost', async () => {
  const issue = await linked()
  const { status, body } = await as.rob.form('POST', `${addressOf(issue)}/move`, {
    to_project_id: String(idOf('other:lab')),
  })
  expect([status, body.project_id]).toEqual([201, idOf('other:lab')])
  expect(await t.linked(issue)).toEqual([])
  expect(await t.notes(issue)).toEqual(['removed 1 contact', `moved from ${t.pathOf('acme:shop')}#${issue.iid}`])
})

test('the old page leads to the new one', async () => {
  const t = await tree(db, ['acme', 'acme:shop', 'acme:app'])
  await db.execute(sql`update projects set visibility = 'public' where group_id = ${t.group('acme').id}`)
  const issue = await t.issue('acme:shop')
  await moveIssue(db, await t.person('ann', { acme: 'reporter' }), { id: issue.id }, t.project('acme:app').id)
  const answer = await fetch(`${url}/${t.pathOf('acme:shop')}/-/issues/1`, { redirect: 'manual' })
  expect([answer.status, answer.headers.get('location')]).toEqual([302, `/${t.pathOf('acme:app')}/-/issues/1`])
  expect((await fetch(`${url}${answer.headers.get('location')}`)).status).toBe(200)
})

test('a clone is another issue with the same contacts; the original stays', async () => {
  const issue = await linked()
  const clone = await as.rob.post(`${addressOf(issue)}/clone`, {
    to_project_id: idOf('acme:desk'),
    with_notes: 'false',
  })
  expect([clone.status, clone.body.title, clone.body.project_id]).toEqual([201, issue.title, idOf('acme:desk')])
  expect(clone.body.id).not.toBe(issue.id)
  expect((await t.linked({ ...issue, id: clone.body.id })).map((one) => one.replace(' (new)', ''))).toEqual(
    await t.linked(issue),
  )
  expect((await as.rob.get(addressOf(issue))).body.project_id).toBe(idOf('acme:shop'))
  const own = await as.rob.post(`${addressOf(issue)}/clone`, { to_project_id: idOf('acme:shop') })
  expect([own.status, own.body.project_id]).toEqual([201, idOf('acme:shop')])
})

test('who may not is told so in GitLab’s words', async () => {
  const issue = await linked()
  const bring = (who: Client, verb: string, project: string) =>
    who.post(`${addressOf(issue)}/${verb}`, { to_project_id: idOf(project) })
  const denied = (verb: string) => [400, `Cannot ${verb} issue due to insufficient permissions!`]
  for (const verb of ['move', 'clone']) {
    expect(refusal(await bring(as.ann, verb, 'acme:desk'))).toEqual(denied(verb))
    expect(refusal(await bring(as.ann, verb, 'other:lab'))).toEqual(denied(verb))
    expect(refusal(await bring(as.dev, verb, 'other:vault'))).toEqual([404, '404 Project Not Found'])
    expect((await bring(as.visitor, verb, 'acme:desk')).status).toBe(401)
  }
  expect(refusal(await bring(as.rob, 'move', 'acme:shop'))).toEqual([
    400,
    'Cannot move issue to project it originates from!',
  ])
  expect(
    refusal(await as.rob.post(`/projects/${idOf('other:vault')}/issues/1/move`, { to_project_id: idOf('acme:shop') })),
  ).toEqual([404, '404 Issue Not Found'])
})

test.each<[string, object, string[]]>([
  ['move', {}, ['to_project_id']],
  ['move', { to_project_id: 'abc' }, ['to_project_id']],
  ['move', { to_project_id: -1 }, ['to_project_id']],
  ['move', { to_project_id: 1, with_notes: false }, ['with_notes']],
  ['clone', { to_project_id: 1, with_notes: true }, ['with_notes']],
  ['clone', { to_project_id: 1.5, title: 'x' }, ['to_project_id', 'title']],
])('%s %j: 422, and the fields are named', async (verb, fields, names) => {
  const answer = await as.rob.post(`/projects/${idOf('acme:shop')}/issues/1/${verb}`, fields)
  expect([answer.status, faulted(answer)]).toEqual([422, names])
})

test('to a project that does not exist: 404', async () => {
  const issue = await linked()
  expect((await as.rob.post(`${addressOf(issue)}/move`, { to_project_id: 999_999_999_999 })).status).toBe(404)
})
