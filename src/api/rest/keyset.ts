// GitLab's keyset paging: a next-page cursor in Link, and no totals. docs.gitlab.com/api/rest/#keyset-based-pagination
import { z } from 'zod'
import { RefusalError } from '../refusal.ts'
import type { Call } from '../route.ts'
import { text } from './inputs.ts'
import { addressWith, type RestPage, rowsOn } from './paging.ts'

/** The query fields of a list with keyset paging, in addition to `pageFields`. */
export const keysetFields = {
  pagination: z.enum(['offset', 'keyset'], 'must be offset or keyset').default('offset'),
  cursor: text.optional(),
}

interface Around {
  hasNext: boolean
  hasPrevious: boolean
  startCursor: string | null
  endCursor: string | null
}

interface Asked extends RestPage {
  pagination: 'offset' | 'keyset'
  cursor?: string
}

const misplaced = (field: string, message: string) => new RefusalError(422, `${field} ${message}`, [{ field, message }])

/**
 * Which part of a list is requested. Our cursors say whether they point forward or backward.
 * @throws Refusal for a field of the other kind of paging
 */
export function keysetPartOf(asked: Asked): { after?: string; before?: string; offset?: number } {
  const { pagination, cursor, page } = asked
  if (pagination === 'offset') {
    if (cursor) throw misplaced('cursor', 'requires pagination=keyset')
    return { offset: rowsOn(asked).offset }
  }
  if (page > 1) throw misplaced('page', 'does not go with pagination=keyset')
  if (!cursor) return {}
  return /^-./.test(cursor) ? { before: cursor.slice(1) } : { after: cursor }
}

/** Sets the headers that lead to the pages around this one. */
export function setKeysetHeaders(call: Pick<Call, 'request' | 'reply' | 'publicUrl'>, page: Around): void {
  const targets = {
    prev: page.hasPrevious && page.startCursor ? `-${page.startCursor}` : null,
    next: page.hasNext ? page.endCursor : null,
  }
  const links = Object.entries(targets).flatMap(([rel, cursor]) =>
    cursor ? [`<${addressWith(call, { cursor })}>; rel="${rel}"`] : [],
  )
  call.reply.headers({ link: links.join(', ') })
}
