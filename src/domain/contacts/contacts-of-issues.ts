// The contacts of issues, for many issues at once: a page of each, the latest contact first.
import { sql } from 'drizzle-orm'
import { rowsOf, type Tx } from '../../storage/db.ts'
import { guardIssue } from '../issues/guard.ts'
import { readFactsOfMany } from '../issues/issues.ts'
import { cursorOf, type Order, positionOf } from '../lists/cursor.ts'
import type { Page } from '../lists/page.ts'
import { done, invalid, type Result } from '../rules/results.ts'
import { type ListedContact, showContacts } from './contact-lists.ts'

const tag = 'contacts of an issue'
const order: Order = { kind: 'text', keys: [] }

export interface WantedLinked {
  /** A cursor: rows after it. */
  after?: string
  /** A cursor: the nearest rows before it. */
  before?: string
  /** Without a cursor: the last page instead of the first. */
  fromEnd?: boolean
  limit: number
}

interface Bounds {
  below?: number
  above?: number
  backward: boolean
  limit: number
}

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
  const bounds = boundsOf(wanted)
  if (!bounds) return invalid([{ field: wanted.after ? 'after' : 'before', fault: 'Please provide a valid cursor' }])
  const readable = userId === null ? [] : await readableOf(tx, userId, issueIds)
  if (readable.length === 0) return done(new Map())
  const links = await linksOf(tx, readable, bounds)
  const shown = await showContacts(tx, [...new Set(links.map(({ contactId }) => contactId))])
  const contacts = new Map(shown.map((contact) => [contact.id, contact]))
  const found = new Map<number, ListedContact[]>(readable.map((issueId) => [issueId, []]))
  for (const { issueId, contactId } of links) {
    const contact = contacts.get(contactId)
    if (contact) found.get(issueId)?.push(contact)
  }
  return done(new Map([...found].map(([issueId, rows]) => [issueId, pageOf(rows, bounds)])))
}

/** How many contacts each of these issues has, in a fixed number of statements; none for issues whose contacts the user can't see. */
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

function boundsOf({ after, before, fromEnd, limit }: WantedLinked): Bounds | undefined {
  const cursor = after ?? before
  const at = cursor === undefined ? undefined : positionOf(tag, order, cursor)
  if (cursor !== undefined && !at) return undefined
  return after === undefined
    ? { above: at?.id, backward: at !== undefined || fromEnd === true, limit }
    : { below: at?.id, backward: false, limit }
}

async function readableOf(tx: Tx, userId: number, issueIds: readonly number[]): Promise<number[]> {
  const facts = await readFactsOfMany(
    tx,
    issueIds.map((issueId) => ({ issueId, userId })),
  )
  return facts.flatMap((one) => guardIssue(one, 'read_issue_contacts').value?.issueId ?? [])
}

const linksOf = (
  tx: Tx,
  issueIds: readonly number[],
  bounds: Bounds,
): Promise<{ issueId: number; contactId: number }[]> => {
  const { below = Number.MAX_SAFE_INTEGER, above = 0, backward, limit } = bounds
  const direction = sql.raw(backward ? 'asc' : 'desc')
  return rowsOf(
    tx,
    sql`select i.id as "issueId", l.contact_id as "contactId" from unnest(${sql.param(issueIds)}::bigint[]) as i (id)
      cross join lateral (select contact_id from issue_contacts where issue_id = i.id and contact_id < ${below} and contact_id > ${above}
        order by contact_id ${direction} limit ${limit + 1}) l order by i.id, l.contact_id ${direction}`,
  )
}

function pageOf(found: ListedContact[], { below, above, backward, limit }: Bounds): Page<ListedContact> {
  const rows = found.slice(0, limit)
  const isMore = found.length > limit
  if (backward) rows.reverse()
  const cursors = rows.map(({ id }) => cursorOf(tag, { keys: [], id }))
  return {
    rows,
    cursors,
    hasNext: backward ? above !== undefined : isMore,
    hasPrevious: backward ? isMore : below !== undefined,
    startCursor: cursors[0] ?? null,
    endCursor: cursors.at(-1) ?? null,
    cutOff: false,
  }
}
