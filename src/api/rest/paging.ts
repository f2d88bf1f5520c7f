// GitLab's paging: page and per_page in, X-Total and similar headers and Link out. docs.gitlab.com/api/rest/#pagination
import { z } from 'zod'
import type { Call } from '../route.ts'

const whole = (least: number, otherwise: number) =>
  z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(least, `must be at least ${least}`)
    .default(otherwise)

/** The query fields of a paged list. A page larger than 100 gives 100, as at GitLab. */
export const pageFields = {
  page: whole(1, 1).pipe(z.number().max(1_000_000, 'is too far')),
  per_page: whole(1, 20).transform((size) => Math.min(size, 100)),
}

export interface RestPage {
  page: number
  per_page: number
}

interface Rows {
  limit: number
  offset: number
}

type Paged = Pick<Call, 'request' | 'reply' | 'publicUrl'>

/**
 * The requested URL with some fields of its query changed. It begins with our own address, whatever host the request
 * names.
 */
export function addressWith({ request, publicUrl }: Paged, fields: Readonly<Record<string, string>>): string {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  for (const [name, value] of Object.entries(fields)) searchParams.set(name, value)
  return `${publicUrl}${pathname}?${searchParams}`
}

/** Which rows of a list are on a page. */
export const rowsOn = ({ page, per_page: limit }: RestPage): Rows => ({ limit, offset: (page - 1) * limit })

/**
 * The requested page of a list, with its headers.
 * @param list reads these rows, and counts all
 */
export async function pageOf<Row, Shown>(
  call: Paged & { query: RestPage },
  list: (rows: Rows) => Promise<{ total: number; rows: readonly Row[] }>,
  show: (row: Row) => Shown,
): Promise<Shown[]> {
  const { total, rows } = await list(rowsOn(call.query))
  setPageHeaders(call, call.query, total)
  return rows.map((row) => show(row))
}

/** An empty list, with its headers. */
export function noRows(call: Paged, page: RestPage): [] {
  setPageHeaders(call, page, 0)
  return []
}

/** Sets the headers that describe this page of the list and link to the others. */
export function setPageHeaders(call: Paged, asked: RestPage, total: number): void {
  const pages = Math.max(1, Math.ceil(total / asked.per_page))
  call.reply.headers({ 'x-total': total, 'x-total-pages': pages })
  linkPages(call, asked, { hasNext: asked.page < pages, last: pages })
}

// docs.gitlab.com/api/rest/#pagination-response-headers
/** The most rows that are counted: for longer lists, GitLab's headers have no total. */
export const mostTotal = 10_000

/** The same for a list that may be too long to count. @param total `mostTotal` is exceeded: at least this many */
export function setLongPageHeaders(
  call: Paged,
  asked: RestPage,
  { total, hasNext }: { total: number; hasNext: boolean },
): void {
  if (total <= mostTotal) setPageHeaders(call, asked, total)
  else linkPages(call, asked, { hasNext })
}

function linkPages(
  call: Paged,
  { page, per_page: size }: RestPage,
  { hasNext, last = 0 }: { hasNext: boolean; last?: number },
): void {
  const positions = { prev: page > 1 ? page - 1 : 0, next: hasNext ? page + 1 : 0, first: 1, last }
  const links = Object.entries(positions).flatMap(([rel, at]) =>
    at ? [`<${addressWith(call, { page: String(at) })}>; rel="${rel}"`] : [],
  )
  call.reply.headers({
    'x-page': page,
    'x-per-page': size,
    'x-next-page': positions.next || '',
    'x-prev-page': positions.prev || '',
    link: links.join(', '),
  })
}
