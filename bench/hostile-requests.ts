// Requests that are meant to stop the server, by name.

interface Hostile {
  path: string
  method?: 'GET'
  type?: string
  body?: string
}

const graphql = (body: unknown): Hostile => ({
  path: '/api/graphql',
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
const times = (count: number, one: (at: number) => unknown) => Array.from({ length: count }, (_, at) => one(at))
const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`

// Different each time: equal documents are read only once.
const unique = () => Math.random().toString(36).slice(2)

export const hostileRequests: Readonly<Record<string, () => Hostile>> = {
  'ten documents with 380 equal names': () =>
    graphql(times(10, () => ({ query: `query ${`Q${unique()}`} { ${'__typename '.repeat(380)} }` }))),
  'one document with 900 equal names': () =>
    graphql({ query: `query ${`Q${unique()}`} { ${'__typename '.repeat(900)} }` }),
  'one document with 900 aliases': () =>
    graphql({
      query: `query ${`Q${unique()}`} { ${times(900, (at) => `a${at}: __typename`).join(' ')} }`.slice(0, 10_000),
    }),
  'fragments in fragments, 3 to the power of 60': () =>
    graphql({
      query: `fragment F0 on Query { __typename } ${times(60, (at) => `fragment F${Number(at) + 1} on Query { ...F${at} ...F${at} ...F${at} }`).join(' ')} query ${`Q${unique()}`} { ...F60 }`,
    }),
  'the schema': () =>
    graphql({
      query: `query ${`Q${unique()}`} { __schema { types { name fields { name args { name type { name } } type { name fields { name } } } } } }`,
    }),
  'variables of 4,000 levels': () => graphql(`{"query": "{ __typename }", "variables": {"a": ${nested(4_000)}}}`),
  'a megabyte of variables': () => graphql({ query: '{ __typename }', variables: { a: '\\"'.repeat(250_000) } }),
  'variables as large as a body may be': () =>
    graphql({ query: '{ __typename }', variables: { a: '\\"'.repeat(200_000) } }),
  'variables that are no JSON': () => ({ path: '/api/graphql?query=%7B__typename%7D&variables=%7B', method: 'GET' }),
  'a NUL in an address': () => ({ path: '/api/v4/projects?search=%00', method: 'GET' }),
  '60,000 unknown keys': () => ({
    path: '/api/v4/groups',
    body: JSON.stringify(Object.fromEntries(times(60_000, (at) => [`k${at}`, 1]) as [string, number][])),
  }),
  'a form of 60,000 unknown fields': () => ({
    path: '/api/v4/groups',
    type: 'application/x-www-form-urlencoded',
    body: times(60_000, (at) => `k${at}=1`).join('&'),
  }),
}

/** Sends one; what came and how long it took. */
export async function attack(url: string, { path, method, type = 'application/json', body }: Hostile, token?: string) {
  const start = performance.now()
  const headers = { 'content-type': type, ...(token && { 'private-token': token }) }
  const answer = await fetch(url + path, { method: method ?? 'POST', headers: method === 'GET' ? {} : headers, body })
  const { length } = await answer.text()
  return { status: answer.status, ms: performance.now() - start, length }
}
