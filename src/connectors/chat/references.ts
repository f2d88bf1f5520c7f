// Which issue a text names. Pure.
import { parseReference } from '../../domain/issues/issues.ts'

/** A reference to an issue: complete, or its number alone. */
export type Named = { reference: string } | { iid: number }

/**
 * Reads the reference at the start of a text: `acme/shop#12`, `#12`, or the URL of an issue's page.
 * @returns the issue, if there is one, and the rest
 */
export function takeIssueName(text: string, publicUrl: string): { named?: Named; rest: string } {
  const [, first = '', rest = ''] = /^\s*(\S*)\s*([\s\S]*)$/.exec(text) ?? []
  const named = issueNamed(first.replace(/[,:;]$/, ''), publicUrl)
  return named ? { named, rest } : { rest: text.trim() }
}

/** The issue that one word refers to. */
export function issueNamed(word: string, publicUrl: string): Named | undefined {
  const alone = /^#(\d{1,9})$/.exec(word)
  if (alone) return { iid: Number(alone[1]) }
  const [, linked = word] = /^\[[^\]]*\]\((\S+)\)$/.exec(word) ?? []
  const reference = issueAt(linked, publicUrl) ?? word
  return parseReference(reference) ? { reference } : undefined
}

/** The issue whose page is at one of our URLs, as `acme/shop#12`. */
export function issueAt(url: string, publicUrl: string): string | undefined {
  if (!url.startsWith(`${publicUrl}/`) || !URL.canParse(url)) return undefined
  const [, path, iid] =
    /^\/(.+)\/-\/issues\/(\d{1,9})\/?$/.exec(url.slice(publicUrl.length).replace(/[?#].*$/, '')) ?? []
  return path ? `${decoded(path)}#${iid}` : undefined
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
