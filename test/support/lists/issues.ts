// Issues all over a tree, what lists of them come to by the rule, and walking through a list forward and back.
import { eq, sql } from 'drizzle-orm'
import { expect } from 'vitest'
import type { IssueFilter, IssueScope } from '../../../src/domain/issues/filters.ts'
import { insertIssueAs } from '../../../src/domain/issues/issues.ts'
import { type IssueOrder, listIssuesIn, type WantedPage } from '../../../src/domain/issues/lists.ts'
import type { Contact } from '../../../src/storage/contacts-schema.ts'
import type { Db } from '../../../src/storage/db.ts'
import { issues as issuesTable, type Project } from '../../../src/storage/schema.ts'
import { must } from '../world/results.ts'
import { folded } from './model.ts'

export interface ModelIssue {
  id: number
  iid: number
  project: Project
  title: string
  description: string
  state: 'opened' | 'closed'
  authorId: number
  createdAt: Date
  updatedAt: Date
  contacts: readonly Contact[]
}

export type Asked = Omit<WantedPage, 'limit' | 'after' | 'before' | 'offset'>

const words = ['Ärger', 'printer', '100%', 'a_b', 'login page', 'x']
const moment = (at: number) => new Date(Date.UTC(2024, 0, 1 + at))

/** Opens issues with texts, states, times, authors and contacts that repeat in different rhythms. */
export async function openMany(
  db: Db,
  count: number,
  from: { projects: readonly Project[]; authors: readonly number[]; contacts: readonly Contact[] },
): Promise<ModelIssue[]> {
  const made: ModelIssue[] = []
  const of = <One>(list: readonly One[], at: number) => list[at % list.length] as One
  for (let at = 0; at < count; at++) {
    const [project, authorId] = [of(from.projects, at), of(from.authors, Math.floor(at / 2))]
    const [title, description] = [`${of(words, at)} ${of(words, at * 5 + 1)}`, of(words, Math.floor(at / 3))]
    const { id, iid } = await insertIssueAs(db, { projectId: project.id, title, description, authorId })
    const state = at % 3 === 0 ? 'closed' : 'opened'
    const [createdAt, updatedAt] = [moment(Math.floor((at * 7) % count) >> 1), moment(100 + ((at * 3) % 5))]
    await db.update(issuesTable).set({ state, createdAt, updatedAt }).where(eq(issuesTable.id, id))
    const contacts = from.contacts.filter((_, which) => ((at >> 2) >> which) % 2 === 1)
    for (const contact of contacts)
      await db.execute(sql`insert into issue_contacts (issue_id, contact_id) values (${id}, ${contact.id})`)
    made.push({ id, iid, project, title, description, state, authorId, createdAt, updatedAt, contacts })
  }
  return made
}

const wordsIn = (search: string) =>
  [...search.matchAll(/"([^"]*)"|(\S+)/g)]
    .map((found) => folded(found[1] ?? found[2] ?? '').trim())
    .filter((word) => word !== '')

const isWithin = (at: Date, { from = at, to = at }: { from?: Date; to?: Date }) => at >= from && at <= to

function fits(
  issue: ModelIssue,
  { state, search, iids, authorId, created = {}, updated = {}, contactId, organizationId }: IssueFilter,
): boolean {
  const texts = [folded(issue.title), folded(issue.description)]
  return (
    (state === undefined || issue.state === state) &&
    wordsIn(search ?? '').every((word) => texts.some((text) => text.includes(word))) &&
    (iids === undefined || iids.includes(issue.iid)) &&
    isWithin(issue.createdAt, created) &&
    isWithin(issue.updatedAt, updated) &&
    (authorId === undefined || issue.authorId === authorId) &&
    (contactId === undefined || issue.contacts.some(({ id }) => id === contactId)) &&
    (organizationId === undefined || issue.contacts.some((contact) => contact.organizationId === organizationId))
  )
}

// Titles are compared byte by byte, with ASCII's small letters.
const keyOf = (issue: ModelIssue, by: IssueOrder) =>
  by === 'title' ? Buffer.from(issue.title.replace(/[A-Z]/g, (letter) => letter.toLowerCase())) : issue[by]

const compare = (a: Date | Buffer, b: Date | Buffer) =>
  a instanceof Buffer && b instanceof Buffer ? Buffer.compare(a, b) : Number(a) - Number(b)

/** The ids of a whole list. */
export function modelIssues(all: readonly ModelIssue[], { sort, ...filter }: Asked): number[] {
  const { by, descending } = { descending: false, ...(sort ?? { by: 'createdAt', descending: true }) }
  const sign = descending ? -1 : 1
  return all
    .filter((issue) => fits(issue, filter))
    .sort((a, b) => sign * (compare(keyOf(a, by), keyOf(b, by)) || a.id - b.id))
    .map(({ id }) => id)
}

/** Walks through a list page by page, forward and then back from its end; every page says what there is around it. */
export async function walkIssues(
  db: Db,
  userId: number | null,
  place: IssueScope,
  asked: Asked & { limit: number },
): Promise<number[]> {
  const page = async (cursors: Partial<WantedPage>) =>
    must(await listIssuesIn(db, userId, place, { ...asked, ...cursors }))
  const forward: number[] = []
  let here = await page({})
  expect(here.hasPrevious).toBe(false)
  forward.push(...here.rows.map(({ id }) => id))
  while (here.hasNext) {
    here = await page({ after: here.endCursor })
    expect(here.rows.length).toBeGreaterThan(0)
    expect(here.hasPrevious).toBe(true)
    forward.push(...here.rows.map(({ id }) => id))
  }
  here = await page({ fromEnd: true })
  expect(here.hasNext).toBe(false)
  const back = here.rows.map(({ id }) => id)
  while (here.hasPrevious) {
    here = await page({ before: here.startCursor })
    expect(here.hasNext).toBe(true)
    back.unshift(...here.rows.map(({ id }) => id))
  }
  expect(back).toEqual(forward)
  return forward
}
