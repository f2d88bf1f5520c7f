// Every stage of the pipeline as a dry run: what is understood, permitted, would change, and would be answered.

import type { IssueFacts } from '../domain/issues/issues.ts'
import { previewChange } from '../domain/issues/linking.ts'
import { type Interpretation, interpret } from '../quick-actions/interpreter.ts'
import { reportLines } from '../quick-actions/report.ts'
import type { Tx } from '../storage/db.ts'
import { outcomeOf } from './apply.ts'
import type { Outcome } from './comment.ts'

export interface Explanation {
  interpretation: Interpretation
  outcome: Outcome
  /** The outcome in words, as what would happen. */
  preview: readonly string[]
}

/**
 * What a comment would do on an issue for the user whose facts these are. The same decision as a real run; changes
 * nothing.
 */
export async function explain(
  tx: Tx,
  body: string,
  { facts, mostAtOnce }: { facts: IssueFacts; mostAtOnce: number },
): Promise<Explanation> {
  const interpretation = interpret(body, facts)
  const result = await previewChange(tx, facts, interpretation.change, mostAtOnce)
  const outcome = outcomeOf(result, interpretation, facts)
  return { interpretation, outcome, preview: reportLines(outcome.result, interpretation, 'preview') }
}
