// GitLab's paging: page and per_page in, X-Total and its like and Link out. docs.gitlab.com/api/rest/#pagination
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'

const whole = (least: number, otherwise: number) =>
  z.coerce.number('must be a number').int('must be a whole number').min(least, `must be at least ${least}`).default(otherwise)

/** The query fields of a paged list. A page larger than 100 gives 100, as at GitLab. */
export const pageFields = {
  page: whole(1, 1).pipe(z.number().max(1_000_000, 'is too far')),
  per_page: whole(1, 20).transform((size) => Math.min(size, 100)),
}

export interface Page {
  page: number
  per_page: number
}

/** The address that was asked for, with some fields of its query changed. */
export function addressWith(request: FastifyRequest, fields: Readonly<Record<string, string>>): string {
  const asked = `${request.protocol}://${request.host}`
  const url = new URL(request.url, URL.canParse(asked) ? asked : 'http://localhost')
  for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value)
  return url.href
}

/** Sets the headers that tell where in the list this page stands. */
export function setPageHeaders(request: FastifyRequest, reply: FastifyReply, { page, per_page: size }: Page, total: number): void {
  const pages = Math.max(1, Math.ceil(total / size))
  const places = { prev: page > 1 ? page - 1 : 0, next: page < pages ? page + 1 : 0, first: 1, last: pages }
  const links = Object.entries(places).flatMap(([rel, at]) => (at ? [`<${addressWith(request, { page: String(at) })}>; rel="${rel}"`] : []))
  reply.headers({
    'x-total': total,
    'x-total-pages': pages,
    'x-page': page,
    'x-per-page': size,
    'x-next-page': places.next || '',
    'x-prev-page': places.prev || '',
    link: links.join(', '),
  })
}
