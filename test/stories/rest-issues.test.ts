// Issues over REST: opening, showing, changing, closing and deleting them; who may, and what commands in descriptions
// do.
import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, test } from 'vitest'
import { setRole } from '../../src/domain/rules/members.ts'
import { rowsOf } from '../../src/storage/db.ts'
import { type Client, faulted, refusal, restFor, restOf } from '../support/api/rest.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { world } from '../support/world/world.ts'

let service: RunningService
let here: Awaited<ReturnType<typeof world>>
const people = {
  ann: 'planner',
  gus: 'guest',
  ray: 'guest',
  max: 'maintainer',
  olga: 'owner',
  root: 'administrator',
  bob: 'nobody',
} as const
let as: Record<keyof typeof people | 'visitor', Client>
let issues: string

beforeAll(async () => {
  service = await startService()
  here = await world(service, { people, contacts: ['ann@x.io', 'bob@x.io'] })
  as = await restFor(service, Object.keys(people) as (keyof typeof people)[], here.token)
  issues = `/projects/${here.project.id}/issues`
})

const linkedTo = async (issueId: number) =>
  (
    await rowsOf<{ email: string }>(
      service.db,
      sql`select c.email from issue_contacts l join contacts c on c.id = l.contact_id where l.issue_id = ${issueId}
        order by c.email`,
    )
  ).map(({ email }) => email)
const notesOn = async (issueId: number) =>
  (
    await rowsOf<{ body: string }>(service.db, sql`select body from comments where issue_id = ${issueId} order by id`)
  ).map(({ body }) => body)
const historyOf = (issueId: number) =>
  rowsOf<{ action: string; before: object | null; after: object | null }>(
    service.db,
    sql`select action, before, after from history where issue_id = ${issueId} order by id`,
  )
const opened = async (who: keyof typeof as, fields: object) => {
  const { status, body } = await as[who].post(issues, fields)
  expect(status, JSON.stringify(body)).toBe(201)
  return body
}

describe('opening', () => {
  test('an issue is answered as GitLab shows it', async () => {
    const issue = await opened('gus', { title: ' Printer on fire ', description: 'It burns.' })
    const { id, username } = here.users.get('gus') as { id: number; username: string }
    expect(issue).toMatchObject({
      project_id: here.project.id,
      title: 'Printer on fire',
      description: 'It burns.',
      state: 'opened',
      closed_at: null,
      author: { id, username, state: 'active' },
      labels: [],
      assignees: [],
      user_notes_count: 0,
      confidential: false,
      web_url: expect.stringMatching(new RegExp(`/${here.project.fullPath}/-/issues/${issue.iid}$`)),
      references: { short: `#${issue.iid}`, relative: `#${issue.iid}`, full: `${here.project.fullPath}#${issue.iid}` },
    })
    expect(issue).not.toHaveProperty('summary')
    expect((await as.gus.get(`${issues}/${issue.iid}`)).body).toEqual(issue)
  })

  test('commands in the description are carried out and taken out of it', async () => {
    const issue = await opened('ann', { title: 'A', description: 'Words\n/add_contacts ann@x.io zoe@x.io' })
    expect(issue.description).toBe('Words')
    expect(issue.summary.join(' ')).toMatch(/Added ann@x\.io.*zoe@x\.io/)
    expect(await linkedTo(issue.id)).toEqual(['ann@x.io'])
    const bare = await opened('ann', { title: 'B', description: '/add_contacts bob@x.io' })
    expect([bare.description, await linkedTo(bare.id), await notesOn(bare.id)]).toEqual([
      '',
      ['bob@x.io'],
      ['added 1 contact'],
    ])
  })

  test('by form, by path in another letter case, without a description', async () => {
    const path = encodeURIComponent(here.project.fullPath.toUpperCase())
    const { status, body } = await as.gus.form('POST', `/projects/${path}/issues`, { title: 'From a form' })
    expect([status, body.description, body.project_id]).toEqual([201, '', here.project.id])
  })

  test('twice under one key is one issue; another one under that key is refused', async () => {
    const headers = {
      'private-token': await here.token('gus'),
      'idempotency-key': 'k1',
      'content-type': 'application/json',
    }
    const post = (description: string) =>
      fetch(`${service.url}/api/v4${issues}`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ title: 'Once', description }),
      })
    const [first, again] = [await (await post('a')).json(), await (await post('a')).json()]
    expect(again.id).toBe(first.id)
    expect((await post('b')).status).toBe(422)
  })

  test.each<[string, object, string]>([
    ['blank', { title: '  ' }, "Title can't be blank"],
    ['too long', { title: 'x'.repeat(256) }, 'Title is too long (maximum is 255 characters)'],
    ['of two lines', { title: 'a\nb' }, 'Title must be one line without control characters'],
    [
      'with a zero',
      { title: 'a\0b' },
      "Title contains a character that can't be stored (NUL, or half of a surrogate pair)",
    ],
  ])('a title that is %s: 400', async (_, fields, message) => {
    expect(refusal(await as.ann.post(issues, fields))).toEqual([400, { title: [message] }])
    const { iid, title } = await opened('ann', { title: 'x'.repeat(255) })
    expect(
      refusal(await as.ann.put(`${issues}/${iid}`, { ...fields, description: 'never', state_event: 'close' })),
    ).toEqual([400, { title: [message] }])
    expect((await as.ann.get(`${issues}/${iid}`)).body).toMatchObject({ title, description: '', state: 'opened' })
  })

  test.each<[object, string[]]>([
    [{}, ['title']],
    [{ title: 1 }, ['title']],
    [{ title: 'a', description: [] }, ['description']],
    [{ title: 'a', labels: 'b', iid: 3 }, ['labels', 'iid']],
  ])('%j: 422, and the fields are named', async (fields, names) => {
    const answer = await as.ann.post(issues, fields)
    expect([answer.status, faulted(answer)]).toEqual([422, names])
  })

  test('who may not: 401, 404, 403; too long: 413', async () => {
    const fields = { title: 'a' }
    expect((await as.visitor.post(issues, fields)).status).toBe(401)
    expect((await as.bob.post(issues, fields)).status).toBe(404)
    expect((await as.ann.post('/projects/999999/issues', fields)).status).toBe(404)
    expect((await as.ann.post(issues, { title: 'a', description: 'x'.repeat(256 * 1024 + 1) })).status).toBe(413)
    const open = await world(service, { people: { eve: 'nobody' }, visibility: 'public' })
    const eve = restOf(service)(await open.token('eve'))
    expect(refusal(await eve.post(`/projects/${open.project.id}/issues`, fields))).toEqual([
      403,
      "You don't have permission to open issues in this project.",
    ])
  })
})

describe('changing', () => {
  test('title and description; only commands that the old text did not have run', async () => {
    const { id, iid } = await opened('ann', { title: 'Old', description: 'One\n/add_contacts ann@x.io' })
    await as.ann.post(`${issues}/${iid}/notes`, { body: '/remove_contacts ann@x.io' })
    const edit = (description: string | null) => as.ann.put(`${issues}/${iid}`, { title: 'New', description })
    const changed = await edit('Two\n/add_contacts ann@x.io\n/add_contacts bob@x.io')
    expect([changed.status, changed.body.title, changed.body.description]).toEqual([200, 'New', 'Two'])
    expect(changed.body.summary).toEqual(['Added bob@x.io.'])
    expect(await linkedTo(id)).toEqual(['bob@x.io'])
    await as.ann.post(`${issues}/${iid}/notes`, { body: '/remove_contacts bob@x.io' })
    expect((await edit('Three\n/add_contacts bob@x.io')).body).not.toHaveProperty('summary')
    expect(await linkedTo(id)).toEqual([])
    expect((await edit(null)).body.description).toBe('')
    expect((await edit('/add_contacts bob@x.io')).body).toMatchObject({ description: '', summary: ['Added bob@x.io.'] })
    const edits = (await historyOf(id)).filter(({ action }) => action.startsWith('issue_'))
    expect(edits[0]).toEqual({ action: 'issue_edited', before: { title: 'Old' }, after: { title: 'New' } })
    expect(edits.slice(1).every(({ action, before }) => action === 'issue_edited' && before === null)).toBe(true)
  })

  test('what is found by its words is found by the new ones', async () => {
    const { iid } = await opened('ann', { title: 'Zebra' })
    const found = async (search: string) =>
      (await as.ann.get(`${issues}?search=${search}`)).body.map((issue: { iid: number }) => issue.iid)
    expect(await found('zebra')).toEqual([iid])
    await as.ann.put(`${issues}/${iid}`, { title: 'Okapi', description: 'striped' })
    expect(await found('zebra')).toEqual([])
    expect(await found('okapi+STRIPED')).toEqual([iid])
  })

  test('closing and opening again, each noted once', async () => {
    const { id, iid } = await opened('ann', { title: 'Door' })
    const event = (state_event: string) => as.ann.form('PUT', `${issues}/${iid}`, { state_event })
    const closed = await event('close')
    expect([closed.status, closed.body.state]).toEqual([200, 'closed'])
    expect(Date.parse(closed.body.closed_at)).toBeGreaterThan(Date.parse(closed.body.created_at))
    expect((await event('close')).body).toEqual(closed.body)
    expect((await event('reopen')).body).toMatchObject({ state: 'opened', closed_at: null })
    expect(await notesOn(id)).toEqual(['closed', 'reopened'])
    expect((await historyOf(id)).map(({ action }) => action)).toEqual(['issue_closed', 'issue_reopened'])
  })

  test('all at once', async () => {
    const { id, iid } = await opened('ann', { title: 'A', description: 'a' })
    const { body } = await as.ann.put(`${issues}/${iid}`, {
      title: 'B',
      description: 'b\n/add_contacts ann@x.io',
      state_event: 'close',
    })
    expect(body).toMatchObject({ title: 'B', description: 'b', state: 'closed', summary: ['Added ann@x.io.'] })
    expect(await notesOn(id)).toEqual(['closed', 'added 1 contact'])
  })

  test('its author may, and planners; others may not', async () => {
    const { iid } = await opened('gus', { title: 'Mine' })
    const put = (who: keyof typeof as) => as[who].put(`${issues}/${iid}`, { title: `of ${who}` })
    expect((await put('gus')).body.title).toBe('of gus')
    expect((await put('ann')).body.title).toBe('of ann')
    expect((await put('root')).body.title).toBe('of root')
    expect(refusal(await put('ray'))).toEqual([403, "403 Forbidden: You don't have permission to change this issue."])
    expect(refusal(await as.ray.put(`${issues}/${iid}`, { description: 'x' }))).toEqual([
      403,
      "403 Forbidden: You don't have permission to change this issue.",
    ])
    expect((await put('bob')).status).toBe(404)
    expect((await put('visitor')).status).toBe(401)
    await service.db.execute(sql`delete from members where user_id = ${here.users.get('gus')?.id}`)
    expect((await put('gus')).status).toBe(404)
    await setRole(service.db, here.users.get('gus')?.id as number, { group: here.group }, 'guest')
  })

  test('commands run with the permissions of the user who edits', async () => {
    const { id, iid } = await opened('gus', { title: 'Mine', description: '/add_contacts ann@x.io' })
    expect(await linkedTo(id)).toEqual([])
    const { body } = await as.gus.put(`${issues}/${iid}`, { description: '/add_contacts bob@x.io' })
    expect(body.summary.join(' ')).toMatch(/permission/)
    expect((await as.ann.put(`${issues}/${iid}`, { description: '/add_contacts ann@x.io' })).body.summary).toEqual([
      'Added ann@x.io.',
    ])
  })

  test.each<[object, number, string[]]>([
    [{}, 400, []],
    [{ state_event: 'explode' }, 422, ['state_event']],
    [{ title: null }, 422, ['title']],
    [{ state: 'closed' }, 422, ['state']],
    [{ description: 3, add_labels: 'x' }, 422, ['description', 'add_labels']],
  ])('%j: %d', async (fields, status, names) => {
    const answer = await as.ann.put(`${issues}/${here.issue.iid}`, fields)
    expect([answer.status, faulted(answer)]).toEqual([status, names])
  })
})

describe('deleting', () => {
  test('owners delete an issue with all that was on it; that it was there stays in the history', async () => {
    const { id, iid, references } = await opened('ann', { title: 'Away', description: 'x\n/add_contacts ann@x.io' })
    await as.ann.post(`${issues}/${iid}/notes`, { body: 'Hello' })
    for (const who of ['ann', 'max'] as const)
      expect(refusal(await as[who].delete(`${issues}/${iid}`))).toEqual([
        403,
        "403 Forbidden: You don't have permission to delete this issue.",
      ])
    expect((await as.bob.delete(`${issues}/${iid}`)).status).toBe(404)
    expect((await as.olga.delete(`${issues}/${iid}`)).status).toBe(204)
    expect((await as.olga.get(`${issues}/${iid}`)).status).toBe(404)
    expect((await as.olga.delete(`${issues}/${iid}`)).status).toBe(404)
    expect([await notesOn(id), await linkedTo(id)]).toEqual([[], []])
    expect(await historyOf(id)).toEqual([
      expect.objectContaining({ action: 'contact_linked' }),
      expect.objectContaining({ action: 'contact_unlinked' }),
      { action: 'issue_deleted', before: { reference: references.full }, after: null },
    ])
    expect((await opened('ann', { title: 'Next' })).iid).toBeGreaterThan(iid)
  })
})

test('comments that come while an issue goes are taken, or find nothing', async () => {
  const { id, iid } = await opened('ann', { title: 'Going' })
  const say = () => as.ann.post(`${issues}/${iid}/notes`, { body: 'Hello\n/add_contacts ann@x.io' })
  const answers = await Promise.all([say(), say(), as.olga.delete(`${issues}/${iid}`), say(), say()])
  expect(answers[2].status).toBe(204)
  for (const { status } of [answers[0], answers[1], answers[3], answers[4]]) expect([201, 404]).toContain(status)
  expect([await notesOn(id), await linkedTo(id)]).toEqual([[], []])
  expect((await say()).status).toBe(404)
}, 60_000)

test.each(['999999', '2147483648', '99999999999999999999', 'abc', '-1', '0', '1.5', '%00'])(
  'issue %s: 404',
  async (iid) => {
    for (const answer of [
      as.ann.get(`${issues}/${iid}`),
      as.ann.put(`${issues}/${iid}`, { title: 'x' }),
      as.olga.delete(`${issues}/${iid}`),
    ])
      expect((await answer).status).toBe(404)
  },
)

test('what may not be seen: a visitor is asked to sign in, others find nothing', async () => {
  const address = `${issues}/${here.issue.iid}`
  expect([(await as.visitor.get(address)).status, (await as.bob.get(address)).status]).toEqual([401, 404])
})
