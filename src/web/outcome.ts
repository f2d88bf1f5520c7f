// What the pages say of an outcome, and which look it has.

import type { Outcome } from '../pipeline/comment.ts'
import { describe, table } from '../quick-actions/help.ts'
import { actions } from '../quick-actions/index.ts'

/** Was all that was asked done, a part of it, or nothing? What was so already counts as done. */
export function stateOf({ lacking, result }: Outcome): 'done' | 'partly' | 'refused' {
  if (!lacking) return 'done'
  const answered = result.contacts !== undefined || result.offered !== undefined
  return answered || result.outcomes.some(({ outcome }) => !notDone.has(outcome)) ? 'partly' : 'refused'
}

const notDone: ReadonlySet<string> = new Set(['inactive', 'unknown'] satisfies Outcome['result']['outcomes'][number]['outcome'][])

/** The answer in Markdown. What /help lists is a table here. */
export function sentencesOf({ answer, result }: Outcome): string[] {
  const offered = actions.filter(({ name }) => result.offered?.includes(name))
  const listed = describe(offered)
  return answer.map((sentence) => (sentence === listed ? table(offered) : sentence))
}
