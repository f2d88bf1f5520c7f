// The contacts of issues, for many issues at once: a page of each, the latest contact first.
import { sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import { guardIssue } from '../issues/guard.ts'
import { readFactsOfMany } from '../issues/issues.ts'
import type { Position } from '../lists/cursor.ts'
import {
  goesDown,
  type Listing,
  type Page,
  type PageQuestion,
  type PageRequest,
  pageWith,
  readPageRequest,
} from '../lists/page.ts'
import { done, type Result } from '../rules/results.ts'
import { type ListedContact, showContacts } from './contact-lists.ts'

const listing: Listing<'id'> = {
  name: 'contacts of an issue',
  orders: { id: { kind: 'text', keys: [] } },
  usual: { by: 'id', descending: true },
}

/** Which page of the contacts of an issue. */
export type WantedLinked = Omit<PageRequest<'id'>, 'sort' | 'offset'>

/**
 * The contacts of each of these issues, in a fixed number of statements.
 * @param userId null for a visitor
 * @returns by issue; empty for issues whose contacts the user can't see
 */
export async function contactsOfIssues(
  tx: Tx,
  userId: number | null,
  issueIds: readonly number[],
  wanted: WantedLinked,
): Promise<Result<Map<number, Page<ListedContact>>>> {
  const { value: question, refused } = readPageRequest(listing, wanted)
  if (refused) return { refused }
  const readable = userId === null ? [] : await readableOf(tx, userId, issueIds)
  if (readable.length === 0) return done(new Map())
  const links = await linksOf(tx, readable, question)
  const shown = await showContacts(tx, [...new Set(links.map(({ contactId }) => contactId))])
  const contacts = new Map(shown.map((contact) => [contact.id, contact]))
  const found = new Map<number, Position[]>(readable.map((issueId) => [issueId, []]))
  for (const { issueId, contactId } of links) found.get(issueId)?.push({ keys: [], id: contactId })
  const pages = [...found].map(
    ([issueId, entries]) => [issueId, pageWith(question, { entries, cutOff: false }, contacts)] as const,
  )
  return done(new Map(pages))
}

/**
 * How many contacts each of these issues has, in a fixed number of statements; none for issues whose contacts the user
 * can't see.
 */
export async function countContactsOfIssues(
  tx: Tx,
  userId: number | null,
  issueIds: readonly number[],
): Promise<Map<number, number>> {
  const readable = userId === null ? [] : await readableOf(tx, userId, issueIds)
  if (readable.length === 0) return new Map()
  const counts = await rowsOf<{ issueId: number; count: number }>(
    tx,
    sql`select issue_id as "issueId", count(*)::int as count from issue_contacts
      where issue_id = any(${sql.param(readable)}::bigint[]) group by issue_id`,
  )
  return new Map(counts.map(({ issueId, count }) => [issueId, count]))
}

async function readableOf(tx: Tx, userId: number, issueIds: readonly number[]): Promise<number[]> {
  const facts = await readFactsOfMany(
    tx,
    issueIds.map((issueId) => ({ issueId, userId })),
  )
  return facts.flatMap((one) => guardIssue(one, 'read_issue_contacts').value?.issueId ?? [])
}

function linksOf(
  tx: Tx,
  issueIds: readonly number[],
  question: PageQuestion,
): Promise<{ issueId: number; contactId: number }[]> {
  const { from, most } = question
  const down = goesDown(question)
  const direction = sql.raw(down ? 'desc' : 'asc')
  const beyond = from ? sql`and contact_id ${sql.raw(down ? '<' : '>')} ${from.id}` : sql``
  return rowsOf(
    tx,
    sql`select i.id as "issueId", l.contact_id as "contactId" from unnest(${sql.param(issueIds)}::bigint[]) as i (id)
      cross join lateral (select contact_id from issue_contacts where issue_id = i.id ${beyond}
        order by contact_id ${direction} limit ${most}) l order by i.id, l.contact_id ${direction}`,
  )
}
