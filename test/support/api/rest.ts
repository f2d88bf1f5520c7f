// A client of the REST API, which asks as a user. Whether an answer is as it is described the service itself sees to
// here (documented.ts).
import type { RunningService } from '../service/service.ts'

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

/** @returns makes a client for the holder of a token; of none: for a visitor */
export function restOf(service: RunningService): (token?: string) => Client {
  const send = async (method: Method, path: string, options: RequestInit): Promise<Answer> => {
    const response = await fetch(`${service.url}/api/v4${path}`, { method, ...options })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
  }
  return (token) => {
    const headers: Record<string, string> = token === undefined ? {} : { 'private-token': token }
    const json = (method: Method) => (path: string, body?: object) =>
      send(
        method,
        path,
        body
          ? { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }
          : { headers },
      )
    return {
      get: json('GET'),
      post: json('POST'),
      put: json('PUT'),
      delete: json('DELETE'),
      form: (method, path, fields) => send(method, path, { headers, body: new URLSearchParams(fields) }),
    }
  }
}

/** A client for each of some people of a world, and one for a visitor. */
export async function restFor<Name extends string>(
  service: RunningService,
  names: readonly Name[],
  tokenOf: (name: Name) => Promise<string>,
): Promise<Record<Name | 'visitor', Client>> {
  const clientOf = restOf(service)
  const clients = await Promise.all(names.map(async (name) => [name, clientOf(await tokenOf(name))] as const))
  return { ...Object.fromEntries(clients), visitor: clientOf() } as Record<Name | 'visitor', Client>
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
