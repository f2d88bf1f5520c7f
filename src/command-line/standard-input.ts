// Reads standard input: one comment, up to the maximum length.
import { longestComment } from '../pipeline/comment.ts'

/** The text on standard input; undefined if it is longer than any comment. */
export async function readComment(): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > longestComment) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
