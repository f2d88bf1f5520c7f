// What nobody should send to GraphQL, and some do: each gets a clear answer at once, and the process stays.
import { getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createToken } from '../../src/domain/people/access-tokens.ts'
import { documentOf } from '../support/api/graphql-schema.ts'
import { type RunningService, startService } from '../support/service/service.ts'
import { type Tree, tree } from '../support/world/tree.ts'

let service: RunningService
let t: Tree
const tokens: Record<'user' | 'administrator', string> = { user: '', administrator: '' }

beforeAll(async () => {
  service = await startService({ idle: true })
  t = await tree(service.db, ['acme', 'acme:shop'])
  await t.hold('acme', ['ann@x.io'])
  tokens.user = await createToken(service.db, (await t.person('pia', { acme: 'planner' })).userId, 'api')
  tokens.administrator = await createToken(service.db, (await t.administrator()).userId, 'api')
})

// Whatever was sent, the next one is served, and soon.
afterAll(async () => {
  const { status, body } = await post('{ currentUser { username } }', 'user')
  expect([status, body]).toMatchObject([200, { data: { currentUser: { username: expect.any(String) } } }])
  expect(process.memoryUsage().heapUsed).toBeLessThan(1_500_000_000)
})

interface Came {
  status: number
  body: { data?: unknown; errors?: { message: string; extensions?: object }[] }
}

async function send(init: RequestInit & { query?: string }): Promise<Came> {
  const answer = await fetch(`${service.url}/api/graphql${init.query ?? ''}`, { method: 'POST', ...init })
  const text = await answer.text()
  expect(text).not.toMatch(/node_modules|at \w+ \(|select .* from|Failed query/)
  return {
    status: answer.status,
    body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : { errors: [{ message: text }] },
  }
}

const headersOf = (who?: keyof typeof tokens) => ({
  'content-type': 'application/json',
  ...(who && { 'private-token': tokens[who] }),
})
const post = (query: unknown, who?: keyof typeof tokens, variables: unknown = {}) =>
  send({ headers: headersOf(who), body: JSON.stringify({ query, variables }) })
const words = ({ body }: Came) => (body.errors ?? []).map(({ message }) => message).join('\n')

describe('a query', () => {
  test.each([
    ['that is broken', '{ group(', 'Syntax Error'],
    ['that is empty', '', 'Syntax Error: Unexpected <EOF>'],
    ['of a field that is not there', '{ nonsense }', 'Cannot query field "nonsense"'],
    [
      'with an argument that is not there',
      '{ group(nonsense: 1, fullPath: "x") { id } }',
      'Unknown argument "nonsense"',
    ],
    ['without an argument that must be there', '{ group { id } }', 'argument "fullPath" of type "ID!" is required'],
    ['of something that has parts, without them', '{ group(fullPath: "x") }', 'must have a selection of subfields'],
    [
      'with fragments in a circle',
      '{ group(fullPath: "x") { ...A } } fragment A on Group { ...B } fragment B on Group { ...A }',
      'Cannot spread',
    ],
    [
      'with a fragment that spreads itself',
      '{ group(fullPath: "x") { ...A } } fragment A on Group { ...A }',
      'Cannot spread fragment "A" within itself',
    ],
    [
      'that is longer than 10,000 characters',
      `{ currentUser { ${'id '.repeat(4000)} } }`,
      'too long (maximum is 10000 characters)',
    ],
    [
      'of a thousand aliases',
      `{ ${Array.from({ length: 600 }, (_, n) => `a${n}:__typename`).join(' ')} }`,
      'complexity of 600',
    ],
    ['of more fields than anyone reads', `{ ${'a '.repeat(3000)} }`, 'exceeds max of 1000'],
    ['of many tokens', `{ a(${'x:1 '.repeat(2400)}) }`, 'Document contains more that 5000 tokens'],
  ])('%s is answered with what is wrong', async (_, query, message) => {
    const came = await post(query, 'user')
    expect(words(came)).toContain(message)
    expect(came.body.data ?? null).toBeNull()
    expect([200, 400]).toContain(came.status)
  })

  test('has at most five faults told', async () => {
    expect(
      (await post(`{ ${Array.from({ length: 50 }, (_, n) => `x${n}`).join(' ')} }`, 'user')).body.errors?.length,
    ).toBeLessThanOrEqual(6)
  })

  const parents = (levels: number) =>
    `{ group(fullPath: "x") { ${'parent { '.repeat(levels)} id ${'} '.repeat(levels)} } }`
  const nested = (levels: number) => `fragment F0 on Group { id }
    ${Array.from({ length: levels }, (_, n) => `fragment F${n + 1} on Group { ...F${n} ...F${n} ...F${n} }`).join('\n')}
    { group(fullPath: "x") { ...F${levels} } }`
  const issues = (levels: number): string =>
    levels === 0 ? 'iid' : `iid project { issues(first: 100) { nodes { ${issues(levels - 1)} } } }`

  test.each([
    ['a field below itself, again and again', parents(3), "too many of fields 'parent'"],
    ['a field below itself, far too deep', parents(40), 'exceeds max depth of 20'],
    [
      'lists in lists in lists',
      `{ project(fullPath: "x") { issues(first: 100) { nodes { ${issues(3)} } } } }`,
      'Recursive query',
    ],
    ['fragments that spread fragments, 3 to the power of 60 times', nested(60), 'exceeds max complexity of 250'],
    [
      'lists of everything',
      `{ ${'abcdefghi'.replace(/./g, (a) => `${a}: group(fullPath: "x") { contacts { nodes { ...C } } } `)} }
      fragment C on CustomerRelationsContact { id firstName lastName email phone description active createdAt updatedAt organization { id name } }`,
      'exceeds max complexity of 250',
    ],
  ])('of %s is not carried out', async (_, query, message) => {
    expect(words(await post(query, 'user'))).toContain(message)
  })

  test('costs a visitor less than a user, and an administrator may ask for most', async () => {
    const query = `{ ${Array.from({ length: 110 }, (_, n) => `a${n}: currentUser { id }`).join(' ')} }`
    expect(words(await post(query))).toContain('exceeds max complexity of 200')
    expect((await post(query, 'user')).body.errors).toBeUndefined()
    const dearer = `{ ${Array.from({ length: 140 }, (_, n) => `a${n}: currentUser { id }`).join(' ')} }`
    expect(words(await post(dearer, 'user'))).toContain('exceeds max complexity of 250')
    expect((await post(dearer, 'administrator')).body.errors).toBeUndefined()
  })

  test('for the schema is answered to everybody', async () => {
    for (const who of [undefined, 'user'] as const) {
      const came = await post(getIntrospectionQuery(), who)
      expect(came.body.errors).toBeUndefined()
      expect(documentOf(came.body.data)).toContain('type CustomerRelationsContact {')
    }
  })

  const repeated = (times: number) => `{ ${'__typename '.repeat(times)} }`
  const args = `(fullPath: "${'x'.repeat(100)}")`
  test.each([
    ['380 equal names', repeated(380), 'the same response names too many times'],
    [
      'equal names with long arguments',
      `{ ${`group${args} { id } `.repeat(60)} }`,
      'the same response names too many times',
    ],
    [
      'equal names spread by fragments',
      `{ ${'...A ...B '.repeat(3)} } ${['A', 'B'].map((name) => `fragment ${name} on Query { ${'__typename '.repeat(90)} }`).join(' ')}`,
      'the same response names too many times',
    ],
    [
      'equal names in a fragment that nothing spreads',
      `{ __typename } fragment A on Query { ${'__typename '.repeat(380)} }`,
      'the same response names too many times',
    ],
    [
      'equal names one below the other',
      `{ ${'group(fullPath: "x") { id id id id id id id id id id } '.repeat(20)} }`,
      'the same response names too many times',
    ],
    ['sixty levels', `{ ${'a { '.repeat(60)} b ${'}'.repeat(60)} }`, 'more than 50 levels'],
    [
      'a hundred operations',
      Array.from({ length: 100 }, (_, n) => `query Q${n} { __typename }`).join(' '),
      '100 operations',
    ],
    [
      'the schema, thrice',
      '{ a: __schema { queryType { name } } b: __schema { queryType { name } } c: __schema { queryType { name } } }',
      'asks for __schema 3 times',
    ],
    [
      'six types',
      `{ ${'abcdef'.replace(/./g, (a) => `${a}: __type(name: "Issue") { name } `)} }`,
      'asks for __type 6 times',
    ],
  ])('of %s is refused before it is validated', async (_, query, message) => {
    for (const who of [undefined, 'user'] as const) expect(words(await post(query, who))).toContain(message)
  })

  test('of a few equal names, as clients with fragments send them, is answered', async () => {
    const fragments = Array.from(
      { length: 12 },
      (_, n) => `fragment F${n} on Query { __typename currentUser { __typename id } }`,
    )
    const came = await post(`{ ${fragments.map((_, n) => `...F${n}`).join(' ')} } ${fragments.join(' ')}`, 'user')
    expect(came.body.errors).toBeUndefined()
  })

  test('sent again is answered again, also when it has faults', async () => {
    for (const query of ['{ currentUser { username } }', '{ nonsense }', '{ group(']) {
      const first = await post(query, 'user')
      expect(await post(query, 'user')).toEqual(first)
    }
  })

  test('branches that are skipped cost nothing', async () => {
    const query = `query ($no: Boolean = false) { ${Array.from({ length: 300 }, (_, n) => `a${n}: currentUser @include(if: $no) { id }`).join(' ')} }`
    expect((await post(query.slice(0, 10_000), 'user')).body).toBeDefined()
  })
})

describe('ids and pages', () => {
  const contacts = (page: string) =>
    `{ group(fullPath: "${t.pathOf('acme')}") { contacts(${page}) { nodes { email } } } }`
  test.each([
    ['first: 1, last: 1', 'Can only provide either `first` or `last`, not both'],
    ['after: "x"', 'Please provide a valid cursor'],
    ['before: "W10"', 'Please provide a valid cursor'],
    [`after: "${'x'.repeat(9000)}"`, 'Please provide a valid cursor'],
    ['after: "a", before: "b"', 'Please provide either before or after'],
    ['first: 99999999999', 'Int cannot represent non 32-bit signed integer value'],
    ['ids: ["x"]', '"x" is not a valid Global ID'],
    ['ids: [7]', 'is not a valid Global ID'],
    ['ids: ["gid://gitlab/CustomerRelations::Contact/99999999999999999999"]', 'is not a valid Global ID'],
    ['ids: ["gid://gitlab/Issue/1"]', 'does not represent an instance of CustomerRelations::Contact'],
    [`search: "${'a '.repeat(1000)}"`, 'Search is too long'],
  ])('contacts(%s)', async (page, message) => {
    expect(words(await post(contacts(page), 'user'))).toContain(message)
  })

  test('a user that does not exist is null', async () => {
    const query =
      '{ issue(id: "gid://gitlab/Issue/999999") { id } group(fullPath: "no/such") { id } project(fullPath: "a\\u0000b") { id } namespace(fullPath: "") { id } }'
    expect((await post(query, 'user')).body).toEqual({
      data: { issue: null, group: null, project: null, namespace: null },
    })
  })
})

describe('a request', () => {
  test.each([
    ['a body of 10 MB', { body: JSON.stringify({ query: 'x'.repeat(10_000_000) }) }, 413],
    ['a body that is no JSON', { body: '{"query": ' }, 400],
    ['a body of another type', { body: '<query/>', headers: { 'content-type': 'application/xml' } }, 415],
    ['a body of no type', { body: '{ currentUser { id } }', headers: { 'content-type': 'text/plain' } }, [400, 415]],
    ['a body that is a text', { body: '"x"' }, 400],
    ['a body that is null', { body: 'null' }, 400],
    [
      'variables in the address that are no JSON',
      { method: 'GET', body: undefined, query: '?query={__typename}&variables=%7B' },
      400,
    ],
    [
      'variables in the address that are too deep',
      {
        method: 'GET',
        body: undefined,
        query: `?query={__typename}&variables=${'['.repeat(4_000)}${']'.repeat(4_000)}`,
      },
      400,
    ],
    [
      'variables of 4,000 levels',
      { body: `{"query": "{ __typename }", "variables": {"a": ${'['.repeat(4_000)}${']'.repeat(4_000)}}}` },
      400,
    ],
    [
      'variables of 100,000 values',
      { body: `{"query": "{ __typename }", "variables": {"a": [${'1,'.repeat(100_000)}1]}}` },
      413,
    ],
    [
      'a body of 900 KiB',
      { body: JSON.stringify({ query: '{ __typename }', variables: { a: 'x'.repeat(900 * 1024) } }) },
      413,
    ],
    [
      'ten queries that are larger together than one body may be',
      {
        body: JSON.stringify(
          Array.from({ length: 10 }, () => ({ query: '{ __typename }', variables: { a: 'x'.repeat(90 * 1024) } })),
        ),
      },
      413,
    ],
    ['variables that are a text', { body: '{"query": "{ __typename }", "variables": "x"}' }, 400],
    [
      'an operation that is not there',
      { body: '{"query": "query A { __typename }", "operationName": "B"}' },
      [200, 400],
    ],
    ['a query that is a number', { body: '{"query": 7}' }, 400],
    [
      'a mutation by GET',
      {
        method: 'GET',
        body: undefined,
        query: `?query=${encodeURIComponent('mutation { customerRelationsContactDelete(input: {id: "gid://gitlab/CustomerRelations::Contact/1"}) { errors } }')}`,
      },
      405,
    ],
    ['another method', { method: 'DELETE', headers: { 'private-token': 'x' } }, [404, 405]],
    [
      'a token that never was',
      { headers: { 'content-type': 'application/json', 'private-token': 'x' }, body: '{"query": "{ __typename }"}' },
      401,
    ],
  ])('with %s', async (_, init, status) => {
    const came = await send({ headers: headersOf('user'), ...init })
    expect([status].flat(), JSON.stringify(came.body)).toContain(came.status)
    expect(JSON.stringify(came.body)).toMatch(/message/)
  })

  test('as large as a body may be is answered', async () => {
    const variables = { a: 'x'.repeat(790 * 1024) }
    expect((await post('{ __typename }', 'user', variables)).body).toEqual({ data: { __typename: 'Query' } })
  })

  test('with a token that never was says so as GitLab does', async () => {
    const came = await send({
      headers: { 'content-type': 'application/json', authorization: 'Bearer x' },
      body: '{"query": "{ __typename }"}',
    })
    expect(came).toEqual({ status: 401, body: { errors: [{ message: 'Invalid token' }] } })
  })

  test('of ten queries is answered with ten answers; of a thousand not at all', async () => {
    const batch = (n: number) =>
      send({
        headers: headersOf('user'),
        body: JSON.stringify(Array.from({ length: n }, () => ({ query: '{ currentUser { username } }' }))),
      })
    expect((await batch(10)).body).toHaveLength(10)
    const { status, body } = await batch(1000)
    expect(status).toBe(413)
    expect(JSON.stringify(body)).toMatch(/10/)
  })

  test('of ten queries is refused before it is validated if it is too large as a whole', async () => {
    const batch = (query: (n: number) => string) =>
      send({ headers: headersOf(), body: JSON.stringify(Array.from({ length: 10 }, (_, n) => ({ query: query(n) }))) })
    const aliases = (n: number) => `{ ${Array.from({ length: 110 }, (_, at) => `a${n}_${at}:__typename`).join(' ')} }`
    const equal = (n: number) => `query Q${n} { ${'__typename '.repeat(45)} }`
    const long = (n: number) => `query Q${n} { a: group(fullPath: "${'x'.repeat(2_500)}") { id } }`
    for (const [query, message] of [
      [aliases, 'more than 1000 fields'],
      [equal, 'the same response names too many times'],
      [long, 'characters of queries'],
    ] as const) {
      const { body } = await batch(query)
      expect(body).toHaveLength(10)
      expect(JSON.stringify(body)).toContain(message)
    }
    // Equal ones are read once.
    expect(JSON.stringify(await batch(() => aliases(0)))).not.toContain('errors')
  })

  test('with NULs in texts finds nothing, and is not our fault', async () => {
    const query = `query ($name: String) { group(fullPath: "${t.pathOf('acme')}") {
      one: issues(authorUsername: $name) { nodes { id } } two: issues(authorUsername: "a\\u0000") { nodes { id } }
      contacts(search: $name) { nodes { id } } organizations(search: $name) { nodes { id } } contactStateCounts(search: $name) { all } } }`
    expect((await post(query, 'user', { name: 'a\0' })).body).toEqual({
      data: {
        group: {
          one: { nodes: [] },
          two: { nodes: [] },
          contacts: { nodes: [] },
          organizations: { nodes: [] },
          contactStateCounts: { all: 0 },
        },
      },
    })
  })

  test('by GET may read', async () => {
    const came = await send({
      method: 'GET',
      headers: { 'private-token': tokens.user },
      query: `?query=${encodeURIComponent('{ currentUser { username } }')}`,
    })
    expect(came).toMatchObject({ status: 200, body: { data: { currentUser: {} } } })
  })

  test('of another site’s page changes nothing, though the browser sends its session along', async () => {
    const session = await createToken(service.db, (await t.person('sam', { acme: 'owner' })).userId, 'session')
    const came = await send({
      headers: {
        'content-type': 'application/json',
        cookie: `rolobot_session=${session}`,
        'sec-fetch-site': 'cross-site',
      },
      body: JSON.stringify({ query: '{ currentUser { username } }' }),
    })
    expect(came.status).toBe(403)
  })
})
