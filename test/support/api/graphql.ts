// A client that asks as GitLab's own pages do: `__typename` everywhere, variables, empty cursors.
import { expect } from 'vitest'
import type { RunningService } from '../service/service.ts'

export interface Answer<Data> {
  data?: Data | null
  errors?: { message: string; path?: (string | number)[]; extensions?: object }[]
}

export interface GraphqlClient {
  /** What came, whatever it is. */
  ask<Data = Record<string, never>>(query: string, variables?: object): Promise<Answer<Data>>
  /** The data; nothing may be wrong. */
  get<Data>(query: string, variables?: object): Promise<Data>
  /** The words of what was wrong. */
  faults(query: string, variables?: object): Promise<string[]>
}

/** A user who asks with a token; without one a visitor. */
export function graphqlClient({ url }: Pick<RunningService, 'url'>, token?: string): GraphqlClient {
  const headers = { 'content-type': 'application/json', ...(token !== undefined && { 'private-token': token }) }
  const ask = async <Data>(query: string, variables: object = {}): Promise<Answer<Data>> => {
    const answer = await fetch(`${url}/api/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query, variables }),
    })
    expect(answer.status, await answer.clone().text()).toBe(200)
    return (await answer.json()) as Answer<Data>
  }
  return {
    ask,
    async get<Data>(query: string, variables?: object) {
      const { data, errors } = await ask<Data>(query, variables)
      expect(errors).toBeUndefined()
      return data as Data
    },
    faults: async (query, variables) => ((await ask(query, variables)).errors ?? []).map(({ message }) => message),
  }
}
