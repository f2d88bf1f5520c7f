// Bodies and queries that clients made for GitLab send, by their known fields: what asks for nothing is accepted, the
// rest refused by name.
import { beforeAll, describe, expect, test } from 'vitest'
import { type Client, faulted, pagingOf, restOf } from '../support/api/rest.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { world } from '../support/world/world.ts'

let service: RunningService
let here: Awaited<ReturnType<typeof world>>
let olga: Client
let root: Client
let made = 0

beforeAll(async () => {
  service = await startService({ idle: true })
  here = await world(service, { people: { olga: 'owner', zoe: 'nobody', root: 'administrator' } })
  olga = restOf(service)(await here.token('olga'))
  root = restOf(service)(await here.token('root'))
})

const issues = () => `/projects/${here.project.id}/issues`
const issue = () => `${issues()}/${here.issue.iid}`
const notes = () => `${issue()}/notes`
const name = () => ({ name: `Made ${++made}`, path: `made-${made}` })

describe('what clients send is accepted', () => {
  test.each<[string, () => string, object]>([
    [
      'glab issue create',
      issues,
      {
        title: 'A',
        description: '',
        labels: '',
        assignee_ids: [],
        confidential: false,
        issue_type: 'issue',
        milestone_id: 0,
        weight: null,
      },
    ],
    [
      'go-gitlab CreateIssue',
      issues,
      {
        title: 'A',
        description: 'B',
        assignee_ids: [],
        labels: '',
        issue_type: 'issue',
        due_date: null,
        created_at: null,
      },
    ],
    [
      '@gitbeaker/rest Issues.create',
      issues,
      { title: 'A', description: 'B', labels: '', assignee_ids: [0], assignee_id: null },
    ],
    [
      'MCP server create_issue',
      issues,
      {
        title: 'A',
        description: 'B',
        assignee_ids: [],
        labels: '',
        milestone_id: null,
        issue_type: 'issue',
        weight: null,
      },
    ],
    ['npm gitlab 14 Issues.create', issues, { title: 'A', description: 'B', confidential: 'false', labels: [] }],
    ['python-gitlab issues.create', issues, { title: 'A', labels: [], discussion_to_resolve: '', confidential: false }],
    ['glab issue note', notes, { body: 'A', confidential: false, internal: false }],
    ['go-gitlab CreateIssueNote', notes, { body: 'A', created_at: null }],
    [
      'glab, terraform: go-gitlab CreateGroup',
      () => '/groups',
      {
        description: 'D',
        membership_lock: false,
        visibility: 'private',
        share_with_group_lock: false,
        require_two_factor_authentication: false,
        two_factor_grace_period: 48,
        project_creation_level: 'maintainer',
        auto_devops_enabled: false,
        subgroup_creation_level: 'owner',
        emails_disabled: false,
        mentions_disabled: false,
        lfs_enabled: true,
        request_access_enabled: false,
        default_branch_protection: null,
        default_branch_protection_defaults: {},
        shared_runners_minutes_limit: null,
        prevent_forking_outside_group: false,
        ip_restriction_ranges: '',
        wiki_access_level: 'disabled',
        avatar: null,
        parent_id: null,
      },
    ],
    [
      'MCP server create_group',
      () => '/groups',
      { description: null, visibility: 'private', parent_id: null, organization_id: 1 },
    ],
    ['npm gitlab 14 Groups.create', () => '/groups', { parent_id: '', crm_enabled: 'True', crm_source_group_id: '' }],
    [
      'go-gitlab CreateProject',
      () => '/projects',
      {
        description: 'D',
        issues_access_level: 'enabled',
        issues_enabled: true,
        merge_requests_enabled: false,
        repository_access_level: 'disabled',
        snippets_enabled: false,
        wiki_enabled: false,
        jobs_enabled: false,
        container_registry_enabled: false,
        visibility: 'private',
        import_url: '',
        public_builds: true,
        merge_method: 'merge',
        squash_option: 'default_off',
        tag_list: [],
        topics: [],
        initialize_with_readme: false,
        default_branch: 'main',
        archived: false,
        auto_devops_enabled: false,
        packages_enabled: false,
        mirror: false,
        container_expiration_policy_attributes: {},
      },
    ],
    [
      'MCP server create_repository',
      () => '/projects',
      { description: '', visibility: 'private', initialize_with_readme: false },
    ],
    ['@gitbeaker/rest Projects.create', () => '/projects', { topics: [], tag_list: '', default_branch: 'main' }],
  ])('%s', async (_, path, body) => {
    const isPlace = path() === '/groups' || path() === '/projects'
    const more = isPlace ? { ...name(), ...(path() === '/projects' && { namespace_id: here.group.id }) } : {}
    const answer = await olga.post(path(), { ...more, ...body })
    expect([answer.status, answer.body]).toEqual([201, expect.objectContaining({ id: expect.any(Number) })])
  })

  test.each<[string, () => string, object]>([
    ['python-gitlab issue.save()', issue, { labels: [], assignee_ids: [], title: 'New' }],
    [
      'glab issue update with nothing that there is',
      issue,
      { labels: '', add_labels: '', remove_labels: 'bug', discussion_locked: false },
    ],
    [
      '@gitbeaker/rest Issues.edit',
      issue,
      { assignee_ids: [], due_date: '', issue_type: 'issue', state_event: 'close' },
    ],
    [
      'python-gitlab group.save()',
      () => `/groups/${here.group.id}`,
      { default_branch_protection: null, description: '' },
    ],
    [
      'python-gitlab project.save()',
      () => `/projects/${here.project.id}`,
      { archived: false, description: null, topics: [] },
    ],
  ])('%s', async (_, path, body) => {
    expect((await olga.put(path(), body)).status).toBe(200)
  })

  test('users and members', async () => {
    const user = {
      ...name(),
      username: 'made',
      email: 'made@x.io',
      password: 'p',
      reset_password: false,
      skip_confirmation: true,
    }
    const more = {
      projects_limit: 10,
      can_create_group: true,
      external: false,
      note: '',
      bio: null,
      avatar: '',
      private_profile: false,
    }
    const { name: called, path: _, ...fields } = user
    const added = await root.post('/users', { name: called, ...fields, ...more, admin: 'f' })
    expect(added.status).toBe(201)
    const role = {
      user_id: added.body.id,
      access_level: 20,
      expires_at: null,
      member_role_id: null,
      tasks_to_be_done: [],
      invite_source: 'x',
    }
    expect((await olga.post(`/groups/${here.group.id}/members`, role)).status).toBe(201)
  })
})

describe('what asks for something is refused by name', () => {
  test.each<[() => string, object, string[]]>([
    [issues, { title: 'A', labels: 'bug' }, ['labels']],
    [
      issues,
      { title: 'A', labels: ['bug'], assignee_ids: [3], milestone_id: 2 },
      ['assignee_ids', 'labels', 'milestone_id'],
    ],
    [issues, { title: 'A', 'labels[]': 'bug' }, ['labels[]']],
    [issues, { title: 'A', confidential: true }, ['confidential']],
    [issues, { title: 'A', confidential: 'yes', issue_type: 'incident' }, ['confidential', 'issue_type']],
    [issues, { title: 'A', created_at: '2020-01-01', iid: 7, weight: 3 }, ['created_at', 'iid', 'weight']],
    [notes, { body: 'A', internal: true }, ['internal']],
    [notes, { body: 'A', created_at: '2020-01-01' }, ['created_at']],
    [() => '/groups', { ...name(), request_access_enabled: true }, ['request_access_enabled']],
    [
      () => '/groups',
      { ...name(), project_creation_level: 'noone', avatar: 'x' },
      ['avatar', 'project_creation_level'],
    ],
    [() => '/projects', { ...name(), namespace_id: 1, initialize_with_readme: true }, ['initialize_with_readme']],
    [
      () => '/projects',
      { ...name(), namespace_id: 1, issues_enabled: false, wiki_enabled: 1 },
      ['issues_enabled', 'wiki_enabled'],
    ],
    [
      () => '/projects',
      { ...name(), namespace_id: 1, import_url: 'https://x.io', topics: ['a'] },
      ['import_url', 'topics'],
    ],
  ])('%s %j', async (path, body, fields) => {
    const answer = await olga.post(path(), body)
    expect([answer.status, faulted(answer).sort()]).toEqual([422, fields])
    expect(answer.body.message).toContain('is not supported; omit it or leave it empty')
  })

  test('and nothing was done', async () => {
    const before = pagingOf(await olga.get(issues())).total
    await olga.post(issues(), { title: 'A', labels: 'bug' })
    expect(pagingOf(await olga.get(issues())).total).toBe(before)
  })
})

describe('queries', () => {
  test.each([
    '/projects?simple=true&statistics=false&archived=false&with_issues_enabled=true&with_custom_attributes=no&starred=0',
    '/projects?with_merge_requests_enabled=false&imported=f&topic=&with_programming_language=&include_hidden=true',
    '/groups?statistics=True&archived=False&with_custom_attributes=false&active=true',
    '/users?exclude_external=true&external=false&without_project_bots=true&humans=true&two_factor=disabled',
  ])('%s changes nothing', async (path) => {
    const [plain, asked] = await Promise.all([root.get(path.replace(/\?.*/, '')), root.get(path)])
    expect(asked.status).toBe(200)
    expect(asked.body.length).toBeGreaterThan(0)
    expect([asked.body, pagingOf(asked).total]).toEqual([plain.body, pagingOf(plain).total])
  })

  test.each([
    '/projects?archived=true',
    '/projects?starred=Yes',
    '/projects?with_merge_requests_enabled=1',
    '/groups?archived=true',
    '/groups?active=false',
    '/users?external=true',
    '/users?two_factor=enabled',
  ])('%s: nothing can match', async (path) => {
    const answer = await root.get(path)
    expect([answer.status, answer.body, pagingOf(answer).total]).toEqual([200, [], 0])
  })

  test('of one place: as its list', async () => {
    for (const path of [`/groups/${here.group.id}/projects`, `/groups/${here.group.id}/subgroups`])
      expect((await olga.get(`${path}?archived=true`)).body).toEqual([])
    expect((await olga.get(`/groups/${here.group.id}/members?state=awaiting`)).body).toEqual([])
    expect((await olga.get(`${issues()}?confidential=true`)).body).toEqual([])
    expect((await olga.get('/projects/999999/issues?confidential=true')).status).toBe(404)
  })

  test.each([
    ['/projects?topic=x', 'topic'],
    ['/projects?id_after=3', 'id_after'],
    ['/projects?last_activity_after=2024-01-01', 'last_activity_after'],
    ['/groups?skip_groups[]=3', 'skip_groups[]'],
    ['/groups?repository_storage=x', 'repository_storage'],
    ['/users?admins=true', 'admins'],
    ['/users?extern_uid=x', 'extern_uid'],
    ['/users?created_after=2024-01-01', 'created_after'],
  ])('%s would narrow the list: refused', async (path, field) => {
    const answer = await root.get(path)
    expect([answer.status, faulted(answer)]).toEqual([422, [field]])
  })
})

describe('booleans', () => {
  const words = { true: 'true True TRUE 1 on On yes YES y t T', false: 'false False FALSE 0 off Off no NO n f F' }
  test.each(
    Object.entries(words).flatMap(([means, all]) => all.split(' ').map((word) => [word, means === 'true'] as const)),
  )('%s is %s, in JSON, forms and queries', async (word, meant) => {
    const path = `/groups/${here.group.id}`
    const isOn = async () => (await olga.get(path)).body.crm_enabled
    await olga.put(path, { crm_enabled: !meant })
    for (const write of [
      () => olga.put(path, { crm_enabled: word }),
      () => olga.form('PUT', path, { crm_enabled: word }),
      () => olga.put(`${path}?crm_enabled=${word}`),
    ]) {
      expect((await write()).body.crm_enabled).toBe(meant)
      await olga.put(path, { crm_enabled: !meant })
      expect(await isOn()).toBe(!meant)
    }
    expect((await olga.get(`/projects?membership=${word}`)).status).toBe(200)
  })

  test.each(['', 'perhaps', 'truee', '2', 'toString', '__proto__'])('“%s” is none', async (word) => {
    expect(faulted(await olga.put(`/groups/${here.group.id}`, { crm_enabled: word }))).toEqual(['crm_enabled'])
  })
})

describe('descriptions of groups and projects', () => {
  test('are kept, shown, changed and emptied', async () => {
    const group = await olga.post('/groups', { ...name(), description: ' Sells\nthings ' })
    const project = await olga.post('/projects', { ...name(), namespace_id: group.body.id, description: 'A shop' })
    expect([group.body.description, project.body.description]).toEqual(['Sells\nthings', 'A shop'])
    for (const [path, longest] of [
      [`/groups/${group.body.id}`, 500],
      [`/projects/${project.body.id}`, 2_000],
    ] as const) {
      expect((await olga.put(path, { name: 'Other' })).body.description).not.toBe('')
      expect((await olga.put(path, { description: 'é'.repeat(longest) })).body.description).toBe('é'.repeat(longest))
      const tooLong = await olga.put(path, { description: 'é'.repeat(longest + 1) })
      expect([tooLong.status, faulted(tooLong)]).toEqual([400, ['description']])
      expect((await olga.put(path, { description: null })).body.description).toBe('')
    }
    await olga.put(`/groups/${group.body.id}`, { description: 'Listed' })
    expect((await olga.get(`/groups?search=${group.body.name.replace(' ', '+')}`)).body).toEqual([])
    expect(
      (await olga.get('/groups?search=Other&per_page=100')).body.map(
        ({ description }: { description: string }) => description,
      ),
    ).toContain('Listed')
  })
})
