// How a page describes an outcome.
import type { Outcome } from '../pipeline/comment.ts'
import { describe, table } from '../quick-actions/help.ts'
import { actions } from '../quick-actions/index.ts'

/** The answer in Markdown. The list of /help is a table here. */
export function sentencesOf({ answer, result }: Outcome): string[] {
  const offered = actions.filter(({ name }) => result.offered?.includes(name))
  const listed = describe(offered)
  return answer.map((sentence) => (sentence === listed ? table(offered) : sentence))
}
