// A client of the REST API: asks as somebody, and holds every good answer against the document that describes the API.
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { expect } from 'vitest'
import type { RunningService } from './service.ts'

export interface Answer {
  status: number
  // What tests look into is for them to know.
  // biome-ignore lint/suspicious/noExplicitAny: an answer of any shape
  body: any
  headers: Headers
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface Client {
  get(path: string): Promise<Answer>
  post(path: string, body?: object): Promise<Answer>
  put(path: string, body?: object): Promise<Answer>
  delete(path: string): Promise<Answer>
  /** Sends fields as a form does. */
  form(method: Method, path: string, fields: Record<string, string>): Promise<Answer>
}

interface Described {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>>
}

const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)
const templates = (document: Described) =>
  Object.keys(document.paths)
    .sort((one, other) => one.split('{').length - other.split('{').length)
    .map((path) => ({ path, form: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`) }))

async function describedBy(service: RunningService): Promise<(method: Method, path: string, answer: Answer) => void> {
  const document = (await (await fetch(`${service.url}/api/openapi.json`)).json()) as Described
  const all = templates(document)
  return (method, asked, { status, body }) => {
    const address = asked.split('?')[0] as string
    const found = all.find(({ path, form }) => form.test(address) && document.paths[path]?.[method.toLowerCase()])
    const described = document.paths[found?.path ?? '']?.[method.toLowerCase()]?.responses[status]
    expect(described, `${method} ${address} ${status} is described`).toBeDefined()
    const schema = described?.content?.['application/json']?.schema
    if (!schema) return expect(body, `${method} ${asked} answers nothing`).toBeUndefined()
    const validate = ajv.compile(schema)
    expect(validate(body) ? [] : validate.errors, `${method} ${asked}`).toEqual([])
  }
}

/** @returns makes a client for the holder of a token; of none: for a visitor */
export async function restOf(service: RunningService): Promise<(token?: string) => Client> {
  const check = await describedBy(service)
  const send = async (method: Method, path: string, options: RequestInit): Promise<Answer> => {
    const response = await fetch(`${service.url}/api/v4${path}`, { method, ...options })
    const text = await response.text()
    const answer = { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
    if (answer.status < 300) check(method, `/api/v4${path}`, answer)
    return answer
  }
  return (token) => {
    const headers: Record<string, string> = token === undefined ? {} : { 'private-token': token }
    const json = (method: Method) => (path: string, body?: object) =>
      send(method, path, body ? { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) } : { headers })
    return {
      get: json('GET'),
      post: json('POST'),
      put: json('PUT'),
      delete: json('DELETE'),
      form: (method, path, fields) => send(method, path, { headers, body: new URLSearchParams(fields) }),
    }
  }
}

/** The numbers that the headers of a list tell, and which of first, prev, next and last there are. */
export const pagingOf = ({ headers }: Answer) => ({
  total: Number(headers.get('x-total')),
  pages: Number(headers.get('x-total-pages')),
  page: Number(headers.get('x-page')),
  next: headers.get('x-next-page'),
  links: [...(headers.get('link') ?? '').matchAll(/rel="(\w+)"/g)].map(([, rel]) => rel),
})

/** What a client made for GitLab is told: its status, and the message. */
export const refusal = ({ status, body }: Answer) => [status, body.message]

/** The fields that were faulted. */
export const faulted = ({ body }: Answer): string[] => (body.errors ?? []).map(({ field }: { field: string }) => field)
